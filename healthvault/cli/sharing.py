# SPDX-License-Identifier: Apache-2.0
"""What `hv share` and `hv grant` do once they run: check the wish, show it to the owner, hand out the bundle.

Loads the vault.
"""

import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from healthvault.cli.clock import ms_of, now_ms, rfc3339, wall_clock
from healthvault.cli.dates import parse_when
from healthvault.cli.objects import bundle_object
from healthvault.cli.options import SelectChoice, is_stdout
from healthvault.cli.prompt import confirm
from healthvault.cli.selection import is_described, selected_apart
from healthvault.cli.share_options import LimitsChoice, ShareChoice, TermsChoice
from healthvault.cli.terminal import Terminal
from healthvault.consent.conditions import Condition
from healthvault.consent.purposes import DEFAULT_ACTIONS, PURPOSES, purpose_word
from healthvault.consent.selectors import conditions_from_words
from healthvault.errors import ConsentRefused
from healthvault.vault.add import Observer
from healthvault.vault.contacts import find_contact
from healthvault.vault.deciding import split_included
from healthvault.vault.grants import documents_of, find_grant, terms_in_force
from healthvault.vault.handing import Letter, UnderGrant
from healthvault.vault.roles import check_documents_of_role, under_role
from healthvault.vault.share import share, share_under
from healthvault.vault.terms import Terms
from healthvault.vault.vault import Vault
from healthvault.vault.views import BundleView, Document

__all__ = [
    "check_grantees",
    "check_wish",
    "conditions_of",
    "confirm_terms",
    "documents_under",
    "limits_of",
    "share_chosen",
    "terms_chosen",
    "terms_of",
]

_LISTED_TITLES = 20
_OF_TERMS = frozenset(TermsChoice.__annotations__) - {"accept"}
_UNTIL = parse_when("90d")
_PURPOSES = (PURPOSES["treatment"],)
_Writer = Callable[[Path, Observer | None], BundleView]


class Chosen(ShareChoice, SelectChoice):
    """All options of `hv share` that say what goes to whom."""

    yes: bool


class AllChosen(TermsChoice, SelectChoice):
    """Which documents, and the terms."""


def check_grantees(chosen: TermsChoice) -> None:
    """Check that it is said for whom, in one way. Raises UsageError."""
    named = chosen["to"] or (chosen["role"] and not chosen["code"])
    if bool(named) == chosen["code"]:
        raise click.UsageError(
            "say for whom, in one way: --to NAME for a contact, --role ROLE for who has it, "
            "or --code for whoever is told the code"
        )


def check_wish(terminal: Terminal, output: Path, chosen: ShareChoice) -> None:
    """Check that the options go together. Raises UsageError."""
    if chosen["grant"] is None:
        check_grantees(chosen)
    elif any(value for key, value in chosen.items() if key in _OF_TERMS):
        raise click.UsageError("--grant says for whom, for what and until when: leave those options out")
    if is_stdout(output) and (chosen["code"] or chosen["grant"] or terminal.settings.json):
        raise click.UsageError("`-o -` fills stdout with the bundle: there is no room for a code or --json")


def terms_chosen(
    terminal: Terminal, vault: Vault, documents: tuple[str, ...], chosen: AllChosen
) -> tuple[tuple[Document, ...], Terms]:
    """Return the documents that were named or described, and the terms, with what a role says filled in.

    Raises:
        As `documents_under`; ConsentRefused: `role_unbound`, `outside_role`; NotFound: `not_found`, `ambiguous`.
    """
    terms = under_role(vault, terms_of(chosen), now_ms=now_ms())
    named, described = selected_apart(vault, documents, chosen)
    check_documents_of_role(vault, terms, (document.entry for document in named))
    found = documents_under(terminal, vault, terms.conditions, named, described)
    return found, replace(terms, records=tuple(document.id for document in found))


def terms_of(chosen: TermsChoice) -> Terms:
    """Return the terms that the options describe; days begin and end by the clock on the wall."""
    now = wall_clock(now_ms())
    begins, recheck = chosen["begins"], chosen["recheck"]
    return replace(
        limits_of(chosen, chosen["to"], chosen["role"]),
        is_for_bearer=chosen["code"],
        not_before_ms=ms_of(begins.start(now)) if begins else None,
        recheck_after_ms=ms_of(recheck.end(now)) if recheck else None,
        accept=chosen["accept"],
    )


def limits_of(chosen: LimitsChoice, to: tuple[str, ...], role: str | None = None) -> Terms:
    """Return terms without documents; where a role is named and nothing is said, what it says counts."""
    return Terms(
        records=(),
        to=to,
        role=role,
        purposes=chosen["purpose"] or (() if role else _PURPOSES),
        actions=chosen["action"] or (() if role else DEFAULT_ACTIONS),
        not_after_ms=ms_of((chosen["until"] or _UNTIL).end(wall_clock(now_ms()))),
        may_end_earlier=chosen["until"] is None,
        conditions=conditions_of(chosen),
    )


def conditions_of(chosen: LimitsChoice) -> tuple[Condition, ...]:
    """Return the further conditions that the options describe."""
    return conditions_from_words(chosen["deny"], chosen["sensitivity"], chosen["max_shares"])


def documents_under(
    terminal: Terminal,
    vault: Vault,
    conditions: tuple[Condition, ...],
    named: tuple[Document, ...],
    described: tuple[Document, ...],
) -> tuple[Document, ...]:
    """Return the documents that the conditions let pass; what was only described is left out, with a warning.

    Raises:
        ConsentRefused: `denied_by_rule`, `sensitivity_not_named`, one was named by its id, or none is left.
    """
    chosen = (*named, *described)
    kept, left_out = split_included(vault, conditions, [document.id for document in chosen])
    for document in named:
        if refusal := left_out.get(document.id):
            raise ConsentRefused(refusal.code, f"{document.id}: {refusal.message}", hint=refusal.hint)
    for id_text, refusal in left_out.items():
        if not kept:
            raise ConsentRefused(refusal.code, f"{id_text}: {refusal.message}; none is left", hint=refusal.hint)
        terminal.warn(f"{id_text} is left out: {refusal.message} ({refusal.code})")
    return tuple(document for document in chosen if document.id in kept)


def confirm_terms(
    terminal: Terminal, vault: Vault, documents: tuple[Document, ...], terms: Terms, *, form: str, yes: bool
) -> None:
    """Show what would be allowed to whom, and go on only if the owner says yes.

    Args:
        terminal: Asks.
        vault: Unlocked.
        documents: Which.
        terms: To whom, for what, until when.
        form: How to put it, with `{what}` and `{whom}`.
        yes: She said so before.

    Raises:
        As `confirm`; NotFound: `not_found`, `ambiguous`, a contact.
    """
    names = [find_contact(vault, name).name for name in terms.to] or ["whoever is told the code"]
    purposes = ", ".join(map(purpose_word, terms.purposes))
    until = (rfc3339(terms.not_after_ms) or "")[:10]
    wish = form.format(what=_count(documents), whom=", ".join(names))
    _confirm(terminal, documents, f"{wish} for {purposes} until {until}, to {', '.join(terms.actions)}?", yes=yes)


def share_chosen(
    terminal: Terminal, vault: Vault, documents: tuple[str, ...], output: Path, chosen: Chosen
) -> None:
    """Share the documents that were named or described, once the owner has said yes; say so."""
    make = _under_grant if chosen["grant"] else _under_new_terms
    write = make(terminal, vault, documents, chosen)
    with terminal.progress() as progress:
        if not is_stdout(output):
            terminal.fields(bundle_object(write(output, progress)))
            return
        with TemporaryDirectory(prefix="hv-") as folder:  # what lies there is encrypted already
            written = Path(folder) / "bundle"
            write(written, progress)
            with written.open("rb") as bundle:
                shutil.copyfileobj(bundle, sys.stdout.buffer)


def _under_new_terms(terminal: Terminal, vault: Vault, documents: tuple[str, ...], chosen: Chosen) -> _Writer:
    found, terms = terms_chosen(terminal, vault, documents, chosen)
    letter = _letter(chosen)
    form = f"Share {{what}}{_counted(chosen)} with {{whom}}"
    confirm_terms(terminal, vault, found, terms, form=form, yes=chosen["yes"])
    return lambda out, observer: share(vault, terms, out, now_ms=now_ms(), letter=letter, observer=observer)


def _under_grant(terminal: Terminal, vault: Vault, documents: tuple[str, ...], chosen: Chosen) -> _Writer:
    row, terms = terms_in_force(vault, chosen["grant"] or "", now_ms=now_ms())
    grant, letter = find_grant(vault, row.id, now_ms=now_ms()), _letter(chosen)
    if documents or is_described(chosen):
        named, described = selected_apart(vault, documents, chosen)
    else:
        named, described = (), documents_of(vault, terms)
    found = documents_under(terminal, vault, terms.conditions, named, described)
    _confirm(terminal, found, f"Share {_count(found)}{_counted(chosen)} with {grant.contact}?", yes=chosen["yes"])
    wish = UnderGrant(grant=grant.id, records=tuple(one.id for one in found), accept=chosen["accept"])
    return lambda out, observer: share_under(vault, wish, out, now_ms=now_ms(), letter=letter, observer=observer)


def _letter(chosen: ShareChoice) -> Letter:
    return Letter(
        message=chosen["message"],
        with_metadata=chosen["with_metadata"],
        complete=chosen["complete"],
        with_attestations=not chosen["no_attestations"],
    )


def _counted(chosen: ShareChoice) -> str:
    """Return how the question names the categories of which it will be told how many documents there are."""
    names = ", ".join(dict.fromkeys(chosen["complete"]))
    return f", and how many documents of category {names} there are," if names else ""


def _confirm(terminal: Terminal, documents: Sequence[Document], question: str, *, yes: bool) -> None:
    about = [f"  {document.title}" for document in documents[:_LISTED_TITLES]]
    if len(documents) > _LISTED_TITLES:
        about.append(f"  and {len(documents) - _LISTED_TITLES} more")
    confirm(terminal.settings, question, yes=yes, about=about)


def _count(documents: Sequence[Document]) -> str:
    return "1 document" if len(documents) == 1 else f"{len(documents)} documents"
