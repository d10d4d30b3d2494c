# SPDX-License-Identifier: Apache-2.0
"""EPCIS documents: 1.2 and 2.0 in XML, 2.0 in JSON-LD, read whole and strictly into events of one form.

An event that is none is named with its place, and nothing of its document counts. No DTD, no entity, nothing that
is fetched. Spec: docs/spec/supply.md section 2.
"""

import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NoReturn

from healthvault.errors import FormatError, InvalidRequest
from healthvault.records.json_walk import Json, is_bounded, items_at, members_once, text_at, value_at
from healthvault.records.xml_tree import Path, trees
from healthvault.records.xml_walk import Enough, walk_xml
from healthvault.supply.event import Event, Hashes, event_of_part
from healthvault.supply.from_json import event_of_json, namespaces_of
from healthvault.supply.from_xml import event_of_xml
from healthvault.supply.part import Budget, Part
from healthvault.supply.prehash import content_digest, hash_id
from healthvault.supply.reading import Reading
from healthvault.supply.times import Moment, moment_of

__all__ = ["EpcisDocument", "parse_epcis"]

MAX_BYTES = 16 << 20
MAX_EVENTS = 20_000
_ROOTS = {
    f"urn:epcglobal:epcis{part}:xsd:{version} {name}"
    for version in (1, 2)
    for part, name in (("", "EPCISDocument"), ("-query", "EPCISQueryDocument"))
}
_TYPES = frozenset(("EPCISDocument", "EPCISQueryDocument"))
_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True, kw_only=True)
class EpcisDocument:
    """A document and its events: well-formed, *unverified*."""

    created: Moment | None
    events: tuple[Event, ...]


def parse_epcis(data: bytes) -> EpcisDocument:
    """Return the events of a document.

    Args:
        data: *Unverified* bytes, at most 16 MiB.

    Raises:
        FormatError: `not_epcis`, it is no EPCIS document, or no well-formed one; `bad_event`, one of its events is
            none; `too_large`.
    """
    if len(data) > MAX_BYTES:
        raise FormatError("too_large", f"an EPCIS document of more than {MAX_BYTES >> 20} MiB")
    body = data.removeprefix(_BOM)
    return _from_json(body) if body.lstrip()[:1] == b"{" else _from_xml(body)


def _from_json(body: bytes) -> EpcisDocument:
    document = _decoded(body)
    if value_at(document, "type") not in _TYPES:
        raise FormatError("not_epcis", "JSON, but no EPCISDocument")
    declared = namespaces_of(value_at(document, "@context"))
    within = value_at(document, "epcisBody")
    inner = value_at(within, "queryResults", "resultsBody") or within
    found = [each for name in ("eventList", "event") for each in items_at(inner, name)]
    _check_count(len(found))
    budgets = [(reading, Budget()) for reading in Reading]
    events = tuple(
        _event(number, [event_of_json(each, declared, reading, budget) for reading, budget in budgets])
        for number, each in enumerate(found, start=1)
    )
    return EpcisDocument(created=moment_of(text_at(document, "creationDate") or ""), events=events)


def _decoded(body: bytes) -> Json:
    try:
        text = body.decode()
        if not is_bounded(text):
            raise FormatError("too_large", "more values than are read")
        decoded: Json = json.loads(
            text, parse_float=str, parse_int=str, parse_constant=_refuse, object_pairs_hook=members_once
        )
    except (ValueError, RecursionError) as err:
        raise FormatError("not_epcis", "no well-formed JSON") from err
    return decoded


def _refuse(word: str) -> NoReturn:
    raise ValueError(word)


def _from_xml(body: bytes) -> EpcisDocument:
    root = _Root()
    if not walk_xml([body[:65536]], root) or root.name not in _ROOTS:
        raise FormatError("not_epcis", "neither EPCIS in XML nor in JSON")
    events: list[Event] = []
    budget = Budget()
    try:
        for _, node in trees(io.BytesIO(body), plain=("",), is_wanted=_is_event, limit_bytes=MAX_BYTES):
            _check_count(len(events) + 1)
            events.append(_event(len(events) + 1, [event_of_xml(node, budget)]))
    except InvalidRequest as err:
        raise FormatError("too_large" if err.code == "too_large" else "not_epcis", err.message) from err
    return EpcisDocument(created=moment_of(root.created), events=tuple(events))


def _is_event(path: Path) -> bool:
    return "EventList" in path[:-1] and path[-1] != "extension"


def _event(number: int, trees_: Sequence[Part]) -> Event:
    """Return an event, hashed by each reading: of its own tree, or of the one that all share."""
    place = f"event[{number}]"
    event = event_of_part(trees_[-1], place, Hashes(reference=None, text=None))
    if event.time.ms is None:
        return event
    reference, text = (hash_id(tree, reading) for tree, reading in zip(_each(trees_), Reading, strict=True))
    return replace(event, hashes=Hashes(reference=reference, text=text, content=content_digest(trees_[-1])))


def _each(trees_: Sequence[Part]) -> Iterator[Part]:
    return iter(trees_ if len(trees_) == len(Reading) else [trees_[0]] * len(Reading))


def _check_count(count: int) -> None:
    if count > MAX_EVENTS:
        raise FormatError("too_large", f"more than {MAX_EVENTS} events in one document")


class _Root:
    """Takes the root element."""

    def __init__(self) -> None:
        self.name = ""
        self.created = ""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.name, self.created = name, attributes.get("creationDate", "")
        raise Enough

    def end(self, _name: str) -> None:
        """Is never reached."""

    def text(self, _text: str) -> None:
        """Take nothing: white space before the root."""
