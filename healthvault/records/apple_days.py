# SPDX-License-Identifier: Apache-2.0
"""The records of an Apple Health export, told as days: one item for each type, device, unit and day.

What one device measured is one series, however its name was typed: `Ana's Watch` with a straight and with a curly
apostrophe is the same device. A day with one record keeps its number and time exactly.
Spec: docs/spec/contents.md section 7.
"""

import datetime as dt
import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from healthvault.records.categories import Category
from healthvault.records.dates import from_iso
from healthvault.records.days import MAX_SERIES, Day, Room, Series, quantity_of, spoken_range
from healthvault.records.decimals import EXACT, decimal_of, mean_of, plain
from healthvault.records.description import one_line
from healthvault.records.healthkit import (
    HEALTHKIT,
    INTERVALS,
    QUANTITY,
    measure_of,
    plain_source,
    style_of,
    title_of,
)
from healthvault.records.measures import loinc_of, ucum_of
from healthvault.records.statements import Coding, Item, Left, Quantity, Statement, Tally

__all__ = ["Measurements", "moment"]

MAX_KINDS = 2000  # types that are counted apart
MAX_NAME_CHARS = 200
_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d) ?([+-]\d\d):?(\d\d)\Z")
_SECONDS_A_MINUTE = Decimal(60)
_ONE = Decimal(1)
_OTHERS = "other records"


def moment(written: str) -> str | None:
    """Return `2014-09-13 10:27:54 +0100` as ISO 8601, a day alone as it is; None if it is neither."""
    found = _MOMENT.match(written)
    if found is None:
        return from_iso(written)
    return f"{found[1]}T{found[2]}{found[3]}:{found[4]}" if from_iso(found[1]) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """What all days of a series share."""

    kind: str
    source: str
    """As it was first written."""
    device: str
    """As it is compared."""
    unit: str
    """Of a quantity; empty if the file does not say."""
    value: str
    """Of a category: the word that is counted; empty if it has none."""

    @property
    def is_quantity(self) -> bool:
        return self.kind.startswith(QUANTITY)


class Measurements:
    """Takes records one by one, and states their days when all have been taken."""

    def __init__(self) -> None:
        self.room = Room()
        self._series: dict[tuple[str, str, str], Series] = {}
        self._told: dict[Series, _Told] = {}
        self._spellings: dict[tuple[str, str, str], Series | None] = {}
        self._dates: dict[str, str | None] = {}
        self._kinds: Counter[str] = Counter()
        self._bad: Counter[str] = Counter()

    def take(self, record: dict[str, str]) -> None:
        """Take the attributes (unverified) of a record."""
        get = record.get
        kind, start = get("type", ""), get("startDate", "")
        is_quantity = kind.startswith(QUANTITY)
        value = get("value", "")
        self._count(kind)
        series = self._of(kind, get("sourceName", ""), get("unit", "") if is_quantity else value)
        date = self._date(start[:10])
        number = decimal_of(value) if is_quantity else _seconds(kind, start, get("endDate", ""))
        if series is None or date is None or number is None:
            self._bad[kind if series is not None else _OTHERS] += 1
            return
        series.turn(date)
        if not series.add(number, value if is_quantity else str(number), start[:32], get("endDate", "")[:32]):
            self._bad[_OTHERS] += 1

    def statements(self, subject: int | None) -> Iterator[Statement]:
        """Yield the days of each series, the number of records of each type, and what could not be told."""
        units: Counter[tuple[str, str]] = Counter(
            (told.kind, told.device) for told in self._told.values() if told.is_quantity
        )
        for series, told in self._told.items():
            for day in series.days():
                yield _item(told, day, subject, names_unit=units[told.kind, told.device] > 1)
        for kind, count in self._kinds.items():
            yield Tally(sort=kind, count=count)
        for kind, count in self._bad.items():
            yield Left(place=f"Record {kind}", reason=self._reason(kind, count))

    def _reason(self, kind: str, count: int) -> str:
        if kind == _OTHERS:
            return f"{count} records of more days, types or devices than are kept"
        return f"{count} records without a date or a number"

    def _count(self, kind: str) -> None:
        known = kind in self._kinds or (len(self._kinds) < MAX_KINDS and len(kind) <= MAX_NAME_CHARS)
        self._kinds[kind if known else _OTHERS] += 1

    def _of(self, kind: str, source: str, unit: str) -> Series | None:
        spelling = (kind, source, unit)
        try:
            return self._spellings[spelling]
        except KeyError:
            found = self._found(kind, source, unit)
            if len(self._spellings) < MAX_SERIES:
                self._spellings[spelling] = found
            return found

    def _found(self, kind: str, source: str, unit: str) -> Series | None:
        if not kind or max(map(len, (kind, source, unit))) > MAX_NAME_CHARS:
            return None
        key = (kind, plain_source(source), unit)
        series = self._series.get(key)
        if series is None and len(self._series) < MAX_SERIES:
            series = self._series[key] = Series(self.room)
            is_quantity = kind.startswith(QUANTITY)
            self._told[series] = _Told(
                kind=kind,
                source=one_line(source) or "",
                device=key[1],
                unit=unit if is_quantity else "",
                value="" if is_quantity else unit,
            )
        self.room.is_full |= series is None
        return series

    def _date(self, written: str) -> str | None:
        try:
            return self._dates[written]
        except KeyError:
            found = from_iso(written) if len(written) == 10 else None
            if len(self._dates) < MAX_SERIES:
                self._dates[written] = found
            return found


def _seconds(kind: str, start: str, end: str) -> Decimal | None:
    """Return how long a category lasted where that counts, else one: it was once."""
    if kind not in INTERVALS:
        return _ONE
    try:
        lasted = dt.datetime.fromisoformat(moment(end) or "") - dt.datetime.fromisoformat(moment(start) or "")
    except (TypeError, ValueError):
        return None
    return Decimal(int(lasted.total_seconds())) if lasted >= dt.timedelta() else None


def _item(told: _Told, day: Day, subject: int | None, *, names_unit: bool) -> Item:
    is_one = day.count == 1
    start, until = (moment(day.start), moment(day.end)) if is_one else (None, None)
    unit = ucum_of(told.unit)
    words = ("Record", told.kind, told.value, told.unit, day.date, told.source)
    quantity = quantity_of(day, style_of(told.kind), unit) if told.is_quantity else _lasting(told, day)
    return Item(
        type="Observation",
        place=" ".join(word for word in words if word),
        title=title_of(told.kind, told.value),
        subject=subject,
        identity=_identity(told, day, names_unit=names_unit),
        digest=_digest(told, day),
        date=start or day.date,
        until=until if until != start else None,
        status="final",
        category=Category.VITALS.value,
        codes=_codes(told, day, unit),
        quantity=quantity,
        text=spoken_range(day, unit) if quantity is None else None,
        source=told.source or None,
    )


def _lasting(told: _Told, day: Day) -> Quantity:
    """Return how often a category was on a day, or for how many minutes."""
    if told.kind not in INTERVALS:
        return Quantity(number=str(day.count), count=day.count)
    return Quantity(number=plain(mean_of(day.total, 60)), unit="min", count=day.count)


def _codes(told: _Told, day: Day, unit: str | None) -> tuple[Coding, ...]:
    words = [told.kind, told.value] if told.value else [told.kind]
    own = tuple(Coding(system=HEALTHKIT, code=word) for word in words)
    return own + (loinc_of(measure_of(told.kind), unit, day.most) if told.is_quantity else ())


def _identity(told: _Told, day: Day, *, names_unit: bool) -> str:
    words = (told.kind, told.value, told.unit if names_unit else "", told.device, day.date)
    return "/".join(("Observation", *(word for word in words if word)))


def _digest(told: _Told, day: Day) -> bytes:
    """Return the digest of what is told, which does not depend on the order of the records."""
    numbers = [plain(EXACT.plus(number)) for number in (day.total, day.least, day.most)]
    times = [day.start, day.end] if day.count == 1 else []
    said = [told.kind, told.value, told.unit, told.device, day.date, day.count, *numbers, *times]
    return hashlib.sha256(json.dumps(said, ensure_ascii=True).encode()).digest()
