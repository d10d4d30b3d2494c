# SPDX-License-Identifier: Apache-2.0
"""Dates in elements: two digits of the year, the month, and a day that may be left open. Pure.

The century depends on the day on which the code is read, which the caller says. Source: GS1 General
Specifications, sections 3.4 and 7.12. Spec: docs/spec/packs.md section 3.
"""

import calendar
from datetime import date

from healthvault.errors import FormatError

__all__ = ["day_of"]

_CENTURY = 100
_PAST_YEARS = 51
_COMING_YEARS = -50


def day_of(text: str, *, today: date, ai: str = "") -> date:
    """Return the day that YYMMDD names; day 00 is the last of the month.

    Args:
        text: Six ASCII digits, as the form of the element has it, or more; what comes after them is not looked at.
        today: By which the century is chosen: from 49 years ago to 50 years from now.
        ai: The application identifier, for the message.

    Raises:
        FormatError: `bad_date`, there is no such day.
    """
    digits = text[:6]
    try:
        year, month, day = _year(int(digits[:2]), today), int(digits[2:4]), int(digits[4:6])
        return date(year, month, day or calendar.monthrange(year, month)[1])
    except (ValueError, IndexError) as err:  # calendar has an error of its own, which is both
        raise FormatError("bad_date", f"the code gives a day that there is not ({ai})") from err


def _year(two_digits: int, today: date) -> int:
    century, own = today.year - today.year % _CENTURY, today.year % _CENTURY
    distance = two_digits - own
    if distance >= _PAST_YEARS:
        return century - _CENTURY + two_digits
    if distance <= _COMING_YEARS:
        return century + _CENTURY + two_digits
    return century + two_digits
