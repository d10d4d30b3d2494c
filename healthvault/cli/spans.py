# SPDX-License-Identifier: Apache-2.0
"""Lines for a screen as plain values: pieces of text, each with its style. Pure; `render` paints them.

Texts are untrusted and made visible when they are painted.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

__all__ = ["Row", "Span", "around", "marked_spans"]


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of a line."""

    text: str
    style: str = ""
    shrinks: bool = False
    """It may be cut where the line is too long; the widest first."""


@dataclass(frozen=True, slots=True)
class Row:
    """A line; its tail stands at the right edge and is never cut."""

    spans: tuple[Span, ...] = ()
    tail: str = ""


def marked_spans(text: str, marks: Sequence[tuple[int, int]], style: str = "") -> Iterator[Span]:
    """Yield a text in pieces, the marked ones bold."""
    place = 0
    for start, end in marks:
        yield Span(text[place:start], style)
        yield Span(text[start:end], f"bold {style}".strip() + " yellow")
        place = end
    yield Span(text[place:], style)


def around(text: str, marks: Sequence[tuple[int, int]], room: int) -> tuple[str, list[tuple[int, int]]]:
    """Return the part of a long text in which the first mark is seen, and the marks in it."""
    first = marks[0][0] if marks else 0
    if first < room // 2:
        return text, list(marks)
    cut = first - room // 4
    return "\u2026" + text[cut:], [(start - cut + 1, end - cut + 1) for start, end in marks]
