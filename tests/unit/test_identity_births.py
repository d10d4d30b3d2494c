# SPDX-License-Identifier: Apache-2.0
"""Birth dates, as far as they are written."""

import pytest

from healthvault.identity.agreement import Agreement
from healthvault.identity.births import are_swapped, birth_date, compare_births


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("1975-05-01", "1975-05-01", Agreement.SAME),
        ("1975-05-01", "1975-05-01T10:00:00+02:00", Agreement.SAME),
        ("1975-05-01", "1975-05", Agreement.CLOSE),
        ("1975", "1975", Agreement.CLOSE),
        ("1975-05-01", "1975-05-02", Agreement.DIFFERENT),
        ("1975-05-01", "1974", Agreement.DIFFERENT),
        ("1975-05-01", None, Agreement.UNKNOWN),
        ("1975-05-01", "1900-01-01", Agreement.UNKNOWN),
        ("1975-05-01", "01.05.1975", Agreement.UNKNOWN),
    ],
)
def test_compared(one: str, other: str | None, expected: Agreement) -> None:
    """Only two whole dates are the same; a part agrees as far as it goes; in both directions."""
    assert (expected, expected) == (compare_births(one, other), compare_births(other, one))


@pytest.mark.parametrize("text", ["", "1975-13-01", "1975-00-10", "1975-01-32", "0001-01-01", "75-05-01", "x"])
def test_what_is_no_birth_date(text: str) -> None:
    """Impossible dates, fillers and other forms say nothing."""
    assert birth_date(text) is None


def test_day_and_month_that_changed_places() -> None:
    """Noticed, unless they are the same number."""
    assert [True, False, False, False] == [
        are_swapped(*pair)
        for pair in (
            ("1975-05-01", "1975-01-05"),
            ("1975-05-05", "1975-05-05"),
            ("1975-05-01", "1974-01-05"),
            ("1975-05", "1975-01-05"),
        )
    ]
