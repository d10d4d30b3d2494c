# SPDX-License-Identifier: Apache-2.0
"""Codes of packs that others composed, a picture of one, and a supply chain that ends in a recall.

They lie outside the repository; without them these tests are skipped.
"""

import json
from datetime import date
from pathlib import Path

import pytest

from healthvault.areas.pack_codes import codes_in
from healthvault.gs1.codes import SHOWN_GS, parse_code
from healthvault.gs1.trade_items import trade_item, wrong_check_digits
from healthvault.packs.recall_lists import parse_recall_list

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "epcis"
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="shared vectors are not here")
CASES = json.loads((DATA / "gs1-datamatrix.json").read_text("utf-8")) if DATA.is_dir() else []
TODAY = date(2026, 11, 20)


def test_there_are_cases() -> None:
    """As many as were counted."""
    assert 12 == len(CASES)


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_codes(case: dict) -> None:  # type: ignore[type-arg]  # JSON
    """Each says what it was composed to say; the one with a wrong check digit is named."""
    code = parse_code(bytes.fromhex(case["scan_bytes_hex"]).decode())
    item = trade_item(code.elements, today=TODAY)
    assert case["valid"] == (not wrong_check_digits(code.elements))
    days = {"17": item.expiry, "11": item.produced}
    for ai, expected in (case["expect"] or {}).items():
        if ai.isdecimal():
            found = days[ai].isoformat() if days.get(ai) else code.value(ai)
            wanted = expected.split(" ")[0] if expected else None
            assert wanted == (f"20{found[:2]}-{found[2:4]}-{found[4:]}" if ai == "15" and found else found)


def test_a_picture() -> None:
    """The separator in it is kept, and so the serial number is no part of the lot."""
    pytest.importorskip("zxingcpp", reason="no wheel of zxing-cpp for this machine")
    data = (DATA / "datamatrix-unit-11.png").read_bytes()
    found = codes_in(data, "photo.png")
    assert {"code 1": f"01003000101234551725032710A123{SHOWN_GS}2111"} == found
    item = trade_item(parse_code(found["code 1"]).elements, today=TODAY)
    assert ("A123", "11", date(2025, 3, 27)) == (item.lot, item.serial, item.expiry)


def test_a_recall_in_events() -> None:
    """Lot A123 of one product."""
    found = parse_recall_list((DATA / "chain" / "06-recall-lot-A123.jsonld").read_bytes())
    assert date(2023, 9, 1) == found.day
    assert [("00300010123455", "A123", None)] == [(one.gtin, one.lot, one.serial) for one in found.recalls]
