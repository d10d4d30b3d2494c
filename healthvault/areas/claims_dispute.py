# SPDX-License-Identifier: Apache-2.0
"""Disputing a claim: which documents an insurer needs for it, what else stands in them, the bundle of just those.

The dispute is written down as a form and shared under a grant of its own, for payment.
Spec: docs/spec/claims.md section 5.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from healthvault.areas.claims import CheckedClaims, find_case
from healthvault.claims.dispute import MAX_REASON_CHARS, Dispute, grounds_of
from healthvault.claims.findings import Finding
from healthvault.claims.joining import Case
from healthvault.claims.table import papers_of_table
from healthvault.errors import InvalidRequest
from healthvault.records.categories import Category
from healthvault.records.kinds import Kind
from healthvault.storage.item_rows import ItemRows
from healthvault.storage.outputs import OutputFile
from healthvault.vault.add import Observer
from healthvault.vault.addressees import addressees_of
from healthvault.vault.forms import NewForm, keep_form
from healthvault.vault.grants import Terms, check_terms
from healthvault.vault.looking import looked_into
from healthvault.vault.read import document_bytes, find_document
from healthvault.vault.share import share
from healthvault.vault.vault import Vault
from healthvault.vault.views import BundleView, Document

__all__ = ["Needed", "Plan", "Sent", "dispute", "plan_dispute"]

MAX_ITEMS = 20_000  # of one document, that are looked at for what else stands in it


@dataclass(frozen=True, slots=True, kw_only=True)
class Needed:
    """A document that the insurer needs."""

    document: Document
    more: int
    """How many things stand in it beside the claims in question."""
    sorts: tuple[str, ...]
    """Of what sort they are: FHIR types, or `claim`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a dispute would be, before anything is written."""

    case: Case
    findings: tuple[Finding, ...]
    needed: tuple[Needed, ...]
    """Without those that the owner leaves out."""
    withheld: tuple[str, ...]
    """Ids of those that she leaves out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A dispute that was written."""

    statement: Document
    bundle: BundleView


def plan_dispute(vault: Vault, checked: CheckedClaims, asked: str, without: Collection[str], reason: str) -> Plan:
    """Return what a dispute of a claim needs.

    Args:
        vault: Unlocked.
        checked: From `check_claims`.
        asked: As for `find_case`.
        without: Ids, or unique beginnings, of documents to leave out.
        reason: The owner's own words; they are needed where no rule found anything.

    Raises:
        NotFound: `not_found`, `ambiguous`, the claim or a document to leave out.
        InvalidRequest: `nothing_to_dispute`, no rule found anything and no reason is given; `bad_text`.
    """
    _check_reason(reason)
    case = find_case(checked.claims.cases, asked)
    findings = tuple(each for each in checked.checked.findings if each.claim == case.label)
    if not findings and not reason:
        raise InvalidRequest(
            "nothing_to_dispute", f"no rule found anything about {asked}", hint="say why with --reason"
        )
    out = {find_document(vault, each).id for each in without}
    wanted = dict.fromkeys((*case.documents, *(id_text for each in findings for id_text in each.documents)))
    labels = {case.label, *(label for each in findings for label in each.claims)}
    places = _places(checked, labels)
    needed = tuple(_needed(vault, [id_text for id_text in wanted if id_text not in out], places))
    return Plan(
        case=case, findings=findings, needed=needed, withheld=tuple(each for each in wanted if each in out)
    )


def dispute(  # noqa: PLR0913  one for each thing that the owner decides
    vault: Vault, plan: Plan, terms: Terms, out: Path, *, reason: str, day: str, now_ms: int,
    observer: Observer | None = None,
) -> Sent:  # fmt: skip
    """Write the dispute down and share it with what it needs; nothing is kept if the terms do not hold.

    Args:
        vault: Unlocked, writing.
        plan: From `plan_dispute`.
        terms: To whom, until when; the documents are filled in.
        out: The bundle.
        reason: The owner's own words, or empty.
        day: ISO 8601, by her clock.
        now_ms: The clock.
        observer: Is told how writing gets on.

    Raises:
        As `share.share`.
    """
    ids = tuple(each.document.id for each in plan.needed)
    _check_writable(vault, terms, ids, out, now_ms)
    said = Dispute(
        claim=plan.case.label,
        day=day,
        reason=reason,
        grounds=grounds_of(plan.findings),
        documents=tuple(each for each in plan.case.documents if each not in plan.withheld),
        withheld=len(plan.withheld),
    )
    labels = sorted({label for each in plan.needed for label in each.document.sensitivity})
    form = NewForm(
        kind=Kind.CLAIM_DISPUTE,
        name="claim-dispute.json",
        title=f"Dispute of claim {plan.case.label}",
        content=said.to_bytes(),
        date=day,
        category=Category.CLAIM,
        sensitivity=tuple(labels),
    )
    statement = keep_form(vault, form, now_ms=now_ms)
    bundle = share(vault, _with(terms, (statement.id, *ids)), out, now_ms=now_ms, observer=observer)
    return Sent(statement=statement, bundle=bundle)


def _check_writable(vault: Vault, terms: Terms, ids: tuple[str, ...], out: Path, now_ms: int) -> None:
    """Raise what the share would raise, before the statement is kept."""
    addressees_of(vault, terms.to)
    if ids:
        check_terms(vault, _with(terms, ids), now_ms=now_ms)
    with OutputFile(out):  # nothing is published
        pass


def _with(terms: Terms, records: tuple[str, ...]) -> Terms:
    return Terms(
        records=records,
        to=terms.to,
        purposes=terms.purposes,
        actions=terms.actions,
        not_after_ms=terms.not_after_ms,
        conditions=terms.conditions,
        accept=terms.accept,
    )


def _check_reason(reason: str) -> None:
    is_text = reason.encode("utf-8", "replace").decode() == reason
    if len(reason) > MAX_REASON_CHARS or not is_text:
        raise InvalidRequest("bad_text", f"a reason is text of at most {MAX_REASON_CHARS} characters")


def _places(checked: CheckedClaims, labels: Collection[str]) -> dict[str, set[str]]:
    """Return by document where in it the claims in question stand."""
    found: dict[str, set[str]] = {}
    for case in checked.claims.cases:
        for paper in (*case.papers, *case.older) if case.label in labels else ():
            found.setdefault(paper.document, set()).add(paper.place)
    return found


def _needed(vault: Vault, ids: list[str], places: dict[str, set[str]]) -> Iterator[Needed]:
    documents = [find_document(vault, id_text) for id_text in ids]
    with looked_into(vault, only=[document.entry for document in documents]) as contents:
        rows = ItemRows(contents)
        for document in documents:
            own = places.get(document.id, set())
            if document.kind == Kind.CSV.value:
                yield _of_table(vault, document, own)
                continue
            others = [item for item in rows.stated(document.entry, limit=MAX_ITEMS) if item.place not in own]
            sorts = tuple(sorted({item.type for item in others}))
            yield Needed(document=document, more=len(others), sorts=sorts)


def _of_table(vault: Vault, document: Document, own: Collection[str]) -> Needed:
    table = papers_of_table(document_bytes(vault, document), document=document.id, seq=document.entry)
    others = [paper for paper in (table.papers if table else ()) if paper.place not in own]
    return Needed(document=document, more=len(others), sorts=("claim",) if others else ())
