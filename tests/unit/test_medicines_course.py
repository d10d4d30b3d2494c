# SPDX-License-Identifier: Apache-2.0
"""What had become of something by a day, by dates that were given and by nothing else."""

import pytest

from healthvault.medicines.course import status_on
from healthvault.medicines.telling import Sort, Telling
from tests.prescribed import book, dispensed, prescription, stopped


def statuses(course: Telling, *days: str, also: tuple[Telling, ...] = ()) -> list[str | None]:
    """Return the status as of some days."""
    found = book(course, *also)
    (told,) = [each for each in found.tellings if each.id == course.id]
    return [status_on(found, told, day) for day in days]


def statement(**more: object) -> Telling:
    """Return what a hospital states."""
    return prescription("d_st", **({"sort": Sort.STATEMENT, "until": None, "said": "2026-06-01"} | more))


def test_a_prescription_from_its_day_to_the_end_of_its_validity() -> None:
    """Not there, active, expired; before its validity it is planned."""
    days = ("2026-02-28", "2026-03-01", "2026-08-31", "2026-09-01")
    assert [None, "active", "active", "expired"] == statuses(prescription(), *days)
    assert [None, "planned", "active", "expired"] == statuses(prescription(begins="2026-03-02"), *days)
    assert [None, "active", "active", "active"] == statuses(prescription(until=None), *days)


def test_a_supply_outlasts_a_prescription() -> None:
    """Until it is used up; when all of it was dispensed and used, it is completed."""
    late = dispensed(date="2026-08-20")
    assert ["active", "expired"] == statuses(prescription(), "2026-09-10", "2026-09-20", also=(late,))
    both = (dispensed(), dispensed("d_two", date="2026-04-01"))
    assert ["active", "completed"] == statuses(prescription(), "2026-04-30", "2026-05-01", also=both)
    unknown = (dispensed(), dispensed("d_two", date="2026-04-01", days=None))
    assert ["active"] == statuses(prescription(), "2026-05-01", also=unknown)


def test_a_stop_holds_from_its_day() -> None:
    """And not before; a stop by name on the day of the prescription leaves it open."""
    days = ("2026-03-31", "2026-04-01", "2026-05-01")
    assert ["active", "stopped", "stopped"] == statuses(prescription(), *days, also=(stopped(),))
    same_day = stopped(about=(), until="2026-03-01")
    assert ["unknown"] == statuses(prescription(), "2026-03-15", also=(same_day,))


@pytest.mark.parametrize("word", ["completed", "stopped", "cancelled", "on-hold", "draft"])
def test_a_later_word_says_nothing_of_earlier_days(word: str) -> None:
    """What was completed some time before June is not known to have been so in April."""
    expected = {"cancelled": "stopped", "draft": "planned"}.get(word, word)
    course = prescription(status=word, said="2026-06-01")
    assert ["unknown", expected] == statuses(course, "2026-04-01", "2026-06-01")


def test_an_end_is_taken_at_its_word() -> None:
    """The last day of a course is one of it, that of a stop is not."""
    done = statement(status="completed", until="2026-04-10")
    assert ["active", "completed"] == statuses(done, "2026-04-10", "2026-04-11")
    ended = statement(status="stopped", until="2026-04-10")
    assert ["active", "stopped"] == statuses(ended, "2026-04-09", "2026-04-10")
    month = statement(status="stopped", until="2026-04")
    assert ["active", "unknown", "stopped"] == statuses(month, "2026-03-31", "2026-04-29", "2026-04-30")
    assert ["completed"] == statuses(statement(until="2026-04-10"), "2026-04-11")


def test_what_has_no_date_is_not_given_one() -> None:
    """It is known by the day of its document, and not before."""
    assert ["unknown", "active"] == statuses(statement(date=None), "2026-05-31", "2026-06-01")
    assert ["unknown"] == statuses(statement(date=None, said=None), "2026-06-01")
    assert ["unknown"] == statuses(statement(date=None, status="stopped", until="2026-04-10"), "2026-04-01")


def test_what_is_to_come_is_planned() -> None:
    """If the document had said so by then."""
    coming = statement(date="2026-07-01", status="intended")
    assert [None, "planned"] == statuses(coming, "2026-05-31", "2026-06-15")


def test_no_word_is_unknown() -> None:
    """And so is one that nobody knows."""
    for word in (None, "new-word"):
        assert ["unknown"] == statuses(statement(status=word), "2026-06-01")
