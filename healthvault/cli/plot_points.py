# SPDX-License-Identifier: Apache-2.0
"""Values as points of a plot: where they stand, what limits them, how they are named. Pure.

Texts come from files: whoever draws them turns mathematics and markup off.
"""

import datetime as dt
from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING

from healthvault.cli.text import safe

if TYPE_CHECKING:
    from healthvault.vault.trend import Point, TrendSeries

__all__ = ["Dot", "day_number", "dots_of", "label_text"]

MAX_LABEL_CHARS = 60
_SECONDS_OF_DAY = 86_400
_WHOLE_DATE = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Dot:
    """A value at a place."""

    x: float
    """Days since the year 1, as the document dates it, whatever its offset."""
    y: float
    least: float | None
    most: float | None
    low: float | None
    high: float | None
    comparator: str | None
    source: str


def dots_of(series: "TrendSeries") -> "list[Dot]":
    """Return the values of a series that have a date and a number, the oldest first."""
    dots = [_dot(point) for point in series.points]
    return sorted((dot for dot in dots if dot is not None), key=lambda dot: dot.x)


def day_number(date: str) -> float | None:
    """Return an ISO date or time as days since the year 1; a year or month counts from its first day."""
    whole = f"{date}-01-01" if len(date) == 4 else f"{date}-01" if len(date) == 7 else date
    try:
        moment = dt.datetime.fromisoformat(whole)
    except ValueError:
        try:
            moment = dt.datetime.fromisoformat(whole[:_WHOLE_DATE])
        except ValueError:
            return None
    seconds = moment.hour * 3600 + moment.minute * 60 + moment.second
    return moment.toordinal() + seconds / _SECONDS_OF_DAY


def label_text(text: str) -> str:
    """Return one short line in which no character acts on anything."""
    line = safe(text)
    return line if len(line) <= MAX_LABEL_CHARS else line[: MAX_LABEL_CHARS - 1] + "\u2026"


def _dot(point: "Point") -> Dot | None:
    x = day_number(point.date) if point.date else None
    y = _number(point.quantity.number)
    if x is None or y is None:
        return None
    quantity = point.quantity
    least, most = _number(quantity.least), _number(quantity.most)
    is_span = least is not None and most is not None and least <= y <= most  # else it is a sum of several
    return Dot(
        x=x,
        y=y,
        least=least if is_span else None,
        most=most if is_span else None,
        low=_number(quantity.low),
        high=_number(quantity.high),
        comparator=quantity.comparator,
        source=point.sources[0].name,
    )


def _number(text: str | None) -> float | None:
    try:
        number = float(text) if text else None
    except ValueError:
        return None
    return number if number is not None and isfinite(number) else None
