# SPDX-License-Identifier: Apache-2.0
"""Random histories, honest or rewritten: the comparison is exact, against an oracle that knows the entries.

HV_TEST_HISTORIES sets how many; the trees hold random leaves, so that ten thousand take a minute.
"""

import os
import random

import pytest

from healthvault.bundle.view import view_text
from healthvault.ledger.keychain import KeyChain, walk
from healthvault.tlog.slice import build_slice, rebuild
from healthvault.tlog.tree import MemoryTree
from healthvault.verify.compare import Relation, compare
from healthvault.verify.view import View
from tests.owners import Owner
from tests.views import history_view

COUNT = int(os.environ.get("HV_TEST_HISTORIES", "300"))
MAX_ENTRIES = 60
MAX_PROOF_BYTES = 3000
Leaves = list[bytes]


def honest(past: Leaves, rng: random.Random) -> Leaves:
    """Go on from the past."""
    return [*past, *new_leaves(rng, rng.randrange(MAX_ENTRIES))]


def dropped(past: Leaves, rng: random.Random) -> Leaves:
    """Leave one entry out, and go on."""
    place = rng.randrange(len(past))
    return honest([*past[:place], *past[place + 1 :]], rng)


def edited(past: Leaves, rng: random.Random) -> Leaves:
    """Change one entry, and go on."""
    place = rng.randrange(len(past))
    return honest([*past[:place], rng.randbytes(32), *past[place + 1 :]], rng)


def reordered(past: Leaves, rng: random.Random) -> Leaves:
    """Exchange two entries, and go on."""
    changed = list(past)
    if len(past) > 1:
        one, other = rng.sample(range(len(past)), 2)
        changed[one], changed[other] = changed[other], changed[one]
    return honest(changed, rng)


def rebuilt(past: Leaves, rng: random.Random) -> Leaves:
    """Write everything anew."""
    return new_leaves(rng, rng.randrange(1, 2 * len(past) + 2))


def rolled_back(past: Leaves, rng: random.Random) -> Leaves:
    """Put an older copy back."""
    return past[: rng.randrange(1, len(past) + 1)]


def went_another_way(past: Leaves, rng: random.Random) -> Leaves:
    """Put an older copy back, and go on from there."""
    return honest(rolled_back(past, rng), rng)


STORIES = (honest, dropped, edited, reordered, rebuilt, rolled_back, went_another_way)


def new_leaves(rng: random.Random, count: int) -> Leaves:
    """Return leaf hashes that nobody has seen."""
    return [rng.randbytes(32) for _ in range(count)]


def view_of(leaves: Leaves, marks: set[int], chain: KeyChain) -> View:
    """Return what a file over these entries proves, by way of its slice."""
    size = len(leaves)
    found = rebuild(build_slice(MemoryTree(leaves), size, (), marks), {})
    return View(size=size, root=found.root, mark_roots=found.mark_roots, chain=chain)


def some_marks(rng: random.Random, size: int, wanted: int) -> set[int]:
    """Return older sizes as a file may prove them: usually the one that its reader had before."""
    marks = {rng.randrange(1, size) for _ in range(rng.randrange(4))} if size > 1 else set()
    return (marks | {wanted}) - {size} if wanted < size and rng.random() < 0.8 else marks


def true_relation(old: Leaves, new: Leaves, old_marks: set[int], new_marks: set[int]) -> Relation:
    """Say it from the entries themselves, as far as the two files show them."""
    common = {len(old), *old_marks} & {len(new), *new_marks}
    if any(old[:size] != new[:size] for size in common):
        return Relation.FORK
    if len(old) == len(new):
        return Relation.SAME
    if len(old) < len(new):
        return Relation.EXTENDS if len(old) in new_marks else Relation.CANNOT_TELL
    return Relation.ROLLBACK if len(new) in old_marks else Relation.CANNOT_TELL


@pytest.fixture(scope="module")
def chain() -> KeyChain:
    """The keys of a vault."""
    return walk(Owner().raws)


def test_every_random_history_gets_its_exact_verdict(chain: KeyChain) -> None:
    """Honest, dropped, edited, reordered, rebuilt, rolled back, or gone another way: never a wrong word."""
    rng = random.Random(20261128)
    met: dict[Relation, int] = dict.fromkeys(Relation, 0)
    for number in range(COUNT):
        story = STORIES[number % len(STORIES)]
        old = new_leaves(rng, rng.randrange(1, MAX_ENTRIES))
        new = story(old, rng) or new_leaves(rng, 1)
        old_marks, new_marks = some_marks(rng, len(old), len(new)), some_marks(rng, len(new), len(old))
        found = compare(view_of(old, old_marks, chain), view_of(new, new_marks, chain))
        expected = true_relation(old, new, old_marks, new_marks)
        assert expected is found.relation, f"history {number}, {story.__name__}"
        met[expected] += 1
    assert all(met.values()), met


def test_a_rewritten_past_is_a_fork_wherever_the_newer_proves_the_older_size(chain: KeyChain) -> None:
    """A bundle for the same reader always passes through what she had: then no rewriting passes."""
    rng = random.Random(4)
    for number in range(COUNT):
        old = new_leaves(rng, rng.randrange(2, MAX_ENTRIES))
        rewritten = (dropped, edited, reordered)[number % 3](old, rng)
        new = [*rewritten, *new_leaves(rng, 2)]
        found = compare(view_of(old, set(), chain), view_of(new, {len(old)}, chain))
        assert Relation.FORK is found.relation


@pytest.mark.parametrize("entries", [100_000])
def test_the_proof_of_a_year_is_small(entries: int) -> None:
    """3,650 entries on a hundred thousand: key events, checkpoint and proof stay under 3,000 bytes of text."""
    rng, owner = random.Random(1), Owner()
    newest = entries + 3650
    owner.tree = MemoryTree([owner.tree.node(0, 0), *new_leaves(rng, newest - 1)])
    view = history_view(owner, newest, marks=[entries])
    assert len(view_text(view)) < MAX_PROOF_BYTES
