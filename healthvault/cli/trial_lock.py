# SPDX-License-Identifier: Apache-2.0
"""`hv trial lock`: the data are complete."""

import click

from healthvault.cli.command import hv_command
from healthvault.cli.options import clock_ok_option
from healthvault.cli.terminal import Terminal

__all__ = ["lock"]


@hv_command("hv trial lock CDISCPILOT01", "hv trial lock S-1 --script analysis.py")
@click.argument("study")
@click.option("--script", metavar="FILE", help="The program that will run on them: committed to before it runs.")
@clock_ok_option
def lock(terminal: Terminal, study: str, script: str | None, *, clock_ok: bool) -> None:
    """Commit to the complete list of the data in force, under one hash, before they are analysed.

    Of data that were amended the newest version is named; what was retracted is left out, and that shows. A study
    can be locked again: each lock is a document of its own, and a reviewer sees all of them.
    """
    from healthvault.areas.trial_data import lock_trial
    from healthvault.cli.clock import now_ms
    from healthvault.cli.inputs import stdin_or_file
    from healthvault.cli.opening import opened
    from healthvault.cli.trial_objects import LOCKED, lock_object

    file = None if script is None else stdin_or_file(script)
    with opened(terminal, writing=True, clock_ok=clock_ok) as vault:
        found, made = lock_trial(vault, study, file, now_ms=now_ms())
    terminal.fields({**lock_object(found, made), **LOCKED.fields()}, unsaid=("proves", "does_not_prove"))
    LOCKED.say(terminal)
