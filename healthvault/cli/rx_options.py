# SPDX-License-Identifier: Apache-2.0
"""Options of the commands about medicines, checked when they are read."""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import TypeVar

import click

from healthvault.cli.dates import When

__all__ = ["code_option", "day_text", "end_text", "parse_amount", "parse_medicine_code", "supply_options"]

_Body = TypeVar("_Body", bound=Callable[..., None])
_AMOUNT = re.compile(r"(\d{1,9}(?:\.\d{1,6})?)(?: +(\S.{0,40}))?", re.ASCII)
_MAX_DAYS = 3660


def parse_amount(text: str) -> tuple[Decimal, str | None]:
    """Return number and unit of `60` or `60 tablets`. Raises ValueError: it is none, or nothing."""
    match = _AMOUNT.fullmatch(text.strip())
    if match is None or not Decimal(match[1]):
        raise ValueError(f"{text!r} is no quantity; write 60, or '60 tablets'")
    return Decimal(match[1]), match[2]


def parse_medicine_code(text: str) -> tuple[str, str]:
    """Return address of the system and code of `rxnorm|860975`. Raises ValueError: it names no system or code."""
    from healthvault.records.concept import parse_code

    systems, code = parse_code(text)
    if not systems or not systems[0] or not code.strip():
        raise ValueError(f"{text!r} is no code; write SYSTEM|CODE, such as 'rxnorm|860975'")
    return systems[0], code.strip()


def code_option(body: _Body) -> _Body:
    """Add `--code`."""
    return click.option(
        "--code",
        "codes",
        type=parse_medicine_code,
        multiple=True,
        metavar="SYSTEM|CODE",
        help="What it is, such as 'rxnorm|860975' or atc|A10BA02; once for each system.",
    )(body)


def supply_options(body: _Body) -> _Body:
    """Add `--quantity` and `--days`."""
    for option in (
        click.option("--days", type=click.IntRange(1, _MAX_DAYS), metavar="N", help="How many days it lasts."),
        click.option("--quantity", type=parse_amount, metavar="N", help="How much: 60, or '60 tablets'."),
    ):
        body = option(body)
    return body


def day_text(when: When | None) -> str:
    """Return a day of the past as ISO text; today if none is given."""
    from healthvault.cli.clock import now_ms, wall_clock

    return (when or When()).past_day(wall_clock(now_ms()))


def end_text(when: When | None) -> str | None:
    """Return the day on which something ends; a span counts from now."""
    from healthvault.cli.clock import now_ms, wall_clock

    return None if when is None else when.end(wall_clock(now_ms())).date().isoformat()
