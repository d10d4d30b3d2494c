# SPDX-License-Identifier: Apache-2.0
"""`hv emergency add`: something more on the sheet, by the owner's own word."""

import click

from healthvault.cli.command import hv_command
from healthvault.cli.emergency_options import SECTIONS
from healthvault.cli.options import clock_ok_option
from healthvault.cli.terminal import Terminal

__all__ = ["add"]


@hv_command(
    "hv emergency add allergy Penicillin --detail 'anaphylaxis 2019'",
    "hv emergency add contact 'Rui Silva, husband' --detail '+351 555 0100'",
    "hv emergency add allergy 'none known'",
)
@click.argument("section", type=click.Choice(SECTIONS))
@click.argument("text")
@click.option("--detail", default="", help="What else to know: reaction, dose, serial number, phone number.")
@clock_ok_option
def add(terminal: Terminal, section: str, text: str, detail: str, *, clock_ok: bool) -> None:
    """Put something on the sheet, as confirmed by you today. Shows the sheet.

    A section without items says nothing: if you know that you have no allergy, say so.
    """
    from healthvault.cli.emergency_editing import change_sheet, today
    from healthvault.emergency.sheet import Section

    change_sheet(
        terminal, lambda _, sheet: sheet.added(Section(section), text, detail, today=today()), clock_ok=clock_ok
    )
