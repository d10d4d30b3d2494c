# SPDX-License-Identifier: Apache-2.0
"""`hv research open`: the records of an export, as lines of JSON."""

from pathlib import Path

import click

from healthvault.cli.command import hv_command
from healthvault.cli.options import output_option
from healthvault.cli.reading_options import accept_option
from healthvault.cli.research_options import earlier_option
from healthvault.cli.terminal import Terminal

__all__ = ["open_"]


@hv_command(
    "hv research open nct.hvx -o ./nct", "hv research open june.hvx --earlier may.hvx -o june", name="open"
)
@click.argument("file", metavar="FILE")
@click.argument("notices", nargs=-1, metavar="[NOTICE]...")
@output_option("The folder; it is made if it is not there.", required=True)
@earlier_option
@accept_option
def open_(
    terminal: Terminal,
    file: str,
    notices: tuple[str, ...],
    output: Path,
    earlier: tuple[str, ...],
    accept: tuple[str, ...],
) -> None:
    """Verify an export, then write records.ndjson and study.json into a folder.

    A record whose id was in an earlier export is a newer version of that one. Where a verdict stands in the way
    nothing is written; --accept CODE goes on in spite of one that says 21 or 22.
    """
    from healthvault.cli.research_reading import judged, show_reading, written

    reading = judged(terminal, file, notices, earlier)
    show_reading(terminal, file, reading, written(file, reading, output, accept))
