# SPDX-License-Identifier: Apache-2.0
"""`hv id take`: who the owner is, as a document of hers says."""

import click

from healthvault.cli.clock import now_ms
from healthvault.cli.command import hv_command
from healthvault.cli.options import clock_ok_option, yes_option
from healthvault.cli.person_objects import FACT_COLUMNS, fact_object
from healthvault.cli.terminal import Terminal

__all__ = ["take"]


@hv_command("hv id take d_7k3m", "hv id take d_7k3m --subject 2")
@click.argument("document", metavar="DOC")
@click.option("--subject", type=click.IntRange(1), metavar="N", help="Which person, if it names several.")
@yes_option
@clock_ok_option
def take(terminal: Terminal, document: str, subject: int | None, *, yes: bool, clock_ok: bool) -> None:
    """Take over names, birth date, sex and numbers from a document as yours, after you saw them. Shows all.

    Look at them well: from then on they decide what counts as yours. They stay when the document is erased, until
    you `hv id remove` them.
    """
    from healthvault.cli.opening import opened
    from healthvault.cli.prompt import confirm
    from healthvault.vault.contents import opened_contents
    from healthvault.vault.person import add_facts
    from healthvault.vault.read import find_document
    from healthvault.vault.taking import facts_in

    with opened(terminal, writing=True, clock_ok=clock_ok) as vault:
        found = find_document(vault, document)
        with opened_contents(vault, only=[found.entry]) as contents:
            facts = facts_in(contents, found, subject)
        about = [f"  {fact.fact.value}: {fact.value} {fact.system or ''}" for fact in facts]
        confirm(terminal.settings, "Is this you?", yes=yes, about=[f"{found.id} says:", *about])
        terminal.rows(map(fact_object, add_facts(vault, facts, now_ms=now_ms())), FACT_COLUMNS)
