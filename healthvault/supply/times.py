# SPDX-License-Identifier: Apache-2.0
"""Times as events and loggers write them: a moment only where the zone is told. Never the machine's zone.

Milliseconds since 1970, UTC. Source: RFC 3339; XML Schema dateTime; CBV 2.0 section 8.9 on milliseconds.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

__all__ = ["Moment", "moment_of", "utc_of_ms", "utc_text"]

_TIME = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?\s*(Z|[+-]\d\d:?[0-5]\d)?\Z", re.ASCII
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_MAX_OFFSET_MINUTES = 14 * 60
_LEAST_MS, _MOST_MS = -62_135_596_800_000, 253_402_300_799_999  # the years 1 to 9999


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A valid time, with or without a zone."""

    ms: int | None
    """Since 1970, UTC; None where no zone is told: then nobody knows when it was."""
    local_ms: int
    """The same as if its figures were UTC."""


def moment_of(text: str) -> Moment | None:
    """Return the time that a text tells to the second or finer; None if it tells none."""
    parts = _TIME.match(text.strip())
    if parts is None:
        return None
    year, month, day, hour, minute, second = (int(part or 0) for part in parts.groups()[:6])
    try:
        local = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        return None
    local_ms = (local - _EPOCH) // _MILLISECOND + _milliseconds(parts[7] or "")
    offset = _offset_minutes(parts[8])
    if offset is not None and abs(offset) > _MAX_OFFSET_MINUTES:
        return None
    ms = None if offset is None else local_ms - offset * 60_000
    if ms is not None and not _LEAST_MS <= ms <= _MOST_MS:
        return None
    return Moment(ms=ms, local_ms=local_ms)


def utc_of_ms(ms: int) -> str:
    """Return a moment with milliseconds in UTC: `2023-04-01T07:48:16.000Z`."""
    return (_EPOCH + timedelta(milliseconds=ms)).strftime("%Y-%m-%dT%H:%M:%S.") + f"{ms % 1000:03d}Z"


def utc_text(text: str) -> str | None:
    """Return a time as CBV hashes it; None if it is none, or tells no zone."""
    moment = moment_of(text)
    if moment is None or moment.ms is None:
        return None
    return utc_of_ms(moment.ms)


def _milliseconds(fraction: str) -> int:
    """Return a fraction of a second, its sixth digit and on cut, rounded half to even as the reference does."""
    return round(int(f"{fraction[:6]:0<6}"), -3) // 1000


def _offset_minutes(zone: str | None) -> int | None:
    if zone is None:
        return None
    if zone == "Z":
        return 0
    sign = -1 if zone[0] == "-" else 1
    return sign * (int(zone[1:3]) * 60 + int(zone[-2:]))
