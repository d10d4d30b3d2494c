# SPDX-License-Identifier: Apache-2.0
"""The contents: an encrypted index into what documents say, derived and disposable like the catalogue.

A file of its own, because filling it takes long: whoever only lists documents never waits for it. What was read
of a document is added in slices under a token, so that two readers of the same document, or one that was stopped,
leave no half of anything that counts as read. Spec: docs/spec/contents.md section 4.
"""

import contextlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import isfinite
from pathlib import Path

from sqlcipher3 import dbapi2 as sqlcipher

from healthvault.crypto.hashing import random_bytes
from healthvault.records.concept import concept_of, system_words
from healthvault.records.folding import apart
from healthvault.records.statements import (
    Card,
    Inner,
    Item,
    Left,
    Passage,
    Quantity,
    Statement,
    Subject,
    Tally,
    statement_bytes,
)
from healthvault.records.units import unit_key
from healthvault.storage.card_checks import CARD_CHECK_TABLE
from healthvault.storage.database import Schema, connected, discard, translated

__all__ = ["READ", "UNDERWAY", "Contents", "ReadingRow", "words_of"]

UNDERWAY = "underway"
READ = "read"
_TOKEN_BYTES = 8
_DAY_CHARS = 10
_LEAST_DAYS = 5  # of a series
_MOST_APART = 4  # days between two of its days, on average
_SCHEMA = Schema(
    version=4,
    script="""
create table reading (
    seq integer primary key, version integer not null, state text not null, detail text not null,
    hint text, token blob not null);
create table subject (
    seq integer not null, number integer not null, statement blob not null, main integer not null, verdict text,
    primary key (seq, number)) without rowid;
create index subject_waiting on subject (seq, number) where verdict is null;
create index subject_outside on subject (seq, number, main) where verdict <> 'same';
create table judge (one integer primary key check (one = 1), digest blob not null);
create table item (
    id integer primary key, seq integer not null, number integer not null, subject integer, type text not null,
    category text not null, date text, sense blob not null, identity text, digest blob, status text,
    title text not null, statement blob not null, day text, concept text not null, count integer not null,
    amount real, least real, most real, unit text, daily integer not null);
create unique index item_place on item (seq, number);
create index item_day on item (day, concept) where daily = 0;
create index item_series on item (concept, unit, day) where daily = 1;
create index item_concept on item (concept, day);
create index item_sense on item (sense, seq);
create index item_type on item (type, category, concept, unit, date, day, status, seq, subject);
create index item_identity on item (identity, digest) where identity is not null;
create index item_digest on item (digest) where digest is not null;
create table code (
    code text not null, system text not null, item integer not null,
    primary key (code, system, item)) without rowid;
create index code_item on code (item);
create table passage (
    id integer primary key, seq integer not null, place text not null, item integer, words text not null,
    also text not null);
create index passage_seq on passage (seq);
create index passage_item on passage (item) where item is not null;
create virtual table found using fts5 (
    words, content='', prefix='2 3', tokenize="unicode61 remove_diacritics 0 categories 'L* N* Co Mn Mc'");
create table label (
    seq integer primary key, id text not null, title text not null, type text not null, name text not null,
    date text, tags text not null, author text, source text, status text not null, category text not null,
    size integer not null, added integer not null);
create index label_date on label (date, seq);
create virtual table labelled using fts5 (
    title, other, content='', prefix='2 3',
    tokenize="unicode61 remove_diacritics 0 categories 'L* N* Co Mn Mc'");
create table labels_of (size integer not null, root blob not null);
create table tally (
    seq integer not null, sort text not null, count integer not null, primary key (seq, sort)) without rowid;
create table remainder (seq integer not null, place text not null, reason text not null);
create index remainder_seq on remainder (seq);
create table card (
    seq integer not null, place text not null, token text not null, primary key (seq, place)) without rowid;
create table inner_file (
    seq integer not null, place text not null, tag blob not null, primary key (seq, place)) without rowid;
create index inner_file_tag on inner_file (tag);
"""
    + CARD_CHECK_TABLE,
)
_MARK_DAILY = f"""
update item set daily = 1 where seq = :seq and (count > 1 or concept in (
    select concept from item where seq = :seq and length(day) = {_DAY_CHARS} group by concept
    having count(distinct day) >= {_LEAST_DAYS}
    and julianday(max(day)) - julianday(min(day)) <= {_MOST_APART} * count(distinct day)))"""  # noqa: S608
"""What is told day by day, as devices do: it is shown as one series, and not as so many events."""
_OF_A_DOCUMENT = ("card", "inner_file", "subject", "tally", "remainder")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingRow:
    """What became of reading one document."""

    seq: int
    version: int
    """Of the readers, see `records.reading.READER_VERSION`."""
    state: str
    """`read`; `underway`, by somebody now or before a stop; else the code of what went wrong."""
    detail: str
    hint: str | None


class Contents:
    """The open index. Several processes may read it, and fill it, at a time."""

    def __init__(self, connection: "sqlcipher.Connection", path: Path | None) -> None:
        self.connection = connection
        self._path = path

    @classmethod
    def open(cls, path: Path, key: bytes) -> "Contents":
        """Open the index at `path` under a 32-byte key, or an empty one. Raises InvalidRequest: `io_error`."""
        return cls(_taught(connected(path, key, _SCHEMA)), path)

    @classmethod
    def in_memory(cls) -> "Contents":
        """Return an empty one that dies with the process."""
        connection = sqlcipher.connect(":memory:", isolation_level=None)
        connection.executescript(_SCHEMA.script)
        return cls(_taught(connection), None)

    @contextlib.contextmanager
    def guard(self) -> Iterator[None]:
        """Translate what the database finds wrong; a damaged one is thrown away and made anew the next time.

        Raises:
            InvalidRequest: `io_error`.
        """
        if self._path is None:
            yield
            return
        with translated(self._path):
            try:
                yield
            except sqlcipher.OperationalError:
                raise
            except sqlcipher.DatabaseError as err:
                self.close()
                discard(self._path)
                raise sqlcipher.OperationalError("the index was damaged and is made anew the next time") from err

    def close(self) -> None:
        """Close it."""
        self.connection.close()

    @contextlib.contextmanager
    def change(self) -> Iterator[None]:
        """All or nothing."""
        self.connection.execute("begin immediate")
        try:
            yield
        except BaseException:
            self.connection.execute("rollback")
            raise
        self.connection.execute("commit")

    def readings(self) -> dict[int, ReadingRow]:
        """Return what became of every document that somebody began to read, by entry."""
        rows = self.connection.execute("select seq, version, state, detail, hint from reading")
        return {row[0]: _reading(row) for row in rows}

    def readings_but(self, *states: str) -> tuple[ReadingRow, ...]:
        """Return what became of the documents that are in none of these states."""
        query = (
            "select seq, version, state, detail, hint from reading"
            " where state not in (select value from json_each(?)) order by seq"
        )
        return tuple(map(_reading, self.connection.execute(query, (json.dumps(states),))))

    def reading(self, seq: int) -> ReadingRow | None:
        """Return what became of reading one document."""
        row = self.connection.execute(
            "select seq, version, state, detail, hint from reading where seq = ?", (seq,)
        ).fetchone()
        return _reading(row) if row else None

    def done(self, version: int) -> frozenset[int]:
        """Return the entries of the documents that readers of this version have been through, read or not."""
        query = "select seq from reading where version = ? and state <> ?"
        return frozenset(seq for (seq,) in self.connection.execute(query, (version, UNDERWAY)))

    def count_done(self, version: int) -> int:
        """Return how many documents readers of this version have been through."""
        query = "select count(*) from reading where version = ? and state <> ?"
        return int(self.connection.execute(query, (version, UNDERWAY)).fetchone()[0])

    def in_state(self, state: str) -> dict[int, str]:
        """Return the documents in one state, by entry, with its detail."""
        return dict(
            self.connection.execute("select seq, detail from reading where state = ?", (state,)).fetchall()
        )

    def begin(self, seq: int, version: int) -> bytes:
        """Forget what was read of a document, and return the token for reading it now; inside a `change`."""
        self.forget(seq)
        token = random_bytes(_TOKEN_BYTES)
        self.connection.execute(
            "insert into reading values (?, ?, ?, '', null, ?)", (seq, version, UNDERWAY, token)
        )
        return token

    def is_ours(self, seq: int, token: bytes) -> bool:
        """Tell whether nobody else has begun to read the document since; inside a `change`."""
        query = "select 1 from reading where seq = ? and token = ? and state = ?"
        return self.connection.execute(query, (seq, token, UNDERWAY)).fetchone() is not None

    def add(self, seq: int, number: int, statements: Iterable[tuple[Statement, bytes]]) -> None:
        """Add a slice of what a document states; inside a `change`.

        Args:
            seq: The document.
            number: How many statements of it were added before.
            statements: Each with the sense (`records.sense`) of an item, or the dedupe tag of a document inside;
                of others it does not matter.
        """
        for place, (statement, sense) in enumerate(statements, number):
            self._add(seq, place, statement, sense)

    def finish(self, seq: int, state: str, detail: str = "", hint: str | None = None) -> None:
        """Say what became of it; inside a `change`."""
        self.connection.execute(_MARK_DAILY, {"seq": seq})
        self.connection.execute(
            "update reading set state = ?, detail = ?, hint = ? where seq = ?", (state, detail, hint, seq)
        )

    def forget(self, seq: int) -> None:
        """Forget a document; inside a `change`."""
        run = self.connection.execute
        run("delete from code where item in (select id from item where seq = ?)", (seq,))
        run(
            "insert into found (found, rowid, words)"
            " select 'delete', id, apart(words || ' ' || also) from passage where seq = ?",
            (seq,),
        )
        for table in ("passage", "item", *_OF_A_DOCUMENT, "reading"):
            run(f"delete from {table} where seq = ?", (seq,))  # noqa: S608  names of our own

    def _add(self, seq: int, number: int, statement: Statement, sense: bytes) -> None:
        run = self.connection.execute
        if isinstance(statement, Item):
            self._add_item(seq, number, statement, sense)
        elif isinstance(statement, Passage):
            self._add_passage(seq, statement.place, statement.words)
        elif isinstance(statement, Subject):
            run(
                "insert into subject select ?, count(*), ?, ?, null from subject where seq = ?",
                (seq, statement_bytes(statement), statement.is_main, seq),
            )
        elif isinstance(statement, Tally):
            run(
                "insert into tally values (?, ?, ?) on conflict do update set count = count + excluded.count",
                (seq, statement.sort, statement.count),
            )
        elif isinstance(statement, Card):
            run("insert or ignore into card values (?, ?, ?)", (seq, statement.place, statement.token))
        elif isinstance(statement, Inner):
            run("insert or ignore into inner_file values (?, ?, ?)", (seq, statement.place, sense))
        elif isinstance(statement, Left):
            run("insert into remainder values (?, ?, ?)", (seq, statement.place, statement.reason))

    def _add_item(self, seq: int, number: int, item: Item, sense: bytes) -> None:
        run = self.connection.execute
        row = run(
            "insert into item values (null, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0)",
            (
                seq,
                number,
                item.subject,
                item.type,
                item.category,
                item.date,
                sense,
                item.identity,
                item.digest,
                item.status,
                item.title,
                statement_bytes(item),
                item.date[:_DAY_CHARS] if item.date else None,
                concept_of(item),
                *_measured(item.quantity),
            ),
        ).lastrowid
        codes = {(coding.code, coding.system) for coding in item.codes}
        self.connection.executemany("insert into code values (?, ?, ?)", [(*code, row) for code in codes])
        self._add_passage(seq, item.place, words_of(item), row, system_words(item))

    def _add_passage(self, seq: int, place: str, words: str, item: int | None = None, also: str = "") -> None:
        if words:
            run = self.connection.execute
            row = run(
                "insert into passage values (null, ?, ?, ?, ?, ?)", (seq, place, item, words, also)
            ).lastrowid
            run("insert into found (rowid, words) values (?, ?)", (row, apart(f"{words} {also}")))


def _taught(connection: "sqlcipher.Connection") -> "sqlcipher.Connection":
    """Teach the database how words are compared."""
    connection.create_function("apart", 1, apart, deterministic=True)
    return connection


def _measured(quantity: Quantity | None) -> tuple[int, float | None, float | None, float | None, str | None]:
    """Return what is compared of a quantity: how many are told as one, it, the smallest, the largest, the unit."""
    if quantity is None:
        return 1, None, None, None, None
    number, least, most = _number(quantity.number), _number(quantity.least), _number(quantity.most)
    if least is None or most is None or number is None or not least <= number <= most:
        least = most = number  # one value, or the sum of several
    return quantity.count, number, least, most, unit_key(quantity.unit)


def _number(text: str | None) -> float | None:
    try:
        number = float(text) if text else None
    except ValueError:
        return None
    return number if number is not None and isfinite(number) else None


def words_of(item: Item) -> str:
    """Return the line by which an item is found and shown."""
    quantity = item.quantity
    value = f"{quantity.comparator or ''}{quantity.number} {quantity.unit or ''}" if quantity else ""
    displays = [coding.display for coding in item.codes if coding.display and coding.display != item.title]
    words = (item.title, value, item.text, *displays, *(coding.code for coding in item.codes))
    return " ".join(" ".join(word for word in words if word).split())


def _reading(row: tuple) -> ReadingRow:  # type: ignore[type-arg]  # a database row
    seq, version, state, detail, hint = row
    return ReadingRow(seq=seq, version=version, state=state, detail=detail, hint=hint)
