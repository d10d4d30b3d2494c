# SPDX-License-Identifier: Apache-2.0
"""`hv trial withdraw`: end a consent from a day on."""

from datetime import date

import click

from healthvault.cli.command import hv_command
from healthvault.cli.dates import parse_day
from healthvault.cli.options import clock_ok_option, yes_option
from healthvault.cli.terminal import Terminal

__all__ = ["withdraw"]


@hv_command(
    "hv trial withdraw NCT04280705 --from 2026-11-20",
    "hv trial withdraw NCT04280705 --from 2026-11-20 --reason 'moving away'",
)
@click.argument("study")
@click.option(
    "--from",
    "begins",
    type=parse_day,
    required=True,
    metavar="DATE",
    help="The first day on which it does not hold any more.",
)
@click.option("--reason", metavar="TEXT", help="If you want to give one.")
@yes_option
@clock_ok_option
def withdraw(
    terminal: Terminal, study: str, begins: date, reason: str | None, *, yes: bool, clock_ok: bool
) -> None:
    """End all your consents to a study. They stay in the history; so does this.

    Data dated on that day or later are refused from then on: here at once, elsewhere once this record got there.
    """
    from healthvault.cli.trial_consenting import withdraw_chosen

    withdraw_chosen(terminal, (study, begins, reason), yes=yes, clock_ok=clock_ok)
