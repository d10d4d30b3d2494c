# SPDX-License-Identifier: Apache-2.0
"""Options that the commands that look into contents share."""

from collections.abc import Callable
from typing import TypedDict, TypeVar

import click

from healthvault.cli.dates import When, parse_when
from healthvault.cli.options import CATEGORY_WORDS

__all__ = ["LookChoice", "category_option", "day_of", "everyone_option", "limit_option", "since_until"]

_Body = TypeVar("_Body", bound=Callable[..., None])


class LookChoice(TypedDict):
    """Which days."""

    since: When | None
    until: When | None


def since_until(body: _Body) -> _Body:
    """Add `--since` and `--until`."""
    for option in (
        click.option("--until", type=parse_when, metavar="DATE", help="Only what is of this day or earlier."),
        click.option("--since", type=parse_when, metavar="DATE", help="Only what is of this day or later."),
    ):
        body = option(body)
    return body


def category_option(body: _Body) -> _Body:
    """Add `--category`."""
    return click.option(
        "--category",
        type=click.Choice(CATEGORY_WORDS),
        metavar="WORD",
        help="Only what is about this, such as lab.",
    )(body)


def everyone_option(body: _Body) -> _Body:
    """Add `--everyone`."""
    return click.option("--everyone", is_flag=True, help="Also what is not known to be about you.")(body)


def limit_option(default: int) -> Callable[[_Body], _Body]:
    """Add `-n`."""
    return click.option(
        "-n",
        "--limit",
        type=click.IntRange(1, 1_000_000),
        default=default,
        show_default=True,
        metavar="N",
        help="At most so many.",
    )


def day_of(when: When | None) -> str | None:
    """Return a day of a filter as ISO text; a span counts backwards from now."""
    from healthvault.cli.clock import now_ms, wall_clock

    return when.past_day(wall_clock(now_ms())) if when else None
