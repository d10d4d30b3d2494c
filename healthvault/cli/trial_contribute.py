# SPDX-License-Identifier: Apache-2.0
"""`hv trial contribute`: give documents to a study, under a consent that covers each."""

from pathlib import Path
from typing import Unpack

import click

from healthvault.cli.command import hv_command
from healthvault.cli.dates import parse_when
from healthvault.cli.options import clock_ok_option, output_option, yes_option
from healthvault.cli.share_options import LABELS
from healthvault.cli.terminal import Terminal
from healthvault.cli.trial_contributing import ContributeChoice

__all__ = ["contribute"]


@hv_command(
    'hv trial contribute NCT04280705 d_7k3m d_9q2x --to "Dr Lee" -o for-the-study.hvb',
    'hv trial contribute NCT04280705 d_7k3m --to "Dr Lee" --option samples --until 1y -o for-the-study.hvb',
)
@click.argument("study")
@click.argument("documents", nargs=-1, required=True, metavar="ID...")
@click.option("--to", multiple=True, required=True, metavar="NAME", help="The researcher; repeatable.")
@click.option(
    "--option",
    default="data",
    show_default=True,
    metavar="NAME",
    help="The option that you must have said yes to.",
)
@click.option("--until", type=parse_when, metavar="DATE", help="When the grant ends. Default: 90d.")
@click.option(
    "--sensitivity",
    multiple=True,
    type=click.Choice(LABELS),
    metavar="WORD",
    help=f"A label that is allowed; repeatable: {', '.join(LABELS)}. Others are kept out.",
)
@output_option("The bundle's file.", required=True)
@yes_option
@clock_ok_option
def contribute(
    terminal: Terminal, study: str, documents: tuple[str, ...], output: Path, **chosen: Unpack[ContributeChoice]
) -> None:
    """Share documents for research, with the consent that covers them.

    Each document must be dated on days on which your consent was in force and the option answered yes, and so must
    be today. One that has no date, or is of a day after you withdrew, is refused (exit 22), and then nothing is
    shared. It is the document's own date that counts, not those of what it tells of.
    """
    from healthvault.cli.trial_contributing import contribute_chosen

    contribute_chosen(terminal, (study, documents), output, chosen)
