# SPDX-License-Identifier: Apache-2.0
"""What `hv research export` does once it runs: plan it, show the owner what may single her out, write it.

Loads the vault.
"""

from pathlib import Path

import click

from healthvault.areas.research import RESEARCH, Plan, Wish, plan_export, write_export
from healthvault.cli.clock import ms_of, now_ms, wall_clock
from healthvault.cli.dates import parse_when
from healthvault.cli.options import SelectChoice
from healthvault.cli.prompt import confirm
from healthvault.cli.research_objects import export_object
from healthvault.cli.research_options import EXPORT_LIMITS, ExportChoice
from healthvault.cli.selection import is_described, selected_apart
from healthvault.cli.sharing import documents_under
from healthvault.cli.terminal import Terminal
from healthvault.consent.purposes import DEFAULT_ACTIONS
from healthvault.consent.selectors import conditions_from_words
from healthvault.errors import InvalidRequest
from healthvault.research.duo import check_terms as check_duo
from healthvault.research.record import DEFAULT_FIELDS
from healthvault.vault.grants import documents_of, terms_in_force
from healthvault.vault.handing import UnderGrant
from healthvault.vault.terms import Terms
from healthvault.vault.vault import Vault

__all__ = ["check_terms", "export_chosen"]

_UNTIL = parse_when("1y")


class Chosen(ExportChoice, SelectChoice):
    """All options that say what goes to which study."""

    yes: bool


def check_terms(chosen: ExportChoice) -> None:
    """Check that it is said for whom, in one way, and that use is allowed at all. Raises UsageError."""
    if (chosen["to"] is None) == (chosen["grant"] is None):
        raise click.UsageError("say for whom, in one way: --to NAME, or --grant GRANT")
    if chosen["grant"] and (chosen["until"] or chosen["sensitivity"]):
        raise click.UsageError("--grant says until when, and which labels: leave those options out")
    try:
        check_duo(chosen["duo"])
    except InvalidRequest as err:
        raise click.UsageError(f"{err.message}; {err.hint}") from err


def export_chosen(
    terminal: Terminal, vault: Vault, documents: tuple[str, ...], output: Path, chosen: Chosen
) -> None:
    """Export what was chosen, once the owner has seen what may single her out and said yes; say so."""
    wish = Wish(
        study=chosen["study"],
        duo=check_duo(chosen["duo"]),
        fields=frozenset(chosen["fields"] or DEFAULT_FIELDS),
        terms=_terms(terminal, vault, documents, chosen),
    )
    with terminal.progress() as progress:
        plan = plan_export(vault, wish, now_ms=now_ms(), observer=progress)
    _ask(terminal, plan, yes=chosen["yes"])
    done = export_object(write_export(vault, plan, output, now_ms=now_ms()))
    terminal.fields(done, unsaid=("warnings", "left_out", "proves", "does_not_prove"))  # they were said
    EXPORT_LIMITS.say(terminal)


def _terms(terminal: Terminal, vault: Vault, documents: tuple[str, ...], chosen: Chosen) -> Terms | UnderGrant:
    if chosen["grant"] is not None:
        return _under_grant(terminal, vault, documents, chosen)
    conditions = conditions_from_words((), chosen["sensitivity"], None)
    named, described = selected_apart(vault, documents, chosen)
    found = documents_under(terminal, vault, conditions, named, described)
    return Terms(
        records=tuple(one.id for one in found),
        to=(chosen["to"] or "",),
        purposes=(RESEARCH,),
        actions=DEFAULT_ACTIONS,
        not_after_ms=ms_of((chosen["until"] or _UNTIL).end(wall_clock(now_ms()))),
        may_end_earlier=chosen["until"] is None,
        conditions=conditions,
        accept=chosen["accept"],
    )


def _under_grant(terminal: Terminal, vault: Vault, documents: tuple[str, ...], chosen: Chosen) -> UnderGrant:
    row, grant = terms_in_force(vault, chosen["grant"] or "", now_ms=now_ms())
    if documents or is_described(chosen):
        named, described = selected_apart(vault, documents, chosen)
    else:
        named, described = (), documents_of(vault, grant)
    found = documents_under(terminal, vault, grant.conditions, named, described)
    return UnderGrant(grant=row.id, records=tuple(one.id for one in found), accept=chosen["accept"])


def _ask(terminal: Terminal, plan: Plan, *, yes: bool) -> None:
    """Say what may single her out and what was left out, and go on only if she says yes."""
    for warning in plan.warnings:
        terminal.warn(warning)
    if plan.left_out:
        left = ", ".join(f"{reason} {count}" for reason, count in plan.left_out.items())
        terminal.say(f"left out, of things that the documents state: {left}")
    about = [f"  once only: {code}" for code in plan.rare_codes[:20]]
    terms = ", ".join(f"{term.text} ({term.label})" for term in plan.use.duo)
    question = (
        f"Export {plan.records} records ({plan.fresh} new) of {len(plan.documents)} documents to"
        f" {plan.wish.study}, for {', '.join(plan.contacts)}, until"
        f" {plan.use.until}: {terms}? They are pseudonymised, not anonymous."
    )
    confirm(terminal.settings, question, yes=yes, about=about)
