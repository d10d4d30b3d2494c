# SPDX-License-Identifier: Apache-2.0
"""The grant status tree: one slot a grant, its root blinded in the state of every entry.

A slot moves once, from active to revoked, superseded or erased, and is never used again, so "active, since
its own entry" cannot be said of a grant that was revoked in between. Spec: docs/spec/grants.md section 2.
"""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from enum import IntEnum
from typing import TypeAlias

from healthvault.crypto.hashing import labelled, labelled_mac
from healthvault.errors import IntegrityError, InvalidRequest
from healthvault.tlog.proof import check_inclusion
from healthvault.tlog.tree import leaf_hash, node_hash, parents

__all__ = ["MIN_CAPACITY", "Slot", "SlotTable", "Status", "StatusProof", "StatusTree", "check_status"]

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


_Node: TypeAlias = "Slot | tuple[_Node, _Node] | None"
"""A subtree of the table: its two halves, or one slot; None where every slot is free. Never changed, so that the
tables before and after an entry share all but one path."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotTable:
    """All slots at one point of the journal. A change makes another table, in time of the tree's height."""

    capacity: int = MIN_CAPACITY
    used: int = 0
    """How many slots are not free."""
    top: _Node = field(default=None, repr=False)

    @property
    def slots(self) -> tuple[tuple[int, Slot], ...]:
        """The slots in use, rising."""
        return tuple(_each(self.top, self._height, 0))

    def place_new(self, seq: int) -> tuple[int, "SlotTable"]:
        """Return a slot drawn uniformly from the free ones, and the table with it active since `seq`.

        A running number would tell every grantee how many grants there are.
        """
        table = self._grown_for_one_more()
        slot = secrets.randbelow(table.capacity)
        while table.at(slot) is not None:  # at most half of them are in use
            slot = secrets.randbelow(table.capacity)
        return slot, self.activated(slot, seq)

    def activated(self, slot: int, seq: int, supersedes: int | None = None) -> "SlotTable":
        """Return the table after the grant entry `seq` took a slot.

        Args:
            slot: The slot.
            seq: The entry.
            supersedes: Entry of the grant that it replaces; that one's slot is looked for, and ended first.

        Raises:
            IntegrityError: `bad_state`, the slot was used before, or the replaced grant is not active.
        """
        if supersedes is not None:
            wanted = Slot(status=Status.ACTIVE, since_seq=supersedes)
            old = next((k for k, held in self.slots if held == wanted), None)
            if old is None:
                raise IntegrityError("bad_state", f"entry {seq} replaces a grant that is not active")
            return self.closed(old, Status.SUPERSEDED, seq).activated(slot, seq)
        table = self._grown_for_one_more()
        if slot >= table.capacity or table.at(slot) is not None:
            raise IntegrityError("bad_state", f"entry {seq} takes a status slot that is not free")
        return replace(table.with_slot(slot, Slot(status=Status.ACTIVE, since_seq=seq)), used=table.used + 1)

    def closed(self, slot: int, status: Status, seq: int) -> "SlotTable":
        """Return the table after entry `seq` ended the grant in a slot.

        Raises:
            InvalidRequest: `grant_closed`, it is not active.
        """
        if self.status_of(slot) is not Status.ACTIVE:
            raise InvalidRequest("grant_closed", "the grant is not active any more")
        return self.with_slot(slot, Slot(status=status, since_seq=seq))

    def with_slot(self, slot: int, held: Slot) -> "SlotTable":
        """Return the table with another content of a slot, whatever was there; `used` is left as it is."""
        return replace(self, top=_with(self.top, self._height, slot, held))

    def at(self, slot: int) -> Slot | None:
        """Return a slot that is in use; None for a free one, and for one that the table does not have."""
        if slot >= self.capacity:
            return None
        node = self.top
        for level in reversed(range(self._height)):
            if not isinstance(node, tuple):
                return None
            node = node[slot >> level & 1]
        return node if isinstance(node, Slot) else None

    def status_of(self, slot: int) -> Status:
        """Return the status of a slot."""
        found = self.at(slot)
        return found.status if found else Status.FREE

    def root(self, state_key: bytes) -> bytes:
        """Return the root (32 bytes) that the entry's state commits to; `StatusTree` is for many in a row."""
        return StatusTree(state_key).root(self)

    def prove(self, slot: int, state_key: bytes) -> StatusProof:
        """Return the proof of one slot that is in use."""
        return StatusTree(state_key).prove(self, slot)

    @property
    def _height(self) -> int:
        return self.capacity.bit_length() - 1

    def _grown_for_one_more(self) -> "SlotTable":
        table = self
        while table.used * 2 >= table.capacity:
            top = None if table.top is None else (table.top, None)
            table = replace(table, capacity=table.capacity * 2, top=top)
        return table


class StatusTree:
    """The hashes over a status table. It follows the table: a change costs one path, not the whole tree."""

    def __init__(self, state_key: bytes) -> None:
        self._state_key = state_key
        self._levels: list[list[bytes]] = []
        self._seen: _Node = None

    def root(self, table: SlotTable) -> bytes:
        """Return the root (32 bytes) over a table."""
        self._follow(table)
        return self._levels[-1][0]

    def prove(self, table: SlotTable, slot: int) -> StatusProof:
        """Return the proof of one slot of a table that is in use."""
        self._follow(table)
        found = table.at(slot)
        if found is None:
            raise KeyError(slot)
        return StatusProof(
            slot=slot,
            status=found.status,
            since_seq=found.since_seq,
            salt=_salt(self._state_key, slot),
            path=tuple(row[(slot >> level) ^ 1] for level, row in enumerate(self._levels[:-1])),
        )

    def _follow(self, table: SlotTable) -> None:
        if not self._levels or len(self._levels[0]) != table.capacity:
            free = Slot(status=Status.FREE, since_seq=0)
            self._levels = [[self._leaf(slot, free) for slot in range(table.capacity)]]
            while len(self._levels[-1]) > 1:
                self._levels.append(parents(self._levels[-1]))
            self._seen = None
        self._update(len(self._levels) - 1, 0, self._seen, table.top)
        self._seen = table.top

    def _update(self, level: int, index: int, old: _Node, new: _Node) -> None:
        """Bring one subtree up to date; what two tables share is not looked at."""
        if old is new:
            return
        if level == 0:
            held = new if isinstance(new, Slot) else Slot(status=Status.FREE, since_seq=0)
            self._levels[0][index] = self._leaf(index, held)
            return
        for side, (before, after) in enumerate(zip(_halves(old), _halves(new), strict=True)):
            self._update(level - 1, index * 2 + side, before, after)
        below = self._levels[level - 1]
        self._levels[level][index] = node_hash(below[index * 2], below[index * 2 + 1])

    def _leaf(self, slot: int, held: Slot) -> bytes:
        return _leaf(slot, held.status, held.since_seq, _salt(self._state_key, slot))


def _halves(node: _Node) -> "tuple[_Node, _Node]":
    return node if isinstance(node, tuple) else (None, None)


def _with(node: _Node, level: int, slot: int, held: Slot) -> _Node:
    if level == 0:
        return held
    left, right = _halves(node)
    if slot >> (level - 1) & 1:
        return left, _with(right, level - 1, slot, held)
    return _with(left, level - 1, slot, held), right


def _each(node: _Node, level: int, first: int) -> Iterator[tuple[int, Slot]]:
    if isinstance(node, Slot):
        yield first, node
    elif isinstance(node, tuple):
        yield from _each(node[0], level - 1, first)
        yield from _each(node[1], level - 1, first + (1 << (level - 1)))


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
