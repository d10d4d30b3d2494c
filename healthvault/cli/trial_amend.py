# SPDX-License-Identifier: Apache-2.0
"""`hv trial amend`: an amendment of a registered protocol."""

import click

from healthvault.cli.command import hv_command
from healthvault.cli.options import clock_ok_option
from healthvault.cli.terminal import Terminal

__all__ = ["amend"]


@hv_command(
    'hv trial amend CDISCPILOT01 protocol-2.pdf --reason "Two more sites"',
    'hv trial amend S-1 --reason "Endpoint of the regulator" --endpoint "CIBIC+ at week 16"',
)
@click.argument("study")
@click.argument("protocol", metavar="[PROTOCOL]", required=False)
@click.option("--reason", required=True, help="Why.")
@click.option(
    "--endpoint", "endpoints", multiple=True, help="A primary endpoint from now on; name all; repeatable."
)
@click.option("--analysis", metavar="TEXT", help="How the endpoints are to be analysed from now on.")
@clock_ok_option
def amend(  # noqa: PLR0913  one argument an option
    terminal: Terminal,
    study: str,
    protocol: str | None,
    reason: str,
    endpoints: tuple[str, ...],
    analysis: str | None,
    *,
    clock_ok: bool,
) -> None:
    """Put an amendment in the place of what is registered; what is not said stays as it was.

    Every version stays, and every bundle of the trial shows all of them: which came before the first data, which
    after, which after a lock.
    """
    from healthvault.areas.trials import Change, amend_trial
    from healthvault.cli.clock import now_ms
    from healthvault.cli.inputs import stdin_or_file
    from healthvault.cli.opening import opened
    from healthvault.cli.trial_objects import REGISTERED, trial_object
    from healthvault.vault.intervals import Intervals

    change = Change(reason=reason, endpoints=endpoints, analysis=analysis)
    file = None if protocol is None else stdin_or_file(protocol)
    with opened(terminal, writing=True, clock_ok=clock_ok) as vault:
        found = amend_trial(vault, study, file, change, now_ms=now_ms())
        shown = trial_object(found, Intervals(vault).of(found.first.document.entry))
    terminal.fields({**shown, **REGISTERED.fields()}, unsaid=("proves", "does_not_prove"))
    REGISTERED.say(terminal)
