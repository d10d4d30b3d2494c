# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.tlog.tree."""

from hashlib import sha256

import pytest

from healthvault.tlog.tree import (
    EMPTY_ROOT,
    MemoryTree,
    leaf_hash,
    node_hash,
    parents,
    perfect_root,
    range_root,
    split,
    tree_root,
)

LEAVES = [leaf_hash(b"entry %d" % place) for place in range(70)]


def naive_root(leaves: list[bytes]) -> bytes:
    """Compute a root by the definition of RFC 6962."""
    if len(leaves) == 1:
        return leaves[0]
    half = 1
    while half * 2 < len(leaves):
        half *= 2
    return sha256(b"\x01" + naive_root(leaves[:half]) + naive_root(leaves[half:])).digest()


def test_leaf_and_node_hashes_start_with_different_bytes() -> None:
    """A node's preimage shown as an entry gives another hash."""
    left, right = LEAVES[:2]
    assert sha256(b"\x00entry").digest() == leaf_hash(b"entry")
    assert sha256(b"\x01" + left + right).digest() == node_hash(left, right)
    assert node_hash(left, right) != leaf_hash(left + right)


def test_the_empty_tree_has_the_hash_of_nothing() -> None:
    """RFC 6962 section 2.1: the hash of an empty list is that of an empty string."""
    assert "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" == EMPTY_ROOT.hex()
    assert EMPTY_ROOT == MemoryTree().root()


@pytest.mark.parametrize(("width", "left"), [(2, 1), (3, 2), (4, 2), (5, 4), (8, 4), (9, 8), (2**53 - 1, 2**52)])
def test_split_is_the_largest_power_of_two_below(width: int, left: int) -> None:
    """Never the width itself."""
    assert left == split(width)


def test_roots_of_all_sizes_agree_with_the_definition() -> None:
    """One tree gives the root of each size up to its own."""
    tree = MemoryTree(LEAVES)
    for size in range(1, len(LEAVES) + 1):
        assert naive_root(LEAVES[:size]) == tree_root(tree, size)


def test_appending_and_building_at_once_give_the_same_tree() -> None:
    """After each leaf."""
    grown = MemoryTree()
    for size, leaf in enumerate(LEAVES, 1):
        grown.append(leaf)
        assert MemoryTree(LEAVES[:size]).root() == grown.root()
        assert size == grown.size


def test_a_built_tree_grows_like_a_grown_one() -> None:
    """From every size, so the levels of both are the same."""
    for size in range(1, 20):
        tree = MemoryTree(LEAVES[:size])
        for leaf in LEAVES[size:]:
            tree.append(leaf)
        assert naive_root(LEAVES) == tree.root()


@pytest.mark.parametrize("size", [1, 2, 7, 8, 13, 64])
def test_replacing_a_leaf_changes_what_lies_above_it_only(size: int) -> None:
    """Each place of trees with and without an odd edge."""
    for place in range(size):
        tree = MemoryTree(LEAVES[:size])
        tree.replace(place, LEAVES[69])
        changed = [*LEAVES[:place], LEAVES[69], *LEAVES[place + 1 : size]]
        assert naive_root(changed) == tree.root()


def test_ranges_that_are_nodes_have_the_root_of_their_leaves() -> None:
    """Complete ones, and the uneven one at the right edge."""
    tree = MemoryTree(LEAVES)
    for lo, hi in [(0, 64), (64, 70), (68, 70), (8, 16), (69, 70), (0, 70)]:
        assert naive_root(LEAVES[lo:hi]) == range_root(tree, lo, hi)


def test_a_full_row_folds_to_its_root() -> None:
    """As a tile of 256 hashes does."""
    row = [sha256(b"%d" % place).digest() for place in range(256)]
    assert naive_root(row) == perfect_root(row)
    assert row[0] == perfect_root(row[:1])


def test_an_odd_last_node_has_no_parent_yet() -> None:
    """It waits for its sibling."""
    assert [node_hash(*LEAVES[:2])] == parents(LEAVES[:3])
