# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.records.decimals."""

from decimal import Decimal

import pytest

from healthvault.records.decimals import decimal_of, mean_of, plain, shifted


@pytest.mark.parametrize("text", ["6.30", "-1", "1e-05", "0", "+3", "139.3170000000021"])
def test_numbers(text: str) -> None:
    """What is written as a number is one, exactly."""
    assert Decimal(text) == decimal_of(text)


@pytest.mark.parametrize("text", [None, "", "NaN", "Infinity", "1e999999", "1_0", "x", "7" * 41, "1e-41", "--1"])
def test_no_numbers(text: str | None) -> None:
    """What is none, or beyond all measure, is refused before anything is made of it."""
    assert decimal_of(text) is None


@pytest.mark.parametrize(
    ("text", "power", "expected"),
    [
        ("74126", "-3", "74.126"),
        ("1930", "-3", "1.930"),
        ("68", "0", "68"),
        ("7", "2", "700"),
        ("7", "0.5", None),
        ("7", "99", None),
        ("x", "1", None),
        (None, "1", None),
    ],
)
def test_a_number_times_a_power_of_ten(text: str | None, power: str, expected: str | None) -> None:
    """No digit is lost and none is added."""
    assert expected == shifted(text, power)


def test_means() -> None:
    """A mean has two places more than its sum, and zeros at the end are not shown."""
    assert "66.67" == plain(mean_of(Decimal(200), 3))
    assert "0.333" == plain(mean_of(Decimal("1.0"), 3))
    assert "5" == plain(mean_of(Decimal(15), 3))
    assert "100" == plain(Decimal("1E+2"))
