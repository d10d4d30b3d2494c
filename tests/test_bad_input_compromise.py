# SPDX-License-Identifier: Apache-2.0
"""Rows 35, 77 and 80 of docs/spec/bad-input.md: compromise notes, and what readers refuse who have one."""

from dataclasses import dataclass

import pytest

from healthvault.errors import FormatError, HistoryError, IntegrityError, NotEstablished
from healthvault.ledger.events import RotateReason
from healthvault.tlog.note import sign_note
from healthvault.verify.compromise import verify_note
from healthvault.verify.pins import PinBook
from healthvault.verify.verdicts import Question
from tests.bundles import Draft, Scene, make_bundle, scene
from tests.owners import Owner, signing_key
from tests.readers import Outcome
from tests.refusals import assert_accepted, assert_nothing_released, assert_refused

STRANGER = signing_key(b"\x09" * 32)


@dataclass(slots=True, kw_only=True)
class Theft:
    """An owner whose keys were stolen and replaced, a thief with a copy of before, a reader with the note."""

    start: Scene
    thief: Owner
    accepted: Draft
    """A bundle that the reader had accepted before."""
    noted: PinBook
    """What the reader knows: that bundle, and the note; not the new key events."""

    def take_in(self, note: bytes) -> Outcome:
        """Let the reader take in another note."""
        context = self.start.reader.context(pins=self.noted, contacts={self.start.owner.vault_id: "Ana"})
        return Outcome(verify_note(note, context), [], self.noted)

    def stolen_bundle(self) -> Draft:
        """Return a bundle that the thief made, with documents that are really Ana's."""
        return make_bundle(self.thief, self.start.reader, self.start.docs[:1], [self.start.grant])


@pytest.fixture
def theft() -> Theft:
    """Ana's keys are stolen after the first bundle."""
    start = scene()
    accepted = start.draft()
    first = start.read(accepted.seal())
    thief = start.owner.copy()
    start.owner.rotate(RotateReason.COMPROMISED, since=start.owner.size - 1)
    found = Theft(start=start, thief=thief, accepted=accepted, noted=first.pins)
    outcome = found.take_in(start.owner.compromise_note())
    assert_accepted(outcome)
    found.noted = outcome.pins
    return found


def test_row_35_who_has_the_note_refuses_the_thief(theft: Theft) -> None:
    """The same bundle is accepted by somebody who never saw the note: that is the limit."""
    stolen = theft.stolen_bundle().seal()
    outcome = theft.start.read(stolen, pins=theft.noted)
    assert "key_revoked" in outcome.codes_of(Question.AUTHORSHIP)
    assert (20, True) == (outcome.exit, outcome.are_pins_unchanged)
    assert_nothing_released(outcome)
    assert outcome.details[Question.AUTHORSHIP].startswith(
        f"Ana declared the keys that signed this stolen: epoch 0, replaced at entry {theft.thief.size - 1}"
    )
    assert_accepted(theft.start.read(stolen))


def test_row_35_the_tree_that_the_reader_knows(theft: Theft) -> None:
    """A manifest over the very checkpoint that was accepted, with the accepted id, and other documents."""
    draft = theft.accepted
    draft.map = {**draft.map, "docs": [], "message": "by a thief"}
    draft.members = []
    assert_refused(theft.start.read(draft.seal(), pins=theft.noted), "key_revoked", IntegrityError)


def test_row_35_accepted_before_and_made_after(theft: Theft) -> None:
    """The bundle of before stays good, and so does the first one by the new keys."""
    assert_accepted(theft.start.read(theft.accepted.seal(), pins=theft.noted))
    size = theft.thief.size
    fresh = theft.start.draft(marks=[size])
    outcome = theft.start.read(fresh.seal(), pins=theft.noted)
    assert_accepted(outcome)
    assert f"extends the {size} entries seen before" == outcome.details[Question.CONSISTENCY]
    assert (
        f"replaced at entry {size}, in other hands from entry {size - 1} on"
        in (outcome.details[Question.AUTHORSHIP])
    )


def test_row_77_a_note_about_another_tree(theft: Theft) -> None:
    """ROOT itself says two things: both notes prove it, and the second is kept."""
    other = theft.start.owner.compromise_note(root=b"x" * 32)
    outcome = theft.take_in(other)
    assert_refused(outcome, "fork", HistoryError, has_pins=True)
    assert (other,) == outcome.pins.of(theft.start.owner.vault_id).evidence


def test_row_80_form(theft: Theft) -> None:
    """Wrong origin, extra line, wrong number: none is a note, though ROOT signed it."""
    owner = theft.start.owner
    good = owner.compromise_note().decode().partition("\n\n")[0] + "\n"
    for text in (
        good.replace(owner.origin, "example.org/log"),
        good + "more\n",
        good.replace("\n0\n", "\n00\n"),
        good.replace("compromised", "revoked"),
    ):
        outcome = theft.take_in(sign_note(text, f"{owner.origin}/root", owner.root))
        assert_refused(outcome, "bad_note", FormatError)
    assert_refused(theft.take_in(owner.compromise_note(3, 9, root=b"r" * 32)), "unconnected", NotEstablished)


def test_row_80_signature(theft: Theft) -> None:
    """By the stolen key, by a stranger, under the journal key's name."""
    owner = theft.start.owner
    text = owner.compromise_note().decode().partition("\n\n")[0] + "\n"
    for note in (
        owner.compromise_note(key=theft.thief.secrets_now.sign),
        owner.compromise_note(key=STRANGER),
        sign_note(text, owner.origin, owner.root),
    ):
        assert_refused(theft.take_in(note), "bad_signature", IntegrityError)


def test_row_80_an_unknown_vault(theft: Theft) -> None:
    """Nobody told the reader which root key is that vault's."""
    other = Owner()
    other.rotate(RotateReason.COMPROMISED)
    assert_refused(theft.take_in(other.compromise_note()), "unknown_signer", NotEstablished)
