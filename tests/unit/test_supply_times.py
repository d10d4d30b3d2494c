# SPDX-License-Identifier: Apache-2.0
"""Times: a moment only with a zone, milliseconds as CBV hashes them."""

import pytest

from healthvault.supply.times import moment_of, utc_text

TOLD = {
    "2005-04-03T20:33:31.116000-06:00": "2005-04-04T02:33:31.116Z",
    "2023-04-01T07:48:16Z": "2023-04-01T07:48:16.000Z",
    "2020-03-04 11:00:30+0100": "2020-03-04T10:00:30.000Z",
    "2020-03-04T11:00Z": "2020-03-04T11:00:00.000Z",
    "2020-01-01T00:00:00.0005Z": "2020-01-01T00:00:00.000Z",
    "2020-01-01T00:00:00.0015Z": "2020-01-01T00:00:00.002Z",
    "2019-12-31T23:59:59.9996Z": "2020-01-01T00:00:00.000Z",
    "1969-12-31T23:59:59.999Z": "1969-12-31T23:59:59.999Z",
}


@pytest.mark.parametrize(("text", "utc"), TOLD.items())
def test_a_time_with_a_zone_is_a_moment(text: str, utc: str) -> None:
    """In UTC, to the millisecond, half to even."""
    assert utc == utc_text(text)


def test_without_a_zone_nobody_knows_when_it_was() -> None:
    """It is a time and no moment."""
    moment = moment_of("2023-04-01T07:48:16")
    assert moment is not None
    assert (None, 1680335296000) == (moment.ms, moment.local_ms)
    assert utc_text("2023-04-01T07:48:16") is None


@pytest.mark.parametrize(
    "text",
    [
        *("22-07-2026", "2026-07-22", "2026-02-30T00:00:00Z", "2026-01-01T25:00:00Z", ""),
        *("2026-01-01T00:00:00+20:00", "2026-01-01T00:00:00+01:99"),
        *("0001-01-01T00:00:00+14:00", "9999-12-31T23:00:00-02:00"),
    ],
)
def test_what_is_no_time(text: str) -> None:
    """Other orders, days without an hour, days and hours that are not there, moments before year 1."""
    assert moment_of(text) is None
