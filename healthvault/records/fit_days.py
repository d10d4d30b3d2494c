# SPDX-License-Identifier: Apache-2.0
"""What a FIT file tells too often for an item each, by the day: heart rates, and steps as the watch counts.

Counted in slots of a quarter of an hour, because how far the watch was from UTC may stand at the file's end.
Spec: docs/spec/contents.md section 3.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from healthvault.records.categories import Category
from healthvault.records.fit_items import LOINC
from healthvault.records.statements import Coding, Item, Quantity

__all__ = ["Days"]

SLOT_SECONDS = 900
MAX_SLOTS = 200_000  # five years
MAX_OFFSET = dt.timedelta(hours=15)
STEPS_A_CYCLE = 2  # FIT profile: of walking and running
_STEPPING = ("walking", "running")
_ROLL = 1 << 16  # `timestamp_16` holds the lower bits of a time
_EPOCH = dt.datetime(1989, 12, 31, tzinfo=dt.UTC)
_SECOND = dt.timedelta(seconds=1)
_HEART_RATE = Coding(system=LOINC, code="8867-4")
_STEPS = Coding(system=LOINC, code="41950-7")


@dataclass(slots=True)
class _Rates:
    """Heart rates of a while."""

    count: int = 0
    total: int = 0
    least: int = 1 << 16
    most: int = 0

    def add(self, count: int, total: int, least: int, most: int) -> None:
        self.count += count
        self.total += total
        self.least = min(self.least, least)
        self.most = max(self.most, most)


class Days:
    """Takes every message, and has the items of the days at the end."""

    def __init__(self) -> None:
        self._offset: dt.timedelta | None = None
        self._rates: dict[int | None, _Rates] = {}
        self._steps: dict[tuple[int | None, str], int] = {}
        self._last: dt.datetime | None = None

    def take(self, name: str, values: dict[str, object]) -> None:
        """Take one message."""
        self._note_offset(values)
        if name not in {"record", "monitoring", "monitoring_info"}:
            return
        moment = self._moment(values)
        slot = None if moment is None else _slot(moment)
        rate = values.get("heart_rate")
        if isinstance(rate, int) and rate > 0 and (slot in self._rates or len(self._rates) < MAX_SLOTS):
            self._rates.setdefault(slot, _Rates()).add(1, rate, rate, rate)
        if name == "monitoring":
            self._take_steps(values, None if moment is None else _slot(moment - _SECOND))

    def items(self) -> Iterator[Item]:
        """Yield an item a day for heart rate, and one for steps."""
        by_day: dict[str | None, _Rates] = {}
        for slot, rates in self._rates.items():
            day = by_day.setdefault(self._day(slot), _Rates())
            day.add(rates.count, rates.total, rates.least, rates.most)
        for day_text, rates in by_day.items():
            yield _item(day_text, "Heart rate", _HEART_RATE, _quantity(rates))
        for day_text, steps in self._steps_by_day().items():
            yield _item(day_text, "Steps", _STEPS, Quantity(number=str(steps), unit="{steps}"))

    def _note_offset(self, values: dict[str, object]) -> None:
        local, moment = values.get("local_timestamp"), values.get("timestamp")
        if isinstance(local, dt.datetime) and isinstance(moment, dt.datetime) and abs(local - moment) < MAX_OFFSET:
            self._offset = local - moment

    def _moment(self, values: dict[str, object]) -> dt.datetime | None:
        """Return the time of a message, whose upper bits may stand in an earlier one."""
        moment, low = values.get("timestamp"), values.get("timestamp_16")
        if isinstance(moment, dt.datetime):
            self._last = moment
        elif isinstance(low, int) and self._last is not None:
            seconds = int((self._last - _EPOCH).total_seconds())
            self._last += dt.timedelta(seconds=(low - seconds) % _ROLL)
        else:
            return None
        return self._last

    def _take_steps(self, values: dict[str, object], slot: int | None) -> None:
        """Keep the highest count: the watch counts up from midnight, by movement, and says so after the fact."""
        steps, kind = values.get("steps"), str(values.get("activity_type"))
        cycles = values.get("cycles")
        if steps is None and kind in _STEPPING and isinstance(cycles, int | float):
            steps = int(cycles * STEPS_A_CYCLE)
        if isinstance(steps, int) and ((slot, kind) in self._steps or len(self._steps) < MAX_SLOTS):
            self._steps[slot, kind] = max(steps, self._steps.get((slot, kind), 0))

    def _steps_by_day(self) -> dict[str | None, int]:
        highest: dict[tuple[str | None, str], int] = {}
        for (slot, kind), steps in self._steps.items():
            key = (self._day(slot), kind)
            highest[key] = max(steps, highest.get(key, 0))
        days: dict[str | None, int] = {}
        for (day, _), steps in highest.items():
            days[day] = days.get(day, 0) + steps
        return days

    def _day(self, slot: int | None) -> str | None:
        if slot is None:
            return None
        moment = _EPOCH + dt.timedelta(seconds=slot * SLOT_SECONDS) + (self._offset or dt.timedelta())
        return moment.date().isoformat()


def _slot(moment: dt.datetime) -> int:
    return int((moment - _EPOCH).total_seconds()) // SLOT_SECONDS


def _quantity(rates: _Rates) -> Quantity:
    mean = f"{rates.total / rates.count:.1f}"
    return Quantity(number=mean, unit="/min", least=str(rates.least), most=str(rates.most), count=rates.count)


def _item(day: str | None, title: str, code: Coding, quantity: Quantity) -> Item:
    return Item(
        type="Observation",
        place=f"{title.lower()} {day or 'without a date'}",
        title=title,
        date=day,
        category=Category.VITALS.value,
        codes=(code,),
        quantity=quantity,
    )
