# SPDX-License-Identifier: Apache-2.0
"""Money: exact, of one currency, or known not to be known."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from healthvault.claims.money import Money, Unclear, added, currency_of, decimals_of, exactly, shown


@pytest.mark.parametrize(
    ("number", "currency", "minor"),
    [
        ("135.57", "USD", 13557),
        ("135.5700", "usd", 13557),
        ("-0.5", "EUR", -50),
        ("1200", "JPY", 1200),
        ("1.234", "BHD", 1234),
        ("1.2E2", "EUR", 12000),
        ("0", "EUR", 0),
        ("5E-1", "EUR", 50),
    ],
)
def test_an_amount_is_whole_minor_units(number: str, currency: str, minor: int) -> None:
    """EUR has two decimals, JPY none, BHD three."""
    assert Money(minor=minor, currency=currency.upper()) == exactly(number, currency)


@pytest.mark.parametrize(
    ("number", "currency", "reason"),
    [
        ("12", None, "no currency"),
        ("12", " ", "no currency"),
        ("12", "$", "unknown currency"),
        ("12", "XTS", "unknown currency"),
        ("12.345", "EUR", "too many decimals"),
        ("1.5", "JPY", "too many decimals"),
        ("1e-9", "EUR", "too many decimals"),
        ("1" * 30, "EUR", "too large"),
        ("1e99", "EUR", "too large"),
        ("12,5", "EUR", "no number"),
        ("NaN", "EUR", "no number"),
    ],
)
def test_what_is_not_known_is_never_guessed(number: str, currency: str | None, reason: str) -> None:
    """Each with its reason; nothing is rounded."""
    assert Unclear(reason=reason) == exactly(number, currency)


def test_nothing_said_is_nothing() -> None:
    """No amount, in no currency."""
    assert exactly(None, "EUR") is None
    assert exactly("", None) is None
    assert "" == shown(None)


def test_only_what_is_known_and_of_one_currency_is_added() -> None:
    """Another currency, or one part that is not known, and there is no sum."""
    one, two = exactly("0.10", "EUR"), exactly("0.20", "EUR")
    assert exactly("0.30", "EUR") == added([one, two])
    assert Unclear(reason="several currencies") == added([one, exactly("0.20", "USD")])
    assert Unclear(reason="incomplete") == added([one, None])
    assert Unclear(reason="no currency") == added([one, exactly("1", None), None])
    assert added([None, None]) is None
    assert added([]) is None


@given(st.lists(st.integers(-(10**12), 10**12), min_size=1), st.sampled_from(["EUR", "JPY", "BHD", "CLF"]))
def test_sums_are_those_of_decimals(minors: list[int], currency: str) -> None:
    """Whatever the currency, as written, added, and shown again."""
    places = decimals_of(currency)
    texts = [f"{Decimal(minor).scaleb(-places):f}" for minor in minors]
    total = added(exactly(text, currency) for text in texts)
    assert f"{sum(map(Decimal, texts)):.{places}f} {currency}" == shown(total)


@given(st.text(max_size=40), st.none() | st.text(max_size=5))
def test_any_text_gives_an_amount_or_a_reason(number: str, currency: str | None) -> None:
    """And never an error."""
    found = exactly(number, currency)
    assert found is None or isinstance(found, Unclear) or currency_of(currency) == found.currency
