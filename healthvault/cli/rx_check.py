# SPDX-License-Identifier: Apache-2.0
"""`hv rx check`: what is odd about dispenses."""

import click

from healthvault.cli.command import hv_command
from healthvault.cli.dates import When, parse_when
from healthvault.cli.look_options import everyone_option
from healthvault.cli.terminal import Terminal

__all__ = ["check"]

_COLUMNS = ("code", "result", "medicine", "day", "said", "documents", "patient")


@hv_command("hv rx check", "hv rx check --at 2026-06-30", "hv rx check --json | jq 'select(.result == \"found\")'")
@click.option("--at", type=parse_when, metavar="DATE", help="By what was written and dispensed until this day.")
@everyone_option
def check(terminal: Terminal, at: When | None, *, everyone: bool) -> None:
    """Look for what is odd about dispenses: each by name, with the documents that it rests on.

    over_dispense: more often than 1 + repeats, or more in all than that times the quantity. double_dispense: again
    before half of the days of an earlier supply of the same medicine have passed, on whatever prescription.
    expired: after the validity ended. dispensed_after_stop. dispensed_before_written. same_pack_twice.

    A result is "found", or "unknown" where a document does not say what is needed: nothing is raised by a guess.
    Exits with 0 whatever is found. Interactions between medicines are not looked at: that is for clinicians.
    """
    from healthvault.areas.medicine_forms import FOREVER
    from healthvault.cli.look_medicines import looked_up
    from healthvault.cli.medicine_objects import CHECKED, finding_object
    from healthvault.cli.medicine_rows import finding_rows
    from healthvault.cli.rx_options import day_text
    from healthvault.medicines.flags import find_flags

    with looked_up(terminal, everyone=everyone) as known:
        flags = find_flags(known.book, day_text(at) if at else FOREVER)
        if terminal.is_screen:
            terminal.painted(row for flag in flags for row in finding_rows(flag))
        else:
            terminal.rows(map(finding_object, flags), _COLUMNS)
        found = sum(flag.is_found for flag in flags)
        terminal.say(f"{found} found, {len(flags) - found} not known for want of data")
    CHECKED.say(terminal)
