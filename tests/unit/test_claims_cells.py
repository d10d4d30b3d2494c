# SPDX-License-Identifier: Apache-2.0
"""Cells of tables: what can be read in two ways is not read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from healthvault.claims.cells import amount_in, day_in, number_in
from healthvault.claims.money import Unclear, shown


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("12", "12"), ("12.5", "12.5"), ("12,50", "12.50"), ("1,234.50", "1234.50"), ("1.234,50", "1234.50"),
        ("1 234,50", "1234.50"), ("1'234.50", "1234.50"), ("1,234,567", "1234567"), ("0.125", "0.125"),
        ("1234.567", "1234.567"), ("-3,10", "-3.10"), ("(3.10)", "-3.10"), ("3.10-", "-3.10"),
        ("1.234", None), ("1,234", None), ("1.234.56", None), ("1,234,56", None), ("1.2.3", None), ("", None),
        ("twelve", None), ("1,234.567,8", None),
    ],
)  # fmt: skip
def test_numbers(cell: str, number: str | None) -> None:
    """`1.234` may be one or a thousand, and is neither."""
    assert number == number_in(cell)


@pytest.mark.parametrize(
    ("cell", "currency", "words"),
    [
        ("12.50", "EUR", "12.50 EUR"),
        ("12,50 EUR", None, "12.50 EUR"),
        ("€ 1.234,50", None, "1234.50 EUR"),
        ("USD 12", "usd", "12.00 USD"),
        ("$12.00", None, "unknown (unknown currency)"),
        ("$12.00", "USD", "unknown (several currencies)"),
        ("12.50 EUR", "USD", "unknown (several currencies)"),
        ("12.50", None, "unknown (no currency)"),
        ("1.234", "EUR", "unknown (ambiguous number)"),
        ("n/a", "EUR", "unknown (no number)"),
        ("", "EUR", ""),
    ],
)
def test_amounts(cell: str, currency: str | None, words: str) -> None:
    """A dollar sign is of many currencies."""
    assert words == shown(amount_in(cell, currency))


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("2026-03-04", "2026-03-04"), ("2026-03-04T10:00", "2026-03-04"), ("13/03/2026", "2026-03-13"),
        ("03/13/2026", "2026-03-13"), ("05.05.2026", "2026-05-05"),
        ("03/04/2026", None), ("03.04.2026", None), ("3/4/26", None), ("31/31/2026", None), ("2026-02-30", None),
        ("2026-03", None), ("", None),
    ],
)  # fmt: skip
def test_days(cell: str, day: str | None) -> None:
    """March or April is neither; the fifth of May is itself either way."""
    assert day == day_in(cell)


@given(st.text(max_size=60))
def test_no_cell_is_an_error(cell: str) -> None:
    """Any text is an amount, a reason, or nothing; a day, or none."""
    amount = amount_in(cell, None)
    assert (
        amount is None
        or isinstance(amount, Unclear)
        or "EUR" == amount.currency
        or amount.currency in cell.upper()
    )
    day = day_in(cell)
    assert day is None or 10 == len(day)


@pytest.mark.parametrize("cell", ["12€50", "12 EUR 50", "100 USD 200 USD", "(100", "100)", "-(100)", "--5"])
def test_a_sign_inside_a_number_is_not_read_past(cell: str) -> None:
    """`12€50` is twelve and a half for its writer: it is not 1250, and half a bracket is no number."""
    assert isinstance(amount_in(cell, None), Unclear)
    assert amount_in(cell, "EUR") in (Unclear(reason="ambiguous number"), Unclear(reason="no number"))
