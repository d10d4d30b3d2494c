# SPDX-License-Identifier: Apache-2.0
"""The owner's emergency sheet: one document in force, each edit a newer version of it, and what documents propose.

Nothing gets on the sheet unless the owner says so, item by item. Spec: docs/spec/emergency.md sections 1 and 6.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from healthvault.emergency.sheet import EMPTY_SHEET, OWNER, Section, Sheet, one_line, parse_sheet
from healthvault.errors import NotFound
from healthvault.ledger.documents import DocStatus
from healthvault.records.categories import Category
from healthvault.records.emergency import proposals
from healthvault.records.kinds import MEDIA_TYPES, Kind
from healthvault.storage.document_rows import DocumentRow, DocumentRows, Filter
from healthvault.vault.forms import NewForm, keep_form
from healthvault.vault.read import document_bytes, find_document, list_documents
from healthvault.vault.vault import Vault
from healthvault.vault.views import Document

__all__ = ["Kept", "Suggested", "Suggestions", "edit_sheet", "find_sheet", "source_statuses", "suggest", "take"]

NAME = "emergency-sheet.json"
TITLE = "Emergency sheet"
FHIR_KINDS = (Kind.IPS, Kind.FHIR_BUNDLE, Kind.FHIR, Kind.FHIR_NDJSON, Kind.IMPLANT_CARD, Kind.DIRECTIVE)
MAX_DOCUMENT_BYTES = 16 << 20
FORWARD = "forward"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A sheet and the document that holds it."""

    sheet: Sheet
    document: Document | None
    """None before the first item."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggested:
    """One thing that a document says and that the owner may take over. Untrusted text, cut to one line."""

    id: str
    """The document's id, a colon, and the number of the proposal in it, from 1."""
    section: Section
    text: str
    detail: str
    patient: str | None
    is_taken: bool
    """It is on the sheet already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestions:
    """What all documents propose."""

    found: tuple[Suggested, ...]
    unread: tuple[str, ...]
    """Ids of FHIR documents that were not looked into: in XML, too large, or received on terms that forbid it."""


def find_sheet(vault: Vault) -> Kept:
    """Return the sheet in force, an empty one if there is none.

    Raises:
        NotFound: `ambiguous`, several documents of this kind are in force.
        FormatError: `bad_schema`, it was replaced by something that is no sheet.
    """
    found = [
        document
        for document in list_documents(vault, Filter(kind=Kind.EMERGENCY_SHEET.value))
        if document.status == DocStatus.CURRENT.value and not document.is_received
    ]
    if len(found) > 1:
        ids = ", ".join(document.id for document in found)
        raise NotFound(
            "ambiguous", f"several emergency sheets are in force: {ids}", hint="`hv retract` all but one"
        )
    if not found:
        return Kept(sheet=EMPTY_SHEET, document=None)
    return Kept(sheet=parse_sheet(document_bytes(vault, found[0])), document=found[0])


def edit_sheet(vault: Vault, edit: Callable[[Sheet], Sheet], *, today: date, now_ms: int) -> Sheet:
    """Change the sheet and keep it as a newer version; an edit that changes nothing writes nothing.

    Args:
        vault: Unlocked, writing.
        edit: Returns the new sheet; what it raises ends the edit.
        today: The date of the new version.
        now_ms: The clock.

    Raises:
        As `find_sheet`; InvalidRequest: `io_error`.
    """
    kept = find_sheet(vault)
    sheet = edit(kept.sheet)
    if sheet == kept.sheet:
        return sheet
    labels = sorted({label for row in _sources(vault, sheet) for label in row.sensitivity})
    form = NewForm(
        kind=Kind.EMERGENCY_SHEET,
        name=NAME,
        title=TITLE,
        content=sheet.to_bytes(),
        date=today.isoformat(),
        category=Category.LETTER,
        sensitivity=tuple(labels),  # what was sensitive there is so here
    )
    keep_form(vault, form, now_ms=now_ms, replaces=kept.document.id if kept.document else None)
    return sheet


def source_statuses(vault: Vault, sheet: Sheet) -> Mapping[str, str]:
    """Return what became of each document that items were taken from; one that nobody knows is not in it."""
    return {row.id: row.status for row in _sources(vault, sheet)}


def suggest(vault: Vault) -> Suggestions:
    """Return what the FHIR documents in force say, the newest added first, each thing once.

    Raises:
        As `find_sheet`; VaultDamaged: `vault_damaged`.
    """
    sheet = find_sheet(vault).sheet
    found: dict[tuple[Section, str, str], Suggested] = {}
    unread: list[str] = []
    for document in _documents(vault):
        if not _may_read(vault, document):
            unread.append(document.id)
            continue
        for one in _suggested(vault, document, sheet):
            found.setdefault((one.section, one.text.casefold(), one.detail.casefold()), one)
    return Suggestions(found=tuple(found.values()), unread=tuple(unread))


def take(vault: Vault, id_text: str, sheet: Sheet, *, today: date) -> Sheet:
    """Return the sheet with one proposal taken over, as confirmed by the owner today.

    Args:
        vault: Unlocked.
        id_text: Of a `Suggested`; of the document's id its unique beginning is enough.
        sheet: Where to put it.
        today: When the owner said so.

    Raises:
        NotFound: `not_found`, `ambiguous`.
        InvalidRequest: As `Sheet.added`.
    """
    prefix, _, number = id_text.partition(":")
    document = find_document(vault, prefix)
    known = {one.id: one for one in _suggested(vault, document, sheet)} if _may_read(vault, document) else {}
    one = known.get(f"{document.id}:{number}")
    if one is None:
        raise NotFound(
            "not_found",
            f"{document.id} proposes nothing of that number",
            hint="`hv emergency suggest` shows what there is",
        )
    return sheet.added(one.section, one.text, one.detail, today=today, source=document.id)


def _sources(vault: Vault, sheet: Sheet) -> list[DocumentRow]:
    rows, ids = DocumentRows(vault.catalogue), {item.source for item in sheet.items} - {OWNER}
    return [row for id_text in sorted(ids) for row in rows.with_prefix(id_text)]


def _documents(vault: Vault) -> Iterator[Document]:
    for kind in FHIR_KINDS:
        for document in list_documents(vault, Filter(kind=kind.value)):
            if document.status == DocStatus.CURRENT.value:
                yield document


def _may_read(vault: Vault, document: Document) -> bool:
    """Tell whether it is JSON of a fair size, in force, and what it says may be handed on."""
    row: DocumentRow | None = DocumentRows(vault.catalogue).at(document.entry)
    may_forward = row is not None and (row.actions is None or FORWARD in row.actions)
    is_json = document.media_type in {MEDIA_TYPES[Kind.FHIR], MEDIA_TYPES[Kind.FHIR_NDJSON]}
    is_current = document.status == DocStatus.CURRENT.value
    return may_forward and is_json and is_current and document.size_bytes <= MAX_DOCUMENT_BYTES


def _suggested(vault: Vault, document: Document, sheet: Sheet) -> Iterator[Suggested]:
    text = document_bytes(vault, document).decode("utf-8-sig", "replace")
    for number, one in enumerate(proposals(text), 1):
        section, said = Section(one.section), one_line(one.text)
        yield Suggested(
            id=f"{document.id}:{number}",
            section=section,
            text=said,
            detail=one_line(one.detail),
            patient=None if one.patient is None else one_line(one.patient),
            is_taken=sheet.holds(section, said, document.id),
        )
