# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.tlog.proof."""

import pytest

from healthvault.errors import IntegrityError
from healthvault.tlog.proof import check_consistency, check_inclusion, consistency_proof, inclusion_proof
from healthvault.tlog.tree import EMPTY_ROOT, MemoryTree, leaf_hash, node_hash, tree_root

SIZE = 21
LEAVES = [leaf_hash(b"entry %d" % place) for place in range(SIZE)]
TREE = MemoryTree(LEAVES)
ROOT = TREE.root()


def refuse_inclusion(leaf: bytes, index: int, size: int, proof: tuple[bytes, ...]) -> None:
    """Expect the proof to be refused."""
    with pytest.raises(IntegrityError) as caught:
        check_inclusion(leaf, index, size, proof, ROOT)
    assert caught.value.code == "bad_proof"


def refuse_consistency(size1: int, size2: int, root1: bytes, proof: tuple[bytes, ...]) -> None:
    """Expect the proof to be refused."""
    with pytest.raises(IntegrityError) as caught:
        check_consistency(size1, size2, root1, ROOT, proof)
    assert caught.value.code == "bad_proof"


def test_every_leaf_of_every_size_is_proved() -> None:
    """What is made holds."""
    for size in range(1, SIZE + 1):
        for index in range(size):
            proof = inclusion_proof(TREE, index, size)
            check_inclusion(LEAVES[index], index, size, proof, tree_root(TREE, size))


def test_every_pair_of_sizes_is_proved() -> None:
    """What is made holds, equal sizes included."""
    for size2 in range(1, SIZE + 1):
        for size1 in range(1, size2 + 1):
            proof = consistency_proof(TREE, size1, size2)
            check_consistency(size1, size2, tree_root(TREE, size1), tree_root(TREE, size2), proof)


def test_the_example_of_the_rfc_has_its_parts() -> None:
    """RFC 6962 section 2.1.3: in a tree of 7, d0 needs [b, h, l] and d6 needs [i, k]; 3 to 7 is [c, d, g, l]."""
    tree = MemoryTree(LEAVES[:7])
    g, h = node_hash(*LEAVES[0:2]), node_hash(*LEAVES[2:4])
    i, j = node_hash(*LEAVES[4:6]), LEAVES[6]
    assert (LEAVES[1], h, node_hash(i, j)) == inclusion_proof(tree, 0, 7)
    assert (i, node_hash(g, h)) == inclusion_proof(tree, 6, 7)
    assert (LEAVES[2], LEAVES[3], g, node_hash(i, j)) == consistency_proof(tree, 3, 7)
    assert (node_hash(i, j),) == consistency_proof(tree, 4, 7)
    assert (i, j, node_hash(g, h)) == consistency_proof(tree, 6, 7)


def test_another_leaf_place_size_or_root_is_refused() -> None:
    """Each part of the statement counts."""
    proof = inclusion_proof(TREE, 5, SIZE)
    refuse_inclusion(LEAVES[6], 5, SIZE, proof)
    refuse_inclusion(LEAVES[5], 4, SIZE, proof)
    refuse_inclusion(LEAVES[5], 5, SIZE + 32, proof)
    with pytest.raises(IntegrityError):
        check_inclusion(LEAVES[5], 5, SIZE, proof, EMPTY_ROOT)


@pytest.mark.parametrize(("index", "size"), [(SIZE, SIZE), (-1, SIZE), (0, 0), (0, 2**53), (2**64, 2**65)])
def test_places_outside_the_tree_and_sizes_out_of_range_are_refused(index: int, size: int) -> None:
    """Before anything is computed."""
    refuse_inclusion(LEAVES[0], index, size, ())


def test_wrong_numbers_of_hashes_are_refused() -> None:
    """Missing, extra, far too many."""
    proof = inclusion_proof(TREE, 5, SIZE)
    for wrong in (proof[:-1], (*proof, ROOT), (), (ROOT,) * 64):
        refuse_inclusion(LEAVES[5], 5, SIZE, wrong)


def test_hashes_that_are_not_32_bytes_are_refused() -> None:
    """Else a boundary could be moved between two of them."""
    proof = inclusion_proof(TREE, 5, SIZE)
    refuse_inclusion(LEAVES[5], 5, SIZE, (proof[0] + proof[1][:1], proof[1][1:], *proof[2:]))
    refuse_inclusion(LEAVES[5] + b"\0", 5, SIZE, proof)
    older = consistency_proof(TREE, 5, SIZE)
    refuse_consistency(5, SIZE, tree_root(TREE, 5), (older[0][:-1], *older[1:]))


def test_an_inner_node_is_no_leaf() -> None:
    """A leaf hash recomputed from the children of a node does not lead to the root."""
    proof = inclusion_proof(TREE, 0, SIZE)
    refuse_inclusion(leaf_hash(LEAVES[0] + LEAVES[1]), 0, SIZE, proof[1:])


@pytest.mark.parametrize(("size1", "size2"), [(0, SIZE), (SIZE + 1, SIZE), (-1, SIZE), (1, 2**53), (0, 0)])
def test_sizes_that_prove_nothing_are_refused(size1: int, size2: int) -> None:
    """Every tree continues the empty one, and none a larger one."""
    refuse_consistency(size1, size2, EMPTY_ROOT, ())


def test_a_changed_past_is_refused() -> None:
    """The older root, or a hash, is another."""
    proof = consistency_proof(TREE, 6, SIZE)
    refuse_consistency(6, SIZE, tree_root(TREE, 5), proof)
    refuse_consistency(6, SIZE, tree_root(TREE, 6), (*proof[:-1], ROOT))
    refuse_consistency(6, SIZE, tree_root(TREE, 6), proof[1:])
    refuse_consistency(6, SIZE, tree_root(TREE, 6), (*proof, ROOT))


def test_equal_sizes_need_equal_roots_and_no_hashes() -> None:
    """An extra hash is refused even where it would not be read."""
    check_consistency(SIZE, SIZE, ROOT, ROOT, ())
    refuse_consistency(SIZE, SIZE, ROOT, (ROOT,))
    refuse_consistency(SIZE, SIZE, EMPTY_ROOT, ())
