# SPDX-License-Identifier: Apache-2.0
"""`hv trial list`: the trials of this vault."""

from healthvault.cli.command import hv_command
from healthvault.cli.terminal import Terminal

__all__ = ["list_"]

_COLUMNS = ("study", "title", "status", "registered", "clock", "amendments", "data", "locks")


@hv_command("hv trial list", "hv trial list --json", name="list")
def list_(terminal: Terminal) -> None:
    """List the trials that are registered in this vault, with how far clocks of others bound the registration.

    Only your own: what came in a bundle is no registration of this vault.
    """
    from healthvault.areas.trial_forms import find_studies
    from healthvault.cli.opening import opened
    from healthvault.cli.trial_objects import REGISTERED, trial_object
    from healthvault.vault.intervals import Intervals

    with opened(terminal) as vault:
        intervals = Intervals(vault)
        studies = [(study, intervals.of(study.first.document.entry)) for study in find_studies(vault)]
    terminal.rows(({**trial_object(*one), **REGISTERED.fields()} for one in studies), _COLUMNS)
    REGISTERED.say(terminal)
