# SPDX-License-Identifier: Apache-2.0
"""What had become of a prescription or statement by a day, by the dates that the sources give.

A word that a source said later tells of its own day and not of those before, unless it gives a date: what was
`completed` some time before an export is `unknown` until the day by which the export had said it.
Pure. Spec: docs/spec/medicines.md section 6.
"""

import datetime as dt

from healthvault.medicines.linking import Book, Stop
from healthvault.medicines.telling import Sort, Telling, exact_day, first_day, last_day

__all__ = ["IN_FORCE", "NOW", "effective_stop", "status_on", "supply_end", "word_on"]

ACTIVE, STOPPED, COMPLETED = "active", "stopped", "completed"
EXPIRED, PLANNED, ON_HOLD, UNKNOWN = "expired", "planned", "on-hold", "unknown"
NOW = (ACTIVE, ON_HOLD)
IN_FORCE = (ACTIVE, ON_HOLD, PLANNED, UNKNOWN)
_ENDED = (STOPPED, COMPLETED)
_MEANS = {
    "active": ACTIVE,
    "in-progress": ACTIVE,
    "on-hold": ON_HOLD,
    "draft": PLANNED,
    "intended": PLANNED,
    "completed": COMPLETED,
    "stopped": STOPPED,
    "cancelled": STOPPED,
    "revoked": STOPPED,
    "not-taken": STOPPED,
}


def status_on(book: Book, course: Telling, day: str) -> str | None:
    """Return the status of a prescription or statement as of a day (ISO); None: it was not there yet."""
    word, is_said = word_on(course, day)
    meaning = _MEANS.get(word or "", UNKNOWN)
    if first_day(course.date) > day:
        return PLANNED if is_said and meaning in {ACTIVE, PLANNED} else None
    if course.sort is Sort.STOP:
        return None if first_day(course.until) > day else STOPPED
    stop = effective_stop(book, course, day)
    if stop is not None:
        return STOPPED if stop.is_sure else UNKNOWN
    if course.sort is Sort.PRESCRIPTION:
        return _prescribed(book, course, day, meaning if is_said or meaning == ACTIVE else UNKNOWN)
    return _stated(course, day, meaning, is_said=is_said)


def word_on(course: Telling, day: str) -> tuple[str | None, bool]:
    """Return the newest word of the sources by a day, and True; else the earliest of those after it, and False."""
    said = sorted(((each.said or "9999"), each.status or "") for each in course.tellings)
    by_then = [word for when, word in said if when <= day]
    return (by_then[-1] or None, True) if by_then else (said[0][1] or None, False)


def effective_stop(book: Book, course: Telling, day: str) -> Stop | None:
    """Return the first stop that holds on a day; a sure one before one that is not."""
    found = [stop for stop in book.stops(course) if stop.day <= day]
    return min(found, key=lambda stop: (not stop.is_sure, stop.day, stop.telling.id), default=None)


def supply_end(dispense: Telling) -> dt.date | None:
    """Return the first day that a supply does not cover; None if it is not known."""
    begin = exact_day(dispense.date)
    return None if begin is None or dispense.days is None else begin + dt.timedelta(days=dispense.days)


def _prescribed(book: Book, course: Telling, day: str, meaning: str) -> str:
    if meaning != ACTIVE or (course.date is None and not word_on(course, day)[1]):
        return meaning if meaning != ACTIVE else UNKNOWN
    if first_day(course.begins) > day:
        return PLANNED
    handed = [each for each in book.of(course) if first_day(each.date) <= day]
    ends = [supply_end(each) for each in handed]
    covers = any(end is not None and end.isoformat() > day for end in ends)
    is_all = course.repeats is not None and len(handed) > course.repeats
    if is_all and all(end is not None for end in ends):
        return ACTIVE if covers else COMPLETED
    if course.until is not None and last_day(course.until) < day:
        return ACTIVE if covers else EXPIRED
    return ACTIVE


def _stated(course: Telling, day: str, meaning: str, *, is_said: bool) -> str:
    end = course.until
    if meaning in _ENDED and end is not None:
        is_over = last_day(end) <= day if meaning == STOPPED else last_day(end) < day
        is_open = exact_day(end) is None and first_day(end) <= day  # some day of this month or year
        return meaning if is_over else ACTIVE if course.date and not is_open else UNKNOWN
    if not is_said and (meaning != ACTIVE or course.date is None):
        return UNKNOWN
    if meaning in {ACTIVE, ON_HOLD, PLANNED} and end is not None and last_day(end) < day:
        return COMPLETED
    return meaning
