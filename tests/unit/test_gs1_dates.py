# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.gs1.dates: centuries slide with the day on which the code is read."""

from datetime import date

import pytest

from healthvault.errors import FormatError
from healthvault.gs1.dates import day_of

TODAY = date(2026, 11, 20)


@pytest.mark.parametrize(
    ("text", "today", "expected"),
    [
        ("250327", TODAY, date(2025, 3, 27)),
        ("250300", TODAY, date(2025, 3, 31)),
        ("240200", TODAY, date(2024, 2, 29)),
        ("260200", TODAY, date(2026, 2, 28)),
        ("760101", TODAY, date(2076, 1, 1)),  # 50 years on
        ("770101", TODAY, date(1977, 1, 1)),  # 51: 49 years back
        ("990101", date(2049, 1, 1), date(2099, 1, 1)),
        ("000101", date(2050, 1, 1), date(2100, 1, 1)),
        ("010101", date(2051, 1, 1), date(2101, 1, 1)),
        ("510101", date(1999, 12, 31), date(1951, 1, 1)),
        ("490101", date(1999, 12, 31), date(2049, 1, 1)),
        ("2503271530", TODAY, date(2025, 3, 27)),
    ],
)
def test_days(text: str, today: date, expected: date) -> None:
    """GS1 General Specifications, 7.12."""
    assert expected == day_of(text, today=today)


@pytest.mark.parametrize("text", ["250230", "250001", "251301", "250300"[:4], "", "25032x", "000000"])
def test_days_that_there_are_not(text: str) -> None:
    """None is moved to another day."""
    with pytest.raises(FormatError) as caught:
        day_of(text, today=TODAY, ai="17")
    assert "bad_date" == caught.value.code
