# SPDX-License-Identifier: Apache-2.0
"""`hv emergency take`: suggestions that the owner finds right."""

from typing import TYPE_CHECKING

import click

from healthvault.cli.command import hv_command
from healthvault.cli.options import clock_ok_option
from healthvault.cli.terminal import Terminal

if TYPE_CHECKING:
    from healthvault.emergency.sheet import Sheet
    from healthvault.vault.vault import Vault

__all__ = ["take"]


@hv_command("hv emergency take d_7k3m:1 d_7k3m:4")
@click.argument("suggestions", nargs=-1, required=True, metavar="SUGGESTION...")
@clock_ok_option
def take(terminal: Terminal, suggestions: tuple[str, ...], *, clock_ok: bool) -> None:
    """Put suggestions on the sheet, as confirmed by you today, with the document they are from. Shows the sheet.

    SUGGESTION is an id of `hv emergency suggest`: the document's, which may be shortened, a colon, and a number.
    """
    from healthvault.cli.emergency_editing import change_sheet, today
    from healthvault.vault.emergency import take as taken

    def edit(vault: "Vault", sheet: "Sheet") -> "Sheet":
        for suggestion in suggestions:
            sheet = taken(vault, suggestion, sheet, today=today())
        return sheet

    change_sheet(terminal, edit, clock_ok=clock_ok)
