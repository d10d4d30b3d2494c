# SPDX-License-Identifier: Apache-2.0
"""The grant status tree: one slot a grant, its root blinded in the state of every entry.

A slot moves once, from active to revoked, superseded or erased, and is never used again, so "active, since
its own entry" cannot be said of a grant that was revoked in between. Spec: docs/spec/grants.md section 2.
"""

import secrets
from dataclasses import dataclass, replace
from enum import IntEnum

from healthvault.crypto.hashing import labelled, labelled_mac
from healthvault.errors import IntegrityError, InvalidRequest
from healthvault.tlog.proof import check_inclusion, inclusion_proof
from healthvault.tlog.tree import MemoryTree, leaf_hash, tree_root

__all__ = ["MIN_CAPACITY", "SlotTable", "Status", "StatusProof", "check_status"]

MIN_CAPACITY = 8
MAX_CAPACITY = 2**20


class Status(IntEnum):
    """What a slot says."""

    FREE = 0
    ACTIVE = 1
    REVOKED = 2
    SUPERSEDED = 3
    ERASED = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """A slot that is in use."""

    status: Status
    since_seq: int
    """The entry that put it in this status."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusProof:
    """One slot and its path to the tree's root. Discloses nothing of other slots but their number."""

    slot: int
    status: Status
    since_seq: int
    salt: bytes
    path: tuple[bytes, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotTable:
    """All slots at one point of the journal."""

    capacity: int = MIN_CAPACITY
    slots: tuple[tuple[int, Slot], ...] = ()
    """The slots in use, in order of use."""

    def place_new(self, seq: int) -> tuple[int, "SlotTable"]:
        """Return a slot drawn uniformly from the free ones, and the table with it active since `seq`.

        A running number would tell every grantee how many grants there are.
        """
        table = self._grown_for_one_more()
        used = {number for number, _ in table.slots}
        slot = secrets.choice([number for number in range(table.capacity) if number not in used])
        return slot, self.activated(slot, seq)

    def activated(self, slot: int, seq: int, supersedes: int | None = None) -> "SlotTable":
        """Return the table after the grant entry `seq` took a slot.

        Args:
            slot: The slot.
            seq: The entry.
            supersedes: Entry of the grant that it replaces; that one's slot is ended first.

        Raises:
            IntegrityError: `bad_state`, the slot was used before, or the replaced grant is not active.
        """
        if supersedes is not None:
            old = next(
                (k for k, held in self.slots if held == Slot(status=Status.ACTIVE, since_seq=supersedes)), None
            )
            if old is None:
                raise IntegrityError("bad_state", f"entry {seq} replaces a grant that is not active")
            return self.closed(old, Status.SUPERSEDED, seq).activated(slot, seq)
        table = self._grown_for_one_more()
        if slot >= table.capacity or slot in dict(self.slots):
            raise IntegrityError("bad_state", f"entry {seq} takes a status slot that is not free")
        return replace(table, slots=(*table.slots, (slot, Slot(status=Status.ACTIVE, since_seq=seq))))

    def closed(self, slot: int, status: Status, seq: int) -> "SlotTable":
        """Return the table after entry `seq` ended the grant in a slot.

        Raises:
            InvalidRequest: `grant_closed`, it is not active.
        """
        if self.status_of(slot) is not Status.ACTIVE:
            raise InvalidRequest("grant_closed", "the grant is not active any more")
        ended = Slot(status=status, since_seq=seq)
        return replace(self, slots=tuple((k, ended if k == slot else old) for k, old in self.slots))

    def status_of(self, slot: int) -> Status:
        """Return the status of a slot."""
        found = dict(self.slots).get(slot)
        return found.status if found else Status.FREE

    def root(self, state_key: bytes) -> bytes:
        """Return the root (32 bytes) that the entry's state commits to."""
        return tree_root(self._tree(state_key), self.capacity)

    def prove(self, slot: int, state_key: bytes) -> StatusProof:
        """Return the proof of one slot that is in use."""
        found = dict(self.slots)[slot]
        return StatusProof(
            slot=slot,
            status=found.status,
            since_seq=found.since_seq,
            salt=_salt(state_key, slot),
            path=tuple(inclusion_proof(self._tree(state_key), slot, self.capacity)),
        )

    def _grown_for_one_more(self) -> "SlotTable":
        capacity = self.capacity
        while len(self.slots) * 2 >= capacity:
            capacity *= 2
        return replace(self, capacity=capacity)

    def _tree(self, state_key: bytes) -> MemoryTree:
        used, free = dict(self.slots), Slot(status=Status.FREE, since_seq=0)
        return MemoryTree(
            [_leaf(k, used.get(k, free).status, used.get(k, free).since_seq, _salt(state_key, k))
             for k in range(self.capacity)]
        )  # fmt: skip


def check_status(proof: StatusProof, capacity: int, grants_root: bytes) -> None:
    """Check that a slot says what a proof says it does.

    Args:
        proof: Unverified.
        capacity: Number of slots, from the opened state of the tip.
        grants_root: Root (32 bytes), from the same.

    Raises:
        IntegrityError: `bad_state`.
    """
    if not MIN_CAPACITY <= capacity <= MAX_CAPACITY or capacity & (capacity - 1) or proof.slot >= capacity:
        raise IntegrityError("bad_state", "the status tree's capacity or the slot's number is wrong")
    leaf = _leaf(proof.slot, proof.status, proof.since_seq, proof.salt)
    try:
        check_inclusion(leaf, proof.slot, capacity, proof.path, grants_root)
    except IntegrityError as err:
        raise IntegrityError("bad_state", "the grant's status does not lead to the committed root") from err


def _leaf(slot: int, status: int, since_seq: int, salt: bytes) -> bytes:
    number, since = slot.to_bytes(8, "big"), since_seq.to_bytes(8, "big")
    return leaf_hash(labelled("grant", number, bytes([status]), since, salt))


def _salt(state_key: bytes, slot: int) -> bytes:
    return labelled_mac(state_key, "salt", slot.to_bytes(8, "big"))
