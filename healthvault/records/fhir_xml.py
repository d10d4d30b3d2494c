# SPDX-License-Identifier: Apache-2.0
"""FHIR resources in XML, turned into the members that the JSON form would have, as far as describing needs.

Every element becomes a list, because the notation does not tell one from many; the narrative and extensions
are left out. Spec: docs/spec/records.md section 4.
"""

from healthvault.records.description import Found
from healthvault.records.fhir_bundle import BundleSummary, found_resource
from healthvault.records.json_walk import STREAMED, Json
from healthvault.records.probe import Probe
from healthvault.records.xml_walk import split_name, walk_xml

__all__ = ["FHIR_NAMESPACE", "describe_fhir_xml"]

FHIR_NAMESPACE = "http://hl7.org/fhir"
FHIR_XML = "application/fhir+xml"
READ_BYTES = 4 * 1024 * 1024
ENTRY_DEPTH = 2  # of an entry of a Bundle, the root being 1
_LEFT_OUT = ("extension", "modifierExtension")


def describe_fhir_xml(probe: Probe) -> Found:
    """Describe a file whose root element is in the namespace of FHIR."""
    reader = _Resource()
    is_complete = walk_xml(probe.pieces(READ_BYTES), reader)
    return found_resource(reader.root, reader.bundle, is_complete=is_complete, media_type=FHIR_XML)


class _Node:
    """One open element: its local name, its `value` and its members so far."""

    __slots__ = ("members", "name", "value")

    def __init__(self, name: str, value: str | None) -> None:
        self.name = name
        self.value = value
        self.members: dict[str, list[Json]] = {}

    def to_json(self) -> Json:
        if self.value is not None and not self.members:
            return self.value
        return {name: value[0] if name == "resourceType" else value for name, value in self.members.items()}


class _Resource:
    """Takes the events of a resource; entries of a Bundle go to the summary and are dropped."""

    def __init__(self) -> None:
        self.root: dict[str, Json] = {}
        self.bundle = BundleSummary()
        self._open: list[_Node] = []
        self._skipped = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        namespace, local = split_name(name)
        if self._skipped or namespace != FHIR_NAMESPACE or local in _LEFT_OUT:
            self._skipped += 1
            return
        node = _Node(local, attributes.get("value"))
        if local[0].isupper():
            node.members["resourceType"] = [local]
            self.root = self.root or {"resourceType": local}
        self._open.append(node)

    def end(self, _name: str) -> None:
        if self._skipped:
            self._skipped -= 1
            return
        node = self._open.pop()
        if len(self._open) == ENTRY_DEPTH - 1:
            self._end_member(node)
        elif self._open and node.name[0].isupper():
            self._open[-1].members |= node.members  # `resource` and `contained` are the resource itself
        elif self._open:
            self._open[-1].members.setdefault(node.name, []).append(node.to_json())

    def text(self, _text: str) -> None:
        """Take nothing: FHIR keeps its values in attributes."""

    def _end_member(self, node: _Node) -> None:
        if node.name == STREAMED:
            self.bundle.add(node.to_json())
            return
        told = self.root.setdefault(node.name, [])
        if isinstance(told, list):
            told.append(node.to_json())
