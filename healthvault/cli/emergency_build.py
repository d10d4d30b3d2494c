# SPDX-License-Identifier: Apache-2.0
"""`hv emergency build`: a page to print."""

from pathlib import Path
from typing import Unpack

import click

from healthvault.cli.command import hv_command
from healthvault.cli.emergency_options import SECTIONS, BuildChoice, parse_split, stale_option
from healthvault.cli.options import clock_ok_option, yes_option
from healthvault.cli.terminal import Terminal

__all__ = ["build"]


@hv_command(
    "hv emergency build -o card.html",
    "hv emergency build -o wallet --code",
    "hv emergency build -o card --shares 2/3 --only allergy --only medication",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    metavar="PATH",
    required=True,
    help="A new file whose name ends in .html, or a folder.",
)
@click.option("--only", type=click.Choice(SECTIONS), multiple=True, help="Speak of this section only; repeatable.")
@click.option("--without-name", is_flag=True, help="Leave your name out.")
@click.option("--code", is_flag=True, help="Encrypt it under a code of seven words.")
@click.option(
    "--shares", type=parse_split, metavar="K/N", help="Encrypt it; any K of N people together can open it."
)
@stale_option
@yes_option
@clock_ok_option
def build(terminal: Terminal, output: Path, **chosen: Unpack[BuildChoice]) -> None:
    """Write one HTML page of what is on the sheet: to print, to carry, to open in any browser, offline.

    Its QR code holds the same items as text. Who holds the page can read it; with --code or --shares they need the
    code, or enough of the shares, which are written to files of their own for others to keep. The page is an entry
    of your journal before it is written. It cannot be recalled.
    """
    from healthvault.cli.emergency_building import build_chosen

    build_chosen(terminal, output, chosen)
