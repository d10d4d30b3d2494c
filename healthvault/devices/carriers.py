# SPDX-License-Identifier: Apache-2.0
"""A unique device identifier (UDI) as printed or scanned: read where it is GS1's, else known by its issuer alone.

Pure. Source: Regulation (EU) 2017/745, Annex VI part C; FDA 21 CFR 830. Spec: docs/spec/devices.md section 1.
"""

from dataclasses import dataclass
from datetime import date
from enum import Enum

from healthvault.errors import FormatError
from healthvault.gs1.codes import MAX_CHARS, parse_code
from healthvault.gs1.trade_items import TradeItem, trade_item, wrong_check_digits

__all__ = ["Carrier", "Issuer", "as_text", "read_carrier"]


class Issuer(Enum):
    """Whose rules an identifier follows, as FHIR's URIs."""

    GS1 = "http://hl7.org/fhir/NamingSystem/gs1-di"
    HIBCC = "http://hl7.org/fhir/NamingSystem/hibcc"
    ICCBBA = "http://hl7.org/fhir/NamingSystem/iccbba-other"
    UNKNOWN = ""


_SIGNS = {"+": Issuer.HIBCC, "=": Issuer.ICCBBA, "&": Issuer.ICCBBA}


@dataclass(frozen=True, slots=True, kw_only=True)
class Carrier:
    """An identifier. Its text is untrusted."""

    issuer: Issuer
    text: str
    """As it is printed; of GS1 with parentheses where that is possible."""
    item: TradeItem | None
    """What it says; None where it is not GS1's, or cannot be read."""
    wrong: tuple[str, ...] = ()
    """Identifiers in it whose check digit is wrong."""


def read_carrier(text: str, *, today: date) -> Carrier:
    """Return what an identifier of GS1 says.

    Args:
        text: *Unverified*.
        today: By which centuries are chosen.

    Raises:
        FormatError: As `parse_code` and `trade_item`; `unsupported_code`, of HIBCC or ICCBBA.
        InvalidRequest: `extra_missing`.
    """
    code = parse_code(text)
    return Carrier(
        issuer=Issuer.GS1,
        text=code.to_text(),
        item=trade_item(code.elements, today=today),
        wrong=wrong_check_digits(code.elements),
    )


def as_text(text: str) -> Carrier:
    """Return an identifier that is kept and not read. Raises FormatError: `not_gs1`, it is no line of text."""
    line = text.strip()
    if not line or len(line) > MAX_CHARS or not line.isprintable():
        raise FormatError("not_gs1", "this is no identifier on one line")
    return Carrier(issuer=_SIGNS.get(line[0], Issuer.UNKNOWN), text=line, item=None)
