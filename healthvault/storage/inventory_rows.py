# SPDX-License-Identifier: Apache-2.0
"""Rows of the catalogue about inventories: how each document stands, and every line.

Spec: docs/spec/vault-folder.md section 6.
"""

from collections.abc import Iterable, Iterator

from healthvault.ledger.documents import DocStatus
from healthvault.ledger.inventory import Line, LineKind
from healthvault.ledger.membership import Member
from healthvault.storage.catalogue import Catalogue

__all__ = ["InventoryRows"]


class InventoryRows:
    """The inventories in an open catalogue: the shelf of a writer and of a replay that goes on."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._db = catalogue.connection

    def at(self, seq: int) -> Member | None:
        """Return the document of an entry."""
        row = self._db.execute(
            "select slot, status, supersedes, line from member where seq = ?", (seq,)
        ).fetchone()
        if row is None:
            return None
        slot, status, supersedes, line = row
        return Member(seq=seq, slot=slot, status=DocStatus(status), supersedes=supersedes, line=line)

    def replacing(self, seq: int) -> Iterator[int]:
        """Yield the entries of documents that replace this one."""
        for (newer,) in self._db.execute("select seq from member where supersedes = ?", (seq,)).fetchall():
            yield newer

    def save(self, members: Iterable[Member], lines: Iterable[Line]) -> None:
        """Note how documents stand now, and add lines; inside a `change`."""
        self._db.executemany(
            "insert or replace into member values (?,?,?,?,?)",
            [(one.seq, one.slot, one.status.value, one.supersedes, one.line) for one in members],
        )
        self._db.executemany(
            "insert into line values (?,?,?,?)", [(one.slot, one.number, int(one.kind), one.ref) for one in lines]
        )

    def lines(self, slot: int) -> Iterator[Line]:
        """Yield the lines of an inventory in their order."""
        rows = self._db.execute("select number, kind, ref from line where slot = ? order by number", (slot,))
        for number, kind, ref in rows:
            yield Line(slot=slot, number=number, kind=LineKind(kind), ref=ref)
