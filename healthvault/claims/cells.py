# SPDX-License-Identifier: Apache-2.0
"""Cells of a table: numbers, currencies and days, each only where it can be read in one way.

`1.234` may be one or one thousand, `03/04/2026` March or April, `$` ten currencies: none of them is guessed.
Spec: docs/spec/claims.md section 1.3.
"""

import re

from healthvault.claims.money import Amount, Unclear, currency_of, exactly
from healthvault.records.dates import from_iso

__all__ = ["amount_in", "day_in", "number_in"]

_PLAIN = re.compile(r"[0-9]+|[0-9]+[.,][0-9]{1,2}|0[.,][0-9]+|[0-9]{4,}[.,][0-9]+|[0-9]+[.,][0-9]{4,}", re.ASCII)
_GROUPED = re.compile(r"[0-9]{1,3}(?:([.,' ])[0-9]{3})+(?:([.,])([0-9]{1,4}))?", re.ASCII)
_LIKE_A_NUMBER = re.compile(r"[-+(]?[0-9][0-9.,' ]*[-)]?", re.ASCII)
_SIGNED = re.compile(r"\+?([^-+()]+)|-([^-+()]+)|([^-+()]+)-|\(([^-+()]+)\)")
_PARTS = re.compile(r"([0-9]{1,2})([/.-])([0-9]{1,2})\2([0-9]{4})", re.ASCII)
_SPACES = str.maketrans({"\u00a0": " ", "\u202f": " ", "\u2009": " ", "\u2019": "'"})
_EURO, _MONTHS = "€", 12


def amount_in(cell: str, currency: str | None) -> Amount:
    """Return the amount in a cell (unverified).

    Args:
        cell: With or without a code of a currency beside the number.
        currency: What the row or the header says; None where neither does.
    """
    text = cell.translate(_SPACES).strip()
    if not text:
        return None
    words = [word.strip() for word in re.split(r"([A-Za-z]{3,}|[^\x00-\x7f]|\$)", text) if word.strip()]
    signs = [word for word in words if not re.search(r"[0-9]", word) and word not in "+-()"]
    digits = "".join(word for word in words if word not in signs)
    own = {"EUR" if sign == _EURO else (currency_of(sign) or sign) for sign in signs}
    stated = own | ({currency_of(currency) or currency} if currency else set())
    is_split = len([word for word in words if re.search(r"[0-9]", word)]) > 1  # `12€50`: 12.50, not 1250
    number = None if is_split else number_in(digits)
    if number is None:
        return Unclear(reason="ambiguous number" if _LIKE_A_NUMBER.fullmatch(digits) else "no number")
    if len(stated) > 1:
        return Unclear(reason="several currencies")
    return exactly(number, next(iter(stated), None))


def number_in(text: str) -> str | None:
    """Return a number with a point, as JSON writes it; None if it can be read in two ways, or is none."""
    match = _SIGNED.fullmatch(text.strip())
    if match is None:
        return None
    plain, negative = match.group(1), match.group(2) or match.group(3) or match.group(4)
    text, is_negative = (plain or negative).strip(), negative is not None
    found = None
    if _PLAIN.fullmatch(text):
        found = text.replace(",", ".")
    elif match := _GROUPED.fullmatch(text):
        found = _ungrouped(text, match)
    return f"-{found}" if found and is_negative else found


def _ungrouped(text: str, match: "re.Match[str]") -> str | None:
    group, point = match.group(1), match.group(2)
    if point == group:
        return None
    head, mark, tail = text.rpartition(point) if point else (text, "", "")
    if len(set(re.findall(r"[.,' ]", head))) > 1:
        return None
    digits = head.replace(group, "")
    if not mark and text.count(group) == 1 and group in ".,":
        return None  # `1.234`: one, or one thousand
    return f"{digits}.{tail}" if mark else digits


def day_in(cell: str) -> str | None:
    """Return the ISO day in a cell (unverified); None if it can be read in two ways, or is none."""
    text = cell.strip()
    if found := from_iso(text):
        return found if len(found) == len("2026-01-31") else None
    match = _PARTS.fullmatch(text)
    if match is None:
        return None
    first, second, year = int(match.group(1)), int(match.group(3)), match.group(4)
    days = {from_iso(f"{year}-{second:02}-{first:02}"), from_iso(f"{year}-{first:02}-{second:02}")} - {None}
    return days.pop() if len(days) == 1 else None
