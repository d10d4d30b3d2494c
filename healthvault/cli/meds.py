# SPDX-License-Identifier: Apache-2.0
"""`hv meds`: the medication list as of a day, with its sources."""

import click

from healthvault.cli.command import hv_command
from healthvault.cli.dates import When, parse_when
from healthvault.cli.look_options import everyone_option
from healthvault.cli.terminal import Terminal

__all__ = ["meds"]

_PIPE = (
    "status",
    "title",
    "dose",
    "since",
    "until",
    "prescriber",
    "signed_by",
    "differs",
    "documents",
    "concept",
    "patient",
)


@hv_command("hv meds", "hv meds --at 2026-06-30", "hv meds --json | jq 'select(.status == \"active\")'")
@click.option("--at", type=parse_when, metavar="DATE", help="As of this day; today if it is not given.")
@everyone_option
def meds(terminal: Terminal, at: When | None, *, everyone: bool) -> None:
    """Show the medicines as of a day: one line each, with every document that says something of it.

    Status: active, stopped, completed, expired, planned, on-hold, or unknown. Two names are one medicine if they
    have the same code or the same words, and the same strength; nothing is joined by a guess. Where documents
    differ, "differs" says in what, and each stands there with its own word. Days are those that the documents
    give: what has none is shown as undated. What was retracted, replaced or entered in error is left out.

    A prescriber is a name in a document. Only "signed by" is proved, by a key: see `hv rx list --help`.
    """
    from healthvault.cli.look_medicines import looked_up
    from healthvault.cli.medicine_objects import MEDICINES, medicine_object
    from healthvault.cli.medicine_rows import medicine_rows
    from healthvault.cli.rx_options import day_text
    from healthvault.medicines.listing import medicine_list

    day = day_text(at)
    with looked_up(terminal, everyone=everyone) as known:
        lines = medicine_list(known.book, day)
        if terminal.is_screen:
            terminal.painted(row for line in lines for row in medicine_rows(line))
        else:
            terminal.rows((medicine_object(line, day) for line in lines), _PIPE)
        terminal.say(f"As of {day}." if lines else f"No document says anything about medicines by {day}.")
    MEDICINES.say(terminal)
