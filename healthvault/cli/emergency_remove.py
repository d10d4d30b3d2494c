# SPDX-License-Identifier: Apache-2.0
"""`hv emergency remove`: off the sheet."""

import click

from healthvault.cli.command import hv_command
from healthvault.cli.options import clock_ok_option
from healthvault.cli.terminal import Terminal

__all__ = ["remove"]


@hv_command("hv emergency remove 3")
@click.argument("numbers", type=click.IntRange(1), nargs=-1, required=True, metavar="NUMBER...")
@clock_ok_option
def remove(terminal: Terminal, numbers: tuple[int, ...], *, clock_ok: bool) -> None:
    """Take things off the sheet. Shows the sheet.

    Older versions of the sheet keep them, and so does every page that was built.
    """
    from healthvault.cli.emergency_editing import change_sheet

    change_sheet(terminal, lambda _, sheet: sheet.without(numbers), clock_ok=clock_ok)
