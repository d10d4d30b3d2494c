# SPDX-License-Identifier: Apache-2.0
"""The options of `hv share`: for whom, for what, until when, to do what."""

from collections.abc import Callable
from typing import TypedDict, TypeVar

import click

from healthvault.cli.dates import When, parse_when
from healthvault.cli.reading_options import parse_purpose

__all__ = ["ShareChoice", "share_options"]

_Body = TypeVar("_Body", bound=Callable[..., None])
_ACTIONS = ("view", "keep", "forward")


class ShareChoice(TypedDict):
    """The terms, as the options say them."""

    to: tuple[str, ...]
    code: bool
    purpose: tuple[str, ...]
    action: tuple[str, ...]
    begins: When | None
    until: When
    recheck: When | None
    message: str
    with_metadata: bool
    accept: tuple[str, ...]


def share_options(body: _Body) -> _Body:
    """Add the options that say the terms of a share."""
    for option in (
        click.option(
            "--with-metadata", is_flag=True, help="Also disclose tags, author, source and the exact file name."
        ),
        click.option("--message", default="", help="A few words to the reader."),
        click.option(
            "--action",
            multiple=True,
            type=click.Choice(_ACTIONS),
            default=_ACTIONS[:2],
            metavar="WORD",
            help="What they may do: view, keep, forward; repeatable. Default: view and keep.",
        ),
        click.option(
            "--recheck", type=parse_when, metavar="DATE", help="When they should ask for its status again."
        ),
        click.option("--from", "begins", type=parse_when, metavar="DATE", help="When it begins. Default: now."),
        click.option(
            "--until", type=parse_when, default="90d", metavar="DATE", help="When it ends. Default: 90d."
        ),
        click.option(
            "--purpose",
            multiple=True,
            type=parse_purpose,
            default=("treatment",),
            metavar="WORD",
            help="What it is for; repeatable. Default: treatment.",
        ),
        click.option("--code", is_flag=True, help="For who has no hv: make a code of 7 words to tell by phone."),
        click.option("--to", multiple=True, metavar="NAME", help="A contact who may open it; repeatable."),
    ):
        body = option(body)
    return body
