# SPDX-License-Identifier: Apache-2.0
"""`hv id remove`: what the owner said of herself and takes back."""

import click

from healthvault.cli.clock import now_ms
from healthvault.cli.command import hv_command
from healthvault.cli.options import clock_ok_option
from healthvault.cli.person_objects import fact_object
from healthvault.cli.terminal import Terminal

__all__ = ["remove"]


@hv_command("hv id remove 12")
@click.argument("entry", type=click.IntRange(0), metavar="ENTRY")
@clock_ok_option
def remove(terminal: Terminal, entry: int, *, clock_ok: bool) -> None:
    """Take back what you said of yourself. ENTRY is the number that `hv id list` shows.

    It does not count from now on; the journal keeps that you had said it.
    """
    from healthvault.cli.opening import opened
    from healthvault.vault.person import drop_fact

    with opened(terminal, writing=True, clock_ok=clock_ok) as vault:
        terminal.fields(fact_object(drop_fact(vault, entry, now_ms=now_ms())))
