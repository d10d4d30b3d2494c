# SPDX-License-Identifier: Apache-2.0
"""Where it stands: steps 9, 10 and 12 of the verification.

Spec: docs/spec/bundle.md section 6.
"""

from collections.abc import Mapping

from healthvault.bundle.disclosure import Witnessed
from healthvault.errors import HistoryError, IntegrityError
from healthvault.ledger.entry import Entry
from healthvault.ledger.keychain import KeyChain
from healthvault.ledger.state import StateOpening
from healthvault.tlog.checkpoint import Checkpoint, open_checkpoint, origin_of
from healthvault.tlog.cosignature import Cosignature, cosignatures
from healthvault.tlog.note import NoteKey, parse_note
from healthvault.tlog.slice import Slice, rebuild
from healthvault.verify.consistency import View

__all__ = ["check_tip_state", "verify_slice", "verify_witnessed"]


def verify_slice(proof: Slice, entries: Mapping[int, Entry], checkpoint: Checkpoint, chain: KeyChain) -> View:
    """Step 9: return the roots that the slice and the entries lead to, once they lead to the signed one.

    Raises:
        IntegrityError: `bad_proof`.
    """
    if proof.size != checkpoint.size or proof.leaves != tuple(sorted(entries)):
        raise IntegrityError("bad_proof", "the slice is not over the disclosed entries and the signed size")
    if proof.leaves[-1] != proof.size - 1:
        raise IntegrityError("bad_proof", "the last entry of the tree is not disclosed")
    needed = {size for size in (*chain.rotations, *chain.restarts) if size != proof.size}
    if not needed <= set(proof.marks):
        raise IntegrityError("bad_proof", "the slice does not pass through every change of keys")
    rebuilt = rebuild(proof, {seq: entry.leaf for seq, entry in entries.items()})
    if rebuilt.root != checkpoint.root:
        raise IntegrityError("bad_proof", "the entries do not lead to the signed root")
    view = View(size=rebuilt.size, root=rebuilt.root, mark_roots=rebuilt.mark_roots, chain=chain)
    if any(view.root_at(size) != root for size, root in chain.restart_roots):
        raise IntegrityError("bad_key", "a restart does not go on from the tree that it names")
    return view


def check_tip_state(tip: Entry, opening: StateOpening, chain: KeyChain) -> None:
    """Step 10: check that the opening, with the newest key event, gives the tip's state.

    Raises:
        IntegrityError: `bad_state`: another opening, or a key event was left out.
    """
    if opening.state(chain.key_head) != tip.header.state:
        raise IntegrityError("bad_state", "the newest entry's state does not open: a key event may be missing")


def verify_witnessed(
    rows: tuple[Witnessed, ...], view: View, witnesses: tuple[NoteKey, ...], now_ms: int
) -> tuple[Cosignature, ...]:
    """Step 12: return the cosignatures of known witnesses on older checkpoints of this vault.

    Raises:
        FormatError: `bad_note`.
        IntegrityError: `bad_signature`, by this vault or by a known witness; `bad_proof`, its size is no mark.
        HistoryError: `fork`, two signed roots of one size.
    """
    found: list[Cosignature] = []
    origin = origin_of(view.chain.vault_id)
    for row in rows:
        note = parse_note(row.note)
        checkpoint = _open_by_epoch(row.note, origin, view.chain)
        shown = view.root_at(checkpoint.size)
        if shown is None:
            raise IntegrityError("bad_proof", "a witnessed checkpoint is not among the slice's marks")
        if shown != checkpoint.root:
            raise HistoryError("fork", "a witnessed checkpoint has another root than this history")
        own = [epoch.keys.sign_pk for epoch in view.chain.epochs]
        own += [epoch.keys.witness_pk for epoch in view.chain.epochs]
        found += cosignatures(note, witnesses, own=own, now_ms=now_ms)
    return tuple(found)


def _open_by_epoch(note: bytes, origin: str, chain: KeyChain) -> Checkpoint:
    """A checkpoint of size n is signed by the epoch in force at its last entry."""
    unverified = parse_note(note).text.split("\n")
    size = int(unverified[1]) if len(unverified) > 1 and unverified[1].isdecimal() else 0
    return open_checkpoint(note, origin, chain.epoch_at(max(size - 1, 0)).keys.sign_pk)
