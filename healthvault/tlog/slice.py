# SPDX-License-Identifier: Apache-2.0
"""The slice: one proof that many leaves, and many older trees, belong to one tree.

It lists the roots of the largest subtrees that hold no leaf of interest and no older size (mark) strictly
inside, left to right. Who has the leaves rebuilds the root, and with it the root at every mark: at the moment
when a walk from left to right has passed the first `m` leaves, the subtrees it has closed are exactly those
that RFC 6962 folds into the root of size m. So a wrong root at a mark is a fork of the log, never a bad proof.

`Slice` checks itself: one that breaks the rules cannot be made. Does not know what a leaf means, and compares
no root with a signed one: the caller does. Spec: docs/spec/tree.md section 3.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from itertools import pairwise

from healthvault.codec import LARGE_ITEMS, MAX_INT, Fields, Value
from healthvault.crypto.hashing import DIGEST_BYTES
from healthvault.errors import FormatError, IntegrityError
from healthvault.tlog.tree import HashSource, fold, node_hash, range_root, split

__all__ = ["KnownNodes", "Rebuilt", "Slice", "build_slice", "known_nodes", "narrow", "parse_slice", "rebuild"]

_KEYS = {"size", "leaves", "marks", "hashes"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """A slice of well-formed parts; whether its hashes lead to a signed root is for `rebuild` to tell."""

    size: int
    """Number of leaves of the tree, 1 to 2^53-1."""
    leaves: tuple[int, ...]
    """Places of the disclosed leaves, strictly rising, below `size`."""
    marks: tuple[int, ...]
    """Older sizes, strictly rising, above 0 and below `size`."""
    hashes: tuple[bytes, ...]
    """Roots (32 bytes) of the largest untouched subtrees, left to right."""

    def __post_init__(self) -> None:
        if max(len(self.leaves), len(self.marks), len(self.hashes)) > LARGE_ITEMS:
            raise FormatError("limit_exceeded", f"a slice has more than {LARGE_ITEMS} items of one kind")
        if not 0 < self.size <= MAX_INT:
            raise _bad(f"a slice of a tree of {self.size} leaves")
        if not _is_rising(self.leaves, 0, self.size):
            raise _bad("the leaves of a slice are not strictly rising places in the tree")
        if not _is_rising(self.marks, 1, self.size):
            raise _bad("the marks of a slice are not strictly rising sizes below its own")
        if any(len(item) != DIGEST_BYTES for item in self.hashes):
            raise _bad(f"a hash of a slice is not {DIGEST_BYTES} bytes")

    def to_value(self) -> Value:
        """Return the map that `codec.pack` encodes."""
        return {
            "size": self.size,
            "leaves": list(self.leaves),
            "marks": list(self.marks),
            "hashes": list(self.hashes),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebuilt:
    """What a slice and its leaves amount to: to be compared with signed and remembered roots."""

    size: int
    """Size that the slice claims. Hashes do not prove it: it must be the size that was signed with the root."""
    root: bytes
    """Root (32 bytes) of the whole tree: equal to the signed one, or the slice is a bad proof."""
    mark_roots: dict[int, bytes]
    """Root (32 bytes) at each mark: another root known for that size is a fork."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownNodes:
    """A slice with all the nodes that rebuilding it passes, to cut smaller slices from (see `narrow`)."""

    slice: Slice
    nodes: dict[tuple[int, int], bytes]
    """Root (32 bytes) of each node, by its range of leaves."""


def parse_slice(value: Value) -> Slice:
    """Read a slice from a decoded, unverified map.

    Raises:
        FormatError: `bad_schema`, not a map of exactly the four keys, wrong types or more than 2^20 items.
        IntegrityError: `bad_proof`, leaves or marks out of order or range, or hashes that are not 32 bytes.
    """
    fields = Fields(value, "slice")
    if fields.map.keys() != _KEYS:
        raise FormatError("bad_schema", "a slice has exactly size, leaves, marks and hashes")
    return Slice(
        size=fields.uint("size"),
        leaves=tuple(fields.uints("leaves")),
        marks=tuple(fields.uints("marks")),
        hashes=tuple(fields.bins("hashes")),
    )


def build_slice(source: HashSource, size: int, leaves: Iterable[int], marks: Iterable[int]) -> Slice:
    """Make the slice of a tree for some leaves and older sizes.

    Args:
        source: Holds the complete subtrees of the tree.
        size: Number of leaves of the tree, at least 1.
        leaves: Places below `size`, in any order.
        marks: Sizes above 0 and below `size`, in any order; the caller leaves out `size` itself.

    Raises:
        IntegrityError: `bad_proof`, a leaf or mark outside the tree.
        FormatError: `limit_exceeded`, more than 2^20 leaves, marks or hashes.
    """
    shape = _shape(size, leaves, marks)
    hashes = tuple(range_root(source, lo, hi) for lo, hi in _untouched(shape))
    return Slice(size=size, leaves=shape.leaves, marks=shape.marks, hashes=hashes)


def rebuild(proof: Slice, leaf_hashes: Mapping[int, bytes]) -> Rebuilt:
    """Compute the roots that a slice and the hashes of its leaves lead to.

    Args:
        proof: An unverified slice.
        leaf_hashes: For each leaf of the slice, and no other, its hash recomputed from the entry's bytes.

    Raises:
        IntegrityError: `bad_proof`, the leaves are not those of the slice, or a hash is missing or left over.
    """
    return _rebuild(proof, leaf_hashes, None)


def known_nodes(proof: Slice, leaf_hashes: Mapping[int, bytes]) -> KnownNodes:
    """Keep every node that rebuilding a slice passes; the caller has verified the slice before.

    Raises:
        IntegrityError: `bad_proof`, see `rebuild`.
    """
    nodes: dict[tuple[int, int], bytes] = {}
    _rebuild(proof, leaf_hashes, nodes)
    return KnownNodes(slice=proof, nodes=nodes)


def narrow(known: KnownNodes, leaves: Iterable[int], marks: Iterable[int]) -> Slice:
    """Cut out the slice for some of the leaves and marks of a verified slice.

    It leads to the same roots: each subtree that it passes by was passed or entered in the larger walk.

    Raises:
        IntegrityError: `bad_proof`, a leaf or mark that the larger slice does not prove.
    """
    shape = _shape(known.slice.size, leaves, marks)
    if not (_holds(known.slice.leaves, shape.leaves) and _holds(known.slice.marks, shape.marks)):
        raise _bad("a slice cannot be narrowed to leaves or marks that it does not have")
    hashes = tuple(known.nodes[where] for where in _untouched(shape))
    return Slice(size=shape.size, leaves=shape.leaves, marks=shape.marks, hashes=hashes)


class _Step(Enum):
    """What the walk does at a range, or asks for."""

    VISIT = auto()
    HASH = auto()  # take the next hash: nothing of interest inside
    LEAF = auto()
    MARK = auto()  # the walk has just passed the first `hi` leaves, and `hi` is a mark
    JOIN = auto()  # both halves are done


def _walk(proof: Slice) -> Iterator[tuple[_Step, int, int]]:
    """Yield the steps of the walk over a slice, left to right, each with its range; iterative, so fast."""
    leaves, marks, is_mark = proof.leaves, proof.marks, frozenset(proof.marks)
    todo = [(_Step.VISIT, 0, proof.size)]
    while todo:
        step, lo, hi = todo.pop()
        if step is not _Step.VISIT:
            yield step, lo, hi
        elif not _touches(leaves, lo, hi) and not _touches(marks, lo + 1, hi):
            yield _Step.HASH, lo, hi
        elif hi - lo == 1:
            yield _Step.LEAF, lo, hi
        else:
            middle = lo + split(hi - lo)
            todo += [(_Step.JOIN, lo, hi), (_Step.VISIT, middle, hi)]
            if middle in is_mark:
                todo.append((_Step.MARK, 0, middle))
            todo.append((_Step.VISIT, lo, middle))


def _rebuild(
    proof: Slice, leaf_hashes: Mapping[int, bytes], nodes: dict[tuple[int, int], bytes] | None
) -> Rebuilt:
    if leaf_hashes.keys() != set(proof.leaves):
        raise _bad("the entries are not the leaves of the slice")
    hashes = iter(proof.hashes)
    closed: list[bytes] = []  # complete subtrees to the left of where the walk is
    mark_roots: dict[int, bytes] = {}
    for step, lo, hi in _walk(proof):
        if step is _Step.MARK:
            mark_roots[hi] = fold(closed)
            continue
        if step is _Step.JOIN:
            right = closed.pop()
            closed.append(node_hash(closed.pop(), right))
        else:
            closed.append(_next(hashes) if step is _Step.HASH else leaf_hashes[lo])
        if nodes is not None:
            nodes[lo, hi] = closed[-1]
    if next(hashes, None) is not None:
        raise _bad("hashes of the slice are left over")
    return Rebuilt(size=proof.size, root=closed[0], mark_roots=mark_roots)


def _next(hashes: Iterator[bytes]) -> bytes:
    item = next(hashes, None)
    if item is None:
        raise _bad("a hash of the slice is missing")
    return item


def _shape(size: int, leaves: Iterable[int], marks: Iterable[int]) -> Slice:
    return Slice(size=size, leaves=tuple(sorted(set(leaves))), marks=tuple(sorted(set(marks))), hashes=())


def _untouched(shape: Slice) -> Iterator[tuple[int, int]]:
    return ((lo, hi) for step, lo, hi in _walk(shape) if step is _Step.HASH)


def _touches(points: Sequence[int], lo: int, hi: int) -> bool:
    """Tell whether one of the rising points lies in [lo, hi)."""
    place = bisect_left(points, lo)
    return place < len(points) and points[place] < hi


def _holds(whole: tuple[int, ...], part: tuple[int, ...]) -> bool:
    return all(_touches(whole, item, item + 1) for item in part)


def _is_rising(items: tuple[int, ...], lo: int, hi: int) -> bool:
    return not items or (
        lo <= items[0] and items[-1] < hi and all(left < right for left, right in pairwise(items))
    )


def _bad(message: str) -> IntegrityError:
    return IntegrityError("bad_proof", message)
