# SPDX-License-Identifier: Apache-2.0
"""`hv emergency set`: other words for what is on the sheet."""

import click

from healthvault.cli.command import hv_command
from healthvault.cli.options import clock_ok_option
from healthvault.cli.terminal import Terminal

__all__ = ["set_"]


@hv_command("hv emergency set 3 'Metformin 1000 mg' --detail 'twice a day'", name="set")
@click.argument("number", type=click.IntRange(1))
@click.argument("text")
@click.option("--detail", help="What else to know; '' for nothing. Without it, what was said before stays.")
@clock_ok_option
def set_(terminal: Terminal, number: int, text: str, detail: str | None, *, clock_ok: bool) -> None:
    """Say something on the sheet in other words, as confirmed by you today. Shows the sheet.

    NUMBER is that of `hv emergency list`. From now on it is your own word: a document is no longer named for it.
    """
    from healthvault.cli.emergency_editing import change_sheet, today

    change_sheet(terminal, lambda _, sheet: sheet.changed(number, text, detail, today=today()), clock_ok=clock_ok)
