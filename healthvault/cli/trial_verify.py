# SPDX-License-Identifier: Apache-2.0
"""`hv trial verify`: what came in which order, and whether files are those that were committed to."""

from pathlib import Path
from typing import Unpack

import click

from healthvault.cli.command import hv_command
from healthvault.cli.reading_options import accept_option, read_options
from healthvault.cli.terminal import Terminal
from healthvault.cli.trial_options import VerifyChoice

__all__ = ["verify"]

_FOLDER = click.Path(path_type=Path)


@hv_command(
    "hv trial verify trial.hvb",
    "hv trial verify trial.hvb --inputs ./opened",
    "hv trial verify trial.hvb --accept protocols_withheld --json",
)
@click.argument("file", metavar="BUNDLE")
@click.option("--inputs", type=_FOLDER, metavar="DIR", help="Compare the files that an analysis ran on.")
@click.option("--results", type=_FOLDER, metavar="DIR", help="Compare the files that came out of it.")
@click.option("--study", metavar="STUDY", help="Which one, of a bundle of several.")
@click.option("--timestamp", multiple=True, metavar="FILE", help="A timestamp (RFC 3161) of the history.")
@click.option("--authority", metavar="CERT", help="Root certificate (PEM) of the authority that made it.")
@read_options
@accept_option
def verify(terminal: Terminal, file: str, **chosen: Unpack[VerifyChoice]) -> None:
    """Verify a bundle as `hv verify` does, then answer each question about the trial in it apart.

    Was the protocol registered before the first data? Where does each amendment stand? Are the locked inputs
    exactly the data that were there, and was one replaced since? Was an endpoint changed? How many protocols are
    registered in the sponsor's vault? Whose clock says when?

    With --inputs every file below DIR has to be a locked input, byte for byte, and none may be missing; other
    documents of the bundle, as `hv open` writes them there, may lie beside them.

    The exit code is that of the bundle and the trial together: 20 for what breaks a rule, 21 for what was not
    established, which --accept CODE accepts. No vault is needed: a bundle for a code is opened with --code.
    """
    from healthvault.cli.trial_verifying import verify_chosen

    raise click.exceptions.Exit(verify_chosen(terminal, file, chosen))
