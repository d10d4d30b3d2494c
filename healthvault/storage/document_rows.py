# SPDX-License-Identifier: Apache-2.0
"""Rows of the catalogue about documents: what `hv list` and `hv show` read, and where the bytes lie.

Spec: docs/spec/vault-folder.md section 6.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from healthvault.bundle.evidence import EVIDENCE_MEDIA_TYPE
from healthvault.ledger.ranges import Ranges
from healthvault.storage.catalogue import Catalogue
from healthvault.storage.label_rows import LabelRow

__all__ = ["OTHER", "DocumentRow", "DocumentRows", "Filter", "PartRow"]

_COLUMNS = (
    "seq, id, title, type, name, media_type, size, date, added, tags, author, source, provenance, status, actions,"
    " supersedes, category, sensitivity"
)
OTHER = "other"  # the category of a document of which nothing better is known
_OPEN = ("current", "superseded")
_EMPTY = {"date": None, "author": None, "source": None, "category": OTHER}  # of the other texts: none at all
_SEPARATOR = "\n"  # between tags, which are single lines


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentRow:
    """A document as the catalogue holds it."""

    seq: int
    id: str
    """Whole id text, `d_…`."""
    title: str
    type: str
    name: str
    media_type: str
    size_bytes: int
    date: str | None
    added_ms: int
    tags: tuple[str, ...]
    author: str | None
    source: str | None
    provenance: str
    status: str
    actions: tuple[str, ...] | None
    """For a received document: what its sender's grant allows."""
    supersedes: int | None = None
    """Entry of the document that this one replaces."""
    category: str = OTHER
    sensitivity: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PartRow:
    """One file of a document and where its blob lies."""

    seq: int
    number: int
    name: str
    media_type: str
    size_bytes: int
    coding: int
    dedupe: bytes
    oid: bytes
    stored_bytes: int
    pack: int
    """First entry of the pack."""
    position: int
    """Offset of the blob in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which documents to list; None leaves a question open."""

    since: str | None = None
    until: str | None = None
    kind: str | None = None
    tag: str | None = None
    category: str | None = None
    author: str | None = None
    limit: int | None = None


class DocumentRows:
    """The documents in an open catalogue."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._db = catalogue.connection

    def insert(self, row: DocumentRow, parts: list[PartRow]) -> None:
        """Add a document and its parts; inside a `change`."""
        actions = None if row.actions is None else _SEPARATOR.join(row.actions)
        self._db.execute(
            "insert into document values (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
            (
                row.seq,
                row.id,
                row.title,
                row.type,
                row.name,
                row.media_type,
                row.size_bytes,
                row.date,
                row.added_ms,
                _SEPARATOR.join(row.tags),
                row.author,
                row.source,
                row.provenance,
                row.status,
                actions,
                row.supersedes,
                row.category,
                _SEPARATOR.join(row.sensitivity),
            ),
        )
        self._db.executemany(
            "insert into part values (?,?,?,?,?,?,?,?,?,?,?)",
            [
                (
                    part.seq,
                    part.number,
                    part.name,
                    part.media_type,
                    part.size_bytes,
                    part.coding,
                    part.dedupe,
                    part.oid,
                    part.stored_bytes,
                    part.pack,
                    part.position,
                )
                for part in parts
            ],
        )

    def retract(self, seq: int) -> None:
        """Note that a document was entered in error: what it replaced is in force again; inside a `change`."""
        self._db.execute("update document set status = 'retracted' where seq = ? and status <> 'erased'", (seq,))
        self.settle_replaced_by(seq)

    def settle_replaced_by(self, seq: int) -> None:
        """Say anew what a document replaced, directly or through retracted ones; inside a `change`.

        A document is superseded as long as one that replaces it stands: is neither erased nor retracted.
        """
        found = self.at(seq)
        while found is not None and found.supersedes is not None:
            found = self.at(found.supersedes)
            if found is not None and found.status in _OPEN:
                status = _OPEN[self.replaced_by(found.seq) is not None]
                self._db.execute("update document set status = ? where seq = ?", (status, found.seq))
            if found is not None and found.status != "retracted":
                return

    def replaced_by(self, seq: int) -> DocumentRow | None:
        """Return the newest document that stands and replaces this one, directly or through retracted ones."""
        row = self._db.execute(
            "with recursive by (seq, status) as ("
            " select seq, status from document where supersedes = ?"
            " union select document.seq, document.status from document join by on document.supersedes = by.seq"
            " where by.status = 'retracted')"
            " select max(seq) from by where status in ('current', 'superseded')",
            (seq,),
        ).fetchone()
        return self.at(row[0]) if row[0] is not None else None

    def describe(
        self, seq: int, said: Mapping[str, str | None], lists: Mapping[str, tuple[str, ...] | None]
    ) -> None:
        """Correct what is said about a document; inside a `change`.

        Args:
            seq: Its entry.
            said: New texts by column, of title, type, date, author, source and category; empty clears.
            lists: All its `tags` and `sensitivity` from now on; None leaves them.
        """
        values = {key: text or _EMPTY.get(key, "") for key, text in said.items()}
        values |= {key: _SEPARATOR.join(words) for key, words in lists.items() if words is not None}
        for key, value in values.items():
            self._db.execute(f"update document set {key} = ? where seq = ?", (value, seq))  # noqa: S608  our own names

    def erase(self, seq: int) -> None:
        """Drop everything that was said of a document but its place and id; inside a `change`."""
        self._db.execute("update document set status = 'erased' where seq = ?", (seq,))
        self.settle_replaced_by(seq)
        self._db.execute(
            "update document set title = '', type = '', name = '', media_type = '', size = 0, date = null,"
            " tags = '', author = null, source = null, provenance = '', actions = null, supersedes = null,"
            " category = ?, sensitivity = '' where seq = ?",
            (OTHER, seq),
        )
        self._db.execute("delete from part where seq = ?", (seq,))

    def count(self) -> int:
        """Return how many documents there are, erased ones included."""
        (count,) = self._db.execute("select count(*) from document").fetchone()
        return int(count)

    def count_kept(self) -> int:
        """Return how many documents there are that were not erased."""
        return int(self._db.execute("select count(*) from document where status <> 'erased'").fetchone()[0])

    def kept(self) -> "tuple[int, ...]":
        """Return the entries of the documents that were not erased, rising."""
        return tuple(seq for (seq,) in self._db.execute("select seq from document where status <> 'erased'"))

    def labels(self) -> "frozenset[LabelRow]":
        """Return what is said of every document that was not erased, for the index into contents."""
        query = (
            "select seq, id, title, type, name, date, tags, author, source, status, category, size, added"
            " from document where status <> 'erased'"
        )
        return frozenset(self._db.execute(query))

    def list(self, wanted: Filter) -> Iterator[DocumentRow]:
        """Yield the documents asked for, the newest added first."""
        tests = {
            "coalesce(date, '') >= ?": wanted.since,
            "date is not null and substr(date, 1, length(?)) <= ?": wanted.until,
            "type = ?": wanted.kind,
            "instr(char(10) || tags || char(10), char(10) || ? || char(10)) > 0": wanted.tag,
            "category = ?": wanted.category,
            "author = ?": wanted.author,
        }
        used = {test: value for test, value in tests.items() if value is not None}
        where = " and ".join(used) or "1"
        values = [value for test, value in used.items() for _ in range(test.count("?"))]
        limit = -1 if wanted.limit is None else wanted.limit
        query = f"select {_COLUMNS} from document where {where} order by seq desc limit ?"  # noqa: S608  our own text
        for row in self._db.execute(query, (*values, limit)):
            yield _document(row)

    def at(self, seq: int) -> DocumentRow | None:
        """Return the document of an entry."""
        query = f"select {_COLUMNS} from document where seq = ?"  # noqa: S608
        row = self._db.execute(query, (seq,)).fetchone()
        return _document(row) if row else None

    def id_at(self, seq: int) -> str | None:
        """Return the id of the document of an entry."""
        row = self._db.execute("select id from document where seq = ?", (seq,)).fetchone()
        return row[0] if row else None

    def ids_in(self, seqs: Ranges) -> tuple[str, ...]:
        """Return the ids of the documents among some entries, rising by entry."""
        query = "select id from document where seq between ? and ? order by seq"
        found = (self._db.execute(query, (first, first + count - 1)) for first, count in seqs)
        return tuple(id_text for rows in found for (id_text,) in rows)

    def with_prefix(self, prefix: str) -> tuple[DocumentRow, ...]:
        """Return the documents whose whole id starts like this (letters, digits and `_` only), at most nine."""
        query = f"select {_COLUMNS} from document where id >= ? and id < ? order by id limit 9"  # noqa: S608
        return tuple(_document(row) for row in self._db.execute(query, (prefix, prefix + "~")))

    def with_content(self, dedupe: bytes) -> DocumentRow | None:
        """Return a document, one in force if there is, with a part of this tag; none that was retracted."""
        row = self._db.execute(
            "select seq from part join document using (seq) where dedupe = ?"
            " and document.status in ('current', 'superseded') order by document.status, seq limit 1",
            (dedupe,),
        ).fetchone()
        return self.at(row[0]) if row else None

    def with_contents(self, tags: Iterable[bytes]) -> DocumentRow | None:
        """Return a document as above of which these are the tags of all files, in any order, and no others.

        The proof of where a received document came from is no file of it.
        """
        wanted = sorted(tags)
        rows = self._db.execute(
            "select distinct seq, document.status from part join document using (seq) where dedupe = ?"
            " and document.status in ('current', 'superseded') order by document.status, seq",
            (wanted[-1],),
        )
        for seq, _ in rows.fetchall():
            kept = (part.dedupe for part in self.parts(seq) if part.media_type != EVIDENCE_MEDIA_TYPE)
            if sorted(kept) == wanted:
                return self.at(seq)
        return None

    def parts(self, seq: int) -> tuple[PartRow, ...]:
        """Return the parts of a document in order."""
        rows = self._db.execute(
            "select seq, number, name, media_type, size, coding, dedupe, oid, stored, pack, position from part"
            " where seq = ? order by number",
            (seq,),
        )
        return tuple(_part(row) for row in rows)


def _document(row: tuple) -> DocumentRow:  # type: ignore[type-arg]  # a database row
    (
        seq,
        id_text,
        title,
        type_,
        name,
        media_type,
        size,
        date,
        added,
        tags,
        author,
        source,
        provenance,
        status,
        actions,
        supersedes,
        category,
        sensitivity,
    ) = row
    return DocumentRow(
        seq=seq,
        id=id_text,
        title=title,
        type=type_,
        name=name,
        media_type=media_type,
        size_bytes=size,
        date=date,
        added_ms=added,
        tags=_split(tags),
        author=author,
        source=source,
        provenance=provenance,
        status=status,
        actions=None if actions is None else _split(actions),
        supersedes=supersedes,
        category=category,
        sensitivity=_split(sensitivity),
    )


def _part(row: tuple) -> PartRow:  # type: ignore[type-arg]  # a database row
    seq, number, name, media_type, size, coding, dedupe, oid, stored, pack, position = row
    return PartRow(
        seq=seq,
        number=number,
        name=name,
        media_type=media_type,
        size_bytes=size,
        coding=coding,
        dedupe=dedupe,
        oid=oid,
        stored_bytes=stored,
        pack=pack,
        position=position,
    )


def _split(joined: str) -> tuple[str, ...]:
    return tuple(joined.split(_SEPARATOR)) if joined else ()
