# SPDX-License-Identifier: Apache-2.0
"""The right edge of a tree, against the whole tree."""

import pytest

from healthvault.tlog.frontier import Frontier
from healthvault.tlog.tree import EMPTY_ROOT, MemoryTree, leaf_hash, tree_root

LEAVES = [leaf_hash(b"%d" % number) for number in range(70)]
TREE = MemoryTree(LEAVES)


def test_an_empty_edge_has_the_empty_root() -> None:
    """No leaf, the root of the empty tree."""
    assert (0, EMPTY_ROOT) == (Frontier().size, Frontier().root())


def test_leaf_by_leaf_it_has_the_root_of_the_tree() -> None:
    """At every size."""
    edge = Frontier()
    for size, leaf in enumerate(LEAVES, 1):
        edge.append(leaf)
        assert (size, tree_root(TREE, size)) == (edge.size, edge.root())


@pytest.mark.parametrize("size", [0, 1, 2, 3, 31, 32, 33, 63, 64, 69, 70])
def test_it_goes_on_from_any_size(size: int) -> None:
    """Taken from a tree, it has its root, and leads to that of the whole."""
    edge = Frontier.of(TREE, size)
    assert (size, tree_root(TREE, size)) == (edge.size, edge.root())
    for leaf in LEAVES[size:]:
        edge.append(leaf)
    assert TREE.root() == edge.root()


def test_another_leaf_leads_to_another_root() -> None:
    """What is appended counts."""
    edge = Frontier.of(TREE, 69)
    edge.append(leaf_hash(b"another"))
    assert TREE.root() != edge.root()
