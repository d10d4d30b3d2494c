# SPDX-License-Identifier: Apache-2.0
"""`hv trial result`: what came out of an analysis."""

import click

from healthvault.cli.command import hv_command
from healthvault.cli.options import clock_ok_option
from healthvault.cli.terminal import Terminal

__all__ = ["result"]


@hv_command("hv trial result CDISCPILOT01 table-14-3.02.rtf", "hv trial result S-1 tables/*.csv --json")
@click.argument("study")
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@clock_ok_option
def result(terminal: Terminal, study: str, files: tuple[str, ...], *, clock_ok: bool) -> None:
    """Keep tables and other output as the results of the newest lock of a study."""
    from healthvault.areas.trial_data import keep_results
    from healthvault.cli.clock import now_ms
    from healthvault.cli.inputs import stdin_or_file
    from healthvault.cli.opening import opened
    from healthvault.cli.trial_objects import LOCKED, results_object

    with opened(terminal, writing=True, clock_ok=clock_ok) as vault:
        found, kept = keep_results(vault, study, map(stdin_or_file, files), now_ms=now_ms())
    terminal.fields({**results_object(found, kept), **LOCKED.fields()}, unsaid=("proves", "does_not_prove"))
    LOCKED.say(terminal)
