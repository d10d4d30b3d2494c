# SPDX-License-Identifier: Apache-2.0
"""Days of a study: cut to the day, moved by the study's shift; and decades of birth. Pure.

What is not a whole day is left out: a month or a year cannot be moved by days without a guess.
Spec: docs/spec/research.md section 2.3.
"""

import re
from datetime import date, timedelta

from healthvault.records.dates import FIRST_YEAR, LAST_YEAR

__all__ = ["OLD_YEARS", "birth_band", "is_too_old", "shifted"]

OLD_YEARS = 89  # older people are few: they are told as one band, and so are days that would show such an age
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


def shifted(text: str | None, days: int) -> str | None:
    """Return a day or moment (ISO 8601, untrusted) cut to the day and moved; None if it is no whole day."""
    day = _day_of(text)
    if day is None:
        return None
    moved = day + timedelta(days=days)
    return moved.isoformat() if FIRST_YEAR - 1 <= moved.year <= LAST_YEAR + 1 else None


def is_too_old(text: str | None, today: date) -> bool:
    """Tell whether something happened so long ago that it alone says that somebody is over 89."""
    day = _day_of(text)
    return day is not None and today.year - day.year - ((today.month, today.day) < (day.month, day.day)) >= (
        OLD_YEARS + 1
    )


def birth_band(birth: str | None, today: date, *, by_year: bool = False) -> str | None:
    """Return the decade of a birth date, `1970-1979`, its year if asked for, or `90+` for an age over 89."""
    year = int(birth[:4]) if birth and re.match(r"\d{4}(-|$)", birth, re.ASCII) else None
    if year is None or year > today.year:
        return None
    if today.year - year > OLD_YEARS:  # by the year alone, so that one who turns 90 this year is in it
        return "90+"
    return str(year) if by_year else f"{year // 10 * 10}-{year // 10 * 10 + 9}"


def _day_of(text: str | None) -> date | None:
    if text is None or not _DAY.match(text):
        return None
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None
