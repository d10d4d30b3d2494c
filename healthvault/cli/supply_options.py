# SPDX-License-Identifier: Apache-2.0
"""The options of `hv pack cold`, and what they mean. Pure."""

import re
from decimal import Decimal
from fractions import Fraction
from typing import TypedDict

from healthvault.errors import InvalidRequest

__all__ = ["ColdChoice", "exact_degrees", "gap_ms", "zone_of"]

_DEGREES = re.compile(r"[+-]?\d{1,4}(\.\d{1,6})?\Z", re.ASCII)
_GAP = re.compile(r"([1-9]\d{0,4})(s|m|h|d)\Z", re.ASCII)
_MS_OF = {"s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}
_ZONE = re.compile(r"[+-](0\d|1[0-3]):[0-5]\d\Z|[+-]14:00\Z", re.ASCII)


class ColdChoice(TypedDict):
    """As typed."""

    least: str
    most: str
    max_gap: str
    unit: str | None
    zone: str | None


def exact_degrees(text: str) -> Fraction:
    """Return degrees exactly. Raises InvalidRequest: `bad_limit`."""
    if not _DEGREES.match(text):
        raise InvalidRequest("bad_limit", f"{text!r} is no number of degrees Celsius", hint="as in 2 or -20.5")
    return Fraction(Decimal(text))


def gap_ms(text: str) -> int:
    """Return a span in milliseconds. Raises InvalidRequest: `bad_limit`."""
    parts = _GAP.match(text)
    if parts is None:
        raise InvalidRequest("bad_limit", f"{text!r} is no span", hint="as in 30m, 90s, 2h or 1d")
    return int(parts[1]) * _MS_OF[parts[2]]


def zone_of(text: str) -> str:
    """Return a time zone as it stands behind a time. Raises InvalidRequest: `bad_limit`."""
    if text.upper() in {"UTC", "Z", "GMT"}:
        return "Z"
    if not _ZONE.match(text):
        raise InvalidRequest("bad_limit", f"{text!r} is no time zone", hint="UTC, or an offset as in +02:00")
    return text
