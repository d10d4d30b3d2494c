# SPDX-License-Identifier: Apache-2.0
"""Merkle trees as in RFC 6962: hashes of leaves and nodes, and the root of any size from complete subtrees.

A complete subtree has a level (0 = leaves) and an index among its level: it spans the leaves
[index << level, (index + 1) << level). Such nodes never change while the log grows, so everything else (roots,
proofs, slices) is computed from a `HashSource` of them. Leaves and nodes are hashed with different first
bytes, so that a node can never be shown as a leaf.

Does not read files: storage implements `HashSource` over tiles. Spec: docs/spec/tree.md section 1.
"""

from collections.abc import Iterable, Sequence
from typing import Protocol

from healthvault.crypto.hashing import sha256

__all__ = [
    "EMPTY_ROOT",
    "HashSource",
    "MemoryTree",
    "fold",
    "leaf_hash",
    "node_hash",
    "parents",
    "perfect_root",
    "range_root",
    "split",
    "tree_root",
]

EMPTY_ROOT = sha256(b"")  # of the tree without leaves


class HashSource(Protocol):
    """Where the roots of complete subtrees come from."""

    def node(self, level: int, index: int) -> bytes:
        """Return the root (32 bytes) of the complete subtree [index << level, (index + 1) << level)."""
        ...


def leaf_hash(entry: bytes) -> bytes:
    """Return the hash (32 bytes) of a leaf: SHA-256(0x00 ‖ entry). Source: RFC 6962 section 2.1."""
    return sha256(b"\x00" + entry)


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash (32 bytes) of an inner node: SHA-256(0x01 ‖ left ‖ right)."""
    return sha256(b"\x01" + left + right)


def split(width: int) -> int:
    """Return the number of leaves left of the split of `width` > 1: the largest power of two below it."""
    return 1 << ((width - 1).bit_length() - 1)


def parents(row: Sequence[bytes]) -> list[bytes]:
    """Return the level above a level of complete subtrees; an odd last node has no parent yet."""
    return [sha256(b"\x01" + left + right) for left, right in zip(row[::2], row[1::2], strict=False)]


def perfect_root(row: Sequence[bytes]) -> bytes:
    """Return the root over 2^n neighbouring nodes of one level, such as the hashes of a full tile."""
    while len(row) > 1:
        row = parents(row)
    return row[0]


def range_root(source: HashSource, lo: int, hi: int) -> bytes:
    """Return the root (32 bytes) of the leaves [lo, hi).

    Args:
        source: Must hold every complete subtree of the range.
        lo: A multiple of the smallest power of two that is not below hi - lo: then the range is a node of
            some tree of RFC 6962.
        hi: Above `lo`.
    """
    complete: list[bytes] = []
    while lo < hi:
        level = (hi - lo).bit_length() - 1
        complete.append(source.node(level, lo >> level))
        lo += 1 << level
    return fold(complete)


def tree_root(source: HashSource, size: int) -> bytes:
    """Return the root (32 bytes) of the first `size` leaves."""
    return range_root(source, 0, size) if size else EMPTY_ROOT


def fold(complete: Sequence[bytes]) -> bytes:
    """Return the root over complete subtrees of falling size, left to right, at least one."""
    root = complete[-1]
    for left in reversed(complete[:-1]):
        root = node_hash(left, root)
    return root


class MemoryTree:
    """A tree with all its complete subtrees in memory: for grant slots, and for logs that are small.

    Building costs one hash a leaf, appending one on average, replacing one a level.
    """

    def __init__(self, leaves: Iterable[bytes] = ()) -> None:
        self._levels = [list(leaves)]
        while len(self._levels[-1]) > 1:
            self._levels.append(parents(self._levels[-1]))

    @property
    def size(self) -> int:
        """The number of leaves."""
        return len(self._levels[0])

    def node(self, level: int, index: int) -> bytes:
        """Return the root of a complete subtree, see `HashSource`."""
        return self._levels[level][index]

    def root(self) -> bytes:
        """Return the root (32 bytes) over all leaves."""
        return tree_root(self, self.size)

    def append(self, leaf: bytes) -> None:
        """Add the hash (32 bytes) of one more leaf at the right."""
        level, node = 0, leaf
        self._levels[0].append(node)
        while len(self._levels[level]) % 2 == 0:
            node = node_hash(*self._levels[level][-2:])
            level += 1
            if level == len(self._levels):
                self._levels.append([])
            self._levels[level].append(node)

    def replace(self, index: int, leaf: bytes) -> None:
        """Put another leaf hash (32 bytes) at `index`, for trees that are not logs (grant slots)."""
        self._levels[0][index] = leaf
        for below, row in zip(self._levels, self._levels[1:], strict=False):
            index >>= 1
            if index == len(row):  # the last node of the level below has no sibling yet
                return
            row[index] = node_hash(below[2 * index], below[2 * index + 1])
