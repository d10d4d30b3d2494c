# SPDX-License-Identifier: Apache-2.0
"""Where each document stands: in which category's inventory, and whether it is in force.

One rule for who writes an entry and for who replays it. A document is in the inventory of its category while it
is current; what puts it out is another version, a retraction, an erasure or another category. What a newer
version that is retracted or erased had replaced stands there again.
Spec: docs/spec/journal.md section 4, docs/spec/inventories.md section 2.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Protocol

from healthvault.ledger.changes import OTHER_SLOT, Added, Change, Erased, Revised
from healthvault.ledger.documents import DocStatus

__all__ = ["NO_SHELF", "Member", "Members", "Shelf"]

_OPEN = frozenset({DocStatus.CURRENT, DocStatus.SUPERSEDED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A document as the inventories see it."""

    seq: int
    slot: int
    """Inventory of its category."""
    status: DocStatus = DocStatus.CURRENT
    supersedes: int | None = None
    """Entry of the document that it replaces; None once it is erased."""
    line: int | None = None
    """Number of the line that put it into the inventory; None while it is in none."""


class Shelf(Protocol):
    """Where members come from that were not touched yet."""

    def at(self, seq: int) -> Member | None:
        """Return the document of an entry."""

    def replacing(self, seq: int) -> Iterable[int]:
        """Return the entries of documents that replace this one."""


class _NoShelf:
    """A shelf with nothing on it: for a replay from the first entry."""

    def at(self, seq: int) -> Member | None:  # noqa: ARG002  the protocol's
        """Return None."""
        return None

    def replacing(self, seq: int) -> Iterable[int]:  # noqa: ARG002  the protocol's
        """Return nothing."""
        return ()


NO_SHELF = _NoShelf()


class Members:
    """The members after the entries taken so far: those of a shelf, and over them what has changed since."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self.changed: dict[int, Member] = {}
        """Every document that was touched since."""
        self._newer: dict[int, list[int]] = {}

    def at(self, seq: int) -> Member | None:
        """Return the document of an entry."""
        return self.changed.get(seq) or self._shelf.at(seq)

    def keep(self, member: Member) -> None:
        """Note how a document stands now."""
        self.changed[member.seq] = member

    def take(self, seq: int, change: Change) -> list[tuple[Member | None, Member]]:
        """Follow what entry `seq` changes; return each document it touched as it was before, and as it is now."""
        before: dict[int, Member | None] = {}
        match change:
            case Added():
                before[seq] = None
                self._put_in(seq, change, before)
            case Revised():
                self._revise(change, before)
            case Erased():
                for victim in change.victims:
                    self._erase(victim, before)
        return [(before[touched], self.changed[touched]) for touched in sorted(before)]

    def _put_in(self, seq: int, change: Added, before: dict[int, Member | None]) -> None:
        slot = OTHER_SLOT if change.slot is None else change.slot
        self.keep(Member(seq=seq, slot=slot, supersedes=change.supersedes))
        if change.supersedes is not None:
            self._newer.setdefault(change.supersedes, []).append(seq)
            self._settle(seq, before)

    def _revise(self, change: Revised, before: dict[int, Member | None]) -> None:
        found = self.at(change.about)
        if found is None or found.status is DocStatus.ERASED:
            return
        slot = found.slot if change.slot is None else change.slot
        status = DocStatus.RETRACTED if change.is_retracted else found.status
        self._put(replace(found, slot=slot, status=status), before)
        if change.is_retracted:
            self._settle(found.seq, before)

    def _erase(self, victim: int, before: dict[int, Member | None]) -> None:
        found = self.at(victim)
        if found is None or found.status is DocStatus.ERASED:
            return
        self._put(replace(found, status=DocStatus.ERASED), before)
        self._settle(victim, before)
        self.keep(replace(self.changed[victim], supersedes=None))

    def _settle(self, seq: int, before: dict[int, Member | None]) -> None:
        """Say anew what a document replaced, directly or through retracted ones."""
        found = self.at(seq)
        while found is not None and found.supersedes is not None:
            found = self.at(found.supersedes)
            if found is not None and found.status in _OPEN:
                status = DocStatus.SUPERSEDED if self._is_replaced(found.seq) else DocStatus.CURRENT
                if status is not found.status:
                    self._put(replace(found, status=status), before)
            if found is not None and found.status is not DocStatus.RETRACTED:
                return

    def _is_replaced(self, seq: int) -> bool:
        """Tell whether a document that stands replaces this one, directly or through retracted ones."""
        todo, seen = [seq], {seq}
        while todo:
            for newer in self._replacing(todo.pop()):
                if newer.status in _OPEN:
                    return True
                if newer.status is DocStatus.RETRACTED and newer.seq not in seen:
                    seen.add(newer.seq)
                    todo.append(newer.seq)
        return False

    def _replacing(self, seq: int) -> Iterator[Member]:
        for number in {*self._shelf.replacing(seq), *self._newer.get(seq, ())}:
            found = self.at(number)
            if found is not None and found.supersedes == seq:
                yield found

    def _put(self, member: Member, before: dict[int, Member | None]) -> None:
        before.setdefault(member.seq, self.at(member.seq))
        self.keep(member)
