# SPDX-License-Identifier: Apache-2.0
"""Options that the commands about consent to trials share."""

from collections.abc import Callable
from datetime import date
from typing import TypedDict, TypeVar

import click

from healthvault.cli.dates import parse_day
from healthvault.cli.reading_options import ReadChoice

__all__ = ["CheckChoice", "ConsentChoice", "at_option", "consent_options"]

_Body = TypeVar("_Body", bound=Callable[..., None])


class ConsentChoice(TypedDict):
    """What is agreed to, as the options say it."""

    study: str
    version: str
    language: str
    option: tuple[str, ...]
    date: date | None
    explained_by: str | None
    yes: bool
    clock_ok: bool


class CheckChoice(ReadChoice):
    """What is asked of a consent in a bundle, as the options say it."""

    form: str
    study: str | None
    option: str | None
    day: date | None


def consent_options(body: _Body) -> _Body:
    """Add the options that say what is agreed to."""
    for option in (
        click.option("--explained-by", metavar="NAME", help="Who explained the trial to you."),
        click.option(
            "--date", type=parse_day, metavar="DATE", help="From when it holds, not later. Default: today."
        ),
        click.option(
            "--option",
            multiple=True,
            metavar="NAME:WORDS:ANSWER",
            help="What the form asks, in its words, and yes or no; repeatable.",
        ),
        click.option("--language", required=True, metavar="TAG", help="Of the form, such as en or pt-PT."),
        click.option("--version", required=True, help="Of the form, as the sponsor calls it."),
        click.option("--study", required=True, help="Its id, such as NCT04280705."),
    ):
        body = option(body)
    return body


def at_option(help_text: str) -> Callable[[_Body], _Body]:
    """Add `--at`."""
    return click.option("--at", "day", type=parse_day, metavar="DATE", help=help_text)
