# SPDX-License-Identifier: Apache-2.0
"""Options of the commands that read a bundle: verify, open, import."""

from collections.abc import Callable
from typing import TypedDict, TypeVar

import click

from healthvault.cli.dates import Span, parse_span

__all__ = ["ReadChoice", "accept_option", "parse_purpose", "read_options"]

_Body = TypeVar("_Body", bound=Callable[..., None])


class ReadChoice(TypedDict):
    """What is asked of a bundle, as the options say it."""

    purpose: str | None
    max_age: Span | None
    witnesses: int
    code: bool
    code_file: str | None
    status: tuple[str, ...]
    issuer: tuple[str, ...]


def parse_purpose(word: str) -> str:
    """Return the HL7 code of a purpose. Raises ValueError: there is none of that name."""
    from healthvault.consent.purposes import purpose_code
    from healthvault.errors import InvalidRequest

    try:
        return purpose_code(word)
    except InvalidRequest as err:
        raise ValueError(f"{err.message}; {err.hint}") from err


def read_options(body: _Body) -> _Body:
    """Add the options that say what is asked of a bundle, and its code."""
    for option in (
        click.option(
            "--status",
            type=click.Path(),
            metavar="FILE",
            multiple=True,
            help="A newer status of its grant, from the owner's `hv status-proof`; repeatable.",
        ),
        click.option(
            "--issuer",
            metavar="[URL=]FILE",
            multiple=True,
            help="Believe the keys of an issuer of health cards in it, for this run; repeatable.",
        ),
        click.option("--code-file", type=click.Path(), metavar="FILE", help="Read the code from a file."),
        click.option("--code", is_flag=True, help="The bundle is opened by a code; ask for it."),
        click.option(
            "--witnesses",
            type=click.IntRange(0),
            default=0,
            metavar="N",
            help="How many of your witnesses must have seen the history.",
        ),
        click.option("--max-age", type=parse_span, metavar="AGE", help="How old its status may be, such as 30d."),
        click.option("--purpose", type=parse_purpose, metavar="WORD", help="What you want it for."),
    ):
        body = option(body)
    return body


def accept_option(body: _Body) -> _Body:
    """Add `--accept`."""
    return click.option(
        "--accept", multiple=True, metavar="CODE", help="Go on in spite of this refusal, by its code; repeatable."
    )(body)
