# SPDX-License-Identifier: Apache-2.0
"""Where it stands: steps 9, 10 and 12 of the verification.

Spec: docs/spec/bundle.md section 6.
"""

from collections.abc import Mapping
from types import MappingProxyType

from healthvault.bundle.disclosure import Witnessed
from healthvault.errors import HistoryError, IntegrityError
from healthvault.ledger.entry import Entry
from healthvault.ledger.keychain import KeyChain
from healthvault.ledger.state import StateOpening
from healthvault.tlog.checkpoint import Checkpoint, open_checkpoint, origin_of, parse_checkpoint
from healthvault.tlog.cosignature import cosignatures
from healthvault.tlog.note import parse_note
from healthvault.tlog.slice import Slice, rebuild
from healthvault.verify.context import Context
from healthvault.verify.pins import VaultPins
from healthvault.verify.view import View
from healthvault.verify.witnesses import Sighting

__all__ = ["check_tip_state", "rebuilt_view", "verify_slice", "verify_witnessed"]

NONE_UNDISCLOSED: Mapping[int, bytes] = MappingProxyType({})


def verify_slice(
    proof: Slice,
    entries: Mapping[int, Entry],
    checkpoint: Checkpoint,
    chain: KeyChain,
    undisclosed: Mapping[int, bytes] = NONE_UNDISCLOSED,
    *,
    has_tip: bool = True,
) -> View:
    """Step 9: return the roots that the slice and the entries lead to, once they lead to the signed one.

    Args:
        proof: The slice, unverified.
        entries: The disclosed entries, verified.
        checkpoint: The signed one.
        chain: The vault's keys.
        undisclosed: Leaf hashes, by seq, of entries whose place is proved and which are not shown.
        has_tip: The newest entry has to be among the disclosed ones.

    Raises:
        IntegrityError: `bad_proof`.
    """
    leaves = {**undisclosed, **{seq: entry.leaf for seq, entry in entries.items()}}
    is_over = proof.leaves == tuple(sorted((*undisclosed, *entries)))  # one that stands twice is on no slice
    if not is_over:
        raise IntegrityError("bad_proof", "the slice is not over the disclosed entries")
    if has_tip and proof.size - 1 not in entries:
        raise IntegrityError("bad_proof", "the last entry of the tree is not disclosed")
    return rebuilt_view(proof, leaves, checkpoint, chain)


def rebuilt_view(proof: Slice, leaves: Mapping[int, bytes], checkpoint: Checkpoint, chain: KeyChain) -> View:
    """Return the roots that a slice and its leaf hashes lead to, once they lead to the signed one.

    Raises:
        IntegrityError: `bad_proof`; `bad_key`, a restart does not go on from the tree that it names.
    """
    if proof.size != checkpoint.size:
        raise IntegrityError("bad_proof", "the slice is not of the signed size")
    needed = {size for size in (*chain.rotations, *chain.restarts) if size != proof.size}
    if not needed <= set(proof.marks):
        raise IntegrityError("bad_proof", "the slice does not pass through every change of keys")
    rebuilt = rebuild(proof, leaves)
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
    rows: tuple[Witnessed, ...], view: View, context: Context, pins: VaultPins
) -> tuple[Sighting, ...]:
    """Step 12: return what known witnesses saw of this vault: their cosignatures on older checkpoints.

    A checkpoint by an epoch known as compromised that was not accepted before is left out.

    Raises:
        FormatError: `bad_note`.
        IntegrityError: `bad_signature`, by this vault or by a known witness; `bad_proof`, its size is no mark.
        HistoryError: `fork`, two signed roots of one size.
    """
    found: list[Sighting] = []
    own = [key for epoch in view.chain.epochs for key in (epoch.keys.sign_pk, epoch.keys.witness_pk)]
    for row in rows:
        note = parse_note(row.note)
        size = parse_checkpoint(note.text).size
        epoch = view.chain.epoch_at(max(size - 1, 0))  # the one in force at its last entry
        checkpoint = open_checkpoint(row.note, origin_of(view.chain.vault_id), epoch.keys.sign_pk)
        if epoch.number in pins.compromised_epochs and not pins.has_seen(checkpoint.size, checkpoint.root):
            continue
        shown = view.root_at(checkpoint.size)
        if shown is None:
            raise IntegrityError("bad_proof", "a witnessed checkpoint is not among the slice's marks")
        if shown != checkpoint.root:
            raise HistoryError("fork", "a witnessed checkpoint has another root than this history")
        counted = cosignatures(note, context.witnesses, own=own, now_ms=context.now_ms)
        found += [Sighting(size=size, cosignature=item) for item in counted]
    return tuple(found)
