# SPDX-License-Identifier: Apache-2.0
"""`hv trial consents`: the whole history of consents and withdrawals."""

from datetime import date

import click

from healthvault.cli.command import hv_command
from healthvault.cli.terminal import Terminal
from healthvault.cli.trial_consent_options import at_option

__all__ = ["consents"]

_COLUMNS = ("id", "date", "standing", "study", "version", "contact", "countersigned_by")


@hv_command("hv trial consents", "hv trial consents NCT04280705 --at 2026-06-01 --json")
@click.argument("study", required=False)
@at_option("What held on this day. Default: today.")
def consents(terminal: Terminal, study: str | None, day: date | None) -> None:
    """List consents and withdrawals, yours and those that were sent to you, the oldest first.

    Each consent with what it is on the day: in force, not yet, replaced, withdrawn, or set aside because you
    retracted it; and with who countersigned it.
    """
    from healthvault.cli.opening import opened
    from healthvault.cli.trial_consent_objects import CONSENT_LIMITS
    from healthvault.cli.trial_consenting import listed_records, warn_of_unusable

    with opened(terminal) as vault:
        terminal.rows(listed_records(vault, study, day), _COLUMNS)
        warn_of_unusable(terminal, vault)
    CONSENT_LIMITS.say(terminal)
