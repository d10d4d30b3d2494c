# SPDX-License-Identifier: Apache-2.0
"""`hv device card`: the card of a device, to print."""

from pathlib import Path

import click

from healthvault.cli.command import hv_command
from healthvault.cli.options import output_option
from healthvault.cli.terminal import Terminal

__all__ = ["card"]


@hv_command("hv device card d_7k3m", "hv device card d_7k3m -o card.txt")
@click.argument("document", metavar="ID")
@output_option("A new file, as plain text. Default: stdout.")
def card(terminal: Terminal, document: str, output: Path | None) -> None:
    """Print the card of the device that a document tells of: what is on an implant card, line by line.

    What is missing says so. Who holds the file can read it. It is your word, or that of the document, and no
    original card of a hospital.
    """
    from healthvault.cli.device_printing import print_card

    print_card(terminal, document, output)
