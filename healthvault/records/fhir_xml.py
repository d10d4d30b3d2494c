# SPDX-License-Identifier: Apache-2.0
"""FHIR resources in XML, turned into the members that the JSON form would have, as far as describing needs.

Every element becomes a list, because the notation does not tell one from many; extensions are left out, and so is
the narrative unless it is asked for. Spec: docs/spec/records.md section 4.
"""

import html
from collections.abc import Callable

from healthvault.records.description import Found
from healthvault.records.fhir_bundle import BundleSummary, found_resource
from healthvault.records.json_walk import STREAMED, Json
from healthvault.records.probe import Probe
from healthvault.records.xml_walk import split_name, walk_xml

__all__ = ["FHIR_NAMESPACE", "XmlResource", "describe_fhir_xml"]

FHIR_NAMESPACE = "http://hl7.org/fhir"
XHTML_NAMESPACE = "http://www.w3.org/1999/xhtml"
FHIR_XML = "application/fhir+xml"
READ_BYTES = 4 * 1024 * 1024
ENTRY_DEPTH = 2  # of an entry of a Bundle, the root being 1
_BLOCKS = frozenset(
    ("p", "div", "tr", "li", "br", "h1", "h2", "h3", "h4", "h5", "h6", "table", "ul", "ol", "dt", "dd")
)
_LEFT_OUT = ("extension", "modifierExtension")


def describe_fhir_xml(probe: Probe) -> Found:
    """Describe a file whose root element is in the namespace of FHIR."""
    bundle = BundleSummary()
    reader = XmlResource(bundle.add)
    is_complete = walk_xml(probe.pieces(READ_BYTES), reader)
    return found_resource(reader.root, bundle, is_complete=is_complete, media_type=FHIR_XML)


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


class XmlResource:
    """Takes the events of a resource.

    Args:
        take: Is given each entry of a Bundle, which is then dropped.
        keeps_text: Narratives are kept as `text.div`, with a line for each block instead of their tags.
    """

    def __init__(self, take: Callable[[Json], None], *, keeps_text: bool = False) -> None:
        self.root: dict[str, Json] = {}
        self._take = take
        self._keeps_text = keeps_text
        self._div: list[str] = []
        self._open: list[_Node] = []
        self._skipped = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Take the start of an element."""
        namespace, local = split_name(name)
        if self._skipped or namespace != FHIR_NAMESPACE or local in _LEFT_OUT:
            self._skipped += 1
            if local in _BLOCKS:
                self._div.append("\n")
            return
        node = _Node(local, attributes.get("value"))
        if local[0].isupper():
            node.members["resourceType"] = [local]
            self.root = self.root or {"resourceType": local}
        self._open.append(node)

    def end(self, name: str) -> None:
        """Take the end of an element."""
        if self._skipped:
            self._skipped -= 1
            if not self._skipped and split_name(name) == (XHTML_NAMESPACE, "div"):
                self._end_narrative()
            return
        node = self._open.pop()
        if len(self._open) == ENTRY_DEPTH - 1:
            self._end_member(node)
        elif self._open and node.name[0].isupper():
            self._open[-1].members |= node.members  # `resource` and `contained` are the resource itself
        elif self._open:
            self._open[-1].members.setdefault(node.name, []).append(node.to_json())

    def text(self, text: str) -> None:
        """Take the text of a narrative: FHIR keeps its values in attributes."""
        if self._skipped and self._keeps_text:
            self._div.append(text)

    def _end_narrative(self) -> None:
        text = "".join(self._div)
        self._div.clear()
        if self._open and text.strip():
            self._open[-1].members["div"] = [html.escape(text).replace("\n", "<br/>")]

    def _end_member(self, node: _Node) -> None:
        if node.name == STREAMED:
            self._take(node.to_json())
            return
        told = self.root.setdefault(node.name, [])
        if isinstance(told, list):
            told.append(node.to_json())
