# SPDX-License-Identifier: Apache-2.0
"""`hv emergency confirm`: it is still so."""

from typing import TYPE_CHECKING

import click

from healthvault.cli.command import hv_command
from healthvault.cli.options import clock_ok_option
from healthvault.cli.terminal import Terminal

if TYPE_CHECKING:
    from healthvault.emergency.sheet import Sheet

__all__ = ["confirm"]


@hv_command("hv emergency confirm 1 3", "hv emergency confirm --all")
@click.argument("numbers", type=click.IntRange(1), nargs=-1, metavar="[NUMBER]...")
@click.option("--all", "everything", is_flag=True, help="All of them.")
@clock_ok_option
def confirm(terminal: Terminal, numbers: tuple[int, ...], *, everything: bool, clock_ok: bool) -> None:
    """Say that things on the sheet are still so, today. Shows the sheet.

    Read them first: a clinician will rely on the date.
    """
    if bool(numbers) == everything:
        raise click.UsageError("say which: numbers of `hv emergency list`, or --all")
    from healthvault.cli.emergency_editing import change_sheet, today

    def edit(_: object, sheet: "Sheet") -> "Sheet":
        return sheet.confirmed(numbers or [item.number for item in sheet.items], today=today())

    change_sheet(terminal, edit, clock_ok=clock_ok)
