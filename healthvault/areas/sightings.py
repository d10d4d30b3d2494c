# SPDX-License-Identifier: Apache-2.0
"""Where else in the vault the serial number of a pack stands: in what was dispensed, and in supply chain events.

Only documents count that say product and serial number together, in a form that can mean nothing else.
Spec: docs/spec/packs.md section 6.
"""

from collections.abc import Iterator
from urllib.parse import unquote

from healthvault.areas.resources import Stated, stated_of_types
from healthvault.errors import FormatError
from healthvault.gs1.codes import MAX_CHARS, parse_code
from healthvault.gs1.epcs import item_of_epc
from healthvault.gs1.trade_items import TradeItem
from healthvault.packs.verdicts import Sighting
from healthvault.records.json_walk import Json
from healthvault.vault.add import Observer
from healthvault.vault.vault import Vault

__all__ = ["sightings_elsewhere"]

_ROLES = {"SupplyDelivery": "supply chain event", "MedicationDispense": "dispense"}
MAX_SIGHTINGS = 100
MAX_VALUES = 20_000  # of one resource


def sightings_elsewhere(vault: Vault, item: TradeItem, *, observer: Observer | None = None) -> Iterator[Sighting]:
    """Yield where a piece stands, in whosever documents, the oldest document first.

    Args:
        vault: Unlocked.
        item: With a serial number.
        observer: Is told how reading documents gets on.

    Raises:
        InvalidRequest: `io_error`.
    """
    count = 0
    for one in stated_of_types(vault, tuple(_ROLES), everyone=True, observer=observer):
        if isinstance(one, Stated) and count < MAX_SIGHTINGS and _is_in(one, item):
            count += 1
            detail = one.item.title if one.resource is None else ""
            yield Sighting(
                document=one.document.id, role=_ROLES[one.item.type], when=one.item.date, detail=detail[:200]
            )


def _is_in(one: Stated, item: TradeItem) -> bool:
    names = (code.code for code in one.item.codes) if one.resource is None else _texts(one.resource)
    return any(_names(text, item) for text in names)


def _names(text: str, item: TradeItem) -> bool:
    """Tell whether a text is a name or a code of this very piece."""
    if len(text) > MAX_CHARS or (item.serial or "") not in unquote(text):
        return False
    found = item_of_epc(text) or _scanned(text)
    return found is not None and (found.gtin, found.serial) == (item.gtin, item.serial)


def _scanned(text: str) -> TradeItem | None:
    try:
        code = parse_code(text)
    except FormatError:
        return None
    gtin = code.value("01")
    return None if gtin is None else TradeItem(gtin=gtin, serial=code.value("21"))


def _texts(value: Json) -> Iterator[str]:
    """Yield the texts in a resource."""
    waiting, seen = [value], 0
    while waiting and seen < MAX_VALUES:
        one, seen = waiting.pop(), seen + 1
        if isinstance(one, str):
            yield one
        elif isinstance(one, dict):
            waiting += one.values()
        elif isinstance(one, list):
            waiting += one
