# SPDX-License-Identifier: Apache-2.0
"""`hv trial register`: a protocol, before there are data."""

import click

from healthvault.cli.command import hv_command
from healthvault.cli.options import clock_ok_option
from healthvault.cli.terminal import Terminal

__all__ = ["register"]


@hv_command(
    'hv trial register CDISCPILOT01 protocol.pdf --title "Xanomeline" --endpoint "CIBIC+ at week 24, LOCF"',
    'hv trial register S-1 plan.pdf --title T --endpoint "ADAS-Cog" --endpoint "CIBIC+" --number NCT00000000',
)
@click.argument("study")
@click.argument("protocol", metavar="PROTOCOL")
@click.option("--title", required=True, help="Title of the trial.")
@click.option("--endpoint", "endpoints", multiple=True, required=True, help="A primary endpoint; repeatable.")
@click.option("--analysis", metavar="TEXT", help="How the endpoints are to be analysed.")
@click.option("--number", metavar="TEXT", help="Its number in a public register.")
@clock_ok_option
def register(  # noqa: PLR0913  one argument an option
    terminal: Terminal,
    study: str,
    protocol: str,
    *,
    title: str,
    endpoints: tuple[str, ...],
    analysis: str | None,
    number: str | None,
    clock_ok: bool,
) -> None:
    """Commit to a protocol, its primary endpoints and the planned analysis: what comes later comes after it.

    The registration is counted: every bundle of a trial of yours shows how many protocols are registered in this
    vault, and how many were amended, retracted or erased. It cannot be taken back without that being seen.
    """
    from healthvault.areas.trials import NewTrial, register_trial
    from healthvault.cli.clock import now_ms
    from healthvault.cli.inputs import stdin_or_file
    from healthvault.cli.opening import opened
    from healthvault.cli.trial_objects import REGISTERED, trial_object
    from healthvault.vault.intervals import Intervals

    new = NewTrial(study=study, title=title, endpoints=endpoints, registration=number, analysis=analysis)
    with opened(terminal, writing=True, clock_ok=clock_ok) as vault:
        found = register_trial(vault, new, stdin_or_file(protocol), now_ms=now_ms())
        shown = trial_object(found, Intervals(vault).of(found.first.document.entry))
    terminal.fields({**shown, **REGISTERED.fields()}, unsaid=("proves", "does_not_prove"))
    REGISTERED.say(terminal)
