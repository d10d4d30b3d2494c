# SPDX-License-Identifier: Apache-2.0
"""Dates as people type them: a day (`2026-11-20`) or a span (`30d`, `2w`, `6m`, `1y`). Pure.

A span counts from now, forwards where something is to end, backwards in a filter. Months and years are those of
the calendar: a month after 31 January is the last of February.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

__all__ = ["Span", "When", "parse_day", "parse_duration", "parse_partial_date", "parse_span", "parse_when"]

_SPAN = re.compile(r"([1-9][0-9]{0,4})([dwmy])", re.ASCII)
_DURATION = re.compile(r"([1-9][0-9]{0,3})([hdw])", re.ASCII)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_MAX_DAYS = 200 * 366
_DAYS_OF = {"d": 1, "w": 7, "m": 31, "y": 366}
_HOURS_OF = {"h": 1, "d": 24, "w": 168}
_MONTHS_OF = {"m": 1, "y": 12}


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A number of days, weeks, months or years."""

    count: int
    unit: str

    def after(self, moment: datetime, direction: int = 1) -> datetime:
        """Return the moment that long after, or with direction -1 before."""
        count = self.count * direction
        if self.unit in _MONTHS_OF:
            return _shift_months(moment, count * _MONTHS_OF[self.unit])
        return moment + timedelta(days=count * _DAYS_OF[self.unit])

    def before(self, moment: datetime) -> datetime:
        """Return the moment that long before."""
        return self.after(moment, -1)


@dataclass(frozen=True, slots=True, kw_only=True)
class When:
    """A day, or a span from now. Moments are of the wall clock, without a zone: `clock` converts them."""

    day: date | None = None
    span: Span | None = None

    def past_day(self, now: datetime) -> str:
        """Return the day as ISO text for a filter: a span counts backwards."""
        return (self.span.before(now).date() if self.span else self.day or now.date()).isoformat()

    def start(self, now: datetime) -> datetime:
        """Return when something begins: with the day, or a span from now."""
        return self.span.after(now) if self.span else datetime.combine(self.day or now.date(), time.min)

    def end(self, now: datetime) -> datetime:
        """Return when something ends: with the last millisecond of the day, or a span from now."""
        if self.span:
            return self.span.after(now)
        return datetime.combine(self.day or now.date(), time.max).replace(microsecond=999_000)


def parse_span(text: str) -> Span:
    """Parse `30d`, `2w`, `6m` or `1y`. Raises ValueError: it is none, or longer than 200 years."""
    match = _SPAN.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is no span of time; write 30d, 2w, 6m or 1y")
    span = Span(count=int(match[1]), unit=match[2])
    if span.count * _DAYS_OF[span.unit] > _MAX_DAYS:
        raise ValueError(f"{text!r} is longer than 200 years")
    return span


def parse_duration(text: str) -> int:
    """Return the milliseconds of `8h`, `2d` or `1w`. Raises ValueError: it is none of them."""
    match = _DURATION.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is no time; write 8h, 2d or 1w")
    return int(match[1]) * _HOURS_OF[match[2]] * 3_600_000


def parse_when(text: str) -> When:
    """Parse a day or a span. Raises ValueError: it is neither, or there is no such day."""
    if _DAY.fullmatch(text):
        day = date.fromisoformat(text)
        if not 1800 <= day.year <= 9000:
            raise ValueError(f"{text!r} is not of our time")
        return When(day=day)
    try:
        return When(span=parse_span(text))
    except ValueError as err:
        raise ValueError(f"{text!r} is no date; write 2026-11-20, or a span such as 30d, 2w, 6m, 1y") from err


def parse_partial_date(text: str) -> str:
    """Check the date of a document: a day, a month (`2026-11`) or a year. Raises ValueError: it is none."""
    whole = text + "-01-01"[(len(text) - 4) :] if len(text) in {4, 7} else text
    if not _DAY.fullmatch(whole):
        raise ValueError(f"{text!r} is no date; write 2026-11-20, 2026-11 or 2026")
    date.fromisoformat(whole)
    return text


def parse_day(text: str) -> date:
    """Return a day, `2026-11-20`. Raises ValueError: it is none."""
    if not _DAY.fullmatch(text):
        raise ValueError(f"{text!r} is no day; write 2026-11-20")
    return date.fromisoformat(text)


def _shift_months(moment: datetime, months: int) -> datetime:
    year, month = divmod(moment.year * 12 + moment.month - 1 + months, 12)
    next_year, next_month = divmod(year * 12 + month + 1, 12)
    last = date(next_year, next_month + 1, 1) - timedelta(days=1)
    return moment.replace(year=year, month=month + 1, day=min(moment.day, last.day))
