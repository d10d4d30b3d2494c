# SPDX-License-Identifier: Apache-2.0
"""Inclusion and consistency proofs of RFC 9162, one leaf or one older size at a time.

A proof is the list of sibling hashes on a way down the tree, deepest first. Making one and checking one walk
the same way, so that the number of hashes and the side of each are fixed by index and sizes alone.
Bundles use `slice` instead; these are for grant slots and for other tools.

Spec: docs/spec/tree.md section 2. Source: RFC 9162 sections 2.1.3 and 2.1.4.
"""

from collections.abc import Sequence

from healthvault.codec import MAX_INT
from healthvault.crypto.hashing import DIGEST_BYTES, equal
from healthvault.errors import IntegrityError
from healthvault.tlog.tree import HashSource, node_hash, range_root, split

__all__ = ["check_consistency", "check_inclusion", "consistency_proof", "inclusion_proof"]


def inclusion_proof(source: HashSource, index: int, size: int) -> tuple[bytes, ...]:
    """Return the proof that leaf `index` is in the tree of `size` > `index` leaves, deepest sibling first."""
    return tuple(range_root(source, lo, hi) for lo, hi in reversed(_siblings(index, index + 1, size)))


def consistency_proof(source: HashSource, size1: int, size2: int) -> tuple[bytes, ...]:
    """Return the proof that the tree of `size2` leaves continues that of `size1`, 0 < size1 <= size2."""
    start, ranges = _boundary(size1, size2)
    proof = [range_root(source, lo, hi) for lo, hi in reversed(ranges)]
    if start:  # else the first hash is the older root itself, which the checker has
        proof.insert(0, range_root(source, start, size1))
    return tuple(proof)


def check_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> None:
    """Check that a leaf stands at its place in a tree.

    Args:
        leaf: The leaf hash, recomputed from the entry's bytes; never taken from the proof.
        index: Unverified place of the leaf, from 0.
        size: Number of leaves, from the signed checkpoint.
        proof: Unverified hashes, deepest sibling first.
        root: The signed root.

    Raises:
        IntegrityError: `bad_proof`, another leaf, place, tree or number of hashes, or a hash that is not 32
            bytes.
    """
    if not 0 <= index < size <= MAX_INT:
        raise _bad(f"index {index} does not lie in a tree of {size}")
    siblings = _siblings(index, index + 1, size)
    if len(proof) != len(siblings) or not _are_digests((leaf, *proof)):
        raise _bad(f"leaf {index} of {size} needs {len(siblings)} hashes of {DIGEST_BYTES} bytes")
    node = leaf
    for (lo, _), sibling in zip(reversed(siblings), proof, strict=True):
        node = node_hash(node, sibling) if lo > index else node_hash(sibling, node)
    if not equal(node, root):
        raise _bad(f"the proof of leaf {index} leads to another root")


def check_consistency(size1: int, size2: int, root1: bytes, root2: bytes, proof: Sequence[bytes]) -> None:
    """Check that the tree (size2, root2) continues the tree (size1, root1).

    Args:
        size1: The older size. 0 is refused: every tree continues the empty one, so it proves nothing.
        size2: The newer size.
        root1: Root known for `size1`.
        root2: Root known for `size2`.
        proof: Unverified hashes, deepest first; empty for equal sizes.

    Raises:
        IntegrityError: `bad_proof`, the sizes are not 0 < size1 <= size2, the number of hashes is wrong, a
            hash is not 32 bytes, or they do not lead to both roots.
    """
    if not 0 < size1 <= size2 <= MAX_INT:
        raise _bad(f"no consistency can be shown from size {size1} to {size2}")
    start, ranges = _boundary(size1, size2)
    expected = len(ranges) + (start > 0)
    if len(proof) != expected or not _are_digests(proof):
        raise _bad(f"sizes {size1} and {size2} need {expected} hashes of {DIGEST_BYTES} bytes")
    older = newer = proof[0] if start else root1
    for (lo, _), sibling in zip(reversed(ranges), proof[len(proof) - len(ranges) :], strict=True):
        if lo < size1:
            older, newer = node_hash(sibling, older), node_hash(sibling, newer)
        else:
            newer = node_hash(newer, sibling)
    if not (equal(older, root1) and equal(newer, root2)):
        raise _bad(f"the trees of sizes {size1} and {size2} do not continue one another")


def _siblings(lo: int, hi: int, size: int) -> list[tuple[int, int]]:
    """Return the ranges passed by on the way from the root down to the node [lo, hi), topmost first."""
    left, right = 0, size
    passed: list[tuple[int, int]] = []
    while (left, right) != (lo, hi):
        middle = left + split(right - left)
        if lo < middle:
            passed.append((middle, right))
            right = middle
        else:
            passed.append((left, middle))
            left = middle
    return passed


def _boundary(size1: int, size2: int) -> tuple[int, list[tuple[int, int]]]:
    """Return where the largest common node that ends at `size1` starts, and the ranges passed on the way."""
    if size1 == size2:
        return 0, []
    start = size1 & (size1 - 1)  # that node is the last complete subtree of the older tree
    return start, _siblings(start, size1, size2)


def _are_digests(hashes: Sequence[bytes]) -> bool:
    return all(len(item) == DIGEST_BYTES for item in hashes)


def _bad(message: str) -> IntegrityError:
    return IntegrityError("bad_proof", message)
