# SPDX-License-Identifier: Apache-2.0
"""Days are cut and moved; what is no whole day is no day; old people are told as one band."""

from datetime import date

import pytest

from healthvault.research.days import birth_band, is_too_old, shifted

TODAY = date(2026, 11, 20)


@pytest.mark.parametrize(
    ("text", "moved"),
    [
        ("2026-03-01T09:30:00+01:00", "2026-03-11"),
        ("2024-02-25", "2024-03-06"),
        ("2026-03", None),
        ("2026", None),
        (None, None),
        ("2026-13-01", None),
        ("Ana Silva!", None),
    ],
)
def test_days_are_moved(text: str | None, moved: str | None) -> None:
    """By whole days, the time is cut off."""
    assert moved == shifted(text, 10)


@pytest.mark.parametrize(
    ("birth", "band"),
    [("1974-05-01", "1970-1979"), ("1974", "1970-1979"), ("1937-01-01", "1930-1939"), ("1936-12-31", "90+"),
     (None, None), ("2030-01-01", None), ("Ana", None)],
)  # fmt: skip
def test_birth_is_a_decade(birth: str | None, band: str | None) -> None:
    """And over 89 a band of its own, by the year."""
    assert band == birth_band(birth, TODAY)


def test_the_year_is_told_if_asked_for() -> None:
    """But never of who is over 89."""
    assert "1974" == birth_band("1974-05-01", TODAY, by_year=True)
    assert "90+" == birth_band("1930-05-01", TODAY, by_year=True)


def test_what_happened_ninety_years_ago_tells_an_age() -> None:
    """To the day."""
    assert is_too_old("1936-11-20", TODAY)
    assert not is_too_old("1936-11-21", TODAY)
    assert not is_too_old(None, TODAY)
