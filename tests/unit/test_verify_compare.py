# SPDX-License-Identifier: Apache-2.0
"""The judgement over two views: five words, and what each is said for."""

import pytest

from healthvault.errors import HistoryError, IntegrityError, NotEstablished
from healthvault.ledger.events import RotateReason
from healthvault.verify.compare import Relation, compare
from tests.owners import Owner
from tests.views import filled, shown


@pytest.fixture
def owner() -> Owner:
    """A vault of six entries."""
    return filled(5)


def grown(owner: Owner, count: int) -> Owner:
    """Return the vault after so many entries more."""
    later = owner.copy()
    for _ in range(count):
        later.append({"kind": "x.test"})
    return later


class TestInOrder:
    """Two views of one history."""

    def test_a_later_one_through_the_older_size_extends(self, owner: Owner) -> None:
        """The older size is a mark of the newer, with the same root."""
        found = compare(shown(owner), shown(grown(owner, 4), marks=[6]))
        assert (Relation.EXTENDS, None) == (found.relation, found.problem)

    def test_the_same_size_and_root_is_the_same(self, owner: Owner) -> None:
        """Whatever older sizes each proves."""
        assert Relation.SAME is compare(shown(owner), shown(owner, marks=[2, 3])).relation

    def test_a_smaller_one_that_the_older_proves_is_a_rollback(self, owner: Owner) -> None:
        """What came after it is gone."""
        found = compare(shown(grown(owner, 4), marks=[6]), shown(owner))
        assert Relation.ROLLBACK is found.relation
        assert isinstance(found.problem, HistoryError)
        assert "rollback" == found.problem.code

    @pytest.mark.parametrize("is_swapped", [False, True])
    def test_without_a_common_size_nobody_can_tell(self, owner: Owner, is_swapped: bool) -> None:
        """Absence of proof is neither a pass nor a fork."""
        pair = [shown(owner), shown(grown(owner, 4), marks=[5])]
        found = compare(*(reversed(pair) if is_swapped else pair))
        assert (Relation.CANNOT_TELL, "unconnected") == (found.relation, found.problem.code)
        assert isinstance(found.problem, NotEstablished)

    def test_another_vault_cannot_be_compared(self, owner: Owner) -> None:
        """Its name is wrong_vault."""
        assert "wrong_vault" == compare(shown(owner), shown(filled(5))).problem.code


class TestForks:
    """Two histories of one vault."""

    def test_one_size_with_two_roots_is_a_fork(self, owner: Owner) -> None:
        """Each went its own way after a copy."""
        found = compare(shown(grown(owner, 2)), shown(grown(owner, 2)))
        assert (Relation.FORK, 8) == (found.relation, found.at)

    def test_an_older_size_with_another_root_is_a_fork(self, owner: Owner) -> None:
        """The size of one is a mark of the other; the smallest at which they differ is named."""
        found = compare(shown(grown(owner, 2)), shown(grown(owner, 5), marks=[6, 8, 9]))
        assert (Relation.FORK, 8) == (found.relation, found.at)

    def test_two_marks_can_contradict_each_other(self, owner: Owner) -> None:
        """Neither has the other's size."""
        found = compare(shown(grown(owner, 3), marks=[8]), shown(grown(owner, 5), marks=[8]))
        assert (Relation.FORK, 8) == (found.relation, found.at)

    def test_two_key_events_in_one_place_are_a_fork(self, owner: Owner) -> None:
        """The root key signed both; no size need be common."""
        one, other = owner.copy(), grown(owner, 1)
        one.rotate()
        other.rotate()
        found = compare(shown(one), shown(other))
        assert (Relation.FORK, 6) == (found.relation, found.at)

    def test_a_fork_before_a_rotation_is_seen_after_it(self, owner: Owner) -> None:
        """The older is signed by the former keys, which were in force then."""
        later = grown(owner, 2)
        later.rotate()
        assert Relation.FORK is compare(shown(grown(owner, 2)), shown(later, marks=[8])).relation


class TestNotHerFault:
    """What looks like a fork and proves none."""

    def test_keys_declared_stolen_prove_no_fork(self, owner: Owner) -> None:
        """A thief may have signed the other one."""
        later = grown(owner, 2)
        later.rotate(RotateReason.COMPROMISED)
        found = compare(shown(grown(owner, 2)), shown(later, marks=[8]))
        assert (Relation.CANNOT_TELL, "key_revoked") == (found.relation, found.problem.code)
        assert isinstance(found.problem, IntegrityError)

    def test_a_theft_that_only_the_reader_knows_counts(self, owner: Owner) -> None:
        """She has the compromise note, the files do not."""
        found = compare(shown(grown(owner, 2)), shown(grown(owner, 2)), frozenset({0}))
        assert "key_revoked" == found.problem.code

    def test_a_former_key_proves_no_fork(self, owner: Owner) -> None:
        """Who left out the rotation that came before signed with keys that were not in force any more."""
        later = owner.copy()
        later.rotate()
        found = compare(shown(grown(owner, 3)), shown(grown(later, 3), marks=[9]))
        assert (Relation.CANNOT_TELL, "events_old") == (found.relation, found.problem.code)

    @pytest.mark.parametrize("is_swapped", [False, True])
    def test_a_restart_that_is_admitted_is_no_fork(self, owner: Owner, is_swapped: bool) -> None:
        """The owner went on from an older copy, and her root key says so."""
        lost, kept = grown(owner, 4), owner.copy()
        kept.restart()
        pair = [shown(lost), shown(grown(kept, 5), marks=[10])]
        found = compare(*(reversed(pair) if is_swapped else pair))
        assert (Relation.CANNOT_TELL, "history_restarted") == (found.relation, found.problem.code)

    def test_what_lies_before_a_restart_is_still_compared(self, owner: Owner) -> None:
        """A restart gives up what came after it, nothing before."""
        kept = owner.copy()
        kept.restart()
        assert Relation.EXTENDS is compare(shown(owner, 5), shown(kept, marks=[5])).relation
        assert Relation.FORK is compare(shown(forged(owner, 5)), shown(kept, marks=[5])).relation

    def test_a_key_event_given_up_by_a_restart_is_no_fork(self, owner: Owner) -> None:
        """The lost part had new keys."""
        lost, kept = grown(owner, 2), owner.copy()
        lost.rotate()
        kept.restart()
        assert "history_restarted" == compare(shown(lost), shown(kept)).problem.code


def forged(owner: Owner, size: int) -> Owner:
    """Return a vault of the same keys and size with another past."""
    other = owner.copy()
    del other.raws[1:], other.secrets[1:], other.sealed[1:]
    other.tree = type(other.tree)([owner.tree.node(0, 0)])
    return grown(other, size - 1)
