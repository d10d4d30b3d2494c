# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.verify.inclusion: steps 9, 10 and 12 one at a time."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from healthvault.bundle.disclosure import Witnessed
from healthvault.errors import HealthVaultError, HistoryError
from healthvault.ledger.entry import Entry, parse_entry
from healthvault.ledger.events import RotateReason
from healthvault.ledger.keychain import KeyChain, walk
from healthvault.tlog.checkpoint import Checkpoint
from healthvault.tlog.cosignature import MAX_AHEAD_MS
from healthvault.tlog.note import parse_note
from healthvault.tlog.slice import Slice, build_slice
from healthvault.verify.inclusion import check_tip_state, verify_slice, verify_witnessed
from healthvault.verify.pins import SeenSize, VaultPins
from healthvault.verify.view import View
from healthvault.verify.witnesses import distinct_witnesses
from tests.bundles import scene
from tests.owners import NOW_MS, Owner, flip
from tests.readers import Reader


def code_of(step: Callable[[], object]) -> str:
    """Return the code with which a step fails."""
    with pytest.raises(HealthVaultError) as caught:
        step()
    return caught.value.code


def chain_of(owner: Owner) -> KeyChain:
    """Return a vault's keys."""
    return walk(owner.raws[seq] for seq in owner.event_seqs)


def shown(owner: Owner, *marks: int) -> tuple[Slice, dict[int, Entry], Checkpoint, KeyChain]:
    """Return what step 9 takes of a vault: key events, entry 1 and the tip, through these marks."""
    seqs = {*owner.event_seqs, 1, owner.size - 1}
    entries = {seq: parse_entry(owner.raws[seq]).unverified for seq in sorted(seqs)}
    proof = build_slice(owner.tree, owner.size, seqs, marks)
    checkpoint = Checkpoint(origin=owner.origin, size=owner.size, root=owner.root_at(owner.size))
    return proof, entries, checkpoint, chain_of(owner)


def test_step_9_the_slice() -> None:
    """Root, size and the roots of the marks."""
    owner = scene().owner
    view = verify_slice(*shown(owner, 2, 3))
    assert (owner.size, owner.root_at(owner.size)) == (view.size, view.root)
    assert {2: owner.root_at(2), 3: owner.root_at(3)} == view.mark_roots


def test_step_9_what_does_not_fit() -> None:
    """Another size, other entries, the tip missing, another root."""
    owner = scene().owner
    proof, entries, checkpoint, chain = shown(owner, 2)
    less = {seq: entry for seq, entry in entries.items() if seq != 1}
    small = build_slice(owner.tree, owner.size, [0, 1], [2])
    heads = {seq: entries[seq] for seq in (0, 1)}
    for arguments in (
        (proof, entries, replace(checkpoint, size=owner.size + 1), chain),
        (proof, less, checkpoint, chain),
        (proof, {**entries, 2: parse_entry(owner.raws[2]).unverified}, checkpoint, chain),
        (small, heads, checkpoint, chain),
        (proof, entries, replace(checkpoint, root=bytes(32)), chain),
        (proof, {**entries, 1: replace(entries[1], leaf=entries[0].leaf)}, checkpoint, chain),
        (replace(proof, hashes=proof.hashes[1:]), entries, checkpoint, chain),
        (replace(proof, hashes=(*proof.hashes, bytes(32))), entries, checkpoint, chain),
        (replace(proof, hashes=(flip(proof.hashes[0]), *proof.hashes[1:])), entries, checkpoint, chain),
    ):
        assert "bad_proof" == code_of(lambda: verify_slice(*arguments))  # noqa: B023


def test_step_9_changes_of_keys_are_marks() -> None:
    """Every rotation and every restart, whoever reads; handing over ROOT is none."""
    owner = scene().owner
    first = owner.rotate()
    owner.change_root()
    second = owner.restart()
    owner.add(b"later")
    assert {first, second} == verify_slice(*shown(owner, first, second)).mark_roots.keys()
    for marks in ((), (first,), (second,)):
        assert "bad_proof" == code_of(lambda: verify_slice(*shown(owner, *marks)))  # noqa: B023


def test_step_9_a_restart_from_another_root() -> None:
    """It names the tree that it goes on from."""
    owner = scene().owner
    seq = owner.restart(from_root=b"r" * 32)
    owner.add(b"later")
    assert "bad_key" == code_of(lambda: verify_slice(*shown(owner, seq)))


def test_step_10_the_tip() -> None:
    """Its state opens with the newest key event, and with nothing else."""
    owner = scene().owner
    tip = parse_entry(owner.raws[-1]).unverified
    opening, chain = owner.opening(), chain_of(owner)
    check_tip_state(tip, opening, chain)
    for other in (
        replace(opening, blind=bytes(32)),
        replace(opening, capacity=16),
        replace(opening, grants_root=bytes(32)),
        replace(opening, ext_root=b"x" * 32),
    ):
        assert "bad_state" == code_of(lambda: check_tip_state(tip, other, chain))  # noqa: B023
    assert "bad_state" == code_of(lambda: check_tip_state(tip, opening, replace(chain, key_head=bytes(32))))


WITNESS, STRANGER = Owner("Clinic"), Owner("Stranger")


def witnessed(
    owner: Owner, *notes: bytes, marks: tuple[int, ...] = (2, 3), pins: VaultPins | None = None
) -> list[tuple[bytes, int]]:
    """Return the witnesses that count, with their times."""
    roots = {mark: owner.root_at(mark) for mark in marks}
    view = View(size=owner.size, root=owner.root_at(owner.size), mark_roots=roots, chain=chain_of(owner))
    context = Reader().context(witnesses=(WITNESS.witness,))
    rows = tuple(Witnessed(note=note) for note in notes)
    found = distinct_witnesses(verify_witnessed(rows, view, context, pins or VaultPins(vault=owner.vault_id)))
    return [(item.key.public, item.time_ms) for item in found]


def test_step_12_witnesses() -> None:
    """One that the reader knows counts, with its time; others are passed over."""
    owner = scene().owner
    key = WITNESS.secrets_now.witness.public
    assert [(key, NOW_MS)] == witnessed(owner, owner.cosigned(WITNESS, 3))
    assert [(key, NOW_MS)] == witnessed(owner, owner.cosigned(WITNESS, owner.size))
    assert [] == witnessed(owner, owner.cosigned(STRANGER, 3))
    assert [] == witnessed(owner, owner.note(3))
    assert [] == witnessed(owner)
    assert [(key, NOW_MS)] == witnessed(owner, owner.cosigned(STRANGER, 2), owner.cosigned(WITNESS, 3))


def test_step_12_what_does_not_count() -> None:
    """The vault's own key, and a time beyond the clock's slack or beyond 2^63 seconds."""
    owner = scene().owner
    ahead = NOW_MS + MAX_AHEAD_MS
    assert 1 == len(witnessed(owner, owner.cosigned(WITNESS, 3, ahead)))
    assert [] == witnessed(owner, owner.cosigned(WITNESS, 3, ahead + 1000))
    assert [] == witnessed(owner, owner.cosigned(WITNESS, 3, 2**63 * 1000))
    assert [] == witnessed(owner, owner.cosigned(owner, 3))


def test_step_12_what_is_refused() -> None:
    """Another origin, a wrong signature of vault or witness, a size that is no mark, another root."""
    owner = scene().owner
    note = owner.cosigned(WITNESS, 3)
    lines = parse_note(note).signatures
    broken = parse_note(owner.note(3)).with_signature(replace(lines[1], signature=flip(lines[1].signature)))
    assert "bad_note" == code_of(lambda: witnessed(owner, Owner().note()))
    assert "bad_note" == code_of(lambda: witnessed(owner, b"note"))
    assert "bad_signature" == code_of(lambda: witnessed(owner, broken.to_bytes()))
    assert "bad_signature" == code_of(lambda: witnessed(owner, owner.note(3, STRANGER.secrets_now.sign)))
    assert "bad_proof" == code_of(lambda: witnessed(owner, note, marks=(2,)))
    with pytest.raises(HistoryError) as caught:
        witnessed(owner, owner.note(3, root=b"r" * 32))
    assert "fork" == caught.value.code


def test_step_12_epochs() -> None:
    """The checkpoint of the size of a rotation is still by the old epoch."""
    owner = scene().owner
    old = owner.secrets_now.sign
    seq = owner.rotate()
    owner.add(b"later")
    assert [] == witnessed(owner, owner.note(seq, old), marks=(seq,))
    assert [] == witnessed(owner, owner.note(seq + 1), marks=(seq, seq + 1))
    assert "bad_signature" == code_of(lambda: witnessed(owner, owner.note(seq), marks=(seq,)))
    assert "bad_signature" == code_of(lambda: witnessed(owner, owner.note(seq + 1, old), marks=(seq, seq + 1)))


def test_step_12_stolen_keys() -> None:
    """A checkpoint by an epoch known as compromised counts only if it was accepted before."""
    owner = scene().owner
    seq = owner.rotate(RotateReason.COMPROMISED)
    note = owner.cosigned(WITNESS, 3)
    pins = VaultPins(vault=owner.vault_id, compromised=((0, seq, owner.root_at(seq)),))
    accepted = replace(pins, sizes=(SeenSize(size=3, root=owner.root_at(3), restarts=0),))
    assert 1 == len(witnessed(owner, note))
    assert [] == witnessed(owner, note, pins=pins)
    assert 1 == len(witnessed(owner, note, pins=accepted))
