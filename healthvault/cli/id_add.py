# SPDX-License-Identifier: Apache-2.0
"""`hv id add`: something by which the owner's records are known."""

import click

from healthvault.cli.clock import now_ms
from healthvault.cli.command import hv_command
from healthvault.cli.options import clock_ok_option
from healthvault.cli.person_objects import FACT_COLUMNS, fact_object
from healthvault.cli.terminal import Terminal

__all__ = ["add"]

_KINDS = ("name", "birth-date", "sex", "identifier")


@hv_command(
    "hv id add birth-date 1975-05-01",
    "hv id add identifier ssn 444-22-2222",
    'hv id add identifier "mrn:General Hospital" PID1234 --from d_7k3m',
)
@click.argument("kind", type=click.Choice(_KINDS), metavar="KIND")
@click.argument("values", nargs=-1, required=True, metavar="VALUE")
@click.option("--from", "source", metavar="DOC", help="The document that it is from.")
@clock_ok_option
def add(terminal: Terminal, kind: str, values: tuple[str, ...], source: str | None, *, clock_ok: bool) -> None:
    """Say something by which your records are known. Shows all that you said.

    KIND is name (each that you have or had, as "Eve Everywoman" or "Everywoman, Eve"), birth-date, sex, or
    identifier, which takes two values: the system (ssn, nhs, mbi, mrn:HOSPITAL or a URI) and the number.
    """
    from healthvault.cli.opening import opened
    from healthvault.ledger.person import FactKind
    from healthvault.vault.person import add_facts, fact_of
    from healthvault.vault.read import find_document

    if len(values) != (2 if kind == "identifier" else 1):
        raise click.UsageError("an identifier takes a system and a value, everything else one value")
    with opened(terminal, writing=True, clock_ok=clock_ok) as vault:
        entry = None if source is None else find_document(vault, source).entry
        system = values[0] if kind == "identifier" else None
        fact = fact_of(FactKind(kind), values[-1], system=system, source=entry)
        terminal.rows(map(fact_object, add_facts(vault, [fact], now_ms=now_ms())), FACT_COLUMNS)
