# SPDX-License-Identifier: Apache-2.0
"""The right edge of a growing tree: enough to go on from one root to a later one, and nothing of what lies before.

Whoever knows a root, and is handed the complete subtrees that lead to it, can append leaves and compare the root
that comes out with a later signed one, at the cost of the new leaves only. Spec: docs/spec/tree.md section 1.
"""

from collections.abc import Iterable

from healthvault.tlog.tree import EMPTY_ROOT, HashSource, fold, node_hash

__all__ = ["Frontier"]


class Frontier:
    """The complete subtrees of a tree, falling in size: at most one a level."""

    def __init__(self, complete: Iterable[tuple[int, bytes]] = ()) -> None:
        """Start from (level, root of 32 bytes) of the complete subtrees, left to right; none for an empty tree."""
        self._complete = list(complete)

    @classmethod
    def of(cls, source: HashSource, size: int) -> "Frontier":
        """Return the edge of the tree over the first `size` leaves; as trustworthy as `source`."""
        complete: list[tuple[int, bytes]] = []
        start = 0
        for level in reversed(range(size.bit_length())):
            if size >> level & 1:
                complete.append((level, source.node(level, start >> level)))
                start += 1 << level
        return cls(complete)

    @property
    def complete(self) -> tuple[tuple[int, bytes], ...]:
        """What a new one starts from to go on here."""
        return tuple(self._complete)

    @property
    def size(self) -> int:
        """The number of leaves."""
        return sum(1 << level for level, _ in self._complete)

    def append(self, leaf: bytes) -> None:
        """Add the hash (32 bytes) of one more leaf at the right."""
        level, node = 0, leaf
        while self._complete and self._complete[-1][0] == level:
            node = node_hash(self._complete.pop()[1], node)
            level += 1
        self._complete.append((level, node))

    def root(self) -> bytes:
        """Return the root (32 bytes) over all leaves."""
        return fold([node for _, node in self._complete]) if self._complete else EMPTY_ROOT
