# SPDX-License-Identifier: Apache-2.0
"""Calendar dates from the notations of the field, each cut to the day as written: no time zone is applied.

A date that does not exist, or lies outside 1800 to 2199, is no date: such values are placeholders.
Spec: docs/spec/records.md section 2.
"""

import datetime as dt
import re

__all__ = ["from_compact", "from_iso", "from_unix", "moment_from_compact", "moment_from_iso"]

FIRST_YEAR = 1800
LAST_YEAR = 2199
HOURS = 24
_COMPACT = re.compile(
    r"(\d{4}(?:\d\d){0,2})(?:(?<=\d{8})(\d\d)(?:(\d\d)(?:(\d\d)(\.\d{1,9})?)?)?([+-]\d{4})?)?\Z", re.ASCII
)
_ISO = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)?\Z", re.ASCII)


def from_iso(value: str | None) -> str | None:
    """Return the date of `2024`, `2024-03`, `2024-03-15` or a date and time that starts so; else None."""
    if not value or value[10:11] not in ("", "T", "t", " "):
        return None
    return _checked(value[:10].split("-"))


def from_compact(value: str | None) -> str | None:
    """Return the date of HL7 and PDF timestamps, `YYYY[MM[DD[HH...]]]` with anything behind; else None."""
    if not value:
        return None
    digits = value[:8]
    while digits and not digits.isdigit():
        digits = digits[:-1]
    return _checked([part for part in (digits[:4], digits[4:6], digits[6:8]) if part])


def moment_from_compact(value: str | None) -> str | None:
    """Return an HL7 timestamp, `YYYY[MM[DD[HH[MM[SS[.S…]]]]]][±ZZZZ]`, in ISO 8601, as far as written; else None.

    Only its date is returned where what stands behind the date is no time.
    """
    match = _COMPACT.match((value or "").strip())
    date = from_compact(value and value.strip())
    if match is None or date is None or match[2] is None:
        return date
    hour, minute, second, fraction, offset = match.groups()[1:]
    time = ":".join(filter(None, (hour, minute, second))) + (fraction or "")
    zone = f"{offset[:3]}:{offset[3:]}" if offset else ""
    return moment_from_iso(f"{date}T{time}{zone}") if minute else _with_hour(date, hour)


def _with_hour(date: str, hour: str) -> str:
    return f"{date}T{hour}" if int(hour) < HOURS else date


def moment_from_iso(value: str | None) -> str | None:
    """Return an ISO 8601 date, or date and time with its offset if there is one, as written; else None.

    Only its date is returned where what stands behind the date is no time.
    """
    date = from_iso(value)
    if date is None or value is None or not _ISO.match(value):
        return date
    try:
        dt.datetime.fromisoformat(value)
    except ValueError:
        return date
    return value


def from_unix(seconds: object) -> str | None:
    """Return the UTC date of seconds since 1970 as a JSON number; None if it is no number or no such date."""
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        return None
    try:
        moment = dt.datetime.fromtimestamp(seconds, dt.UTC)
    except (OverflowError, ValueError, OSError):
        return None
    return from_iso(moment.date().isoformat())


def _checked(parts: list[str]) -> str | None:
    if not parts or [len(part) for part in parts] != [4, 2, 2][: len(parts)]:
        return None
    if not all(part.isascii() and part.isdigit() for part in parts):
        return None
    year, month, day = (*map(int, parts), 1, 1)[:3]
    try:
        dt.date(year, month, day)
    except ValueError:
        return None
    return "-".join(parts) if FIRST_YEAR <= year <= LAST_YEAR else None
