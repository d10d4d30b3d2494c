# SPDX-License-Identifier: Apache-2.0
"""What elements say of a thing: product, lot, serial number, days, national numbers. Pure, and without `biip`.

Spec: docs/spec/packs.md section 3.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from healthvault.errors import FormatError
from healthvault.gs1.check_digits import GTIN_DIGITS, has_check_digit
from healthvault.gs1.codes import Element
from healthvault.gs1.dates import day_of

__all__ = ["NATIONAL", "TradeItem", "gtin_14", "is_code_text", "same_lot", "trade_item", "wrong_check_digits"]

NATIONAL = frozenset({"710", "711", "712", "713", "714", "715", "716", "717"})
"""National healthcare reimbursement numbers."""
MAX_CODE_CHARS = 20  # of a lot or a serial number
_TEXT = re.compile(r"[!\"%-?A-Z_a-z]{1,20}", re.ASCII)
_CHECKED = frozenset({"00", "01", "02", "03", *(f"41{digit}" for digit in range(8))})
_EXPIRY, _EXPIRY_WITH_TIME = "17", "7003"


@dataclass(frozen=True, slots=True, kw_only=True)
class TradeItem:
    """A product, or one piece of it. *Unverified*: the word of whoever printed the code, or copied it."""

    gtin: str
    """14 digits; its check digit may be wrong."""
    lot: str | None = None
    serial: str | None = None
    expiry: date | None = None
    produced: date | None = None
    national: tuple[Element, ...] = ()


def trade_item(elements: Sequence[Element], *, today: date) -> TradeItem:
    """Return what elements, each identifier once, say of a thing.

    Args:
        elements: Of a well-formed code.
        today: By which centuries are chosen.

    Raises:
        FormatError: `no_gtin`, the code names no product; `bad_date`; `duplicate_ai`, it gives two days of expiry.
    """
    said = {each.ai: each.value for each in elements}
    if "01" not in said:
        raise FormatError("no_gtin", "the code names no product: it has no (01)")
    days = {day_of(said[ai], today=today, ai=ai) for ai in (_EXPIRY, _EXPIRY_WITH_TIME) if ai in said}
    if len(days) > 1:
        raise FormatError(
            "duplicate_ai", f"the code gives two days of expiry, ({_EXPIRY}) and ({_EXPIRY_WITH_TIME})"
        )
    return TradeItem(
        gtin=said["01"],
        lot=said.get("10"),
        serial=said.get("21"),
        expiry=next(iter(days), None),
        produced=day_of(said["11"], today=today, ai="11") if "11" in said else None,
        national=tuple(each for each in elements if each.ai in NATIONAL),
    )


def wrong_check_digits(elements: Sequence[Element]) -> tuple[str, ...]:
    """Return the identifiers of numbers whose check digit is wrong."""
    return tuple(each.ai for each in elements if each.ai in _CHECKED and not has_check_digit(each.value))


def gtin_14(text: str) -> str | None:
    """Return a GTIN of 8, 12, 13 or 14 digits as one of 14; None if it is none, or its check digit is wrong."""
    if len(text) not in GTIN_DIGITS or not has_check_digit(text):
        return None
    return text.zfill(GTIN_DIGITS[-1])


def is_code_text(text: str) -> bool:
    """Tell whether a text can be a lot or a serial number: 1 to 20 characters of GS1's set 82."""
    return _TEXT.fullmatch(text) is not None


def same_lot(one: str, other: str) -> bool:
    """Tell whether two lots are one: exactly, but for blanks around them and the case of letters."""
    return one.strip().upper() == other.strip().upper()
