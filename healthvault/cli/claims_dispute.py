# SPDX-License-Identifier: Apache-2.0
"""`hv claims dispute`: a claim for the insurer, with only what it needs."""

from pathlib import Path
from typing import Unpack

import click

from healthvault.cli.claims_options import DisputeChoice
from healthvault.cli.command import hv_command
from healthvault.cli.dates import parse_when
from healthvault.cli.options import clock_ok_option, output_option, yes_option
from healthvault.cli.share_options import ACTIONS, LABELS
from healthvault.cli.terminal import Terminal

__all__ = ["dispute"]


@hv_command(
    'hv claims dispute 4711 --to "Sun Insurance" -o dispute.hvb',
    'hv claims dispute 4711 --to "Sun Insurance" --reason "I was abroad" --without d_7k3m -o dispute.hvb',
)
@click.argument("claim")
@click.option("--to", required=True, metavar="NAME", help="The insurer, a contact.")
@click.option("--reason", default="", metavar="TEXT", help="Why, in your own words.")
@click.option("--without", multiple=True, metavar="ID", help="Leave this document out; repeatable.")
@click.option("--until", type=parse_when, metavar="DATE", help="When it ends. Default: 90d.")
@click.option("--action", multiple=True, type=click.Choice(ACTIONS), help="Repeatable. Default: view.")
@click.option("--sensitivity", multiple=True, type=click.Choice(LABELS), help="An allowed label; repeatable.")
@output_option("The bundle's file.", required=True)
@yes_option
@clock_ok_option
def dispute(terminal: Terminal, claim: str, output: Path, **chosen: Unpack[DisputeChoice]) -> None:
    """Write a bundle for the insurer: the claim, what the findings rest on, and your statement; nothing else.

    CLAIM is what `hv claims list` calls it, or the id of its document. A document that holds more than the claim
    is named before anything is written; --without leaves it out. The grant is for payment only. The statement is a
    document of yours, of type claim-dispute, and says that it is your word.
    """
    from healthvault.cli.claims_disputing import dispute_chosen

    dispute_chosen(terminal, claim, output, chosen)
