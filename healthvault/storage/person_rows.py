# SPDX-License-Identifier: Apache-2.0
"""Rows of the catalogue about the owner: facts that hold, and decisions about records that stand.

Spec: docs/spec/vault-folder.md section 6, docs/spec/identity.md.
"""

from dataclasses import dataclass

from healthvault.codec import Fields, pack, unpack
from healthvault.storage.catalogue import Catalogue

__all__ = ["DecisionRow", "FactRow", "PersonRows"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FactRow:
    """A fact about the owner: its sealed map as it stands in its entry."""

    seq: int
    sealed: Fields
    added_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionRow:
    """A decision about a document, or about one subject in it."""

    seq: int
    about: int
    """Entry of the document."""
    subject: int | None
    decision: str
    """A value of `ledger.person.Decision`."""


class PersonRows:
    """Facts and decisions in an open catalogue. Changes stand inside a `change`."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._db = catalogue.connection

    def add_fact(self, row: FactRow) -> None:
        """Keep a fact."""
        self._db.execute("insert into fact values (?,?,?)", (row.seq, pack(row.sealed.map), row.added_ms))

    def drop_fact(self, seq: int) -> None:
        """Forget the fact of an entry."""
        self._db.execute("delete from fact where seq = ?", (seq,))

    def facts(self) -> tuple[FactRow, ...]:
        """Return the facts that hold, oldest first."""
        rows = self._db.execute("select seq, sealed, added from fact order by seq")
        return tuple(
            FactRow(seq=seq, sealed=Fields(unpack(sealed), "fact"), added_ms=added) for seq, sealed, added in rows
        )

    def decide(self, row: DecisionRow) -> None:
        """Keep a decision; older ones about the same records stay below it."""
        self._db.execute("insert into decided values (?,?,?,?)", (row.seq, row.about, row.subject, row.decision))

    def undo(self, seq: int) -> None:
        """Forget the decision of an entry."""
        self._db.execute("delete from decided where seq = ?", (seq,))

    def decision_at(self, seq: int) -> DecisionRow | None:
        """Return the decision of an entry, if it stands."""
        query = "select seq, about, subject, decision from decided where seq = ?"
        row = self._db.execute(query, (seq,)).fetchone()
        return _decision(row) if row else None

    def decisions(self, about: int | None = None) -> tuple[DecisionRow, ...]:
        """Return the decisions that stand, oldest first: all of them, or those about one document."""
        query = "select seq, about, subject, decision from decided where ? is null or about = ? order by seq"
        return tuple(map(_decision, self._db.execute(query, (about, about))))


def _decision(row: tuple) -> DecisionRow:  # type: ignore[type-arg]  # a database row
    seq, about, subject, decision = row
    return DecisionRow(seq=seq, about=about, subject=subject, decision=decision)
