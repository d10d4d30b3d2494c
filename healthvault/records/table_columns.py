# SPDX-License-Identifier: Apache-2.0
"""The columns of a table of measurements: which one says when, which one says whose, and what the others are.

Nothing is guessed from cells. A table is understood if a column has one of the names for a time and its cells are
ISO 8601, or if its first columns are those of a Fitabase export of Fitbit data, whose dates are month/day/year by
its documentation. Spec: docs/spec/contents.md section 8.
"""

import datetime as dt
import re
from dataclasses import dataclass

from healthvault.records.dates import from_iso
from healthvault.records.days import Style
from healthvault.records.measured import iso_moment
from healthvault.records.measures import ucum_of

__all__ = ["FITBIT_USER", "Column", "Columns", "columns_of"]

MAX_COLUMNS = 500
FITBIT_USER = "urn:fitbit:user"
_FITBIT_DATES = frozenset({"ActivityDate", "ActivityDay", "ActivityHour", "ActivityMinute", "SleepDay"})
_FITBIT_HEADERS = (("Id", "Time", "Value"), ("Id", "date", "value", "logId"), ("Id", "Date", "WeightKg"))
_TIMES = frozenset({
    "date",
    "date and time",
    "date time",
    "date/time",
    "datetime",
    "day",
    "local time",
    "measured at",
    "recorded at",
    "time",
    "timestamp",
})  # fmt: skip
_UNIT = re.compile(r"(.*?)\s*(?:\[([^\]]+)\]|\(([^)]+)\)|\s(mg/dL|mmol/L))\s*\Z")
_US_MOMENT = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})(?: (\d{1,2}):(\d\d):(\d\d) (AM|PM))?\Z")
_WORD_STARTS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_KNOWN = {
    "bg": (Style.MEAN, None),
    "blood glucose": (Style.MEAN, "blood glucose"),
    "bmi": (Style.MEAN, "body mass index"),
    "body weight": (Style.MEAN, "body weight"),
    "calories": (Style.SUM, None),
    "cgm": (Style.MEAN, None),
    "diastolic": (Style.MEAN, "diastolic blood pressure"),
    "glucose": (Style.MEAN, None),
    "glucose value": (Style.MEAN, None),
    "heart rate": (Style.MEAN, "heart rate"),
    "resting heart rate": (Style.MEAN, "resting heart rate"),
    "spo2": (Style.MEAN, "oxygen saturation"),
    "step count": (Style.SUM, "step count"),
    "step total": (Style.SUM, "step count"),
    "steps": (Style.SUM, "step count"),
    "systolic": (Style.MEAN, "systolic blood pressure"),
    "total distance": (Style.SUM, None),
    "total steps": (Style.SUM, "step count"),
    "weight": (Style.MEAN, "body weight"),
}
_NEEDS_UNIT = frozenset({"body temperature", "body weight", "diastolic blood pressure", "systolic blood pressure"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column that may hold numbers."""

    place: int
    name: str
    """As the header has it."""
    title: str
    unit: str | None
    """In UCUM as far as it is known; None if the header does not say."""
    style: Style
    measure: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """How the rows of one table are read."""

    time: int
    user: int | None
    is_fitbit: bool
    numbers: tuple[Column, ...]

    @property
    def is_known(self) -> bool:
        """The table is of a device, as far as its header tells."""
        return self.is_fitbit or any(column.style is not Style.UNKNOWN for column in self.numbers)

    def moment(self, cell: str) -> str | None:
        """Return the date, or date and time, in a cell of the column that says when; None if it is none."""
        return _us_moment(cell) if self.is_fitbit else iso_moment(cell.strip())


def columns_of(header: list[str]) -> Columns | None:
    """Return how a table with this header (unverified) is read, or None if no column says when."""
    names = [name.strip() for name in header[:MAX_COLUMNS]]
    is_fitbit = _is_fitbit(names)
    time = 1 if is_fitbit else _time(names)
    if time is None:
        return None
    user = 0 if is_fitbit else None
    places = (place for place, name in enumerate(names) if name and place not in {time, user})
    numbers = tuple(_column(place, names[place]) for place in places)
    return Columns(time=time, user=user, is_fitbit=is_fitbit, numbers=numbers)


def _is_fitbit(names: list[str]) -> bool:
    if names[:1] != ["Id"] or len(names) < 3:
        return False
    return names[1] in _FITBIT_DATES or any(tuple(names[: len(head)]) == head for head in _FITBIT_HEADERS)


def _time(names: list[str]) -> int | None:
    for place, name in enumerate(names):
        found = _UNIT.match(name)
        if (found[1] if found else name).strip().casefold() in _TIMES:
            return place
    return None


def _column(place: int, name: str) -> Column:
    found = _UNIT.match(name)
    title = _WORD_STARTS.sub(" ", found[1] if found else name).replace("_", " ").strip()
    unit = ucum_of((found[2] or found[3] or found[4]).strip()) if found else None
    if unit is None and title.endswith(("Minutes", "Minutes Asleep")):
        unit = "min"  # the column says so itself
    style, measure = _KNOWN.get(title.casefold(), (Style.UNKNOWN, None))
    if measure in _NEEDS_UNIT and unit is None:
        measure = None
    return Column(place=place, name=name, title=title or name, unit=unit, style=style, measure=measure)


def _us_moment(cell: str) -> str | None:
    """Return month/day/year as ISO 8601; midnight is that of a day without a time."""
    found = _US_MOMENT.match(cell.strip())
    if found is None:
        return None
    day = from_iso(f"{found[3]}-{int(found[1]):02}-{int(found[2]):02}")
    if day is None or found[4] is None:
        return day
    hour = int(found[4]) % 12 + (12 if found[7] == "PM" else 0)
    try:
        time = dt.time(hour, int(found[5]), int(found[6]))
    except ValueError:
        return None
    return f"{day}T{time.isoformat()}" if time != dt.time() else day
