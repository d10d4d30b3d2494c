# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.verify.forks and healthvault.verify.proofs: who can be accused, and what is remembered."""

from dataclasses import replace

import pytest

from healthvault.bundle.view import ForkProof, HistoryView, fork_proof_text, view_text
from healthvault.errors import HistoryError
from healthvault.ledger.events import RotateReason
from healthvault.tlog.note import parse_note
from healthvault.tlog.slice import Slice, build_slice
from healthvault.verify.context import Context, Verification
from healthvault.verify.forks import forked_before, judge_proof, verify_view
from healthvault.verify.pins import PinBook, SeenSize, VaultPins
from healthvault.verify.proofs import verify_fork_proof, verify_view_file
from healthvault.verify.verdicts import Question, Result
from tests.owners import NOW_MS, Owner, flip
from tests.readers import Reader
from tests.refusals import code_of
from tests.views import filled, history_view, shown


@pytest.fixture
def owner() -> Owner:
    """A vault of six entries."""
    return filled(5)


def another_way(owner: Owner, count: int = 2) -> Owner:
    """Return a copy that went on by itself."""
    other = owner.copy()
    for _ in range(count):
        other.append({"kind": "x.test"})
    return other


def proof_of(owner: Owner) -> ForkProof:
    """Return a proof that holds."""
    return ForkProof(views=(history_view(another_way(owner)), history_view(another_way(owner))))


def read(text: bytes, pins: VaultPins | None = None) -> Verification:
    """Verify the text of a fork proof."""
    return verify_fork_proof(text, context(pins))


def context(pins: VaultPins | None = None) -> Context:
    """Return what a reader without keys brings."""
    return Context(openers=(), pins=PinBook(vaults=(pins,) if pins else ()), now_ms=NOW_MS)


def codes(outcome: Verification) -> list[str]:
    """Return the codes but for the unknown signer, who is no matter here."""
    return [problem.code for problem in outcome.problems if problem.code != "unknown_signer"]


class TestViews:
    """What a view has to prove."""

    def test_it_gives_the_roots_of_all_its_sizes(self, owner: Owner) -> None:
        """Signed size and marks."""
        view = shown(owner, marks=[1, 4])
        assert {1: owner.root_at(1), 4: owner.root_at(4)} == view.mark_roots
        assert (6, owner.root_at(6)) == (view.size, view.root)

    def test_what_does_not_hold_is_refused(self, owner: Owner) -> None:
        """Signature, origin, key events, slice, each by name."""
        view = history_view(owner, marks=[4])
        note = parse_note(view.note)
        broken = replace(note, signatures=(replace(note.signatures[0], signature=bytes(64)),))
        wrong: dict[str, HistoryView] = {
            "bad_signature": replace(view, note=broken.to_bytes()),
            "wrong_vault": replace(view, origin=Owner().origin),
            "bad_key": replace(view, events=()),
            "bad_note": replace(view, note=b"note"),
            "bad_schema": replace(view, events=(*view.events, owner.raws[1])),
        }
        for code, changed in wrong.items():
            assert code == code_of(lambda changed=changed: verify_view(changed))
        for proof in (
            build_slice(owner.tree, 5, [], [4]),
            replace(view.slice, hashes=(flip(view.slice.hashes[0]), *view.slice.hashes[1:])),
            replace(view.slice, hashes=view.slice.hashes[1:]),
        ):
            assert "bad_proof" == code_of(lambda proof=proof: verify_view(replace(view, slice=proof)))

    def test_changes_of_keys_are_marks_and_lie_within(self, owner: Owner) -> None:
        """A rotation that is no mark; a key event from beyond the size, which would change the key."""
        owner.rotate()
        owner.append({"kind": "x.test"})
        view = history_view(owner)
        bare = Slice(size=8, leaves=(), marks=(), hashes=(owner.root_at(8),))
        assert "bad_proof" == code_of(lambda: verify_view(replace(view, slice=bare)))
        early = replace(history_view(owner, 4), note=owner.note(4), events=view.events)
        assert "bad_proof" == code_of(lambda: verify_view(early))

    def test_as_a_file_it_is_compared_with_what_was_seen(self, owner: Owner) -> None:
        """It leaves nothing behind, and contradicts what it contradicts."""
        text = view_text(history_view(owner, marks=[4]))
        first = verify_view_file(text, context())
        assert ([], PinBook()) == (codes(first), first.pins)
        seen = SeenSize(size=4, root=owner.root_at(4), restarts=0)
        known = VaultPins(vault=owner.vault_id, sizes=(seen,))
        assert [] == codes(verify_view_file(text, context(known)))
        other = replace(known, sizes=(replace(seen, root=b"r" * 32),))
        assert ["fork"] == codes(verify_view_file(text, context(other)))
        assert ["bad_encoding"] == codes(verify_view_file(text[:-40], context()))


class TestProofs:
    """Two views in one file."""

    def test_one_that_holds_is_a_fork_and_is_remembered_once(self, owner: Owner) -> None:
        """The problem is fork, whose exit is 23."""
        text = fork_proof_text(proof_of(owner))
        first = read(text)
        assert ["fork"] == codes(first)
        assert isinstance(first.problems[-1], HistoryError)
        assert (8, (8, 8)) == (first.forked.at, first.forked.sizes)
        pins = first.pins.of(owner.vault_id)
        assert 1 == len(pins.evidence)
        assert pins == read(text, pins).pins.of(owner.vault_id)

    def test_consistent_views_are_no_proof(self, owner: Owner) -> None:
        """Refused as bad_proof, not remembered."""
        proof = ForkProof(views=(history_view(owner), history_view(another_way(owner), marks=[6])))
        outcome = read(fork_proof_text(proof))
        assert (["bad_proof"], PinBook()) == (codes(outcome), outcome.pins)
        results = {verdict.question: verdict.result for verdict in outcome.verdicts}
        assert Result.FAIL is results[Question.INCLUSION]

    def test_nobody_is_accused_by_two_vaults_or_a_forger(self, owner: Owner) -> None:
        """Of two vaults; signed by somebody else; a former key; a key declared stolen, in the file or before."""
        mallory = Owner()
        forged = replace(
            history_view(another_way(owner)), note=another_way(owner).note(key=mallory.secrets_now.sign)
        )
        two = ForkProof(views=(history_view(owner), history_view(mallory)))
        assert "wrong_vault" == code_of(lambda: judge_proof(two))
        assert "bad_signature" == code_of(lambda: judge_proof(ForkProof(views=(history_view(owner), forged))))
        assert "key_revoked" == code_of(lambda: judge_proof(proof_of(owner), frozenset({0})))
        rotated = owner.copy()
        rotated.rotate()
        former = ForkProof(views=(history_view(another_way(owner)), history_view(another_way(rotated, 1))))
        assert "bad_proof" == code_of(lambda: judge_proof(former))
        theft = another_way(owner)
        theft.rotate(RotateReason.COMPROMISED)
        stolen = ForkProof(views=(history_view(another_way(owner)), history_view(theft, marks=[8])))
        assert "key_revoked" == code_of(lambda: judge_proof(stolen))

    def test_every_changed_byte_of_a_proof_is_noticed(self, owner: Owner) -> None:
        """Some places of the text, spread over all of it: refused, never another verdict."""
        text = fork_proof_text(proof_of(owner))
        for place in range(40, len(text) - 40, 211):
            changed = text[:place] + (b"A" if text[place : place + 1] != b"A" else b"B") + text[place + 1 :]
            outcome = read(changed)
            assert codes(outcome)
            assert "fork" not in codes(outcome)
            assert PinBook() == outcome.pins


class TestRemembered:
    """What a proof means for later files of its vault."""

    def test_every_later_file_is_flagged(self, owner: Owner) -> None:
        """Whatever history it shows."""
        pins = read(fork_proof_text(proof_of(owner))).pins.of(owner.vault_id)
        assert forked_before(pins, shown(another_way(owner, 9)).chain)
        text = view_text(history_view(owner))
        assert ["fork"] == codes(verify_view_file(text, context(pins)))

    def test_until_the_owner_restarts_from_before_the_fork(self, owner: Owner) -> None:
        """Then she admits it; from after the fork she does not."""
        pins = read(fork_proof_text(proof_of(owner))).pins.of(owner.vault_id)
        before, after = owner.copy(), another_way(owner, 5)
        before.restart()
        after.restart()
        assert not forked_before(pins, shown(before).chain)
        assert forked_before(pins, shown(after).chain)

    def test_or_the_keys_are_known_as_stolen(self, owner: Owner) -> None:
        """A thief may have made one of the two."""
        pins = read(fork_proof_text(proof_of(owner))).pins.of(owner.vault_id)
        knowing = replace(pins, compromised=((0, 6, owner.root_at(6)),))
        assert not forked_before(knowing, shown(owner).chain)

    def test_other_evidence_flags_nothing(self, owner: Owner) -> None:
        """A contradicting compromise note is kept in the same place."""
        assert not forked_before(VaultPins(vault=owner.vault_id, evidence=(b"note",)), shown(owner).chain)
        assert [] == codes(verify_view_file(view_text(history_view(owner)), Reader().context()))
