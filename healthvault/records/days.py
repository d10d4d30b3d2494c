# SPDX-License-Identifier: Apache-2.0
"""Measurements told as days: how many there were, their sum, the smallest and the largest, in bounded memory.

A series is what one device measured of one kind in one unit. Its current day is kept as numbers, the others as
short texts that are opened again if a file comes back to them: files are mostly in order, and need not be. A day
is the date as written, in no time zone. Where there is room for no more days, those that are kept stay complete.
Spec: docs/spec/contents.md section 7.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

from healthvault.records.decimals import EXACT, mean_of, plain
from healthvault.records.statements import Quantity

__all__ = ["MAX_DAYS", "MAX_SERIES", "Day", "Room", "Series", "Style", "quantity_of", "spoken_range"]

MAX_DAYS = 250_000  # of all series of a document: ten years of 60 kinds with one device
MAX_SERIES = 20_000
_ADD = EXACT.add
_MARK = "|"


class Style(Enum):
    """How several measurements of a day are told as one."""

    SUM = "sum"
    MEAN = "mean"
    UNKNOWN = "unknown"
    """Neither: only how many there were, and between what."""


@dataclass(slots=True)
class Room:
    """How many days more a document may have."""

    days: int = MAX_DAYS
    is_full: bool = False


@dataclass(slots=True)
class Day:
    """What was measured on one day; `number`, `start` and `end` are those of the first measurement, as written."""

    date: str
    number: str
    start: str
    end: str
    count: int
    total: Decimal
    least: Decimal
    most: Decimal

    def packed(self) -> str:
        """Return it in few bytes; what only the one measurement of a day needs is dropped from the others."""
        if self.count == 1:
            return _MARK.join((self.number, self.start, self.end))
        return _MARK.join((str(self.count), str(self.total), str(self.least), str(self.most)))


class Series:
    """The days of one kind, device and unit."""

    __slots__ = ("_days", "_drops", "_now", "_room", "date")

    def __init__(self, room: Room) -> None:
        self._room = room
        self._days: dict[str, str] = {}
        self._now: Day | None = None
        self._drops = False
        self.date = ""
        """The day that the next measurement is of, if nobody turns to another."""

    def turn(self, date: str) -> None:
        """Let the next measurements be of a day; to turn to the same one again does nothing."""
        if date == self.date:
            return
        self._put_away()
        self.date = date
        packed = self._days.get(date)
        self._now = _opened(date, packed) if packed is not None else None
        self._drops = False
        if packed is None:
            self._take_room()

    def add(self, number: Decimal, text: str, start: str, end: str) -> bool:
        """Count a measurement of the current day; False if there is no room for that day."""
        now = self._now
        if now is not None:
            now.count += 1
            now.total = _ADD(now.total, number)
            if number < now.least:
                now.least = number
            elif number > now.most:
                now.most = number
            return True
        if self._drops:
            return False
        self._now = Day(self.date, text, start, end, 1, number, number, number)
        return True

    def days(self) -> Iterator[Day]:
        """Yield the days in order; nothing is added any more."""
        self._put_away()
        self._now, self.date = None, ""
        for date in sorted(self._days):
            yield _opened(date, self._days[date])

    def _put_away(self) -> None:
        if self._now is not None:
            self._days[self.date] = self._now.packed()

    def _take_room(self) -> None:
        if self._room.days <= 0:
            self._room.is_full = self._drops = True
        else:
            self._room.days -= 1


def _opened(date: str, packed: str) -> Day:
    parts = packed.split(_MARK)
    if len(parts) == 3:
        number, start, end = parts
        value = Decimal(number)
        return Day(date, number, start, end, 1, value, value, value)
    count, total, least, most = parts
    return Day(date, "", "", "", int(count), Decimal(total), Decimal(least), Decimal(most))


def quantity_of(day: Day, style: Style, unit: str | None) -> Quantity | None:
    """Return a day as a quantity; None if nobody knows how to make one number of its measurements."""
    if day.count == 1:
        return Quantity(number=day.number, unit=unit)
    if style is Style.UNKNOWN:
        return None
    number = day.total if style is Style.SUM else mean_of(day.total, day.count)
    return Quantity(number=plain(number), unit=unit, least=plain(day.least), most=plain(day.most), count=day.count)


def spoken_range(day: Day, unit: str | None) -> str:
    """Return in words what is known of a day that is no one number."""
    return " ".join((f"{day.count} values,", plain(day.least), "to", plain(day.most), unit or "")).strip()
