# SPDX-License-Identifier: Apache-2.0
"""Ages in completed years, of a birth date that may be known to the month or year only. Pure."""

from datetime import date

from healthvault.trials.consent_history import period_of

__all__ = ["ages_on"]


def ages_on(birth_date: str | None, day: date) -> tuple[int, int] | None:
    """Return the least and the greatest age that somebody may have on a day; None if nothing is known.

    Born on 29 February, a year is completed on 1 March where there is no such day.
    """
    born = period_of(birth_date)
    if born is None or born.first > day:
        return None
    return _years(min(born.last, day), day), _years(born.first, day)


def _years(born: date, day: date) -> int:
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))
