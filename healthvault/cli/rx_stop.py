# SPDX-License-Identifier: Apache-2.0
"""`hv rx stop`: a medicine was stopped."""

from typing import TypedDict, Unpack

import click

from healthvault.cli.command import hv_command
from healthvault.cli.dates import When, parse_when
from healthvault.cli.options import clock_ok_option
from healthvault.cli.rx_options import code_option
from healthvault.cli.terminal import Terminal

__all__ = ["stop"]


class _Said(TypedDict):
    when: When | None
    reason: str | None
    patient: str
    codes: tuple[tuple[str, str], ...]


@hv_command(
    "hv rx stop d_7k3m --on 2026-11-20 --reason 'cough'",
    "hv rx stop 'Ramipril 5 mg' --on 2026-11-20 --from d_9q2x",
)
@click.argument("what", metavar="ID|MEDICINE")
@click.option("--on", "when", type=parse_when, metavar="DATE", help="From this day on. Default: today.")
@click.option("--reason", help="Why.")
@click.option("--patient", default="", help="Whose medicine it is, where no ID says so. Default: yours.")
@code_option
@click.option("--from", "source", metavar="ID", help="The document that says so.")
@clock_ok_option
def stop(terminal: Terminal, what: str, source: str | None, *, clock_ok: bool, **said: Unpack[_Said]) -> None:
    """Record that a medicine was stopped, as a document of type medication-stop (FHIR MedicationStatement).

    An ID (d_…) stops that prescription and no other. A name stops what was begun before that day and has these
    very words, or this code, with the same strength. What was dispensed after it is said, as `hv rx check` would.
    """
    from healthvault.areas.medicine_forms import stop_medicine
    from healthvault.cli.clock import now_ms
    from healthvault.cli.medicine_objects import UNSAID, say_flags, stop_object
    from healthvault.cli.opening import opened
    from healthvault.cli.rx_drafts import stop_draft

    draft = stop_draft(what, **said)
    with opened(terminal, writing=True, clock_ok=clock_ok) as vault:
        written = stop_medicine(vault, what, draft, source=source, now_ms=now_ms())
    terminal.fields(stop_object(written), unsaid=("flags", *UNSAID))
    say_flags(terminal, written)
