# SPDX-License-Identifier: Apache-2.0
"""`hv standing add`: a rule for what comes from now on."""

from typing import Unpack

import click

from healthvault.cli.clock import now_ms
from healthvault.cli.command import hv_command
from healthvault.cli.options import SelectChoice, clock_ok_option, select_options, yes_option
from healthvault.cli.rule_objects import rule_object
from healthvault.cli.share_options import RuleChoice, rule_options
from healthvault.cli.terminal import Terminal

__all__ = ["add"]


class _Choice(RuleChoice, SelectChoice):
    power: tuple[str, ...]
    yes: bool
    clock_ok: bool


@hv_command(
    'hv standing add --to "Dr Lee" --category lab --until 90d',
    "hv standing add --role gp --since 2026-11-01",
    "hv standing add --to Tom --power share --category medication",
)
@rule_options
@click.option(
    "--power",
    multiple=True,
    type=click.Choice(("share", "add")),
    metavar="WORD",
    help="Make the contact your proxy for it: share, add; repeatable.",
)
@select_options
@yes_option
@clock_ok_option
def add(terminal: Terminal, **chosen: Unpack[_Choice]) -> None:
    """Add a rule: each document that is added or changed from now on and is as described gets a grant of its own.

    --until with a span says how long each grant holds; with a day, until when all of them do, and the rule is over
    then. Documents that are there already are not looked at: `hv grant` with the same options allows those.
    """
    from healthvault.cli.opening import opened
    from healthvault.cli.ruling import confirm_rule, rule_wish
    from healthvault.vault.standing import add_rule

    wish = rule_wish(chosen, chosen["power"])
    with opened(terminal, writing=True, clock_ok=chosen["clock_ok"]) as vault:
        confirm_rule(terminal, vault, wish, yes=chosen["yes"])
        terminal.fields(rule_object(add_rule(vault, wish, now_ms=now_ms())))
