# SPDX-License-Identifier: Apache-2.0
"""`hv trial bundle`: all of a trial, for a reviewer."""

from pathlib import Path
from typing import Unpack

import click

from healthvault.cli.command import hv_command
from healthvault.cli.dates import parse_when
from healthvault.cli.options import clock_ok_option, output_option, yes_option
from healthvault.cli.terminal import Terminal
from healthvault.cli.trial_options import BundleChoice

__all__ = ["bundle"]


@hv_command(
    'hv trial bundle CDISCPILOT01 --to "Reviewer" -o trial.hvb',
    "hv trial bundle CDISCPILOT01 --code -o trial.hvb",
)
@click.argument("study")
@output_option("The bundle's file.", required=True)
@click.option("--to", multiple=True, metavar="NAME", help="A contact who may open it; repeatable.")
@click.option("--code", is_flag=True, help="For whoever is told the code of 7 words.")
@click.option("--until", type=parse_when, metavar="DATE", help="When the grant ends. Default: 90d.")
@yes_option
@clock_ok_option
def bundle(terminal: Terminal, study: str, output: Path, **chosen: Unpack[BundleChoice]) -> None:
    """Write a bundle of everything of a trial: registration, every amendment, data, locks, program, results.

    It is shared under a new grant of purpose research. Its reader also learns how many protocols are registered
    in this vault, of whatever study, and how many were replaced, retracted or erased; of those nothing else.
    """
    from healthvault.cli.trial_bundling import bundle_chosen

    if bool(chosen["to"]) == chosen["code"]:
        raise click.UsageError("say for whom, in one way: --to NAME, or --code for whoever is told the code")
    bundle_chosen(terminal, study, output, chosen)
