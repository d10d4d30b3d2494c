# SPDX-License-Identifier: Apache-2.0
"""The inventories: a log for each category of what came in and went out, which every entry commits to.

Their sixteen commitments make the `ext_root` in the state of an entry. All are blinded anew in each, so that
whoever is shown one inventory learns nothing of another, not even from two entries whether it changed.
Spec: docs/spec/inventories.md.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import IntEnum
from operator import add

from healthvault.codec import Value, positional
from healthvault.crypto.hashing import labelled, labelled_hash, labelled_hashes, labelled_mac
from healthvault.errors import FormatError
from healthvault.ledger.changes import OTHER_SLOT, Added, Change, Revised
from healthvault.ledger.documents import DocStatus
from healthvault.ledger.membership import Member, Members, Shelf
from healthvault.ledger.state import NO_EXTENSION
from healthvault.tlog.frontier import Frontier
from healthvault.tlog.tree import leaf_hash

__all__ = [
    "BLIND_BYTES",
    "SLOT_COUNT",
    "Inventories",
    "Line",
    "LineKind",
    "inventory_commitment",
    "line_leaf",
    "root_of_inventories",
]

SLOT_COUNT = 16  # some are kept for categories to come: the number is the same for all
BLIND_BYTES = 16
_NUMBERS = tuple(bytes([slot]) for slot in range(SLOT_COUNT))


class LineKind(IntEnum):
    """What a line of an inventory says."""

    IN = 1
    """The document of entry `ref` stands here from now on."""
    MOVED = 2
    """What line `ref` put in has another category now."""
    SUPERSEDED = 3
    RETRACTED = 4
    ERASED = 5


_OUT = {
    DocStatus.CURRENT: LineKind.MOVED,
    DocStatus.SUPERSEDED: LineKind.SUPERSEDED,
    DocStatus.RETRACTED: LineKind.RETRACTED,
    DocStatus.ERASED: LineKind.ERASED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of an inventory."""

    slot: int
    number: int
    """Its place there, from 0."""
    kind: LineKind
    ref: int
    """IN: the entry of the document. Else: the number of the line that put it in."""


def line_leaf(salt: bytes, slot: int, kind: int, ref: int) -> bytes:
    """Return the leaf hash (32 bytes) of a line."""
    return leaf_hash(labelled("line", salt, bytes([slot, kind]), ref.to_bytes(8, "big")))


def inventory_commitment(slot: int, blind: bytes, count: int, root: bytes) -> bytes:
    """Return the commitment (32 bytes) to an inventory of `count` lines with this root."""
    return labelled_hash("inventory", blind, _tail(slot, count, root))


def root_of_inventories(commitments: Iterable[bytes]) -> bytes:
    """Return the `ext_root` (32 bytes) over the commitments to all inventories, in their order."""
    return labelled_hash("inventories", *commitments)


class Inventories:
    """All inventories after the entries taken so far."""

    def __init__(self, state_key: bytes, shelf: Shelf, value: Value = None) -> None:
        """Begin.

        Args:
            state_key: Of the vault (32 bytes).
            shelf: The documents at that point.
            value: From `to_value` at that point; None before the first entry.

        Raises:
            FormatError: `bad_schema`, the value is none.
        """
        self._state_key = state_key
        self._members = Members(shelf)
        self._lines: list[Line] = []
        self._is_named, self._logs = _parse(value)
        self._counts = [log.size for log in self._logs]
        self._tails = [b""] * SLOT_COUNT
        self._stale = {*range(SLOT_COUNT)}

    def to_value(self) -> Value:
        """Return what goes on from here, but for the documents."""
        logs: list[Value] = [[[level, root] for level, root in log.complete] for log in self._logs]
        return [self._is_named, logs]

    def take_changed(self) -> tuple[tuple[Member, ...], tuple[Line, ...]]:
        """Hand out the documents and lines that are new since the last time: the shelf has them from now on."""
        found = tuple(self._members.changed.values()), tuple(self._lines)
        self._members.changed.clear()
        self._lines.clear()
        return found

    def take(self, seq: int, change: Change | None) -> None:
        """Follow what entry `seq` changes; None for nothing."""
        if change is None:
            return
        if isinstance(change, (Added, Revised)) and change.slot is not None:
            self._is_named = True
        if isinstance(change, Added) and change.supersedes is None:  # as below, in a third of the time
            slot = OTHER_SLOT if change.slot is None else change.slot
            self._members.keep(Member(seq=seq, slot=slot, line=self._add(slot, LineKind.IN, seq)))
            return
        touched = self._members.take(seq, change)
        for before, now in touched:
            if before is not None and before.line is not None and not _is_in(now, before.slot):
                self._add(before.slot, _OUT[now.status], before.line)
                self._members.keep(replace(now, line=None))
        for before, now in touched:
            if _is_in(now, now.slot) and (before is None or before.line is None or before.slot != now.slot):
                self._members.keep(replace(now, line=self._add(now.slot, LineKind.IN, now.seq)))

    def ext_root(self, prev: bytes) -> bytes:
        """Return what the state commits to (32 bytes), in the entry that follows the one with leaf hash `prev`."""
        return root_of_inventories(self.commitments(prev)) if self._is_named else NO_EXTENSION

    def commitments(self, prev: bytes) -> list[bytes]:
        """Return the commitment (32 bytes) to each inventory in that same entry."""
        for slot in self._stale:
            self._tails[slot] = _tail(slot, self._counts[slot], self._logs[slot].root())
        self._stale.clear()
        blinds = self._blinds(prev)
        return labelled_hashes("inventory", b"", map(add, blinds, self._tails))

    def blind(self, slot: int, prev: bytes) -> bytes:
        """Return what hides an inventory (16 bytes) in that same entry."""
        return self._blinds(prev)[slot]

    def salt(self, line: Line) -> bytes:
        """Return what hides a line (32 bytes): disclosed with it, and only then."""
        return labelled_mac(self._state_key, "line-salt", bytes([line.slot]), line.number.to_bytes(8, "big"))

    def leaf(self, line: Line) -> bytes:
        """Return the leaf hash of a line (32 bytes)."""
        return line_leaf(self.salt(line), line.slot, line.kind, line.ref)

    def root_of(self, slot: int) -> bytes:
        """Return the root (32 bytes) over the lines of an inventory."""
        return self._logs[slot].root()

    def _blinds(self, prev: bytes) -> list[bytes]:
        key = labelled_mac(self._state_key, "inventories", prev)
        pairs = labelled_hashes("inventory-blind", key, _NUMBERS[: SLOT_COUNT // 2])
        return [pair[start : start + BLIND_BYTES] for pair in pairs for start in (0, BLIND_BYTES)]

    def _add(self, slot: int, kind: LineKind, ref: int) -> int:
        line = Line(slot=slot, number=self._counts[slot], kind=kind, ref=ref)
        self._logs[slot].append(self.leaf(line))
        self._lines.append(line)
        self._counts[slot] += 1
        self._stale.add(slot)
        return line.number


def _is_in(member: Member, slot: int) -> bool:
    return member.status is DocStatus.CURRENT and member.slot == slot


def _tail(slot: int, count: int, root: bytes) -> bytes:
    return _NUMBERS[slot] + count.to_bytes(8, "big") + root


def _parse(value: Value) -> tuple[bool, list[Frontier]]:
    if value is None:
        return False, [Frontier() for _ in range(SLOT_COUNT)]
    fields = positional(value, ("named", "logs"), "inventories")
    logs = [_frontier(log) for log in fields.array("logs")]
    if len(logs) != SLOT_COUNT:
        raise FormatError("bad_schema", f"there are {SLOT_COUNT} inventories")
    return fields.flag("named"), logs


def _frontier(value: Value) -> Frontier:
    if not isinstance(value, list):
        raise FormatError("bad_schema", "an inventory is a list of subtrees")
    rows = [positional(row, ("level", "root"), "subtree") for row in value]
    return Frontier([(row.uint("level"), row.bin("root", 32)) for row in rows])
