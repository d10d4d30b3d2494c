# SPDX-License-Identifier: Apache-2.0
"""`hv research forget`: erase what connects a study's pseudonym to this vault."""

import click

from healthvault.cli.clock import now_ms
from healthvault.cli.command import hv_command
from healthvault.cli.options import clock_ok_option, yes_option
from healthvault.cli.research_objects import forgotten_object
from healthvault.cli.terminal import Terminal

__all__ = ["forget"]


@hv_command("hv research forget NCT04280705")
@click.argument("study")
@yes_option
@clock_ok_option
def forget(terminal: Terminal, study: str, *, yes: bool, clock_ok: bool) -> None:
    """Erase a study's secret and log, in every version, so that nothing here connects its pseudonym to you.

    Withdraw first if you wish to: afterwards no notice can be signed, and an export to a study of the same name
    has a new pseudonym. Your journal goes on to say that these documents went to that contact for research.
    Backups made before keep what they hold, and researchers keep their records.
    """
    from healthvault.areas.research_studies import forget_study
    from healthvault.cli.opening import opened
    from healthvault.cli.prompt import confirm

    with opened(terminal, writing=True, clock_ok=clock_ok) as vault:
        confirm(terminal.settings, f"Forget {study} for good? Its pseudonym cannot be used again.", yes=yes)
        terminal.fields(forgotten_object(study, forget_study(vault, study, now_ms=now_ms())))
    terminal.say("Researchers keep what they hold; backups made before keep what connects it to you.")
