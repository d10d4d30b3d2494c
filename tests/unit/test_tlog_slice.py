# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.tlog.slice."""

import pytest

from healthvault.codec import LARGE_ITEMS, Value, pack, unpack
from healthvault.errors import FormatError, IntegrityError
from healthvault.tlog.slice import Slice, build_slice, known_nodes, narrow, parse_slice, rebuild
from healthvault.tlog.tree import MemoryTree, leaf_hash, node_hash, tree_root

SIZE = 100
LEAVES = [leaf_hash(b"entry %d" % place) for place in range(SIZE)]
TREE = MemoryTree(LEAVES)
ROOT = TREE.root()


def disclosed(proof: Slice) -> dict[int, bytes]:
    """Return the hashes of the leaves that a slice discloses."""
    return {place: LEAVES[place] for place in proof.leaves}


def wire(**changes: Value) -> dict[str, Value]:
    """Return a good map with some keys changed."""
    value = build_slice(TREE, SIZE, [3, 99], [10, 50]).to_value()
    assert isinstance(value, dict)
    return {**value, **changes}


def test_the_hashes_are_the_largest_untouched_subtrees_left_to_right() -> None:
    """Tree of 7, leaf 2, mark 6: [0,2) 3 [4,6) 6."""
    proof = build_slice(MemoryTree(LEAVES[:7]), 7, [2], [6])
    assert (node_hash(*LEAVES[0:2]), LEAVES[3], node_hash(*LEAVES[4:6]), LEAVES[6]) == proof.hashes


def test_a_slice_leads_to_the_root_and_the_root_at_each_mark() -> None:
    """Marks inside complete subtrees, at their edges, and at the ragged end."""
    marks = (1, 2, 50, 63, 64, 65, 96, 99)
    proof = build_slice(TREE, SIZE, [0, 17, 64, 99], marks)
    rebuilt = rebuild(proof, disclosed(proof))
    assert (SIZE, ROOT) == (rebuilt.size, rebuilt.root)
    assert {mark: tree_root(TREE, mark) for mark in marks} == rebuilt.mark_roots


def test_every_mark_of_a_small_tree_is_right() -> None:
    """All sizes up to 33 with all their older sizes."""
    for size in range(1, 34):
        proof = build_slice(TREE, size, [size - 1], range(1, size))
        rebuilt = rebuild(proof, disclosed(proof))
        assert tree_root(TREE, size) == rebuilt.root
        assert {mark: tree_root(TREE, mark) for mark in range(1, size)} == rebuilt.mark_roots


def test_a_slice_of_nothing_is_the_root() -> None:
    """No leaf and no mark: one hash."""
    proof = build_slice(TREE, SIZE, [], [])
    assert (ROOT,) == proof.hashes
    assert ROOT == rebuild(proof, {}).root


def test_a_slice_of_everything_has_no_hashes() -> None:
    """All leaves: nothing is left to give."""
    proof = build_slice(TREE, SIZE, range(SIZE), range(1, SIZE))
    assert () == proof.hashes
    assert ROOT == rebuild(proof, disclosed(proof)).root


def test_leaves_and_marks_are_sorted_and_said_once() -> None:
    """Whatever the order of the caller."""
    assert build_slice(TREE, SIZE, [3, 9], [4, 7]) == build_slice(TREE, SIZE, [9, 3, 9], [7, 4, 7])


def test_the_map_is_read_as_it_was_written() -> None:
    """Through the canonical encoding."""
    proof = build_slice(TREE, SIZE, [3, 99], [10, 50])
    assert proof == parse_slice(unpack(pack(proof.to_value()), max_items=LARGE_ITEMS))


def test_missing_and_leftover_hashes_are_refused() -> None:
    """Exactly the hashes of the walk."""
    proof = build_slice(TREE, SIZE, [3, 99], [10])
    for hashes in (proof.hashes[:-1], (*proof.hashes, ROOT), ()):
        wrong = Slice(size=SIZE, leaves=proof.leaves, marks=proof.marks, hashes=hashes)
        with pytest.raises(IntegrityError) as caught:
            rebuild(wrong, disclosed(proof))
        assert caught.value.code == "bad_proof"


def test_entries_that_are_not_the_leaves_are_refused() -> None:
    """One too many, one too few, another one."""
    proof = build_slice(TREE, SIZE, [3, 99], [])
    for places in ([3], [3, 98], [3, 98, 99]):
        with pytest.raises(IntegrityError) as caught:
            rebuild(proof, {place: LEAVES[place] for place in places})
        assert caught.value.code == "bad_proof"


def test_hashes_do_not_prove_the_size() -> None:
    """An untouched right edge may be claimed shorter: so the size must be the signed one, and the tip a leaf."""
    proof = build_slice(TREE, SIZE, [3], [])
    claimed = Slice(size=SIZE - 1, leaves=(3,), marks=(), hashes=proof.hashes)
    assert ROOT == rebuild(claimed, disclosed(proof)).root
    tip = build_slice(TREE, SIZE, [3, SIZE - 1], [])
    claimed = Slice(size=SIZE - 1, leaves=(3, SIZE - 2), marks=(), hashes=tip.hashes)
    with pytest.raises(IntegrityError):
        rebuild(claimed, {3: LEAVES[3], SIZE - 2: LEAVES[SIZE - 1]})


@pytest.mark.parametrize(
    "changes",
    [
        {"size": 0, "leaves": [], "marks": []},
        {"leaves": [-1, 3]},
        {"leaves": [3, 3]},
        {"leaves": [99, 3]},
        {"leaves": [3, 100]},
        {"marks": [0, 10]},
        {"marks": [10, 100]},
        {"marks": [10, 10]},
        {"marks": [50, 10]},
        {"hashes": [bytes(31)]},
        {"hashes": [bytes(33)]},
    ],
)
def test_maps_that_break_the_order_or_range_are_bad_proofs(changes: dict[str, Value]) -> None:
    """Unsorted, repeated, out of the tree, not 32 bytes."""
    with pytest.raises(IntegrityError) as caught:
        parse_slice(wire(**changes))
    assert caught.value.code == "bad_proof"


@pytest.mark.parametrize(
    "value",
    [
        None,
        [],
        {},
        {"size": 1, "leaves": [0], "marks": []},
        wire(more=1),
        wire(size="100"),
        wire(leaves=3),
        wire(leaves=["3"]),
        wire(leaves=[True]),
        wire(marks=[b"1"]),
        wire(hashes=["x" * 32]),
        wire(hashes=[b""] * (LARGE_ITEMS + 1)),
    ],
)
def test_maps_of_another_shape_are_refused(value: Value) -> None:
    """Exactly four keys, with their types, within the limit."""
    with pytest.raises(FormatError) as caught:
        parse_slice(value)
    assert caught.value.code == "bad_schema"


def test_a_slice_that_no_reader_would_take_cannot_be_made() -> None:
    """A leaf outside the tree, an older size that is not older, too many marks."""
    for leaves, marks in (([SIZE], []), ([-1], []), ([], [SIZE]), ([], [0])):
        with pytest.raises(IntegrityError):
            build_slice(TREE, SIZE, leaves, marks)
    with pytest.raises(FormatError) as caught:
        Slice(size=2**40, leaves=(), marks=tuple(range(1, LARGE_ITEMS + 2)), hashes=())
    assert caught.value.code == "limit_exceeded"


def test_a_hostile_size_is_walked_by_its_hashes_only() -> None:
    """A tree of 2^53-1 claimed leaves ends at the first missing hash."""
    proof = Slice(size=2**53 - 1, leaves=(2**52,), marks=(1, 2**52), hashes=(bytes(32),) * 3)
    with pytest.raises(IntegrityError) as caught:
        rebuild(proof, {2**52: bytes(32)})
    assert caught.value.code == "bad_proof"


def test_a_narrowed_slice_is_the_one_that_the_tree_would_give() -> None:
    """Cut from a larger slice without the tree."""
    proof = build_slice(TREE, SIZE, [0, 5, 17, 64, 99], [6, 18, 70])
    known = known_nodes(proof, disclosed(proof))
    for leaves, marks in (([0, 5, 99], [18]), ([99], []), ([], []), ([0, 5, 17, 64, 99], [6, 18, 70])):
        assert build_slice(TREE, SIZE, leaves, marks) == narrow(known, leaves, marks)


def test_a_slice_is_not_narrowed_to_what_it_does_not_prove() -> None:
    """Another leaf or another mark."""
    proof = build_slice(TREE, SIZE, [5, 99], [6])
    known = known_nodes(proof, disclosed(proof))
    for leaves, marks in (([4], []), ([5], [7])):
        with pytest.raises(IntegrityError) as caught:
            narrow(known, leaves, marks)
        assert caught.value.code == "bad_proof"
