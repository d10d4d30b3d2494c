# SPDX-License-Identifier: Apache-2.0
"""What several commands of `hv claims` say beside their rows."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from healthvault.cli.terminal import Terminal

if TYPE_CHECKING:
    from healthvault.areas.resources import Stumble
    from healthvault.claims.totals import Totals

__all__ = ["say_stumbles", "say_unknown"]

MAX_SHOWN = 10


def say_stumbles(terminal: Terminal, stumbles: "Sequence[Stumble]") -> None:
    """Name what could not be read of documents that state claims."""
    for each in stumbles[:MAX_SHOWN]:
        terminal.warn(f"{each.document.id}: {each.reason}")
    if len(stumbles) > MAX_SHOWN:
        terminal.warn(f"{len(stumbles) - MAX_SHOWN} more things could not be read")


def say_unknown(terminal: Terminal, totals: "Totals") -> None:
    """Say what is not in the sums."""
    for name, reasons in totals.unclear.items():
        for reason, count in sorted(reasons.items()):
            terminal.say(f"{name}: unknown of {count} claims ({reason})")
        if totals.unsaid[name]:
            terminal.say(f"{name}: {totals.unsaid[name]} claims say nothing of it")
    if totals.undated:
        terminal.say(f"{totals.undated} claims are of no known day")
    if totals.not_counted:
        terminal.say(f"{totals.not_counted} do not count: cancelled, replaced, or not known to be about you")
