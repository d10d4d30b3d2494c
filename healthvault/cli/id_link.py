# SPDX-License-Identifier: Apache-2.0
"""`hv id link`: a document that the owner says is about her."""

import click

from healthvault.cli.command import hv_command
from healthvault.cli.options import clock_ok_option
from healthvault.cli.terminal import Terminal

__all__ = ["link"]


@hv_command("hv id link d_7k3m", "hv id link d_7k3m --subject 2")
@click.argument("document", metavar="DOC")
@click.option("--subject", type=click.IntRange(1), metavar="N", help="Only what it says of this person.")
@clock_ok_option
def link(terminal: Terminal, document: str, subject: int | None, *, clock_ok: bool) -> None:
    """Say that a document is about you, whatever the rule says. Shows whose it is now.

    It then counts in all that is shown of your history, until you `hv id unlink` it. With --subject that holds
    for one of the persons in it only.
    """
    from healthvault.cli.deciding_whose import decide_whose

    decide_whose(terminal, document, "link", subject, clock_ok=clock_ok)
