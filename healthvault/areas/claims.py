# SPDX-License-Identifier: Apache-2.0
"""The claims in a vault: read anew from the documents that state them, joined into cases, held against records.

Nothing is kept: what a claim is worth is what its documents are worth. Spec: docs/spec/claims.md.
"""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass

from healthvault.areas.resources import Stated, Stumble, stated_of_types
from healthvault.claims.checking import Checked, check
from healthvault.claims.coverage import Coverage, coverage_of
from healthvault.claims.dispute import parse_dispute
from healthvault.claims.evidence import DOCUMENT, SERVICES, Record
from healthvault.claims.fhir import ROLES, paper_of, written
from healthvault.claims.joining import Case, join
from healthvault.claims.paper import Paper, Person
from healthvault.claims.table import MAX_TABLE_BYTES, papers_of_table
from healthvault.errors import FormatError, NotFound
from healthvault.ledger.documents import DocStatus
from healthvault.records.categories import Category
from healthvault.records.json_written import Written
from healthvault.records.kinds import Kind
from healthvault.records.statements import Item
from healthvault.storage.contents import Contents
from healthvault.storage.item_rows import ItemRow, ItemRows
from healthvault.storage.item_scope import Scope
from healthvault.vault.add import Observer
from healthvault.vault.forms import find_forms
from healthvault.vault.looking import looked_into
from healthvault.vault.owners_view import owners_scope
from healthvault.vault.person import owner_of
from healthvault.vault.read import Filter, document_bytes, list_documents
from healthvault.vault.vault import Vault
from healthvault.vault.views import Document
from healthvault.vault.whose import Whose
from healthvault.vault.whose_views import WhoseView, whose_of

__all__ = ["CheckedClaims", "Claims", "check_claims", "disputed_days", "find_case", "read_claims", "records_of"]

_TYPES = (*ROLES, "Coverage")
_PERSONS = {"unsure": Person.UNSURE, "conflict": Person.CONFLICT, "other": Person.OTHER, "refused": Person.OTHER}
_TELLING = frozenset((Kind.PDF.value, Kind.TEXT.value, Kind.RTF.value, Kind.IMAGE.value, Kind.FOLDER.value))
"""Kinds of documents that tell of a visit without its being understood."""
_NO_WORDS = "not written as FHIR in JSON, so its amounts are not read"


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """All claims that documents in force state."""

    cases: tuple[Case, ...]
    coverages: tuple[Coverage, ...]
    stumbles: tuple[Stumble, ...]
    """What could not be read of documents that state claims."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedClaims:
    """The claims, the records that they were held against, and what was found."""

    claims: Claims
    records: tuple[Record, ...]
    checked: Checked


def read_claims(vault: Vault, *, observer: Observer | None = None) -> Claims:
    """Return all claims, those that are about somebody else too.

    Args:
        vault: Unlocked.
        observer: Is told how bringing up the index gets on.

    Raises:
        InvalidRequest: `io_error`.
        VaultDamaged: `vault_damaged`.
    """
    papers: list[Paper] = []
    coverages: list[Coverage] = []
    stumbles: list[Stumble] = []
    stated = list(stated_of_types(vault, _TYPES, everyone=True, observer=observer))
    persons = _persons(vault, [each for each in stated if isinstance(each, Stated)])
    for each in stated:
        if isinstance(each, Stumble):
            stumbles.append(each)
            continue
        resource = _written(each)
        if resource is None:
            stumbles.append(Stumble(document=each.document, reason=f"{each.item.place}: {_NO_WORDS}"))
        elif coverage := coverage_of(resource, each.document.id):
            coverages.append(coverage)
        elif paper := _paper(each, resource, persons[each.document.entry, each.item.subject]):
            papers.append(paper)
    for found in _tables(vault):
        if isinstance(found, Stumble):
            stumbles.append(found)
        else:
            papers.append(found)
    return Claims(cases=join(papers), coverages=tuple(coverages), stumbles=tuple(stumbles))


def check_claims(vault: Vault, *, observer: Observer | None = None) -> CheckedClaims:
    """Return the claims with what all rules say of them. Raises as `read_claims`."""
    claims = read_claims(vault, observer=observer)
    records = tuple(records_of(vault))
    return CheckedClaims(claims=claims, records=records, checked=check(claims.cases, records, claims.coverages))


def find_case(cases: tuple[Case, ...], asked: str) -> Case:
    """Return the case that somebody means, by its label, an id or a number in its papers, or its document.

    Raises:
        NotFound: `not_found`, `ambiguous`.
    """
    labels = [case for case in cases if asked == case.label]
    found = labels or [case for case in cases if asked in case.names()]
    if not found and len(asked) > len("d_123"):
        found = [case for case in cases if any(one.startswith(asked) for one in case.documents)]
    if not found:
        raise NotFound("not_found", f"no claim is called {asked}", hint="`hv claims list` shows what there is")
    if len(found) > 1:
        candidates = ", ".join(case.documents[0] for case in found[:10])
        raise NotFound(
            "ambiguous",
            f"it could be any of {candidates}",
            hint="name the document, or the claim as `hv claims list` does",
        )
    return found[0]


def disputed_days(vault: Vault) -> dict[str, str]:
    """Return by the label of a claim the day on which the owner disputed it last; what is no dispute says nothing.

    Raises:
        VaultDamaged: `vault_damaged`.
    """
    days: dict[str, str] = {}
    for form in find_forms(vault, Kind.CLAIM_DISPUTE):
        with contextlib.suppress(FormatError):
            said = parse_dispute(form.content)
            days[said.claim] = max(days.get(said.claim, ""), said.day)
    return days


def records_of(vault: Vault) -> Iterator[Record]:
    """Yield what the owner's records say was done. Raises as `read_claims`."""
    with looked_into(vault) as contents:
        scope, whose = owners_scope(vault, contents, Scope(), everyone=False)
        for row in ItemRows(contents).of_types(scope, SERVICES):
            if row.item.date:
                yield _record(row)
    yield from _documents(vault, whose)


def _record(row: ItemRow) -> Record:
    item: Item = row.item
    return Record(
        type=item.type,
        document=row.document.id,
        date=item.date or "",
        until=item.until,
        status=item.status,
        providers=tuple(name for name in (item.source, item.author) if name),
        codes=item.codes,
        digest=row.sense,
    )


def _documents(vault: Vault, whose: Whose) -> Iterator[Record]:
    """Yield letters and the like that have a day and say who wrote them."""
    for document in list_documents(vault, Filter()):
        names = tuple(name for name in (document.author, document.source) if name)
        is_telling = document.kind in _TELLING and document.category != Category.CLAIM.value
        is_there = document.status == DocStatus.CURRENT.value and whose.includes(document.entry, None)
        if is_telling and is_there and document.date and names:
            yield Record(
                type=DOCUMENT,
                document=document.id,
                date=document.date,
                providers=names,
                digest=document.id.encode(),
            )


def _persons(vault: Vault, stated: list[Stated]) -> dict[tuple[int, int | None], Person]:
    """Return by document and subject whose each claim is."""
    documents = {each.document.entry: each.document for each in stated}
    with looked_into(vault, only=tuple(documents)) as contents:
        views = _views(vault, contents, documents)
    return {
        (each.document.entry, each.item.subject): _person(views[each.document.entry], each.item.subject)
        for each in stated
    }


def _views(vault: Vault, contents: Contents, documents: dict[int, Document]) -> dict[int, WhoseView]:
    owner = owner_of(vault)
    return {seq: whose_of(vault, contents, document, owner) for seq, document in documents.items()}


def _person(view: WhoseView, subject: int | None) -> Person:
    named = next((each for each in view.subjects if subject is not None and each.number == subject + 1), None)
    return _PERSONS.get(named.result if named else view.result, Person.OWNER)


def _written(stated: Stated) -> Written:
    try:
        return written(stated.content) if stated.content is not None else None
    except ValueError:
        return None


def _paper(stated: Stated, resource: Written, person: Person) -> Paper | None:
    return paper_of(
        resource,
        document=stated.document.id,
        seq=stated.document.entry,
        place=stated.item.place,
        person=person,
        digest=stated.item.digest,
    )


def _tables(vault: Vault) -> Iterator[Paper | Stumble]:
    for document in list_documents(vault, Filter(kind=Kind.CSV.value)):
        if document.status != DocStatus.CURRENT.value:
            continue
        if document.size_bytes > MAX_TABLE_BYTES:
            yield Stumble(document=document, reason="larger than a table of claims is read")
            continue
        table = papers_of_table(document_bytes(vault, document), document=document.id, seq=document.entry)
        if table is not None:
            yield from table.papers
            yield from (Stumble(document=document, reason=reason) for reason in table.unread)
