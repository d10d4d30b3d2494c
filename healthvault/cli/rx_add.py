# SPDX-License-Identifier: Apache-2.0
"""`hv rx add`: a prescription written down."""

from decimal import Decimal
from typing import TypedDict, Unpack

import click

from healthvault.cli.command import hv_command
from healthvault.cli.dates import When, parse_when
from healthvault.cli.options import clock_ok_option
from healthvault.cli.rx_options import code_option, supply_options
from healthvault.cli.terminal import Terminal

__all__ = ["add"]


class _Said(TypedDict):
    dose: str | None
    date: When | None
    prescriber: str | None
    patient: str
    valid_until: When | None
    repeats: int | None
    quantity: tuple[Decimal, str | None] | None
    days: int | None
    codes: tuple[tuple[str, str], ...]


@hv_command(
    "hv rx add 'Metformin 500 mg' --dose '1 twice a day' --prescriber 'Dr Lee' --repeats 2 --days 30",
    "hv rx add 'Ramipril 5 mg' --code 'atc|C09AA05' --valid-until 1y --from d_7k3m",
    "hv rx add 'Ramipril 10 mg' --patient 'Ana Silva' --prescriber 'Dr Lee' --replaces d_9q2x",
)
@click.argument("drug")
@click.option("--dose", help="How to take it, in words.")
@click.option("--date", type=parse_when, metavar="DATE", help="When it was written. Default: today.")
@click.option("--prescriber", help="Who wrote it: a name, which proves nothing.")
@click.option("--patient", default="", help="Whom it is for. Default: you.")
@click.option("--valid-until", type=parse_when, metavar="DATE", help="The last day on which it may be dispensed.")
@click.option("--repeats", type=click.IntRange(0, 999), metavar="N", help="How often after the first time.")
@supply_options
@code_option
@click.option("--from", "source", metavar="ID", help="The document that it is taken from.")
@click.option("--replaces", metavar="ID", help="The prescription that it is a newer version of.")
@clock_ok_option
def add(
    terminal: Terminal,
    drug: str,
    source: str | None,
    replaces: str | None,
    *,
    clock_ok: bool,
    **said: Unpack[_Said],
) -> None:
    """Write a prescription down: your own, or one that you write for a patient and share.

    It is a document of your vault, of type prescription (FHIR MedicationRequest), in your own word: the name of a
    prescriber in it makes it nobody else's. A prescription is known to be somebody's where it came in a bundle of
    theirs, or where they attested it. What is not given is not known, and is not guessed.
    """
    from healthvault.areas.medicine_forms import add_prescription
    from healthvault.cli.clock import now_ms
    from healthvault.cli.medicine_objects import UNSAID, prescription_object, say_flags
    from healthvault.cli.opening import opened
    from healthvault.cli.rx_drafts import prescription_draft

    draft = prescription_draft(drug, **said)
    with opened(terminal, writing=True, clock_ok=clock_ok) as vault:
        written = add_prescription(vault, draft, source=source, replaces=replaces, now_ms=now_ms())
    terminal.fields(
        prescription_object(written.telling, (), duplicate_of=written.document.duplicate_of), unsaid=UNSAID
    )
    say_flags(terminal, written)
