# SPDX-License-Identifier: Apache-2.0
"""Temperatures out of a logger's CSV file: a column of times and one of temperatures, found by their headings.

The unit stands in the heading or is given, the zone in the times, the heading or is given; nothing is guessed. A
row that cannot be read is named, and nothing of the file counts; an empty cell is a reading that is not known.
Spec: docs/spec/supply.md section 6.
"""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from healthvault.errors import FormatError
from healthvault.supply.cold import Sample, Series
from healthvault.supply.temperature import Temperature, temperature_of, unit_of
from healthvault.supply.times import moment_of

__all__ = ["Assumed", "parse_logger"]

MAX_BYTES = 32 << 20
MAX_ROWS = 1_000_000
MAX_CELL_CHARS = 200
_TIME_HEADING = re.compile(r"(date ?[/ ]? ?time|timestamp|date|time)\b", re.IGNORECASE)
_VALUE_HEADING = re.compile(r"(temperature|temp)(?![a-z])", re.IGNORECASE)
_UNIT_IN_HEADING = re.compile(r"[\[(_/ ]+\s*([^\s()_\[\]/]+)[\])]?\s*\Z")
_UTC_HEADING = re.compile(r"(?<![a-z])(utc|gmt)(?![a-z0-9+-])", re.IGNORECASE)
_COMMA = re.compile(r"[+-]?\d{1,4},\d{1,6}\Z", re.ASCII)
_BOM = "\ufeff"


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumed:
    """What the owner says of a file that does not say it itself."""

    unit: str | None = None
    """`CEL`, `FAH` or `KEL`."""
    zone: str | None = None
    """`Z` or `+02:00`."""


@dataclass(frozen=True, slots=True)
class _Columns:
    time: int
    value: int
    unit: str | None
    zone: str


def parse_logger(data: bytes, assumed: Assumed) -> Series:
    """Return the readings of a logger.

    Args:
        data: *Unverified* bytes, UTF-8.
        assumed: For what the file does not say.

    Raises:
        FormatError: `bad_logger`, with the line; `too_large`.
    """
    if len(data) > MAX_BYTES:
        raise FormatError("too_large", f"a logger file of more than {MAX_BYTES >> 20} MiB")
    try:
        text = data.decode().removeprefix(_BOM)
    except UnicodeDecodeError as err:
        raise FormatError("bad_logger", "a logger file that is not UTF-8") from err
    first = text.partition("\n")[0]
    mark = max(",;\t", key=first.count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=True)
    try:
        columns = _columns(next(rows, []), assumed)
        found = list(_readings(rows, columns, is_comma=mark != ","))
    except csv.Error as err:
        raise FormatError("bad_logger", f"line {rows.line_num}: no CSV") from err
    samples = tuple(each for each in found if each is not None)
    return Series(device=None, things=(), samples=samples, summaries=(), unplaced=len(found) - len(samples))


def _columns(heading: Sequence[str], assumed: Assumed) -> _Columns:
    times = [at for at, name in enumerate(heading) if _TIME_HEADING.match(name.strip())]
    values = [at for at, name in enumerate(heading) if _VALUE_HEADING.match(name.strip())]
    if len(times) != 1 or len(values) != 1:
        said = "line 1: there must be one heading that begins with time or date, and one with temp"
        raise FormatError("bad_logger", said)
    unit = _UNIT_IN_HEADING.search(heading[values[0]].strip())
    zone = "Z" if _UTC_HEADING.search(heading[times[0]]) else assumed.zone or ""
    told = unit_of(unit[1]) if unit else None
    return _Columns(times[0], values[0], told or (None if unit else assumed.unit), zone)


def _readings(rows: Iterator[list[str]], columns: _Columns, *, is_comma: bool) -> Iterator[Sample | None]:
    """Yield a reading for each row; None for one whose unit or time is not known."""
    for number, row in enumerate(rows, start=2):
        if not any(cell.strip() for cell in row):
            continue
        if number > MAX_ROWS:
            raise FormatError("too_large", f"more than {MAX_ROWS} readings")
        if len(row) <= max(columns.time, columns.value) or any(len(cell) > MAX_CELL_CHARS for cell in row):
            raise FormatError("bad_logger", f"line {number}: a cell is missing, or too long")
        at = _at(row[columns.time].strip(), columns.zone, number)
        cell = row[columns.value].strip()
        yield (
            None
            if at is None
            else _sample(at, cell.replace(",", ".") if _is_comma(cell, is_comma) else cell, columns, number)
        )


def _is_comma(cell: str, allowed: bool) -> bool:  # noqa: FBT001
    return allowed and _COMMA.match(cell) is not None


def _sample(at_ms: int, cell: str, columns: _Columns, line: int) -> Sample | None:
    if not cell:
        return Sample(at_ms=at_ms, temperature=None)
    value: Temperature | None = temperature_of(cell, columns.unit or "CEL")
    if value is None:
        raise FormatError("bad_logger", f"line {line}: the temperature is no number")
    return None if columns.unit is None else Sample(at_ms=at_ms, temperature=value)


def _at(text: str, zone: str, line: int) -> int | None:
    moment = moment_of(text)
    if moment is None:
        said = f"line {line}: the time is not written year first, as in 2023-04-10T11:30:00Z"
        raise FormatError("bad_logger", said)
    if moment.ms is None and zone:
        moment = moment_of(text + zone)
    return moment.ms if moment is not None else None
