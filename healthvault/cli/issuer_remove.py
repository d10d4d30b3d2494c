# SPDX-License-Identifier: Apache-2.0
"""`hv issuer remove`: an issuer, or a file, that is believed no longer."""

import click

from healthvault.cli.clock import now_ms
from healthvault.cli.command import hv_command
from healthvault.cli.issuer_objects import unpinned_object
from healthvault.cli.options import clock_ok_option, yes_option
from healthvault.cli.prompt import confirm
from healthvault.cli.terminal import Terminal

__all__ = ["remove"]


@hv_command("hv issuer remove https://clinic.example/issuer", "hv issuer remove d_7k3m --yes")
@click.argument("which", metavar="URL|ID")
@yes_option
@clock_ok_option
def remove(terminal: Terminal, which: str, *, yes: bool, clock_ok: bool) -> None:
    """Believe an issuer no longer, or a whole file by the id of its document.

    Its cards then count as signed by nobody that you know. The documents stay.
    """
    from healthvault.cli.opening import opened
    from healthvault.vault.issuers import remove_issuer

    with opened(terminal, writing=True, clock_ok=clock_ok) as vault:
        confirm(terminal.settings, f"Believe {which} no longer?", yes=yes)
        terminal.fields(unpinned_object(which, remove_issuer(vault, which, now_ms=now_ms())))
