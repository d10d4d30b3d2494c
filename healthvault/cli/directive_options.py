# SPDX-License-Identifier: Apache-2.0
"""Options and words that the directive commands share."""

from collections.abc import Callable
from datetime import date
from typing import TypeVar

import click

from healthvault.cli.limits import Limits

__all__ = ["COLUMNS", "LIMITS", "SCREEN", "TOPICS", "date_option", "parse_day"]

_Body = TypeVar("_Body", bound=Callable[..., None])

TOPICS = ("advance-directive", "dnr", "organ-donation", "treatment-preference", "healthcare-proxy")
SCREEN = ("topic", "state", "date", "words", "id")
COLUMNS = ("topic", "state", "date", "words", "id", "source", "source_status", "conflicts")
LIMITS = Limits(
    proves="what this vault's key wrote down, of which stated day, and which of each topic is the newest here",
    does_not_prove="that it binds anybody, was witnessed or meant, or that there is no other one elsewhere; many"
    " places ask for paper, witnesses or a notary. Not legal advice",
)


def parse_day(text: str) -> date:
    """Parse a whole day. Raises ValueError: it is none, or not of our time."""
    if len(text) != len("2026-11-20"):
        raise ValueError(f"{text!r} is no day; write 2026-11-20")
    day = date.fromisoformat(text)
    if not 1900 <= day.year <= 9000:
        raise ValueError(f"{text!r} is not of our time")
    return day


def date_option(body: _Body) -> _Body:
    """Add `--date`."""
    return click.option(
        "--date", "made", type=parse_day, metavar="DATE", help="The day it was made or signed. Default: today."
    )(body)
