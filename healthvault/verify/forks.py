# SPDX-License-Identifier: Apache-2.0
"""Views and fork proofs: what one file shows of a history, and whether two of them contradict each other.

A proof is judged by anybody, without a vault and without a key; one that holds is remembered, so that every later
file of that vault is flagged. Spec: docs/spec/views.md.
"""

from dataclasses import replace

from healthvault.bundle.view import (
    ForkProof,
    HistoryView,
    fork_proof_bytes,
    parse_fork_proof,
)
from healthvault.errors import FormatError, HealthVaultError, HistoryError, IntegrityError
from healthvault.ledger.keychain import KeyChain
from healthvault.verify import authorship, inclusion
from healthvault.verify.compare import Comparison, Relation, compare
from healthvault.verify.pins import VaultPins
from healthvault.verify.view import View

__all__ = ["forked_before", "judge_proof", "remember_fork", "verify_view"]


def verify_view(view: HistoryView) -> View:
    """Return what a view proves: key events up to its size, a signed root, and the roots at its marks.

    Raises:
        FormatError: an entry, an event or the note is malformed.
        IntegrityError: `wrong_vault`, `bad_key`; `bad_signature`, the note is not signed by the newest epoch of
            the view; `bad_proof`, an event from beyond its size, or the slice does not lead to the signed root.
    """
    chain = authorship.verify_chain(view.origin, view.events)
    if len(chain.entries) != len(view.events):
        raise FormatError("bad_schema", "a view holds an entry that is no key event")
    checkpoint = authorship.open_note(view.note, chain)
    if chain.last_seq >= checkpoint.size:
        raise IntegrityError("bad_proof", "a view holds a key event from beyond its size")
    return inclusion.rebuilt_view(view.slice, {}, checkpoint, chain)


def judge_proof(proof: ForkProof, stolen: frozenset[int] = frozenset()) -> tuple[View, View, HistoryError, int]:
    """Return the two verified views of a proof, the `fork` that they prove, and at which size they differ.

    Args:
        proof: Unverified.
        stolen: Epochs that the reader knows as declared stolen.

    Raises:
        As `verify_view`.
        IntegrityError: `bad_proof`, the views hold but do not contradict each other; `wrong_vault`, they are of
            two vaults; `key_revoked`, keys that were declared stolen signed one of them.
    """
    first, second = map(verify_view, proof.views)
    found = compare(first, second, stolen)
    if found.relation is Relation.FORK and isinstance(found.problem, HistoryError) and found.at is not None:
        return first, second, found.problem, found.at
    raise _no_proof(found)


def remember_fork(pins: VaultPins, proof: ForkProof, first: View, second: View) -> VaultPins:
    """Return the pins with a proof that holds, unless one is there that stands for both of its views."""
    if forked_before(pins, first.chain) and forked_before(pins, second.chain):
        return pins
    return replace(pins, evidence=(*pins.evidence, fork_proof_bytes(proof)))


def forked_before(pins: VaultPins, chain: KeyChain) -> bool:
    """Tell whether a fork proof is remembered that still stands for a file with these key events.

    It does not once the owner has restarted her history from before the fork, and the file says so, or once the
    keys that signed one side are known as stolen.
    """
    return any(_still_stands(raw, pins, chain) for raw in pins.evidence)


def _still_stands(raw: bytes, pins: VaultPins, chain: KeyChain) -> bool:
    try:
        first, second, _, at = judge_proof(parse_fork_proof(raw), pins.compromised_epochs)
    except HealthVaultError:
        return False  # other evidence, or keys that are known as stolen since
    later = set(chain.restarts) - {*first.chain.restarts, *second.chain.restarts}
    return not any(from_size < at for from_size in later)


def _no_proof(found: Comparison) -> HealthVaultError:
    if isinstance(found.problem, IntegrityError):
        return found.problem
    said = found.problem.message if found.problem else "one goes on from the other"
    return IntegrityError("bad_proof", f"this proves no fork: {said}")
