# SPDX-License-Identifier: Apache-2.0
"""The narrative of a CDA section, line by line: what a clinician has signed, whether or not it was coded too.

Rows of a table become lines, with ` | ` between cells. Source: HL7 CDA R2, section.text.
"""

from collections.abc import Iterator

from healthvault.records.xml_tree import Node

__all__ = ["lines_of"]

MAX_LINE_CHARS = 2000
_BLOCKS = frozenset(
    {"text", "paragraph", "list", "item", "table", "thead", "tbody", "tfoot", "tr", "caption", "br"}
)
_CELLS = frozenset({"td", "th"})
_END = object()
"""Stands on the stack where a block ends."""


def lines_of(text: Node | None) -> Iterator[str]:
    """Yield the lines of a narrative, each cut into pieces of a bounded length; none is empty."""
    parts: list[str] = []
    stack: list[object] = [] if text is None else [text]
    while stack:
        each = stack.pop()
        if isinstance(each, str):
            parts.append(each)
        elif isinstance(each, Node) and each.name not in _BLOCKS:
            parts.extend(["\x00"] if each.name in _CELLS and parts else [])
            stack.extend(reversed(each.content))
        else:
            yield from _pieces(parts)
            parts.clear()
            if isinstance(each, Node):
                stack.append(_END)
                stack.extend(reversed(each.content))
    yield from _pieces(parts)


def _pieces(parts: list[str]) -> Iterator[str]:
    cells = (" ".join(cell.split()) for cell in " ".join(parts).split("\x00"))
    line = " | ".join(filter(None, cells))
    for start in range(0, len(line), MAX_LINE_CHARS):
        yield line[start : start + MAX_LINE_CHARS]
