# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.verify.compromise: docs/spec/keys.md section 6, what a reader does with a note."""

from dataclasses import replace

import pytest

from healthvault.crypto.signing import signing_key
from healthvault.ledger.events import RotateReason
from healthvault.verify.compromise import verify_note
from healthvault.verify.context import Context, Declared, Verification
from healthvault.verify.pins import PinBook, SeenSize, VaultPins
from healthvault.verify.verdicts import Question, Result
from tests.owners import NOW_MS, Owner

STRANGER = signing_key(b"\x09" * 32)


def story() -> tuple[Owner, VaultPins]:
    """Return a vault whose keys were replaced at entry 3 as stolen, and who knows it from before, at size 2."""
    owner = Owner()
    owner.add(b"one")
    owner.add(b"two")
    seen = SeenSize(size=2, root=owner.root_at(2), restarts=0)
    pins = VaultPins(vault=owner.vault_id, events=(owner.raws[0],), sizes=(seen,), firm=2)
    owner.rotate(RotateReason.COMPROMISED, since=2)
    return owner, pins


def read(note: bytes, *pins: VaultPins, name: str | None = "Ana") -> Verification:
    """Let a reader with these pins take in a note."""
    contacts = {item.vault: name for item in pins if name is not None}
    return verify_note(note, Context(openers=(), pins=PinBook(vaults=pins), now_ms=NOW_MS, contacts=contacts))


def codes(verification: Verification) -> list[str]:
    """Return the codes of all problems."""
    return [problem.code for problem in verification.problems]


def test_a_note_is_taken_in() -> None:
    """The epoch is known as compromised, with the tree that newer files must pass through."""
    owner, pins = story()
    taken = read(owner.compromise_note(), pins)
    assert () == taken.problems
    assert [Result.PASS] * 3 == [verdict.result for verdict in taken.verdicts]
    assert "signed by the root key of Ana" == taken.verdicts[1].detail
    grown = taken.pins.of(owner.vault_id)
    assert replace(pins, compromised=((0, 3, owner.root_at(3)),)) == grown
    assert Declared(epoch=0, was_known=False) == taken.declared
    assert ("compromise", 3, owner.root_at(3), "Ana") == (taken.kind, taken.size, taken.root, taken.signer_name)
    assert frozenset({0}) == grown.compromised_epochs


def test_a_note_is_taken_in_once() -> None:
    """The second time nothing changes, and it is said that it was known."""
    owner, pins = story()
    first = read(owner.compromise_note(), pins)
    again = read(owner.compromise_note(), first.pins.of(owner.vault_id))
    assert ((), first.pins) == (again.problems, again.pins)
    assert Declared(epoch=0, was_known=True) == again.declared


def test_a_reader_without_contacts() -> None:
    """Having met the vault is enough."""
    owner, pins = story()
    taken = read(owner.compromise_note(), pins, name=None)
    assert ((), None) == (taken.problems, taken.signer_name)
    assert "signed by the root key of a vault that you met before" == taken.verdicts[1].detail


def test_a_reader_who_has_the_new_card() -> None:
    """The note then tells nothing new, and has to agree with the event."""
    owner, pins = story()
    knowing = replace(pins, events=tuple(owner.raws[seq] for seq in owner.event_seqs))
    assert () == read(owner.compromise_note(), knowing).problems
    assert ["bad_note"] == codes(read(owner.compromise_note(size=2), knowing))


def test_an_unknown_vault() -> None:
    """Nobody can tell whose root key it is, so nothing is remembered."""
    owner, pins = story()
    for others in ((), (replace(pins, vault=b"o" * 32),), (VaultPins(vault=owner.vault_id),)):
        refused = read(owner.compromise_note(), *others)
        assert ["unknown_signer"] == codes(refused)
        assert (PinBook(vaults=others), None, None) == (refused.pins, refused.declared, refused.chain)


@pytest.mark.parametrize("who", ["stranger", "journal", "old root", "next root"])
def test_only_the_root_key_in_force_declares(who: str) -> None:
    """Not a thief, not the words that were replaced, not words that the reader has not heard of."""
    owner, pins = story()
    before = owner.root
    owner.change_root()
    events = tuple(owner.raws[seq] for seq in owner.event_seqs)
    keys = {"stranger": STRANGER, "journal": owner.epochs[0].sign, "old root": before, "next root": owner.root}
    known = pins if who == "next root" else replace(pins, events=events)
    refused = read(owner.compromise_note(key=keys[who]), known)
    assert ["bad_signature"] == codes(refused)
    assert {"bad_signature"} == {problem.code for problem in refused.verdicts[1].problems}
    assert (PinBook(vaults=(known,)), None) == (refused.pins, refused.declared)
    accepted = owner.compromise_note(key=before if who == "next root" else owner.root)
    assert () == read(accepted, known).problems


@pytest.mark.parametrize("note", [b"", b"healthvault/v1/compromised\n", "cut", "flipped"])
def test_what_is_no_note(note: bytes | str) -> None:
    """Is refused by its form, before anybody's keys are looked at."""
    owner, pins = story()
    good = owner.compromise_note()
    data = {"cut": good[:-1], "flipped": good.replace(b"\n0\n3\n", b"\n0\n03\n")}.get(note, note)
    refused = read(data, pins)
    assert ["bad_note"] == codes(refused)
    assert {Question.INTEGRITY} == {item.question for item in refused.verdicts if item.problems}
    assert PinBook(vaults=(pins,)) == refused.pins


@pytest.mark.parametrize("epoch", [1, 7])
def test_keys_that_the_reader_has_not_met(epoch: int) -> None:
    """After a rotation that she has not heard of the note may well be genuine: not forged, not connected."""
    owner, pins = story()
    refused = read(owner.compromise_note(epoch, 3), pins)
    assert ["unconnected"] == codes(refused)
    assert PinBook(vaults=(pins,)) == refused.pins


def test_an_epoch_is_not_closed_before_it_began() -> None:
    """Nor at the entry of the newest event that is known."""
    owner, pins = story()
    knowing = replace(pins, events=tuple(owner.raws[seq] for seq in owner.event_seqs))
    for size, expected in ((2, ["bad_note"]), (3, ["bad_note"]), (4, [])):
        note = owner.compromise_note(1, size, root=owner.root_at(size))
        assert expected == codes(read(note, knowing))


def test_old_keys_may_turn_out_stolen() -> None:
    """A note about an epoch that was closed for another reason long ago, at its place."""
    owner, pins = story()
    owner.rotate(RotateReason.PLANNED)
    owner.rotate(RotateReason.PLANNED)
    knowing = replace(pins, events=tuple(owner.raws[seq] for seq in owner.event_seqs))
    assert () == read(owner.compromise_note(1), knowing).problems
    assert ["bad_note"] == codes(read(owner.compromise_note(1, 5), knowing))


def test_a_note_about_another_history() -> None:
    """A thief was here first: it is said, kept as evidence, and the keys are refused all the same."""
    owner, pins = story()
    note = owner.compromise_note()
    forged = SeenSize(size=3, root=b"x" * 32, restarts=0)
    longer = SeenSize(size=9, root=b"x" * 32, restarts=0)
    for wrong in (forged, longer):
        poisoned = replace(pins, sizes=(*pins.sizes, wrong))
        taken = read(note, poisoned)
        assert ["fork"] == codes(taken)
        assert Result.FAIL is taken.verdicts[2].result
        grown = taken.pins.of(owner.vault_id)
        assert ((0, 3, owner.root_at(3)),) == grown.compromised
        assert (note,) == grown.evidence
        assert poisoned.sizes == grown.sizes
        assert taken.pins == read(note, grown).pins


def test_two_notes_that_contradict_each_other() -> None:
    """The first one stays; both prove that the root key said two things."""
    owner, pins = story()
    first = read(owner.compromise_note(), pins).pins.of(owner.vault_id)
    other = owner.compromise_note(0, 3, root=b"x" * 32)
    taken = read(other, first)
    assert ["fork"] == codes(taken)
    grown = taken.pins.of(owner.vault_id)
    assert (first.compromised, (other,)) == (grown.compromised, grown.evidence)
    assert Declared(epoch=0, was_known=False) == taken.declared
