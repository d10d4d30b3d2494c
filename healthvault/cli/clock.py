# SPDX-License-Identifier: Apache-2.0
"""The clock and the time zone of this machine: the only place that asks for either.

Times are ms since 1970 UTC everywhere below the terminal.
"""

import time
from datetime import UTC, datetime, timedelta

__all__ = ["local_text", "ms_of", "now_ms", "rfc3339", "wall_clock"]

_LAST_MS = 253_402_300_799_999  # the end of the year 9999: neither RFC 3339 nor datetime goes further
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_BEYOND = "beyond the year 9999"


def now_ms() -> int:
    """Return the present."""
    return time.time_ns() // 1_000_000


def rfc3339(time_ms: int) -> str | None:
    """Return a time as RFC 3339 in UTC, or None where RFC 3339 cannot say it."""
    if time_ms > _LAST_MS:
        return None
    moment = datetime.fromtimestamp(time_ms // 1000, UTC).replace(tzinfo=None)
    return f"{moment.isoformat()}.{time_ms % 1000:03d}Z"


def wall_clock(time_ms: int) -> datetime:
    """Return a time of this era as a clock on the wall shows it here, without a zone."""
    return (
        datetime.fromtimestamp(time_ms // 1000, UTC)
        .astimezone()
        .replace(tzinfo=None, microsecond=time_ms % 1000 * 1000)
    )


def ms_of(wall: datetime) -> int:
    """Return the time at which a clock on the wall shows this here."""
    return (wall.astimezone(UTC) - _EPOCH) // timedelta(milliseconds=1)


def local_text(rfc3339_text: str | None) -> str:
    """Return a time that `rfc3339` made as people read it: in the machine's time zone, to the minute."""
    if rfc3339_text is None:
        return _BEYOND
    try:
        return datetime.fromisoformat(rfc3339_text).astimezone().strftime("%Y-%m-%d %H:%M")
    except OverflowError:  # in the last hours of the year 9999 another zone is in the next year
        return _BEYOND
