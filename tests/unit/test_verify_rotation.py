# SPDX-License-Identifier: Apache-2.0
"""Vaults whose keys, words or past were changed, as readers see them who knew more or less of it before."""

import pytest

from healthvault.crypto.signing import signing_key
from healthvault.ledger.events import RotateReason
from healthvault.verify.pins import PinBook
from healthvault.verify.verdicts import Question
from tests.bundles import Scene, scene
from tests.owners import Hooks
from tests.readers import Outcome
from tests.refusals import assert_accepted

NOBODY = PinBook()


def bundle(start: Scene) -> bytes:
    """Return the next bundle, which passes through every older size."""
    return start.draft(marks=list(range(1, start.owner.size))).seal()


def met(start: Scene) -> Outcome:
    """Let the reader see the vault for the first time."""
    outcome = start.read(bundle(start))
    assert_accepted(outcome)
    return outcome


@pytest.mark.parametrize("reason", [RotateReason.PLANNED, RotateReason.LOST])
def test_keys_replaced_without_a_theft(reason: RotateReason) -> None:
    """Bundles of before and after are good in any order, for who saw either first; no theft is named."""
    start = scene()
    old = bundle(start)
    known = start.read(old)
    start.owner.rotate(reason)
    new = bundle(start)
    after = start.read(new, pins=known.pins)
    assert_accepted(after)
    assert after.details[Question.CONSISTENCY].startswith("extends the ")
    assert "signed by Ana" == after.details[Question.AUTHORSHIP]
    assert_accepted(start.read(old, pins=after.pins))
    fresh = start.read(new)
    assert_accepted(fresh)
    assert_accepted(start.read(old, pins=fresh.pins))
    assert () == after.pins.of(start.owner.vault_id).compromised


def test_the_mark_of_a_rotation_connects() -> None:
    """Who saw exactly the size at which the keys were replaced needs no other mark."""
    start = scene()
    known = start.read(start.draft().seal())
    seq = start.owner.rotate()
    assert start.owner.size == seq + 1
    after = start.read(start.draft().seal(), pins=known.pins)
    assert_accepted(after)
    assert f"extends the {seq} entries seen before" == after.details[Question.CONSISTENCY]


def test_several_rotations_at_once() -> None:
    """A reader of the first epoch accepts the chain of four."""
    start = scene()
    known = met(start)
    for reason in (RotateReason.PLANNED, RotateReason.COMPROMISED, RotateReason.LOST):
        start.owner.rotate(reason, since=start.owner.size if reason is RotateReason.COMPROMISED else None)
        start.docs.append(start.owner.add(b"later"))
    outcome = start.read(bundle(start), pins=known.pins)
    assert_accepted(outcome)
    pins = outcome.pins.of(start.owner.vault_id)
    assert (4, frozenset({1})) == (len(pins.events), pins.compromised_epochs)


def test_what_was_logged_since_a_theft_is_named() -> None:
    """Documents and the grant between the theft and the new keys, which sign the tree that holds them."""
    start = scene()
    start.owner.rotate(RotateReason.COMPROMISED, since=start.grant)
    told = met(start).details[Question.AUTHORSHIP]
    assert told.endswith(
        f"replaced at entry {start.grant + 1}, in other hands from entry {start.grant} on; "
        f"logged since then, and confirmed by the newer keys: entry {start.grant}"
    )
    stranger = start.read(bundle(start), contacts={})
    assert {"unknown_signer"} == stranger.codes
    assert (
        "not among your contacts; the keys of epoch 0 were declared stolen"
        in (stranger.details[Question.AUTHORSHIP])
    )


def test_new_words_name_keys() -> None:
    """After a hand-over the next rotation is by the new ROOT; one by the old words is refused."""
    start = scene()
    known = met(start)
    old = start.owner.root
    start.owner.change_root()
    by_old = Scene(owner=start.owner.copy(), reader=start.reader, docs=start.docs, grant=start.grant)
    start.owner.rotate()
    assert_accepted(start.read(bundle(start), pins=known.pins))
    by_old.owner.rotate(hooks=Hooks(root=old))
    for pins in (known.pins, NOBODY):
        refused = by_old.read(bundle(by_old), pins=pins)
        assert ({"bad_key"}, 20, True) == (refused.codes, refused.exit, refused.are_pins_unchanged)


def test_a_hand_over_needs_the_words_in_force() -> None:
    """A thief of the signing key cannot hand the vault over, whatever new words he has."""
    start = scene()
    thief = start.owner.secrets_now.sign
    for key in (thief, signing_key(b"\x09" * 32)):
        changed = Scene(owner=start.owner.copy(), reader=start.reader, docs=start.docs, grant=start.grant)
        changed.owner.change_root(hooks=Hooks(root=key))
        assert {"bad_key"} == changed.read(bundle(changed)).codes


def test_a_restart_is_said_for_ever() -> None:
    """To who knew more; who did not sees a vault like any other, with keys replaced afterwards or not."""
    start = scene()
    backup = start.owner.copy()
    start.owner.append({"kind": "note", "about": 0, "text": "lost"})
    knew_more = met(start)
    backup.restart(lost=(start.owner.size, start.owner.root_at(start.owner.size)))
    again = Scene(owner=backup, reader=start.reader, docs=start.docs, grant=start.grant)
    pins = knew_more.pins
    for _ in range(3):
        outcome = again.read(bundle(again), pins=pins)
        assert ({"history_restarted"}, 21) == (outcome.codes, outcome.exit)
        pins = outcome.pins
        again.owner.rotate(RotateReason.LOST)
    assert_accepted(again.read(bundle(again)))


def test_a_restart_behind_a_rotation() -> None:
    """Undoes no key event that others have seen."""
    start = scene()
    backup = start.owner.copy()
    start.owner.rotate()
    known = met(start)
    backup.restart()
    again = Scene(owner=backup, reader=start.reader, docs=start.docs, grant=start.grant)
    outcome = again.read(bundle(again), pins=known.pins)
    assert 23 == outcome.exit
    assert {"fork", "events_old"} & outcome.codes
