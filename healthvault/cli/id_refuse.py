# SPDX-License-Identifier: Apache-2.0
"""`hv id refuse`: a document that the owner says is about somebody else."""

import click

from healthvault.cli.command import hv_command
from healthvault.cli.options import clock_ok_option
from healthvault.cli.terminal import Terminal

__all__ = ["refuse"]


@hv_command("hv id refuse d_7k3m", "hv id refuse d_7k3m --subject 2")
@click.argument("document", metavar="DOC")
@click.option("--subject", type=click.IntRange(1), metavar="N", help="Only what it says of this person.")
@clock_ok_option
def refuse(terminal: Terminal, document: str, subject: int | None, *, clock_ok: bool) -> None:
    """Say that a document is not about you, whatever the rule says. Shows whose it is now.

    It stays in the vault and is left out of what is shown of your history, until you `hv id unlink` it.
    """
    from healthvault.cli.deciding_whose import decide_whose

    decide_whose(terminal, document, "refuse", subject, clock_ok=clock_ok)
