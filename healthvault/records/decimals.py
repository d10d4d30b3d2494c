# SPDX-License-Identifier: Apache-2.0
"""Numbers as they are written: exact, bounded, and never through binary fractions.

Spec: docs/spec/contents.md section 2.
"""

from decimal import ROUND_HALF_EVEN, Context, Decimal, InvalidOperation

__all__ = ["EXACT", "decimal_of", "mean_of", "plain", "shifted"]

MAX_CHARS = 40
MAX_MAGNITUDE = 40  # powers of ten: `1e-05` is a number here, `1e999999` is none
MORE_DIGITS = 2  # of a mean, beyond those of the most exact number
EXACT = Context(prec=120, rounding=ROUND_HALF_EVEN)
"""Holds the sum of any numbers that `decimal_of` passes."""
_ZERO = Decimal(0)


def decimal_of(text: str | None) -> Decimal | None:
    """Return the number that a text (unverified) writes, or None if it is none, or one beyond all measure."""
    if not text or len(text) > MAX_CHARS:
        return None
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    if not number.is_finite() or abs(number.adjusted()) > MAX_MAGNITUDE or "_" in text:
        return None
    return number


def plain(number: Decimal) -> str:
    """Return a number without exponent and without zeros at its end."""
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def shifted(text: str | None, power: str | None) -> str | None:
    """Return a number times ten to a power, digit for digit: 1930 and -3 are `1.930`; None if one is no number."""
    number, exponent = decimal_of(text), decimal_of(power)
    if number is None or exponent is None or exponent != exponent.to_integral_value():
        return None
    moved = number.scaleb(exponent, EXACT) if abs(exponent) <= MAX_MAGNITUDE else None
    return None if moved is None else format(moved, "f")


def mean_of(total: Decimal, count: int) -> Decimal:
    """Return the mean with two decimal places more than the total has."""
    exponent = total.as_tuple().exponent
    places = (-exponent if isinstance(exponent, int) else 0) + MORE_DIGITS
    return EXACT.divide(total, Decimal(count)).quantize(_ZERO.scaleb(-max(0, places)), context=EXACT)
