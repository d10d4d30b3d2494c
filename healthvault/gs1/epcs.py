# SPDX-License-Identifier: Apache-2.0
"""Names of products, lots and pieces in supply chain events, as what a code on the pack says. Pure.

Reads `urn:epc:id:sgtin`, `urn:epc:class:lgtin`, `urn:epc:idpat:sgtin` for all pieces of a product, and Digital
Links. Source: GS1 EPC Tag Data Standard, section 6.3; CBV 2.0, section 8. Spec: docs/spec/packs.md section 3.
"""

import re
from datetime import date
from urllib.parse import unquote

from healthvault.errors import FormatError
from healthvault.gs1.check_digits import check_digit
from healthvault.gs1.codes import parse_code
from healthvault.gs1.trade_items import TradeItem, is_code_text, trade_item, wrong_check_digits

__all__ = ["gtin_of_parts", "item_of_epc"]

MAX_CHARS = 500
_DAY = date(2000, 1, 1)  # names have no days in them
_PAYLOAD_DIGITS = 13
_URN = re.compile(
    r"urn:epc:(?P<sort>id:sgtin|class:lgtin|idpat:sgtin):(?P<company>\d{6,12})\.(?P<item>\d{1,7})\.(?P<rest>\S+)",
    re.ASCII,
)


def item_of_epc(name: str) -> TradeItem | None:
    """Return the product, lot or piece of a name (*unverified*); None if it names something else."""
    if len(name) > MAX_CHARS:
        return None
    if name.startswith("urn:"):
        return _of_urn(name)
    if not name.startswith(("https://", "http://")):
        return None
    try:
        elements = parse_code(name).elements
        found = trade_item(elements, today=_DAY)
    except FormatError:
        return None
    return None if wrong_check_digits(elements) else found


def gtin_of_parts(company: str, item: str) -> str | None:
    """Return the GTIN of a company prefix and an item reference, the indicator in front; None if it is none."""
    if len(company) + len(item) != _PAYLOAD_DIGITS:
        return None
    payload = item[0] + company + item[1:]
    return payload + check_digit(payload)


def _of_urn(name: str) -> TradeItem | None:
    match = _URN.fullmatch(name)
    gtin = gtin_of_parts(match["company"], match["item"]) if match else None
    if match is None or gtin is None:
        return None
    if match["sort"] == "idpat:sgtin":
        return TradeItem(gtin=gtin) if match["rest"] == "*" else None
    text = unquote(match["rest"])
    if not is_code_text(text):
        return None
    is_lot = match["sort"] == "class:lgtin"
    return TradeItem(gtin=gtin, lot=text if is_lot else None, serial=None if is_lot else text)
