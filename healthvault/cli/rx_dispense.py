# SPDX-License-Identifier: Apache-2.0
"""`hv rx dispense`: something was handed over on a prescription."""

from decimal import Decimal
from typing import TypedDict, Unpack

import click

from healthvault.cli.command import hv_command
from healthvault.cli.dates import When, parse_when
from healthvault.cli.options import clock_ok_option
from healthvault.cli.rx_options import supply_options
from healthvault.cli.terminal import Terminal

__all__ = ["dispense"]


class _Said(TypedDict):
    date: When | None
    by: str | None
    quantity: tuple[Decimal, str | None] | None
    days: int | None
    pack: str | None


@hv_command(
    "hv rx dispense d_7k3m --quantity 60 --days 30 --by 'Kim Pharmacy'",
    "hv rx dispense d_7k3m --date 2026-11-20 --pack '(01)09506000134352(21)1234'",
)
@click.argument("prescription", metavar="ID")
@click.option("--date", type=parse_when, metavar="DATE", help="When it was handed over. Default: today.")
@supply_options
@click.option("--by", metavar="PHARMACY", help="Who handed it over.")
@click.option("--pack", metavar="TEXT", help="What a scan of the pack says, word for word.")
@clock_ok_option
def dispense(terminal: Terminal, prescription: str, *, clock_ok: bool, **said: Unpack[_Said]) -> None:
    """Record that a prescription was dispensed, as a document of type dispense (FHIR MedicationDispense).

    ID is a document that states a prescription; where it states several, `hv rx list` shows the place to add. What
    happened is recorded in any case: what is odd about it is said, as `hv rx check` would, and changes neither
    that nor the exit code. A pack is kept as it was scanned, and compared with the packs of other dispenses.
    """
    from healthvault.areas.medicine_forms import dispense as record
    from healthvault.cli.clock import now_ms
    from healthvault.cli.medicine_objects import UNSAID, dispense_object, say_flags
    from healthvault.cli.opening import opened
    from healthvault.cli.rx_drafts import dispense_draft

    draft = dispense_draft(**said)
    with opened(terminal, writing=True, clock_ok=clock_ok) as vault:
        written = record(vault, prescription, draft, now_ms=now_ms())
    terminal.fields(dispense_object(written), unsaid=("flags", *UNSAID))
    say_flags(terminal, written)
