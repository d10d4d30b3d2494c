# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.packs.merging: a blank never overwrites, a contradiction keeps both."""

from datetime import UTC, date, datetime

from healthvault.gs1.trade_items import TradeItem
from healthvault.packs.merging import Fact, Pack, Scan, merged

GTIN = "00300010123455"
DAY, NEXT = date(2027, 3, 27), date(2027, 3, 28)


def scan(number: int, serial: str | None = "11", lot: str | None = None, expiry: date | None = None) -> Scan:
    """Return a scan of some day."""
    item = TradeItem(gtin=GTIN, serial=serial, lot=lot, expiry=expiry)
    return Scan(document=f"d_{number}", scanned=datetime(2026, 11, number, tzinfo=UTC), item=item)


def only(*scans: Scan) -> Pack:
    """Return the one pack that scans are of."""
    (pack,) = merged(scans)
    return pack


def test_a_blank_never_overwrites() -> None:
    """Whichever scan said less, and in whatever order they are given."""
    full, blank = scan(1, lot="A123", expiry=DAY), scan(2)
    for scans in ((full, blank), (blank, full)):
        pack = only(*scans)
        assert (Fact(value="A123", document="d_1"),) == pack.lots
        assert (Fact(value="2027-03-27", document="d_1"),) == pack.expiries
        assert () == pack.contradictions
        assert (TradeItem(gtin=GTIN, serial="11", lot="A123", expiry=DAY),) == pack.items


def test_later_scans_fill_what_was_blank() -> None:
    """Each value with the scan that gave it first."""
    pack = only(scan(1), scan(2, lot="A123"), scan(3, expiry=DAY), scan(4, lot="a123", expiry=DAY))
    assert [("A123", "d_2")] == [(fact.value, fact.document) for fact in pack.lots]
    assert [("2027-03-27", "d_3")] == [(fact.value, fact.document) for fact in pack.expiries]


def test_a_contradiction_keeps_both() -> None:
    """And the pack may be each of them."""
    pack = only(scan(1, lot="A123", expiry=DAY), scan(2, lot="B1", expiry=NEXT))
    assert ("lot", "expiry") == pack.contradictions
    assert {("A123", DAY), ("A123", NEXT), ("B1", DAY), ("B1", NEXT)} == {(i.lot, i.expiry) for i in pack.items}


def test_packs_are_told_apart() -> None:
    """By serial number; without one by lot; the one scanned last first."""
    packs = merged([scan(1, serial=None, lot="A"), scan(2), scan(3, serial="12"), scan(4, serial=None, lot="a")])
    assert [(None, 2), ("12", 1), ("11", 1)] == [(pack.serial, len(pack.scans)) for pack in packs]
    assert 2 == len(merged([scan(1, serial=None), scan(2, serial=None, lot="A")]))
    assert 2 == len(merged([scan(1, serial="a"), scan(2, serial="A")]))
