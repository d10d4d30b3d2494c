# SPDX-License-Identifier: Apache-2.0
"""`hv proxy add`: powers for a contact, over documents that are named one by one."""

from typing import Unpack

import click

from healthvault.cli.command import hv_command
from healthvault.cli.options import SelectChoice, clock_ok_option, select_options, yes_option
from healthvault.cli.reading_options import accept_option
from healthvault.cli.share_options import LimitsChoice, limits_options
from healthvault.cli.terminal import Terminal

__all__ = ["add"]


class _Choice(LimitsChoice, SelectChoice):
    power: tuple[str, ...]
    accept: tuple[str, ...]
    yes: bool
    clock_ok: bool


@hv_command(
    "hv proxy add Tom d_7k3m d_9q2x --power share --purpose treatment --until 1y",
    "hv proxy add Tom --power add --until 1y",
)
@click.argument("contact")
@click.argument("documents", nargs=-1, metavar="[ID]...")
@click.option(
    "--power",
    multiple=True,
    required=True,
    type=click.Choice(("share", "add")),
    metavar="WORD",
    help="What they may do for you: share documents onward, add documents to your vault; repeatable.",
)
@limits_options
@select_options
@accept_option
@yes_option
@clock_ok_option
def add(terminal: Terminal, contact: str, documents: tuple[str, ...], **chosen: Unpack[_Choice]) -> None:
    """Let a contact act for you: a grant of documents, with powers over them.

    `share` needs documents, by id or described; nothing else is encrypted to them, so no power reaches it. Send
    them the bundle with `hv share --grant`. What they share for you holds within these purposes, actions and
    dates, and names both of you. `add` needs none: what they share with you is then kept as added by your proxy.
    A proxy can neither extend the grant nor make proxies.
    """
    from healthvault.cli.opening import opened
    from healthvault.cli.ruling import make_proxy

    with opened(terminal, writing=True, clock_ok=chosen["clock_ok"]) as vault:
        make_proxy(terminal, vault, contact, documents, chosen)
