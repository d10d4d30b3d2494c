# SPDX-License-Identifier: Apache-2.0
"""EPCIS supply chain events (1.x XML, 2.0 XML and JSON-LD): the steps told, the creation date, the sender.

Spec: docs/spec/records.md section 4.
"""

from healthvault.records.dates import from_iso
from healthvault.records.description import Found
from healthvault.records.json_walk import Json, items_at, text_at
from healthvault.records.kinds import Kind
from healthvault.records.probe import Probe
from healthvault.records.xml_walk import split_name, walk_xml

__all__ = ["describe_epcis_xml", "found_epcis_json"]

READ_BYTES = 1024 * 1024
MAX_STEPS = 6
MAX_CHARS = 500


def found_epcis_json(members: Json, media_type: str) -> Found:
    """Describe an EPCISDocument by its outermost members."""
    steps: dict[str, None] = {}
    for event in items_at(members, "epcisBody", "eventList") or items_at(members, "epcisBody", "event"):
        _add_step(steps, text_at(event, "bizStep"))
    return _found(steps, text_at(members, "creationDate"), text_at(members, "sender"), media_type)


def describe_epcis_xml(probe: Probe) -> Found:
    """Describe a file whose root element is in a namespace of EPCIS."""
    reader = _Events()
    walk_xml(probe.pieces(READ_BYTES), reader)
    return _found(reader.steps, reader.created, reader.sender, None)


def _found(steps: dict[str, None], created: str | None, sender: str | None, media_type: str | None) -> Found:
    title = f"Supply chain events: {', '.join(steps)}" if steps else "Supply chain events"
    return Found(kind=Kind.EPCIS, media_type=media_type, title=title, date=from_iso(created), source=sender)


def _add_step(steps: dict[str, None], step: str | None) -> None:
    """Keep a business step without the address of its vocabulary, each once."""
    if step and len(steps) < MAX_STEPS:
        short = step[:MAX_CHARS].strip().rpartition("/")[2].rpartition(":")[2].removeprefix("BizStep-")
        steps[short.replace("_", " ")] = None


class _Events:
    """Takes the events of a document and keeps steps, date and sender."""

    def __init__(self) -> None:
        self.steps: dict[str, None] = {}
        self.created: str | None = None
        self.sender: str | None = None
        self._path: list[str] = []
        self._text = ""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if not self._path:
            self.created = attributes.get("creationDate")
        self._path.append(split_name(name)[1])
        self._text = ""

    def text(self, text: str) -> None:
        if len(self._text) < MAX_CHARS:
            self._text += text[:MAX_CHARS]

    def end(self, _name: str) -> None:
        path, text = self._path[-2:], self._text.strip()
        self._path.pop()
        self._text = ""
        if path[-1] == "bizStep":
            _add_step(self.steps, text)
        elif path == ["Sender", "Identifier"]:
            self.sender = self.sender or text
