# SPDX-License-Identifier: Apache-2.0
"""Rows 71, 72, 77 and 78 of docs/spec/bad-input.md: what contradicts the history that was seen."""

import pytest

from healthvault.errors import (
    HistoryError,
    IntegrityError,
    NotEstablished,
)
from healthvault.ledger.events import RotateReason
from healthvault.vault.contacts import _check_events
from healthvault.verify.pins import PinBook, VaultPins
from healthvault.verify.verdicts import Question
from tests.bundles import Scene, make_bundle, scene
from tests.owners import NO_HOOKS, Hooks, Owner, merge
from tests.readers import Outcome
from tests.refusals import assert_accepted, assert_nothing_released, assert_refused


def told(start: Scene) -> Outcome:
    """Let the reader of a scene see its newest state."""
    outcome = start.read(start.draft(marks=start.owner.rotations).seal())
    assert_accepted(outcome)
    return outcome


def test_row_71_events_that_are_missing() -> None:
    """A file that lacks a key event from before its end; an older file is not short."""
    start = scene()
    backup = start.owner.copy()
    early = start.draft()
    backup_size = start.owner.size
    seq = start.owner.rotate()
    known = told(start)
    for _ in range(4):
        backup.append({"kind": "note", "about": 0, "text": "x"})
    late = make_bundle(backup, start.reader, start.docs[:1], [start.grant], marks=[backup_size])
    assert backup.size > seq
    outcome = start.read(late.seal(), pins=known.pins)
    assert "events_old" in outcome.codes
    assert (23, True) == (outcome.exit, outcome.are_pins_unchanged)
    assert HistoryError is outcome.kind_of("events_old")
    assert {"events_old"} <= outcome.codes_of(Question.CONSISTENCY)
    assert_nothing_released(outcome)
    assert "events_old" not in start.read(early.seal(), pins=known.pins).codes


def test_row_71_cards_that_are_older() -> None:
    """A card with fewer events than were seen."""
    owner = Owner()
    owner.rotate()
    seen = list(owner.raws)
    _check_events(seen, seen)
    _check_events([*seen, b"later"], seen)
    with pytest.raises(HistoryError) as caught:
        _check_events(seen[:1], seen)
    assert "card_old" == caught.value.code


def test_row_72_another_event() -> None:
    """In a file and on a card: at the place of a pinned one stands another."""
    start = scene()
    twin = Scene(owner=start.owner.copy(), reader=start.reader, docs=start.docs, grant=start.grant)
    start.owner.rotate()
    twin.owner.rotate()
    known = told(start)
    pins = PinBook(vaults=(VaultPins(vault=start.owner.vault_id, events=known.pins.vaults[0].events),))
    outcome = twin.read(twin.draft().seal(), pins=pins)
    assert_refused(outcome, "fork", HistoryError)
    shown = [twin.owner.raws[seq] for seq in twin.owner.event_seqs]
    with pytest.raises(HistoryError) as caught:
        _check_events(shown, list(pins.vaults[0].events))
    assert "fork" == caught.value.code


def test_row_77_a_witnessed_fork() -> None:
    """Two signed roots of one size, both in one file."""
    start = scene()
    draft = start.draft(marks=[3], witnessed=[start.owner.note(3, root=b"r" * 32)])
    outcome = start.read(draft.seal())
    assert_refused(outcome, "fork", HistoryError)
    assert {"fork"} == outcome.codes_of(Question.WITNESSES)
    other = start.owner.copy()
    other.add(b"other")
    size = other.size
    start.owner.add(b"one")
    witnessed = start.draft(marks=[size], witnessed=[other.cosigned(Owner("Clinic"), size)])
    assert_refused(start.read(witnessed.seal()), "fork", HistoryError)


def test_row_77_a_compromised_size() -> None:
    """The tree at which stolen keys were closed, rebuilt to another root."""
    start = scene()
    draft = start.draft(marks=[3])
    for size, root, code in ((3, b"x" * 32, "fork"), (start.owner.size, b"x" * 32, "fork"), (4, b"x" * 32, None)):
        pins = VaultPins(vault=start.owner.vault_id, compromised=((7, size, root),))
        outcome = start.read(draft.seal(), pins=PinBook(vaults=(pins,)))
        if code:
            assert_refused(outcome, code, HistoryError)
        else:
            assert_accepted(outcome)


def test_row_77_marks_of_changes() -> None:
    """The seq of every rotation and the from_size of every restart is a mark."""
    for name in ("rotate", "restart"):
        start = scene()
        seq = getattr(start.owner, name)()
        start.owner.add(b"later")
        start.owner.rotations, start.owner.restarts = [], []
        assert_refused(start.read(start.draft().seal()), "bad_proof", IntegrityError)
        assert_accepted(start.read(start.draft(marks=[seq]).seal()))


def test_row_77_witnessed_sizes_are_marks() -> None:
    """Or nothing could be compared."""
    start = scene()
    draft = start.draft(witnessed=[start.owner.note(4)])
    assert 4 not in draft.map["slice"]["marks"]
    assert_refused(start.read(draft.seal()), "bad_proof", IntegrityError)


def restarted() -> tuple[Scene, Outcome, int]:
    """Return an owner who went on from an older copy, the reader's memory of the lost one, and its size."""
    start = scene()
    backup = start.owner.copy()
    for _ in range(3):
        start.owner.add(b"lost")
    first = told(start)
    size = start.owner.size
    backup.restart(lost=(size, start.owner.root_at(size)))
    return Scene(owner=backup, reader=start.reader, docs=start.docs, grant=start.grant), first, size


def test_row_78_a_restart_is_never_silent() -> None:
    """Said every time, for ever; the old pins stay as evidence."""
    start, first, size = restarted()
    draft = start.draft()
    outcome = start.read(draft.seal(), pins=first.pins)
    assert_refused(outcome, "history_restarted", NotEstablished, has_pins=True)
    assert {"history_restarted"} == outcome.codes_of(Question.CONSISTENCY)
    pins = outcome.pins.of(start.owner.vault_id)
    assert size in {seen.size for seen in pins.sizes if seen.restarts == 0}
    assert start.owner.size == pins.firm
    again = start.read(draft.seal(), pins=outcome.pins)
    assert_refused(again, "history_restarted", NotEstablished)
    start.owner.add(b"more")
    later = start.read(start.draft(marks=[pins.firm]).seal(), pins=outcome.pins)
    assert_refused(later, "history_restarted", NotEstablished, has_pins=True)
    assert_accepted(start.read(start.draft().seal()))


def test_row_78_a_rewind_without_a_restart() -> None:
    """The same old copy, but nobody says so: a fork, or not connected."""
    start = scene()
    backup = start.owner.copy()
    for _ in range(3):
        start.owner.add(b"lost")
    first = told(start)
    while backup.size < start.owner.size - 1:
        backup.append({"kind": "note", "about": 0, "text": "again"})
    again = Scene(owner=backup, reader=start.reader, docs=start.docs, grant=start.grant)
    assert_refused(again.read(again.draft().seal(), pins=first.pins), "fork", HistoryError)


@pytest.mark.parametrize(
    ("hooks", "from_root"),
    [(Hooks(event=merge(from_size=1)), None), (Hooks(event=merge(from_size=99)), None), (NO_HOOKS, b"r" * 32)],
)
def test_row_78_wrong_restarts(hooks: Hooks, from_root: bytes | None) -> None:
    """From another size than its place, or from another tree."""
    start = scene()
    start.owner.restart(from_root=from_root, hooks=hooks)
    assert_refused(start.read(start.draft().seal()), "bad_key", IntegrityError)


def test_row_35_and_78_a_long_story() -> None:
    """Keys stolen, then a restart from a copy of before: the reader hears of both."""
    start = scene()
    backup = start.owner.copy()
    start.owner.rotate(RotateReason.COMPROMISED)
    first = told(start)
    backup.restart(lost=(start.owner.size, start.owner.root_at(start.owner.size)))
    again = Scene(owner=backup, reader=start.reader, docs=start.docs, grant=start.grant)
    outcome = again.read(again.draft().seal(), pins=first.pins)
    assert {"key_revoked", "fork", "history_restarted"} == outcome.codes
    assert (20, True) == (outcome.exit, outcome.are_pins_unchanged)
