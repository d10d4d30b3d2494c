# SPDX-License-Identifier: Apache-2.0
"""Rows of the catalogue about standing rules, and which grant a rule made for which document.

How far a rule has looked is kept beside them. It is a shortcut: without it a rule looks again from its own entry,
and finds what it made. Spec: docs/spec/vault-folder.md section 6.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from healthvault.codec import Fields, pack, unpack
from healthvault.storage.catalogue import Catalogue

__all__ = ["StandingRow", "StandingRows"]


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingRow:
    """A rule: its sealed map as it stands in its entry."""

    seq: int
    id: str
    """Whole id text, `s_…`."""
    rule: Fields
    is_ended: bool


class StandingRows:
    """Standing rules in an open catalogue. Changes stand inside a `change`."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._db = catalogue.connection

    def insert(self, row: StandingRow) -> None:
        """Add a rule."""
        self._db.execute(
            "insert into standing values (?,?,?,?)", (row.seq, row.id, pack(row.rule.map), row.is_ended)
        )

    def end(self, seq: int) -> None:
        """Note that the rule of an entry makes no more grants."""
        self._db.execute("update standing set ended = 1 where seq = ?", (seq,))

    def rules(self) -> tuple[StandingRow, ...]:
        """Return all rules, oldest first."""
        rows = self._db.execute("select seq, id, rule, ended from standing order by seq")
        return tuple(map(_rule, rows))

    def with_prefix(self, prefix: str) -> tuple[StandingRow, ...]:
        """Return the rules whose whole id starts like this, at most nine."""
        query = "select seq, id, rule, ended from standing where id >= ? and id < ? order by id limit 9"
        return tuple(map(_rule, self._db.execute(query, (prefix, prefix + "~"))))

    def note_made(self, rule_id: str, documents: Iterable[int], grant_seq: int) -> None:
        """Note which grant a rule made for the documents of these entries."""
        self._db.executemany(
            "insert or ignore into made_by values (?,?,?)", [(rule_id, seq, grant_seq) for seq in documents]
        )

    def has_made(self, rule_id: str, document: int) -> bool:
        """Tell whether a rule made a grant for the document of an entry, which may have ended since."""
        query = "select 1 from made_by where rule = ? and document = ?"
        return self._db.execute(query, (rule_id, document)).fetchone() is not None

    def made(self, rule_id: str, after: int = -1) -> tuple[int, ...]:
        """Return the entries above `after` of the grants that a rule made, rising."""
        query = "select distinct grant_seq from made_by where rule = ? and grant_seq > ? order by grant_seq"
        return tuple(seq for (seq,) in self._db.execute(query, (rule_id, after)))

    def changed_documents(self, start: int) -> tuple[str, ...]:
        """Return the ids of the documents that entries from `start` on added or said something of."""
        query = "select distinct id from history where seq >= ? and kind in ('doc.add', 'doc.revise')"
        return tuple(id_text for (id_text,) in self._db.execute(query, (start,)) if id_text is not None)

    def looked(self, rule_id: str, what: str = "looked") -> int | None:
        """Return how far a rule has come: entries, or with `handed` grants; None if that is not known."""
        found = self._catalogue.get(f"{what} {rule_id}")
        return found if isinstance(found, int) else None

    def note_looked(self, rule_id: str, size: int, what: str = "looked") -> None:
        """Keep how far a rule has come."""
        self._catalogue.put(f"{what} {rule_id}", size)


def _rule(row: tuple) -> StandingRow:  # type: ignore[type-arg]  # a database row
    seq, id_text, rule, ended = row
    return StandingRow(seq=seq, id=id_text, rule=Fields(unpack(rule), "standing"), is_ended=bool(ended))
