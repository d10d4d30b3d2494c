# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.verify.authorship: steps 4 to 8 one at a time."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from healthvault.bundle.manifest import parse_manifest
from healthvault.crypto.signing import signing_key
from healthvault.errors import FormatError, IntegrityError
from healthvault.ledger.events import RotateReason
from healthvault.ledger.keychain import walk
from healthvault.tlog.slice import rebuild
from healthvault.verify.authorship import (
    check_compromise,
    open_note,
    verify_chain,
    verify_entries,
    verify_manifest,
)
from healthvault.verify.pins import SeenSize, VaultPins
from healthvault.verify.view import View
from tests.bundles import scene
from tests.owners import Hooks, Owner, flip, put

STRANGER = signing_key(b"\x09" * 32)


def code_of(step: Callable[[], object]) -> str:
    """Return the code with which a step fails."""
    with pytest.raises((FormatError, IntegrityError)) as caught:
        step()
    return caught.value.code


def test_step_4_the_chain() -> None:
    """The key events among the entries, of the vault that the origin names."""
    start = scene()
    seq = start.owner.rotate()
    manifest = parse_manifest(start.draft().signed()).unverified
    chain = verify_chain(manifest.origin, manifest.entries)
    assert (start.owner.vault_id, seq) == (chain.vault_id, chain.last_seq)
    assert "wrong_vault" == code_of(lambda: verify_chain(Owner().origin, manifest.entries))
    assert "wrong_vault" == code_of(lambda: verify_chain("", manifest.entries))
    assert "bad_key" == code_of(lambda: verify_chain(manifest.origin, manifest.entries[1:]))
    assert "bad_key" == code_of(lambda: verify_chain(manifest.origin, ()))
    assert "bad_signature" == code_of(lambda: verify_chain(manifest.origin, (*manifest.entries, b"short")))


def test_step_5_the_manifest() -> None:
    """Signed by the newest epoch of the chain, which it names."""
    start = scene()
    old = start.owner.secrets_now.sign
    start.owner.rotate()
    draft = start.draft()
    signed = parse_manifest(draft.signed())
    chain = verify_chain(start.owner.origin, signed.unverified.entries)
    assert signed.unverified == verify_manifest(signed, chain)
    assert "bad_signature" == code_of(lambda: verify_manifest(replace(signed, signature=bytes(64)), chain))
    assert "bad_signature" == code_of(lambda: verify_manifest(replace(signed, body=flip(signed.body)), chain))
    draft.map["signer"], draft.key = 0, old
    assert "bad_key" == code_of(lambda: verify_manifest(parse_manifest(draft.signed()), chain))
    draft.map["signer"], draft.label = 1, "entry"
    draft.key = start.owner.secrets_now.sign
    assert "bad_signature" == code_of(lambda: verify_manifest(parse_manifest(draft.signed()), chain))


def test_step_6_compromise() -> None:
    """The newest epoch, unless this very bundle and tree were accepted before."""
    start = scene()
    digest = parse_manifest(start.draft().signed()).digest
    chain = walk(start.owner.raws[:1])
    view = View(size=start.owner.size, root=start.owner.root_at(start.owner.size), mark_roots={}, chain=chain)
    known = VaultPins(vault=start.owner.vault_id, compromised=((0, 3, b"r" * 32),))
    seen = SeenSize(size=view.size, root=view.root, restarts=0)
    accepted = replace(known, bundles=((digest, 1),), sizes=(seen,))
    check_compromise(digest, view, chain, replace(known, compromised=((1, 3, b"r" * 32),)), None)
    check_compromise(digest, view, chain, accepted, None)
    for pins, shown in (
        (known, view),
        (replace(accepted, bundles=()), view),
        (replace(accepted, sizes=()), view),
        (accepted, None),
        (accepted, replace(view, root=b"x" * 32)),
    ):
        assert "key_revoked" == code_of(lambda: check_compromise(digest, shown, chain, pins, "Ana"))  # noqa: B023
    assert start.owner.epochs[0].keys == chain.newest.keys


def test_step_7_entries() -> None:
    """Each by the epoch in force at its place, in rising order."""
    start = scene()
    start.owner.rotate(RotateReason.LOST)
    manifest = parse_manifest(start.draft().signed()).unverified
    chain = verify_chain(manifest.origin, manifest.entries)
    entries = verify_entries(manifest.entries, chain)
    assert manifest.entries == tuple(entries[seq].raw for seq in manifest.slice.leaves)
    first, second, *rest = manifest.entries
    assert "bad_proof" == code_of(lambda: verify_entries((second, first, *rest), chain))
    assert "bad_proof" == code_of(lambda: verify_entries((first, second, second, *rest), chain))
    assert "bad_signature" == code_of(lambda: verify_entries((first, flip(second), *rest), chain))
    other = Owner()
    other.append({"kind": "note"})
    other.append({"kind": "note"})
    assert "wrong_vault" == code_of(lambda: verify_entries((first, second, other.raws[2]), chain))


def test_step_7_an_entry_of_a_wrong_epoch() -> None:
    """The number has to be the epoch's in force, whoever signed."""
    start = scene()
    seq = start.owner.add(b"x", hooks=Hooks(fields=put(5, 1), key=STRANGER))
    chain = walk(start.owner.raws[:1])
    assert "bad_key" == code_of(lambda: verify_entries((start.owner.raws[0], start.owner.raws[seq]), chain))


def test_step_8_the_checkpoint() -> None:
    """By the newest key, of this origin, of at least one entry."""
    start = scene()
    old = start.owner.secrets_now.sign
    start.owner.rotate()
    chain = walk(start.owner.raws[seq] for seq in start.owner.event_seqs)
    checkpoint = open_note(start.owner.note(), chain)
    assert (start.owner.size, start.owner.root_at(start.owner.size)) == (checkpoint.size, checkpoint.root)
    assert "bad_signature" == code_of(lambda: open_note(start.owner.note(key=old), chain))
    assert "bad_note" == code_of(lambda: open_note(Owner().note(), chain))
    assert "bad_note" == code_of(lambda: open_note(start.owner.note(0), chain))
    assert "bad_note" == code_of(lambda: open_note(b"", chain))


def test_the_parts_fit_together() -> None:
    """A whole bundle passes all of these steps."""
    start = scene()
    manifest = parse_manifest(start.draft().signed()).unverified
    chain = verify_chain(manifest.origin, manifest.entries)
    entries = verify_entries(manifest.entries, chain)
    rebuilt = rebuild(manifest.slice, {seq: entry.leaf for seq, entry in entries.items()})
    assert open_note(manifest.note, chain).root == rebuilt.root
