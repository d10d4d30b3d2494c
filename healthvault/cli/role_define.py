# SPDX-License-Identifier: Apache-2.0
"""`hv role define`: what somebody of a role may be given at most."""

from typing import TypedDict, Unpack

import click

from healthvault.cli.clock import now_ms
from healthvault.cli.command import hv_command
from healthvault.cli.dates import Span, parse_span
from healthvault.cli.options import clock_ok_option
from healthvault.cli.reading_options import parse_purpose
from healthvault.cli.rule_objects import role_object
from healthvault.cli.share_options import ACTIONS, LABELS
from healthvault.cli.terminal import Terminal
from healthvault.records.categories import Category

__all__ = ["define"]

_CATEGORIES = tuple(category.value for category in Category)


class _Choice(TypedDict):
    category: tuple[str, ...]
    sensitivity: tuple[str, ...]
    purpose: tuple[str, ...]
    action: tuple[str, ...]
    longest: Span | None


@hv_command(
    "hv role define physio --category imaging --category letter --longest 60d",
    "hv role define gp --category lab --purpose treatment --action view",
)
@click.argument("name")
@click.option(
    "--category",
    multiple=True,
    type=click.Choice(_CATEGORIES),
    metavar="WORD",
    help=f"What it may be about; repeatable: {', '.join(_CATEGORIES)}.",
)
@click.option(
    "--sensitivity",
    multiple=True,
    type=click.Choice(LABELS),
    metavar="WORD",
    help=f"A label that is allowed; repeatable: {', '.join(LABELS)}. Default: none.",
)
@click.option(
    "--purpose",
    multiple=True,
    type=parse_purpose,
    metavar="WORD",
    help="What it is for; repeatable. Default: treatment.",
)
@click.option(
    "--action",
    multiple=True,
    type=click.Choice(ACTIONS),
    metavar="WORD",
    help="What they may do; repeatable. Default: view and keep.",
)
@click.option("--longest", type=parse_span, metavar="SPAN", help="How long a grant may hold. Default: 90d.")
@clock_ok_option
def define(terminal: Terminal, name: str, *, clock_ok: bool, **chosen: Unpack[_Choice]) -> None:
    """Define a role, or change one. Everything about it is said anew; what is not said is not allowed.

    Grants that were made under it before keep the terms that they were signed with. Another share under such a
    grant is held to the role as it is then.
    """
    from healthvault.cli.opening import opened
    from healthvault.cli.ruling import role_of
    from healthvault.consent.roles import PRESETS
    from healthvault.vault.roles import define_role

    wished = role_of(name, chosen)
    with opened(terminal, writing=True, clock_ok=clock_ok) as vault:
        terminal.fields(role_object(define_role(vault, wished, now_ms=now_ms())))
        if wished.name in PRESETS:
            terminal.say(f"From now on this takes the place of the built-in role {wished.name}.")
