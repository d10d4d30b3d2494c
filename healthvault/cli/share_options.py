# SPDX-License-Identifier: Apache-2.0
"""The options of `hv grant` and `hv share`: for whom, for what, until when, to do what."""

from collections.abc import Callable
from typing import TypedDict, TypeVar

import click

from healthvault.cli.dates import When, parse_when
from healthvault.cli.options import CATEGORY_WORDS
from healthvault.cli.reading_options import parse_purpose

__all__ = ["ShareChoice", "TermsChoice", "share_options", "terms_options"]

_Body = TypeVar("_Body", bound=Callable[..., None])
_ACTIONS = ("view", "keep", "forward")


class TermsChoice(TypedDict):
    """The terms, as the options say them; what is not said is None or empty."""

    to: tuple[str, ...]
    code: bool
    purpose: tuple[str, ...]
    action: tuple[str, ...]
    begins: When | None
    until: When | None
    recheck: When | None
    accept: tuple[str, ...]


class ShareChoice(TermsChoice):
    """The terms, or the grant that has them, and what goes along."""

    grant: str | None
    message: str
    with_metadata: bool
    complete: tuple[str, ...]


def share_options(body: _Body) -> _Body:
    """Add the options of a share."""
    for option in (
        click.option(
            "--with-metadata", is_flag=True, help="Also disclose tags, author, source and the exact file name."
        ),
        click.option(
            "--complete",
            multiple=True,
            type=click.Choice(CATEGORY_WORDS),
            metavar="CATEGORY",
            help="Also prove how many documents of this category there are, shared or not; repeatable.",
        ),
        click.option("--message", default="", help="A few words to the reader."),
        click.option("--grant", metavar="GRANT", help="Share under this grant, with those whom it names."),
    ):
        body = option(body)
    return terms_options(body)


def terms_options(body: _Body) -> _Body:
    """Add the options that say the terms of a grant."""
    for option in (
        click.option(
            "--action",
            multiple=True,
            type=click.Choice(_ACTIONS),
            metavar="WORD",
            help="What they may do: view, keep, forward; repeatable. Default: view and keep.",
        ),
        click.option(
            "--recheck", type=parse_when, metavar="DATE", help="When they should ask for its status again."
        ),
        click.option("--from", "begins", type=parse_when, metavar="DATE", help="When it begins. Default: now."),
        click.option("--until", type=parse_when, metavar="DATE", help="When it ends. Default: 90d."),
        click.option(
            "--purpose",
            multiple=True,
            type=parse_purpose,
            metavar="WORD",
            help="What it is for; repeatable. Default: treatment.",
        ),
        click.option("--code", is_flag=True, help="For who has no hv: whoever is told a code of 7 words."),
        click.option("--to", multiple=True, metavar="NAME", help="A contact who may open it; repeatable."),
    ):
        body = option(body)
    return body
