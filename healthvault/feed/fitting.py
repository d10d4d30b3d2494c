# SPDX-License-Identifier: Apache-2.0
"""Which lines of a feed fit into a number of bytes: whole lines, in their order, and what was left out.

After the first line that does not fit nothing more is taken: who reads it knows that all that is newer is there.
Spec: docs/spec/context.md section 4.
"""

from collections.abc import Iterable
from dataclasses import dataclass

__all__ = ["Fitted", "Line", "fitted"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of the feed, and the document that it is of."""

    document: str
    text: str
    """JSON with its line end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """The lines that fit, and what did not."""

    lines: tuple[Line, ...]
    documents: tuple[str, ...]
    """Ids of those of which a line is in it, in order."""
    cut: str | None
    """Id of the document that is not there as a whole."""
    left_lines: int
    left_documents: int
    """Of which no line is in it."""


def fitted(lines: Iterable[Line], *, room_bytes: int) -> Fitted:
    """Return the first lines that fit.

    Args:
        lines: In the order in which they matter.
        room_bytes: For all of them.
    """
    taken: list[Line] = []
    left: list[Line] = []
    room = room_bytes
    for line in lines:
        room -= len(line.text.encode())
        (left if left or room < 0 else taken).append(line)
    documents = tuple(dict.fromkeys(line.document for line in taken))
    others = dict.fromkeys(line.document for line in left)
    return Fitted(
        lines=tuple(taken),
        documents=documents,
        cut=next((one for one in others if one in documents), None),
        left_lines=len(left),
        left_documents=sum(one not in documents for one in others),
    )
