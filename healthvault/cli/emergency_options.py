# SPDX-License-Identifier: Apache-2.0
"""Options and words that the emergency commands share."""

from collections.abc import Callable
from typing import TypedDict, TypeVar

import click

__all__ = ["COLUMNS", "SECTIONS", "STALE_AFTER_MONTHS", "BuildChoice", "parse_split", "stale_option"]

_Body = TypeVar("_Body", bound=Callable[..., None])

SECTIONS = ("allergy", "medication", "condition", "implant", "blood-group", "contact", "directive")
STALE_AFTER_MONTHS = 6
COLUMNS = ("number", "section", "text", "detail", "confirmed", "stale", "source", "source_status")
_MOST_SHARES = 16


class BuildChoice(TypedDict):
    """What is to be built, as the options say it."""

    only: tuple[str, ...]
    without_name: bool
    code: bool
    shares: tuple[int, int] | None
    stale_after: int
    yes: bool
    clock_ok: bool


def stale_option(body: _Body) -> _Body:
    """Add `--stale-after`."""
    return click.option(
        "--stale-after",
        type=click.IntRange(1, 1200),
        default=STALE_AFTER_MONTHS,
        show_default=True,
        metavar="MONTHS",
        help="Mark what was last confirmed so long ago.",
    )(body)


def parse_split(text: str) -> tuple[int, int]:
    """Return needed and count of `2/3`. Raises ValueError: it is none, or not from 2 to 16."""
    needed, mark, count = text.partition("/")
    if mark and needed.isdecimal() and count.isdecimal() and 2 <= int(needed) <= int(count) <= _MOST_SHARES:
        return int(needed), int(count)
    raise ValueError(f"{text!r} is no split; write 2/3 for three shares, any two of which open the page")
