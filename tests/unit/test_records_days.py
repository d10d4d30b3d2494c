# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.records.days."""

import random
from collections import defaultdict
from decimal import Decimal

from healthvault.records.days import Day, Room, Series, Style, quantity_of, spoken_range
from healthvault.records.statements import Quantity


def taken(series: Series, *measurements: tuple[str, str]) -> list[Day]:
    """Let a series take dates and numbers, and return its days."""
    for date, number in measurements:
        series.turn(date)
        series.add(Decimal(number), number, f"{date} 10:00:00 +0100", f"{date} 10:05:00 +0100")
    return list(series.days())


def test_one_measurement_stays_as_it_is() -> None:
    """Number and times of the only measurement of a day are those that were written."""
    (day,) = taken(Series(Room()), ("2014-09-13", "6.30"))
    assert Quantity(number="6.30", unit="kg") == quantity_of(day, Style.MEAN, "kg")
    assert ("2014-09-13 10:00:00 +0100", "2014-09-13 10:05:00 +0100") == (day.start, day.end)


def test_several_are_told_as_one() -> None:
    """A sum, a mean, or a range where neither is known."""
    (day,) = taken(Series(Room()), ("2014-09-13", "1.5"), ("2014-09-13", "4"), ("2014-09-13", "2"))
    summed = Quantity(number="7.5", unit="km", least="1.5", most="4", count=3)
    assert summed == quantity_of(day, Style.SUM, "km")
    assert Quantity(number="2.5", least="1.5", most="4", count=3) == quantity_of(day, Style.MEAN, None)
    assert quantity_of(day, Style.UNKNOWN, "km") is None
    assert "3 values, 1.5 to 4 km" == spoken_range(day, "km")


def test_order_does_not_matter() -> None:
    """However the measurements are shuffled, the days are the same, and as plain addition has them."""
    random_ = random.Random(5)
    written = [
        (f"2020-01-{random_.randint(1, 9):02}", f"{random_.randint(1, 99)}.{number}") for number in range(400)
    ]
    expected: dict[str, list[Decimal]] = defaultdict(list)
    for date, number in written:
        expected[date].append(Decimal(number))
    for _ in range(5):
        random_.shuffle(written)
        told = {day.date: (day.total, day.count, day.least, day.most) for day in taken(Series(Room()), *written)}
        assert {d: (sum(n), len(n), min(n), max(n)) for d, n in expected.items()} == told


def test_kept_days_stay_complete_when_there_is_no_room() -> None:
    """What comes for a day that is kept is still counted; only new days are dropped."""
    room = Room(days=2)
    days = taken(Series(room), ("2020-01-01", "1"), ("2020-01-02", "1"), ("2020-01-03", "1"), ("2020-01-01", "5"))
    assert [("2020-01-01", 2), ("2020-01-02", 1)] == [(day.date, day.count) for day in days]
    assert room.is_full


def test_room_is_shared() -> None:
    """The days of all series of a document count."""
    room = Room(days=1)
    assert 1 == len(taken(Series(room), ("2020-01-01", "1")))
    assert [] == taken(Series(room), ("2020-01-01", "1"))
