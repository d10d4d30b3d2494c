# SPDX-License-Identifier: Apache-2.0
"""Events of EPCIS in XML, 1.2 and 2.0, as trees of parts. Elements named `extension` are seen through.

Source: GS1 EPCIS 1.2 and 2.0 section 9.5; CBV 2.0 section 8.9 on prefixes in values.
"""

from collections.abc import Iterator

from healthvault.errors import FormatError
from healthvault.records.xml_tree import Node
from healthvault.supply.part import Budget, Part

__all__ = ["event_of_xml"]

MAX_DEPTH = 40
_THROUGH = frozenset(("extension", "baseExtension"))
_PREFIXES = (("gs1:", "https://gs1.org/voc/"), ("cbv:", "https://ref.gs1.org/cbv/"))


def event_of_xml(node: Node, budget: Budget) -> Part:
    """Return an event as a tree.

    Raises:
        FormatError: `bad_schema`, nested too deep; `too_large`.
    """
    return _part(node, budget, 0)


def _part(node: Node, budget: Budget, depth: int) -> Part:
    if depth > MAX_DEPTH:
        raise FormatError("bad_schema", "an event that is nested too deep")
    attributes = [
        Part(name=_name(name), text=budget.spend(_value(value))) for name, value in node.attributes.items()
    ]
    parts = tuple(_part(each, budget, depth + 1) for each in _inner(node, 0))
    return Part(name=_name(node.name), text=budget.spend(_value(_own_text(node))), parts=(*attributes, *parts))


def _inner(node: Node, depth: int) -> Iterator[Node]:
    for each in node.content:
        if isinstance(each, Node):
            if each.name in _THROUGH and depth < MAX_DEPTH:
                yield from _inner(each, depth + 1)
            else:
                yield each


def _own_text(node: Node) -> str:
    """Return the text before the first element within."""
    pieces: list[str] = []
    for each in node.content:
        if isinstance(each, Node):
            break
        pieces.append(each)
    return "".join(pieces).strip()


def _name(name: str) -> str:
    namespace, _, local = name.rpartition(" ")
    return f"{{{namespace}}}{local}" if namespace else local


def _value(text: str) -> str:
    for prefix, address in _PREFIXES:
        if text.startswith(prefix):
            return address + text.removeprefix(prefix)
    return text
