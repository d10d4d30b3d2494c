# SPDX-License-Identifier: Apache-2.0
"""What one list of recalls hits: packs that the owner scanned, devices that her documents tell of.

Spec: docs/spec/packs.md section 5.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from healthvault.areas.devices import known_devices
from healthvault.areas.packs import known_packs
from healthvault.gs1.trade_items import TradeItem
from healthvault.packs.recall_lists import RecallList
from healthvault.packs.verdicts import KnownList, Result, Verdict, recall_verdict
from healthvault.vault.add import Observer
from healthvault.vault.vault import Vault
from healthvault.vault.views import Document

__all__ = ["Hit", "hits_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A thing that is recalled, or may be."""

    what: str
    """`pack` or `device`."""
    item: TradeItem
    name: str | None
    documents: tuple[str, ...]
    """Ids."""
    verdict: Verdict


def hits_of(
    vault: Vault, document: Document, found: RecallList, *, now: datetime, observer: Observer | None = None
) -> tuple[Hit, ...]:
    """Return what a list hits, and what it may hit where too little is known.

    Raises:
        InvalidRequest: `io_error`; `extra_missing`.
    """
    known = KnownList(
        document=document.id, day=found.day, source=found.source, recalls=found.recalls, is_received=False
    )
    return tuple(_hits(vault, known, now, observer))


def _hits(vault: Vault, known: KnownList, now: datetime, observer: Observer | None) -> Iterator[Hit]:
    for one in known_packs(vault, now=now):
        verdict = recall_verdict(one.pack.items, [known], today=now.date())
        if verdict.result is not Result.PASS:
            ids = tuple(scan.document for scan in one.pack.scans)
            yield Hit(what="pack", item=one.pack.items[0], name=None, documents=ids, verdict=verdict)
    for device in known_devices(vault, today=now.date(), observer=observer):
        verdict = recall_verdict(device.items, [known], today=now.date())
        if device.items and verdict.result is not Result.PASS:
            ids = tuple(dict.fromkeys(source.document.id for source in device.sources))
            yield Hit(what="device", item=device.items[0], name=device.said.name, documents=ids, verdict=verdict)
