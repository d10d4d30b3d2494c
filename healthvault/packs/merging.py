# SPDX-License-Identifier: Apache-2.0
"""What several scans say of one pack together: what one knew, a later one that says less does not forget. Pure.

Spec: docs/spec/packs.md section 4.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from healthvault.gs1.trade_items import TradeItem, same_lot

__all__ = ["Fact", "Pack", "Scan", "merged"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """One scan, and the document that it is."""

    document: str
    """Id."""
    scanned: datetime
    item: TradeItem


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A value, and the first scan that gave it."""

    value: str
    document: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """One pack, or all packs of a lot where the code has no serial number."""

    gtin: str
    serial: str | None
    lots: tuple[Fact, ...]
    """None: no scan gave one. Several: the scans contradict each other, and all are kept."""
    expiries: tuple[Fact, ...]
    """Days in ISO 8601; likewise."""
    scans: tuple[Scan, ...]
    """The oldest first."""

    @property
    def contradictions(self) -> tuple[str, ...]:
        """Return the names of what the scans contradict each other in."""
        return tuple(name for name, facts in (("lot", self.lots), ("expiry", self.expiries)) if len(facts) > 1)

    @property
    def last_scanned(self) -> str:
        """Return when it was last scanned, as RFC 3339 in UTC."""
        last = self.scans[-1].scanned.astimezone(UTC)
        return last.isoformat(timespec="seconds").replace("+00:00", "Z")

    @property
    def items(self) -> tuple[TradeItem, ...]:
        """Return all that may be known of it: each lot with each expiry."""
        lots: list[str | None] = [*(fact.value for fact in self.lots)] or [None]
        days: list[date | None] = [*(date.fromisoformat(fact.value) for fact in self.expiries)] or [None]
        return tuple(
            TradeItem(gtin=self.gtin, serial=self.serial, lot=lot, expiry=day) for lot in lots for day in days
        )


def merged(scans: Iterable[Scan]) -> tuple[Pack, ...]:
    """Return the packs that some scans are of, the one scanned last first.

    Scans are of one pack if product and serial number are the same. Without a serial number packs cannot be told
    apart: those of one product and lot are one row.
    """
    found: dict[tuple[str, str | None, str], list[Scan]] = {}
    for scan in sorted(scans, key=lambda each: (each.scanned, each.document)):
        item = scan.item
        lot = "" if item.serial is not None else (item.lot or "").upper()
        found.setdefault((item.gtin, item.serial, lot), []).append(scan)
    packs = [_pack(gtin, serial, group) for (gtin, serial, _), group in found.items()]
    return tuple(sorted(packs, key=lambda pack: pack.scans[-1].scanned, reverse=True))


def _pack(gtin: str, serial: str | None, scans: Sequence[Scan]) -> Pack:
    lots: list[Fact] = []
    expiries: dict[str, Fact] = {}
    for scan in scans:
        lot, expiry = scan.item.lot, scan.item.expiry
        if lot is not None and not any(same_lot(fact.value, lot) for fact in lots):
            lots.append(Fact(value=lot, document=scan.document))
        if expiry is not None:
            day = expiry.isoformat()
            expiries.setdefault(day, Fact(value=day, document=scan.document))
    return Pack(gtin=gtin, serial=serial, lots=tuple(lots), expiries=tuple(expiries.values()), scans=tuple(scans))
