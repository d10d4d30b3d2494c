# SPDX-License-Identifier: Apache-2.0
"""`hv research verify`: separate verdicts on an export, as its researcher."""

import click

from healthvault.cli.command import hv_command
from healthvault.cli.research_options import earlier_option
from healthvault.cli.terminal import Terminal

__all__ = ["verify"]


@hv_command(
    "hv research verify nct.hvx",
    "hv research verify nct.hvx notice.hvw --earlier nct-may.hvx",
)
@click.argument("file", metavar="FILE")
@click.argument("notices", nargs=-1, metavar="[NOTICE]...")
@earlier_option
def verify(terminal: Terminal, file: str, notices: tuple[str, ...], earlier: tuple[str, ...]) -> None:
    """Check an export: integrity, authorship, inclusion, consistency, terms, withdrawal; nothing is written.

    Authorship is that of a pseudonym: the key of somebody in this study. It names nobody, and a file that anybody
    made for you passes as that of a new pseudonym: you know whom you got it from by the way it came. With
    --earlier, it must be of the same pseudonym and continue that export. A NOTICE counts only if the same
    pseudonym signed it.

    The exit code is 0 if all that was asked for holds; else the first of 24, 20, 23, 22, 21.
    """
    from healthvault.cli.research_reading import judged, show_reading

    reading = judged(terminal, file, notices, earlier)
    raise click.exceptions.Exit(show_reading(terminal, file, reading))
