# SPDX-License-Identifier: Apache-2.0
"""Whether a pack is recalled: by an event about it, about its lot, or about its whole product.

Source: CBV 2.0, disposition `recalled`.
"""

from collections.abc import Iterator
from urllib.parse import unquote

from healthvault.gs1.trade_items import same_lot
from healthvault.supply.findings import Finding, Name
from healthvault.supply.keys import product_of_lot
from healthvault.supply.told import Chain, Told

__all__ = ["find_recalls"]

_RECALLED = "recalled"


def find_recalls(chain: Chain, pack: str, lot: str | None) -> Iterator[Finding]:
    """Yield each recall that reaches a pack, and each that may.

    Args:
        chain: The events.
        pack: Canonical Digital Link.
        lot: Of the pack, if known.
    """
    product = product_of_lot(pack.partition("/21/")[0])
    for told in (*chain.events, *chain.undated):
        if told.event.disposition != _RECALLED:
            continue
        if pack in told.event.things:
            yield _finding(told, Name.RECALLED_LOT, "this pack is recalled")
            continue
        lots = [of[1] for of in map(product_of_lot, told.event.classes) if of and product and of[0] == product[0]]
        if None in lots:
            yield _finding(told, Name.RECALLED_LOT, "the whole product is recalled")
        elif lot is not None and any(same_lot(lot, unquote(each)) for each in lots if each):
            yield _finding(told, Name.RECALLED_LOT, f"lot {lot} is recalled")
        elif lots and lot is None:
            said = ", ".join(filter(None, lots))
            yield _finding(
                told, Name.LOT_UNKNOWN, f"lot {said} of this product is recalled, and its lot is not known"
            )


def _finding(told: Told, name: Name, what: str) -> Finding:
    day = told.event.time_text[:10]
    by = ", ".join(sorted(told.names)) or "an unsigned document"
    detail = f"{what} ({day}, says {by})"
    return Finding(name=name, detail=detail, document=told.origins[0].document, place=told.event.place)
