# SPDX-License-Identifier: Apache-2.0
"""SAS transport files (XPT) of version 5 and 8, row by row, whatever their size: columns, rows, subjects, study.

No number is converted: cells of text columns alone are looked at. Why not with a library: docs/adr/0036.
Source: SAS, "The Record Layout of a Data Set in SAS Transport (XPORT) Format", TS-140 and its version 8 and 9.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Protocol, TypeAlias

from healthvault.errors import InvalidRequest
from healthvault.records.cdisc import sas_date

__all__ = ["Columns", "Dataset", "data_sets"]

RECORD_BYTES = 80
BLOCK_BYTES = RECORD_BYTES * 1024
MAX_BYTES = 512 << 20
MAX_COLUMNS = 10_000
MAX_ROW_BYTES = 1 << 22
MAX_SUBJECTS = 1_000_000
MAX_STUDIES = 20
MAX_MEMBERS = 1000
LIBRARY_RECORDS = 3
_SIGN = b"HEADER RECORD*******"
_MEMBERS = (_SIGN + b"MEMBER  HEADER RECORD!!!!!!!", _SIGN + b"MEMBV8  HEADER RECORD!!!!!!!")
_OBSERVATIONS = (_SIGN + b"OBS     HEADER RECORD!!!!!!!", _SIGN + b"OBSV8   HEADER RECORD!!!!!!!")
_NAMES = (_SIGN + b"NAMESTR HEADER RECORD!!!!!!!", _SIGN + b"NAMSTV8 HEADER RECORD!!!!!!!")
_NAME = struct.Struct(">hhhh8s40s8s8x8x4xl")  # type, hash, length, number, name, label, format, …, position
_TEXT = 2  # type of a column
_LONG_NAME = slice(88, 120)  # version 8
_CODEC = "cp1252"

Columns: TypeAlias = dict[str, str]
"""Names and labels, in order."""


class Source(Protocol):
    """A file at its start."""

    stream: BinaryIO


@dataclass(frozen=True, slots=True, kw_only=True)
class Dataset:
    """What a data set says of itself and of its rows."""

    name: str
    label: str
    columns: Columns
    rows: int
    subjects: int | None
    """Different USUBJID; None: there is no such column."""
    studies: tuple[str, ...]
    date: str | None
    source: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Column:
    name: str
    label: str
    place: slice
    is_text: bool


def data_sets(source: Source) -> Iterator[Dataset]:
    """Yield the data sets of a transport file (unverified), each when its rows are counted.

    Raises:
        InvalidRequest: `too_large`; `reader_failed`, it is none, or ends too early.
    """
    reader = _Records(source.stream)
    reader.take(LIBRARY_RECORDS)
    for _ in range(MAX_MEMBERS):
        header = reader.take(1, may_end=True)
        if not header:
            return
        if not header.startswith(_MEMBERS):
            raise InvalidRequest("reader_failed", "no header of a data set where there should be one")
        yield _dataset(reader, header)
    raise InvalidRequest("too_large", "more data sets than are read of one file")


class _Records:
    """A file, by records of 80 bytes; what was read too far can be given back."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._back = b""
        self._read_bytes = 0

    def take(self, count: int, *, may_end: bool = False) -> bytes:
        """Return that many records.

        Raises:
            InvalidRequest: The file ends too early; `too_large`.
        """
        data = self.take_bytes(count * RECORD_BYTES)
        if len(data) < count * RECORD_BYTES and not (may_end and not data.strip()):
            raise InvalidRequest("reader_failed", "the data set ends too early")
        return data.strip() and data

    def take_bytes(self, size_bytes: int) -> bytes:
        """Return that many bytes, fewer at the end of the file."""
        data, self._back = self._back[:size_bytes], self._back[size_bytes:]
        while len(data) < size_bytes and (more := self._stream.read(size_bytes - len(data))):
            self._read_bytes += len(more)
            if self._read_bytes > MAX_BYTES:
                raise InvalidRequest("too_large", "a larger data set than is read")
            data += more
        return data

    def give_back(self, data: bytes) -> None:
        """Let these bytes be taken again."""
        self._back = data + self._back


def _dataset(reader: _Records, header: bytes) -> Dataset:
    is_long = header.startswith(_MEMBERS[1])
    description_bytes = int(header[74:78]) if header[74:78].isdigit() else 140
    _, first, second = (reader.take(1) for _ in range(3))
    counted = reader.take(1)
    if not counted.startswith(_NAMES) or not counted[52:58].strip().isdigit():
        raise InvalidRequest("reader_failed", "no columns where there should be some")
    columns = _columns(reader, int(counted[52:58]), description_bytes, is_long=is_long)
    while not reader.take(1).startswith(_OBSERVATIONS):  # longer labels of version 8 stand before
        pass
    rows = _Rows(columns)
    rows.count(reader)
    name = first[8:40] if is_long else first[8:16]
    return Dataset(
        name=_told(name) or "data",
        label=_told(second[32:72]),
        columns={column.name: column.label for column in columns},
        rows=rows.rows,
        subjects=None if rows.subjects is None else len(rows.subjects),
        studies=tuple(sorted(rows.studies)),
        date=sas_date(_told(second[:7])),
    )


def _columns(reader: _Records, count: int, each_bytes: int, *, is_long: bool) -> list[_Column]:
    if not 0 < count <= MAX_COLUMNS or not _NAME.size <= each_bytes <= 2 * RECORD_BYTES:
        raise InvalidRequest("reader_failed", "a number or size of columns that cannot be")
    size_bytes = count * each_bytes
    data = reader.take(-(-size_bytes // RECORD_BYTES))
    found: list[_Column] = []
    for start in range(0, size_bytes, each_bytes):
        part = data[start : start + each_bytes]
        kind, _, length, _, name, label, _, place = _NAME.unpack_from(part)
        if length <= 0 or place < 0 or place + length > MAX_ROW_BYTES:
            raise InvalidRequest("reader_failed", "a column of a size that cannot be")
        told = _told(part[_LONG_NAME]) if is_long else ""
        found.append(
            _Column(
                name=told or _told(name),
                label=_told(label),
                place=slice(place, place + length),
                is_text=kind == _TEXT,
            )
        )
    return found


class _Rows:
    """Counts the rows of one data set and the different subjects and studies in them."""

    def __init__(self, columns: list[_Column]) -> None:
        places = {column.name.upper(): column.place for column in columns if column.is_text}
        self.rows = 0
        self.studies: set[str] = set()
        self.subjects: set[bytes] | None = set() if "USUBJID" in places else None
        self._subject = places.get("USUBJID", slice(0, 0))
        self._study = places.get("STUDYID", slice(0, 0))
        self._row_bytes = max(column.place.stop for column in columns)
        self._blank = 0
        """Rows of nothing but spaces since the last other one: at the end they are padding."""

    def count(self, reader: _Records) -> None:
        """Take all rows, up to the next data set or the end."""
        rest = b""
        while block := reader.take_bytes(BLOCK_BYTES):
            end = _next_member(block)
            if end is not None:
                reader.give_back(block[end:])
            data = rest + block[:end]
            whole = len(data) - len(data) % self._row_bytes
            for start in range(0, whole, self._row_bytes):
                self._row(data[start : start + self._row_bytes])
            rest = data[whole:]
            if end is not None:
                break
        if rest.strip():
            raise InvalidRequest("reader_failed", "the data set ends within a row")
        padding = (RECORD_BYTES - 1) // self._row_bytes
        self.rows += max(0, self._blank - padding)  # what cannot all be padding was rows

    def _row(self, row: bytes) -> None:
        if row.isspace():
            self._blank += 1
            return
        self.rows += self._blank + 1
        self._blank = 0
        if self.subjects is not None and (subject := row[self._subject].strip()):
            self.subjects.add(subject)
            if len(self.subjects) > MAX_SUBJECTS:
                raise InvalidRequest("too_large", "more subjects than are counted")
        if len(self.studies) < MAX_STUDIES and (study := row[self._study].strip()):
            self.studies.add(_told(study))


def _next_member(block: bytes) -> int | None:
    """Return where the next data set begins in whole records; None if it does not."""
    at = block.find(_SIGN)
    while at >= 0:
        if at % RECORD_BYTES == 0 and block.startswith(_MEMBERS, at):
            return at
        at = block.find(_SIGN, at + 1)
    return None


def _told(data: bytes) -> str:
    return data.decode(_CODEC, "replace").strip("\0 ")
