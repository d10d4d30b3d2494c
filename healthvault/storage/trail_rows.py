# SPDX-License-Identifier: Apache-2.0
"""Rows of the catalogue that say which entries name a document or somebody, so that nobody has to read them all.

Documents are kept as blocks: each range of entry numbers in the fewest aligned runs of a power of two, so that a
grant of a million documents costs some rows and not a million. A document is asked for by every block that it can
lie in. Spec: docs/spec/vault-folder.md section 6.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from healthvault.ledger.ranges import Ranges
from healthvault.storage.catalogue import Catalogue
from healthvault.storage.consent_rows import HistoryRow

__all__ = ["Named", "TrailFilter", "TrailRows", "blocks_of"]

_DOCUMENTS, _PARTIES = 0, 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """What an entry names."""

    documents: Ranges = ()
    """Entries of documents."""
    parties: tuple[tuple[bytes, str], ...] = ()
    """Key (32 bytes, or `code`) and the owner's name for each, which may be empty."""
    documents_of: tuple[int, ...] = ()
    """Earlier entries whose documents are meant, where it names none itself."""
    parties_of: tuple[int, ...] = ()
    """The same of people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrailFilter:
    """Which entries; None leaves a question open."""

    document: int | None = None
    """Entry of a document that they name."""
    party: bytes | None = None
    """Key of somebody whom they name."""
    kinds: tuple[str, ...] = ()
    """Of these kinds; empty for any."""
    since_ms: int | None = None
    """Made then or later, by the owner's clock."""
    until_ms: int | None = None
    """Made before then."""
    limit: int | None = None
    """At most so many, the newest."""


class TrailRows:
    """Who and what the entries name, in an open catalogue. Changes stand inside a `change`."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._db = catalogue.connection

    def insert(self, seq: int, named: Named) -> None:
        """Note what entry `seq` names."""
        meant = [(_DOCUMENTS, about, seq) for about in named.documents_of]
        meant += [(_PARTIES, about, seq) for about in named.parties_of]
        blocks = [(*block, seq) for first, count in named.documents for block in blocks_of(first, count)]
        rows: dict[str, list[tuple[int | bytes | str, ...]]] = {
            "insert or ignore into named values (?,?,?)": [*blocks],
            "insert or ignore into party values (?,?)": [(key, seq) for key, _ in named.parties],
            "insert or replace into party_name values (?,?,?)": [(key, name, seq) for key, name in named.parties],
            "insert or ignore into follows values (?,?,?)": [*meant],
        }
        for query, values in rows.items():
            if values:
                self._db.executemany(query, values)

    def names(self) -> tuple[tuple[bytes, str], ...]:
        """Return everybody with every name that the owner gave them, the empty one too."""
        return tuple(self._db.execute("select party, name from party_name"))

    def name_of(self, party: bytes) -> str:
        """Return the newest name of somebody; empty if there is none."""
        row = self._db.execute(
            "select name from party_name where party = ? and name <> '' order by seq desc limit 1", (party,)
        ).fetchone()
        return str(row[0]) if row else ""

    def history(self, wanted: TrailFilter) -> Iterator[HistoryRow]:
        """Yield what the entries asked for were, the newest first."""
        tests, values = ["1"], list[int | bytes | str]()
        for seqs, found in (self._of_document(wanted.document), self._of_party(wanted.party)):
            tests += [f"seq in ({seqs})"] if seqs else []
            values += found
        bounds = {"time >= ?": wanted.since_ms, "time < ?": wanted.until_ms}
        times = {test: moment for test, moment in bounds.items() if moment is not None}
        if times:
            both = " and ".join(times)
            tests.append(both if values else f"seq in (select seq from history where {both})")  # noqa: S608
            values += times.values()
        if wanted.kinds:
            tests.append(f"kind in ({','.join('?' * len(wanted.kinds))})")
            values += wanted.kinds
        where, limit = " and ".join(tests), -1 if wanted.limit is None else wanted.limit
        yield from self._select(where, (*values, limit))

    def at(self, seq: int) -> HistoryRow | None:
        """Return what an entry was."""
        return next(self._select("seq = ?", (seq, 1)), None)

    def _select(self, where: str, values: tuple[int | bytes | str, ...]) -> Iterator[HistoryRow]:
        query = f"select seq, kind, time, id, signer, detail from history where {where} order by seq desc limit ?"  # noqa: S608  our own text
        for seq, kind, time_ms, id_text, signer, detail in self._db.execute(query, values):
            yield HistoryRow(seq=seq, kind=kind, time_ms=time_ms, id=id_text, signer=signer, detail=detail)

    def _of_document(self, document: int | None) -> tuple[str, list[int | bytes]]:
        if document is None:
            return "", []
        (largest,) = self._db.execute("select coalesce(max(level), 0) from named").fetchone()
        levels = range(largest + 1)
        first = "select seq from named where " + " or ".join("level = ? and block = ?" for _ in levels)  # noqa: S608
        return _with_following(first), [
            *(part for level in levels for part in (level, document >> level)),
            _DOCUMENTS,
        ]

    @staticmethod
    def _of_party(party: bytes | None) -> tuple[str, list[int | bytes]]:
        if party is None:
            return "", []
        return _with_following("select seq from party where party = ?"), [party, _PARTIES]


def blocks_of(first: int, count: int) -> Iterable[tuple[int, int]]:
    """Yield the fewest aligned runs that are together `count` numbers from `first`.

    Level n and block b stand for the 2^n numbers from b * 2^n.
    """
    while count:
        level = count.bit_length() - 1
        if first:
            level = min(level, (first & -first).bit_length() - 1)
        yield level, first >> level
        first, count = first + (1 << level), count - (1 << level)


def _with_following(first: str) -> str:
    """Return the query of the entries that `first` selects, and of those that mean what one of them names."""
    return (
        f"with recursive found (seq) as ({first} union select follows.seq from found"  # noqa: S608  our own text
        " join follows on follows.what = ? and follows.about = found.seq) select seq from found"
    )
