# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.packs.scan_form: a scan comes back as it was, and nothing else is one."""

import json
from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from healthvault.errors import FormatError
from healthvault.gs1.codes import parse_code
from healthvault.packs.scan_form import MAX_FORM_BYTES, new_scan_form, parse_scan_form

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
CODE = parse_code("(01)00300010123455(17)270300(10)a%(21)11(714)123")
GOOD = {"type": "pack", "version": 1, "scanned": "2026-11-20T09:00:00.000Z", "elements": {"01": "00300010123455"}}


def test_a_scan_comes_back() -> None:
    """With its days worked out anew."""
    form = new_scan_form(CODE.elements, NOW.astimezone(timezone(timedelta(hours=5))))
    found = parse_scan_form(form.to_bytes())
    assert (form.elements, form.item, NOW) == (found.elements, found.item, found.scanned)
    assert date(2027, 3, 31) == found.item.expiry


@pytest.mark.parametrize(
    "change",
    [
        {"type": "x"},
        {"version": 2},
        {"scanned": None},
        {"scanned": "2026-11-20T09:00:00"},
        {"scanned": "9999-12-31T23:59:59-12:00"},
        {"elements": None},
        {"elements": []},
        {"elements": {}},
        {"elements": {"10": "A"}},
        {"elements": {"01": "00300010123456"}},
        {"elements": {"01": "300010123455"}},
        {"elements": {"01": 300010123455}},
        {"elements": {"01": "00300010123455", "17": "250231"}},
        {"elements": {"01": "00300010123455", "17": "soon"}},
        {"elements": {"01": "00300010123455", "17": ""}},
        {"elements": {"01": "00300010123455", "10": "a\u001b[31m"}},
        {"elements": {"01": "00300010123455", "٢١": "1"}},
        {"elements": {"01": "00300010123455", **{f"{number:04}": "1" for number in range(200)}}},
    ],
)
def test_what_is_no_scan(change: dict[str, object]) -> None:
    """Bytes of anybody end in one error."""
    with pytest.raises(FormatError) as caught:
        parse_scan_form(json.dumps({**GOOD, **change}).encode())
    assert "bad_schema" == caught.value.code


@pytest.mark.parametrize("data", [b"", b"[]", b"{", b"\xff", b" " * MAX_FORM_BYTES + b"{}", b'{"a":' * 40_000])
def test_bytes_that_are_nothing(data: bytes) -> None:
    """Likewise."""
    with pytest.raises(FormatError):
        parse_scan_form(data)


def test_what_is_not_known_is_passed_over() -> None:
    """A field more changes nothing."""
    assert "00300010123455" == parse_scan_form(json.dumps({**GOOD, "note": "x"}).encode()).item.gtin


def test_a_wrong_check_digit_is_no_scan() -> None:
    """It is not kept."""
    with pytest.raises(FormatError) as caught:
        new_scan_form(parse_code("(01)00300010123456").elements, NOW)
    assert "check_digit" == caught.value.code
