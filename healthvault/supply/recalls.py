# SPDX-License-Identifier: Apache-2.0
"""Whether a pack is recalled: by an event about it, about its lot, or about its whole product.

Source: CBV 2.0, disposition `recalled`.
"""

from collections.abc import Collection, Iterator
from dataclasses import replace
from urllib.parse import unquote

from healthvault.gs1.trade_items import same_lot
from healthvault.supply.findings import Finding, Name
from healthvault.supply.keys import product_of_lot
from healthvault.supply.told import Chain, Told

__all__ = ["find_recalls"]

_RECALLED = "recalled"


def find_recalls(
    chain: Chain, pack: str, lots: Collection[str], inside: Collection[int] = ()
) -> Iterator[Finding]:
    """Yield each recall that reaches a pack, and each that may; those declared wrong are named too.

    Args:
        chain: The events.
        pack: Canonical Digital Link.
        lots: Of the pack, by whoever says one.
        inside: `id` of the events about what the pack was in at their time.
    """
    for told in (*chain.events, *chain.undated):
        if told.event.disposition == _RECALLED:
            yield from _reached(told, pack, lots, is_inside=id(told) in inside)
    for told in chain.voided:
        if told.event.disposition == _RECALLED and pack not in told.touched:
            for finding in _reached(told, pack, lots, is_inside=False):
                detail = f"{finding.detail}: declared wrong by whoever answers for it; it does not count"
                yield replace(finding, name=Name.DECLARED_IN_ERROR, detail=detail)


def _reached(told: Told, pack: str, lots: Collection[str], *, is_inside: bool) -> Iterator[Finding]:
    product = product_of_lot(pack.partition("/21/")[0])
    named = map(product_of_lot, (*told.event.classes, *told.event.things))
    recalled = [of[1] for of in named if of and product and of[0] == product[0]]
    about = [unquote(each) for each in recalled if each]
    hit = next((lot for lot in lots if any(same_lot(lot, each) for each in about)), None)
    if pack in told.touched:
        yield _finding(told, Name.RECALLED_LOT, "this pack is recalled")
    elif None in recalled:
        yield _finding(told, Name.RECALLED_LOT, "the whole product is recalled")
    elif hit is not None:
        yield _finding(told, Name.RECALLED_LOT, f"lot {hit} is recalled")
    elif is_inside:
        yield _finding(told, Name.RECALLED_LOT, "what this pack was in is recalled")
    elif about and not lots:
        said = f"lot {', '.join(about)} of this product is recalled, and its lot is not known"
        yield _finding(told, Name.LOT_UNKNOWN, said)


def _finding(told: Told, name: Name, what: str) -> Finding:
    day = told.event.time_text[:10]
    by = ", ".join(sorted(told.names)) or "an unsigned document"
    detail = f"{what} ({day}, says {by})"
    return Finding(name=name, detail=detail, document=told.origins[0].document, place=told.event.place)
