# SPDX-License-Identifier: Apache-2.0
"""Days as far as they are written, and packs as they were scanned."""

import datetime as dt

import pytest

from healthvault.medicines.telling import exact_day, first_day, last_day, pack_text


def test_a_month_is_no_day() -> None:
    """It begins with its first day and ends with its last."""
    assert (None, None, None) == (exact_day(None), exact_day("2026-03"), exact_day("2026-13-01"))
    assert dt.date(2026, 3, 1) == exact_day("2026-03-01T23:00:00-05:00")
    assert ("2026-03-01", "2026-01-01", "2026-03-05", "") == tuple(
        map(first_day, ("2026-03", "2026", "2026-03-05T10:00", None))
    )
    assert ("2026-03-31", "2026-12-31", "2026-03-05") == tuple(map(last_day, ("2026-03", "2026", "2026-03-05")))


@pytest.mark.parametrize(
    ("text", "plain", "is_one_pack"),
    [
        ("(01)09506000134352(21)A-1", "010950600013435221A-1", True),
        ("]d2010950600013435221A-1\x1d", "010950600013435221A-1", True),
        ("01 09506000134352 21 a-1", "010950600013435221a-1", True),
        ("9506000134352", "9506000134352", False),
        ("95 0600 0134 352", "9506000134352", False),
        ("", "", False),
    ],
)
def test_separators_of_a_scan_do_not_count(text: str, plain: str, is_one_pack: bool) -> None:
    """The letters of a serial number do, small ones and hyphens too; a product's code is none of one pack."""
    assert (plain, is_one_pack) == pack_text(text)
