# SPDX-License-Identifier: Apache-2.0
"""Times between the machine's clock, RFC 3339 and a clock on the wall."""

import time
from collections.abc import Iterator

import pytest

from healthvault.cli.clock import local_text, ms_of, now_ms, rfc3339, wall_clock


@pytest.fixture(params=["UTC", "Europe/Lisbon", "Asia/Kathmandu", "Pacific/Auckland"])
def _zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def test_the_present_is_in_milliseconds() -> None:
    """The clock is that of the system, in ms since 1970."""
    assert abs(now_ms() / 1000 - time.time()) < 5


@pytest.mark.parametrize(
    ("time_ms", "text"),
    [
        (0, "1970-01-01T00:00:00.000Z"),
        (1_795_219_200_007, "2026-11-21T00:00:00.007Z"),
        (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
        (253_402_300_800_000, None),
        (2**53 - 1, None),
    ],
)
def test_times_are_rfc_3339_in_utc_or_nothing(time_ms: int, text: str | None) -> None:
    """A time that RFC 3339 cannot say, which only a stranger's clock can claim, is None."""
    assert text == rfc3339(time_ms)


@pytest.mark.usefixtures("_zone")
def test_the_wall_clock_goes_there_and_back() -> None:
    """A time and what the wall clock shows for it belong together in every zone and season."""
    for time_ms in (1_768_478_400_123, 1_784_116_800_456, 0):
        assert time_ms == ms_of(wall_clock(time_ms))


@pytest.mark.usefixtures("_zone")
def test_people_read_times_of_their_zone() -> None:
    """The text is the wall clock to the minute; beyond the year 9999 it says so."""
    assert wall_clock(1_784_116_800_456).strftime("%Y-%m-%d %H:%M") == local_text("2026-07-15T12:00:00.456Z")
    assert "beyond the year 9999" == local_text(None)
    assert local_text("9999-12-31T23:59:59.999Z") in {"9999-12-31 23:59", "beyond the year 9999"}
