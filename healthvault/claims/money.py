# SPDX-License-Identifier: Apache-2.0
"""Money as whole minor units of a currency, and what is not known well enough to be money.

No float comes near it. An amount without a currency, or whose number can be read in two ways, stays unclear: it is
counted, and never added up. Spec: docs/spec/claims.md section 2.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

__all__ = ["Amount", "Money", "Unclear", "added", "currency_of", "decimals_of", "exactly", "shown"]

MAX_DIGITS = 18  # of an amount, before and after the point together
_WHOLE = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
_THREE = "BHD IQD JOD KWD LYD OMR TND"
_FOUR = "CLF UYW"
_TWO = """
AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF CHW
CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HRK HTG HUF IDR
ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR
MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SLL SOS SRD SSP
STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XCD YER ZAR ZMW ZWL
"""
_DECIMALS = {
    code: places for places, codes in ((0, _WHOLE), (2, _TWO), (3, _THREE), (4, _FOUR)) for code in codes.split()
}
"""Of each currency. Source: ISO 4217 list one, as of 2024."""
_NUMBER = re.compile(r"([+-]?)([0-9]+)(?:\.([0-9]+))?(?:[eE]([+-]?[0-9]{1,2}))?", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Money:
    """An exact amount."""

    minor: int
    """Of the smallest unit: cents of EUR, yen of JPY, fils of BHD."""
    currency: str
    """ISO 4217."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unclear:
    """Something stands there, and it is not known which amount."""

    reason: str
    """`no currency`, `unknown currency`, `ambiguous number`, `no number`, `too many decimals`, `too large`,
    `several currencies` or `incomplete`."""


Amount: TypeAlias = Money | Unclear | None
"""None: nothing is said."""


def currency_of(text: str | None) -> str | None:
    """Return the currency that a code of three letters names; None if there is none such."""
    code = (text or "").strip().upper()
    return code if code in _DECIMALS else None


def decimals_of(currency: str) -> int:
    """Return how many decimals a currency of `currency_of` has."""
    return _DECIMALS[currency]


def exactly(number: str | None, currency: str | None) -> Amount:
    """Return an amount from a number as JSON writes it, and the text where a currency should stand.

    Args:
        number: *Unverified* digits with a point; None where nothing stands.
        currency: *Unverified*; None or empty where nothing stands.
    """
    if number is None or not number.strip():
        return None
    match = _NUMBER.fullmatch(number.strip())
    if match is None:
        return Unclear(reason="no number")
    if not (currency or "").strip():
        return Unclear(reason="no currency")
    code = currency_of(currency)
    if code is None:
        return Unclear(reason="unknown currency")
    return _scaled(match, code)


def _scaled(match: "re.Match[str]", currency: str) -> Amount:
    sign, whole, fraction, power = match.group(1), match.group(2), match.group(3) or "", int(match.group(4) or 0)
    shift = decimals_of(currency) + power - len(fraction)
    digits = (whole + fraction).lstrip("0")
    if len(digits) + max(shift, 0) > MAX_DIGITS and digits:
        return Unclear(reason="too large")
    minor = int(digits or "0")
    if shift < 0:
        minor, rest = divmod(minor, 10 ** min(-shift, MAX_DIGITS + 1))
        if rest:
            return Unclear(reason="too many decimals")
    else:
        minor *= 10**shift
    return Money(minor=-minor if sign == "-" else minor, currency=currency)


def added(amounts: Iterable[Amount]) -> Amount:
    """Return the sum, where every part of it is known and of one currency; None if nothing is said of any."""
    parts = list(amounts)
    known = [part for part in parts if isinstance(part, Money)]
    if all(part is None for part in parts):
        return None
    if len(known) < len(parts):
        unclear = next((part for part in parts if isinstance(part, Unclear)), None)
        return unclear or Unclear(reason="incomplete")
    if len({part.currency for part in known}) > 1:
        return Unclear(reason="several currencies")
    return Money(minor=sum(part.minor for part in known), currency=known[0].currency)


def shown(amount: Amount) -> str:
    """Return an amount in words: `135.57 USD`, `unknown (no currency)`, empty if nothing is said."""
    match amount:
        case None:
            return ""
        case Unclear():
            return f"unknown ({amount.reason})"
    places = decimals_of(amount.currency)
    return f"{Decimal(amount.minor).scaleb(-places):.{places}f} {amount.currency}"
