# SPDX-License-Identifier: Apache-2.0
"""Whether of two views of one vault the later goes on from the earlier: one pure judgement.

Both views are verified. A contradiction is a fork only if the vault's own keys made it, and only if they were not
declared stolen; a history that the owner restarted, and said so, is no fork. Spec: docs/spec/views.md section 3.
"""

from dataclasses import dataclass
from enum import Enum
from itertools import zip_longest

from healthvault.errors import HealthVaultError, HistoryError, IntegrityError, NotEstablished
from healthvault.ledger.entry import Entry
from healthvault.ledger.keychain import KeyChain
from healthvault.verify.view import View

__all__ = ["Comparison", "Relation", "compare"]


class Relation(Enum):
    """What the later of two views is to the earlier."""

    EXTENDS = "extends"
    SAME = "same"
    ROLLBACK = "rollback"
    FORK = "fork"
    CANNOT_TELL = "cannot_tell"


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """The judgement, and why it is not a good one."""

    relation: Relation
    problem: HealthVaultError | None = None
    """`fork`, `rollback` or `events_old` (HistoryError), `unconnected` or `history_restarted` (NotEstablished),
    `key_revoked` or `wrong_vault` (IntegrityError); None for `extends` and `same`."""
    at: int | None = None
    """Of a fork: the smallest size, or the number of a key event, at which both differ."""


def compare(old: View, new: View, stolen: frozenset[int] = frozenset()) -> Comparison:
    """Judge whether `new` goes on from `old`.

    Args:
        old: The view that was had first.
        new: The one that came later.
        stolen: Epochs that the reader knows as declared stolen, besides what the views' own events say.
    """
    if old.chain.vault_id != new.chain.vault_id:
        return _unknown(IntegrityError("wrong_vault", "the two are of different vaults"))
    apart = _first_difference(old.chain, new.chain)
    if apart is not None:
        return _of_events(apart, old, new)
    stolen |= {epoch.number for view in (old, new) for epoch in view.chain.epochs if epoch.was_compromised}
    at = _contradiction(old, new)
    if at is not None:
        return _contradicting(at, old, new, stolen)
    if _lacks_events(old, new) or _lacks_events(new, old):
        return _unknown(HistoryError("events_old", "one of the two lacks a key event that the other has"))
    return _in_order(old, new)


def _contradicting(at: int, old: View, new: View, stolen: frozenset[int]) -> Comparison:
    if _lacks_events(old, new) or _lacks_events(new, old):
        said = "the two differ, but one was signed with keys that the other says were replaced by then"
        return _unknown(HistoryError("events_old", said, hint="a former key may be in other hands"))
    if stolen & {old.chain.newest.number, new.chain.newest.number}:
        said = f"the two differ at {at} entries, but keys that signed one of them were declared stolen"
        return _unknown(IntegrityError("key_revoked", said, hint="whoever has those keys may have made it"))
    return _fork(at, f"two histories of one vault: at {at} entries they differ, and its keys signed both")


def _in_order(old: View, new: View) -> Comparison:
    if _is_left_behind(old.size, old.chain, new.chain) or _is_left_behind(new.size, new.chain, old.chain):
        return _unknown(_restarted())
    if new.size == old.size:
        return Comparison(relation=Relation.SAME)
    if old.size in new.mark_roots:
        return Comparison(relation=Relation.EXTENDS)
    if new.size in old.mark_roots:
        said = f"the newer shows {new.size} entries, the older proves {old.size}: what came after is gone"
        hint = "if you named the newer one first, name them the other way round"
        return Comparison(relation=Relation.ROLLBACK, problem=HistoryError("rollback", said, hint=hint))
    said = f"nothing in the two connects {old.size} with {new.size} entries"
    hint = "ask the owner for a bundle for the same reader, whose proof passes through both"
    return _unknown(NotEstablished("unconnected", said, hint=hint))


def _of_events(apart: tuple[Entry, Entry], old: View, new: View) -> Comparison:
    """Judge chains of which each has another key event in the same place, both signed by the root key."""
    theirs, ours = apart
    if _is_left_behind(theirs.seq + 1, old.chain, new.chain) or _is_left_behind(
        ours.seq + 1, new.chain, old.chain
    ):
        return _unknown(_restarted())
    at = min(theirs.seq, ours.seq)
    return _fork(at, f"the root key signed two different key events, of which the first stands at entry {at}")


def _first_difference(old: KeyChain, new: KeyChain) -> tuple[Entry, Entry] | None:
    """Return the first key events in the same place of both chains that differ; what follows one chain is none."""
    for ours, theirs in zip_longest(old.entries, new.entries):
        if ours is None or theirs is None:
            return None
        if _event(ours) != _event(theirs):
            return ours, theirs
    return None


def _event(entry: Entry) -> bytes:
    """Return what the root key signed: the entry around it is signed by a lesser key."""
    return entry.header.event.event if entry.header.event else b""


def _contradiction(old: View, new: View) -> int | None:
    """Return the smallest size whose root the two show differently, of those that no restart gave up."""
    sizes = ({old.size, *old.mark_roots}) & ({new.size, *new.mark_roots})
    differing = [
        size
        for size in sizes
        if old.root_at(size) != new.root_at(size)
        and not _is_left_behind(size, old.chain, new.chain)
        and not _is_left_behind(size, new.chain, old.chain)
    ]
    return min(differing, default=None)


def _is_left_behind(size: int, chain: KeyChain, other: KeyChain) -> bool:
    """Tell whether the other chain has a restart that this one has not, from before this size."""
    return any(from_size < size for from_size in set(other.restarts) - set(chain.restarts))


def _lacks_events(view: View, other: View) -> bool:
    """Tell whether the other knows of a key event within this view that this one does not show."""
    unknown = other.chain.entries[len(view.chain.entries) :]
    end = min([view.size, *(set(other.chain.restarts) - set(view.chain.restarts))])
    return any(entry.seq < end for entry in unknown)


def _restarted() -> NotEstablished:
    return NotEstablished("history_restarted", "the owner went on from an older copy of this vault, and says so")


def _fork(at: int, said: str) -> Comparison:
    hint = "keep both files: `hv fork-proof` makes of them a proof that anybody can check"
    return Comparison(relation=Relation.FORK, problem=HistoryError("fork", said, hint=hint), at=at)


def _unknown(problem: HealthVaultError) -> Comparison:
    return Comparison(relation=Relation.CANNOT_TELL, problem=problem)
