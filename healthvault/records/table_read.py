# SPDX-License-Identifier: Apache-2.0
"""Reads tables (CSV, TSV): measurements as days if the header says what they are, else the header and a count.

Rows are read one by one; a line or a cell that is too long ends the reading. A row that repeats another exactly is
counted, and not added up twice. Spec: docs/spec/contents.md section 8.
"""

import csv
import hashlib
import io
import json
from collections import Counter
from collections.abc import Iterator
from typing import TextIO

from healthvault.errors import InvalidRequest
from healthvault.records.categories import Category
from healthvault.records.charset import decode_head
from healthvault.records.days import MAX_SERIES, Day, Room, Series, quantity_of, spoken_range
from healthvault.records.decimals import decimal_of, plain
from healthvault.records.measures import loinc_of
from healthvault.records.plain import delimiter_of
from healthvault.records.probe import Probe
from healthvault.records.reading import Inside
from healthvault.records.statements import Coding, Item, Left, Passage, Statement, Subject, Tally
from healthvault.records.table_columns import FITBIT_USER, Column, Columns, columns_of

__all__ = ["read_table"]

MAX_LINE_CHARS = 64 << 10
MAX_ROWS = 5_000_000
MAX_KEPT_ROWS = 200_000  # by their digests, to find those that come twice
MAX_HEADER_CHARS = 2000
MAX_USERS = 10_000


def read_table(probe: Probe, _inside: Inside) -> Iterator[Statement]:
    """Yield what a table states. Raises InvalidRequest: `too_large`, `reader_failed`."""
    decoded = decode_head(probe.head, is_whole=probe.has_all)
    if decoded is None:
        raise InvalidRequest("reader_failed", "the table is no text")
    probe.stream.seek(0)
    text = io.TextIOWrapper(probe.stream, encoding=decoded[1], errors="replace", newline="")
    rows = csv.reader(_lines(text), delimiter=delimiter_of(probe))
    try:
        yield from _Table(rows).statements()
    except csv.Error as err:
        raise InvalidRequest("reader_failed", "a cell or a line of the table is too long") from err
    finally:
        text.detach()


def _lines(text: TextIO) -> Iterator[str]:
    while line := text.readline(MAX_LINE_CHARS):
        if len(line) == MAX_LINE_CHARS and not line.endswith(("\n", "\r")):
            raise csv.Error("a line that is too long")
        yield line.replace("\0", " ")


class _Table:
    """One table while it is read."""

    def __init__(self, rows: Iterator[list[str]]) -> None:
        self._rows = rows
        self._room = Room()
        self._series: dict[tuple[str, Column], Series] = {}
        self._users: dict[str, int] = {}
        self._seen: set[bytes] = set()
        self._counts: Counter[str] = Counter()
        self._bad: Counter[str] = Counter()

    def statements(self) -> Iterator[Statement]:
        """Yield the header, the days of each person and column, and the counts."""
        header = next((row for row in self._rows if any(cell.strip() for cell in row)), [])
        if header:
            yield Passage(words=", ".join(cell.strip() for cell in header)[:MAX_HEADER_CHARS], place="header")
        columns = columns_of(header)
        for row in self._rows:
            if any(row):
                self._take(row, columns)
        if columns is not None:
            yield from self._told(columns)
        yield from (Tally(sort=sort, count=count) for sort, count in self._counts.items())
        yield from (Left(place=place, reason=f"{count} rows") for place, count in self._bad.items())
        if self._room.is_full:
            raise InvalidRequest("too_large", "the table holds more days of measurements than are kept")

    def _take(self, row: list[str], columns: Columns | None) -> None:
        self._counts["row"] += 1
        if self._counts["row"] > MAX_ROWS:
            raise InvalidRequest("too_large", f"the table has more than {MAX_ROWS} rows")
        if self._is_repeated(row):
            self._counts["repeated row"] += 1
        elif columns is not None:
            self._take_numbers(row, columns)

    def _is_repeated(self, row: list[str]) -> bool:
        digest = hashlib.blake2b("\0".join(row).encode("utf-8", "replace"), digest_size=12).digest()
        if digest in self._seen:
            return True
        if len(self._seen) < MAX_KEPT_ROWS:
            self._seen.add(digest)
        return False

    def _take_numbers(self, row: list[str], columns: Columns) -> None:
        moment = columns.moment(row[columns.time]) if columns.time < len(row) else None
        if moment is None or len(moment) < 10:
            self._bad["no date that is understood"] += 1
            return
        user = row[columns.user].strip() if columns.user is not None else ""
        for column in columns.numbers:
            cell = row[column.place].strip() if column.place < len(row) else ""
            number = decimal_of(cell)
            if number is None:
                self._bad[f"no number in {column.name[:100]}"] += bool(cell)
                continue
            series = self._of(user, column)
            if series is not None:
                series.turn(moment[:10])
                series.add(number, cell, moment, moment)

    def _of(self, user: str, column: Column) -> Series | None:
        key = (user, column)
        found = self._series.get(key)
        if found is None and len(self._series) < MAX_SERIES and len(user) <= 100:
            if user and len(self._users) < MAX_USERS:
                self._users.setdefault(user, len(self._users))
            found = self._series[key] = Series(self._room)
        self._room.is_full |= found is None
        return found

    def _told(self, columns: Columns) -> Iterator[Statement]:
        for user in self._users:
            yield Subject(identifiers=(Coding(system=FITBIT_USER, code=user),))
        for (user, column), series in self._series.items():
            for day in series.days():
                yield _item(day, column, user, self._users.get(user), is_fitbit=columns.is_fitbit)
        self._bad = +self._bad


def _item(day: Day, column: Column, user: str, subject: int | None, *, is_fitbit: bool) -> Item:
    quantity = quantity_of(day, column.style, column.unit)
    numbers = [plain(number) for number in (day.total, day.least, day.most)]
    said = [user, column.name, day.date, day.start, day.count, *numbers]
    return Item(
        type="Observation",
        place=" ".join(word for word in (user, column.name, day.date) if word),
        title=column.title,
        subject=subject,
        identity=f"Observation/Fitbit/{user}/{column.name}/{day.date}" if is_fitbit else None,
        digest=hashlib.sha256(json.dumps(said, ensure_ascii=True).encode()).digest(),
        date=day.start or day.date,
        status="final",
        category=Category.VITALS.value,
        codes=loinc_of(column.measure, column.unit, day.most),
        quantity=quantity,
        text=spoken_range(day, column.unit) if quantity is None else None,
        source="Fitbit" if is_fitbit else None,
    )
