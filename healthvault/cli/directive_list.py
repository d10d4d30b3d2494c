# SPDX-License-Identifier: Apache-2.0
"""`hv directive list`: what holds, topic by topic."""

from datetime import date

import click

from healthvault.cli.command import hv_command
from healthvault.cli.directive_options import COLUMNS, LIMITS, SCREEN, parse_day
from healthvault.cli.terminal import Terminal

__all__ = ["list_"]

_COLUMNS = COLUMNS


@hv_command("hv directive list", "hv directive list --history", "hv directive list --at 2024-01-01", name="list")
@click.option("--at", type=parse_day, metavar="DATE", help="As of this day, by the days on which they were made.")
@click.option("--history", is_flag=True, help="Every one, the newest first.")
def list_(terminal: Terminal, at: date | None, *, history: bool) -> None:
    """List what holds about each topic.

    `in-force`: the newest of its topic, by the day it was made. `revoked`: the newest revokes. `superseded`: there
    is a newer one. `unsettled`: what replaced it was retracted or erased, so that nobody can tell what holds.
    `not-weighed`: a document about directives that came from others, or that you did not enter here; it never
    decides what holds, and is named as a conflict where it is about the same topic and not older.
    """
    from healthvault.areas.directives import read_directives
    from healthvault.cli.directive_objects import directive_objects
    from healthvault.cli.directive_telling import tell_doubts
    from healthvault.cli.opening import opened

    with opened(terminal) as vault:
        found = read_directives(vault, at=at)
    terminal.rows(directive_objects(found, history=history), SCREEN if terminal.is_screen else COLUMNS)
    tell_doubts(terminal, found)
    LIMITS.say(terminal)
