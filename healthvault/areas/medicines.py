# SPDX-License-Identifier: Apache-2.0
"""What a vault holds about medicines: its forms, and what documents of hospitals say, as tellings.

Spec: docs/spec/medicines.md section 4.
"""

import datetime as dt
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from dataclasses import dataclass, replace

from healthvault.areas.medicine_signers import Signers
from healthvault.areas.resources import Stated, Stumble, stated_of_types
from healthvault.crypto.hashing import sha256
from healthvault.errors import FormatError
from healthvault.identity.names import shown_name
from healthvault.medicines.fhir import with_structure
from healthvault.medicines.form import parse_form
from healthvault.medicines.linking import Book, made_book
from healthvault.medicines.telling import Sort, Telling, exact_day
from healthvault.medicines.wording import Medicine
from healthvault.records.absence import absence_of
from healthvault.records.folding import folded
from healthvault.records.kinds import Kind
from healthvault.storage.document_rows import DocumentRows
from healthvault.storage.item_scope import Scope
from healthvault.storage.verdict_rows import VerdictRows
from healthvault.vault.add import Observer
from healthvault.vault.forms import find_forms
from healthvault.vault.looking import looked_into
from healthvault.vault.owners_view import owners_scope
from healthvault.vault.person import owner_of
from healthvault.vault.read import document_bytes
from healthvault.vault.status import owner_name
from healthvault.vault.vault import Vault
from healthvault.vault.views import Document
from healthvault.vault.whose import Whose

__all__ = ["FORMS", "Known", "content_address", "known_medicines"]

FORMS = {Kind.PRESCRIPTION: Sort.PRESCRIPTION, Kind.DISPENSE: Sort.DISPENSE, Kind.MEDICATION_STOP: Sort.STOP}
MAX_ADDRESSED_BYTES = 1 << 20  # a larger document is not found by the address of its bytes
_TYPES = {
    "MedicationRequest": Sort.PRESCRIPTION,
    "MedicationDispense": Sort.DISPENSE,
    "MedicationStatement": Sort.STATEMENT,
}
_NOT_TAKEN = "Not taken: "


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """All that is said about medicines, and what could not be read."""

    said: tuple[Telling, ...]
    """Each thing as often as it is told."""
    book: Book
    """Each thing once."""
    stumbles: tuple[Stumble, ...]
    whose: Whose


def known_medicines(vault: Vault, *, everyone: bool = False, observer: Observer | None = None) -> Known:
    """Return what the documents in force say about medicines.

    Args:
        vault: Unlocked.
        everyone: What hospitals say of somebody who is not known to be the owner, too.
        observer: Is told how reading gets on.

    Raises:
        InvalidRequest: `io_error`.
        VaultDamaged: `vault_damaged`.
    """
    with looked_into(vault, observer=observer) as contents:
        _, whose = owners_scope(vault, contents, Scope(), everyone=everyone)
        reading = _Reading(vault, whose, VerdictRows(contents))
        found = [*reading.forms(), *reading.others(everyone=everyone)]
    said = tuple(each for each in found if isinstance(each, Telling))
    return Known(
        said=said,
        book=made_book(said),
        stumbles=tuple(each for each in found if isinstance(each, Stumble)),
        whose=whose,
    )


def content_address(data: bytes) -> str:
    """Return the address of bytes, the same in every vault (RFC 6920)."""
    return "ni:///sha-256;" + urlsafe_b64encode(sha256(data)).decode().rstrip("=")


class _Reading:
    """Makes tellings of forms and of what is stated."""

    def __init__(self, vault: Vault, whose: Whose, subjects: VerdictRows) -> None:
        self._vault = vault
        self._whose = whose
        self._subjects = subjects
        self._signers = Signers(vault)
        self._rows = DocumentRows(vault.catalogue)
        names = [owner_name(vault), *(shown_name(name) for name in owner_of(vault).names)]
        self._owners = {_folded(name) for name in names}

    def forms(self) -> Iterator[Telling | Stumble]:
        """Yield what the forms say, received ones too; one that is none is named."""
        for kind, sort in FORMS.items():
            for form in find_forms(self._vault, kind, with_received=True):
                document = form.document
                try:
                    told = parse_form(sort, form.content)
                except FormatError as err:
                    yield Stumble(document=document, reason=err.message)
                    continue
                said = told.date or told.until
                is_later = sort is Sort.PRESCRIPTION and told.status != "active"
                told = replace(
                    told,
                    id=document.id,
                    document=document.id,
                    said=_added(document) if is_later or said is None else said[:10],
                    content=content_address(form.content),
                    signed=self._signers.of(document),
                )
                yield self._settled(told, told.patient)

    def others(self, *, everyone: bool) -> Iterator[Telling | Stumble]:
        """Yield what other documents say, those of hospitals first of all."""
        addresses: dict[str, str | None] = {}
        signs: dict[str, tuple] = {}  # type: ignore[type-arg]  # of Sign
        for one in stated_of_types(self._vault, tuple(_TYPES), everyone=everyone):
            document = one.document
            if document.kind in {kind.value for kind in FORMS}:
                continue
            if isinstance(one, Stumble):
                yield one
            elif absence_of(one.item) is None:
                if document.id not in addresses:
                    addresses[document.id] = self._address(document)
                    signs[document.id] = self._signers.of(document)
                told = replace(_told(one), content=addresses[document.id], signed=signs[document.id])
                yield self._settled(told, self._subject(one))

    def _settled(self, told: Telling, patient: str) -> Telling:
        """Return a telling with whom it is about, and with the newest version of what it rests on."""
        is_owners = not patient or _folded(patient) in self._owners
        return replace(
            told,
            patient="" if is_owners else _folded(patient),
            patient_name=patient,
            about=tuple(map(self._newest, told.about)),
        )

    def _newest(self, reference: str) -> str:
        id_text, mark, place = reference.partition(":")
        if not id_text.startswith("d_"):
            return reference
        for row in self._rows.with_prefix(id_text):
            newer = self._rows.replaced_by(row.seq)
            if row.id == id_text and newer is not None:
                return self._newest(newer.id + mark + place)
        return reference

    def _subject(self, one: Stated) -> str:
        """Return who a subject is, as the document says, where that is not known to be the owner."""
        number = one.item.subject
        is_owners = self._whose.is_checked and self._whose.includes(one.document.entry, number)
        subjects = self._subjects.of(one.document.entry)
        if is_owners or number is None or number >= len(subjects):
            return ""
        subject = subjects[number]
        name = shown_name(subject.names[0]) if subject.names else f"patient {number} of {one.document.id}"
        born = subject.birth_date if _folded(name) not in self._owners else None
        return f"{name}, {born}" if born else name

    def _address(self, document: Document) -> str | None:
        if document.size_bytes > MAX_ADDRESSED_BYTES:
            return None
        return content_address(document_bytes(self._vault, document))


def _told(one: Stated) -> Telling:
    item, document = one.item, one.document
    told = Telling(
        sort=_TYPES[item.type],
        id=f"{document.id}:{item.place}",
        document=document.id,
        medicine=Medicine(words=item.title.removeprefix(_NOT_TAKEN), codes=item.codes),
        status=item.status,
        date=item.date,
        until=item.until,
        dose=item.text,
        by=item.author or (None if _TYPES[item.type] is Sort.PRESCRIPTION else item.source),
        identity=item.identity,
        digest=item.digest,
    )
    told = told if one.resource is None else with_structure(told, one.resource)
    return replace(told, said=_said(document, told))


def _said(document: Document, told: Telling) -> str:
    """Return a day by which the document had said it: its own date if that is later, else when it was added.

    A single resource has the date of what it tells, which says nothing about when its status was written.
    """
    if told.said is not None:
        return min(told.said, _added(document))
    newest = max(told.date or "", told.until or "")[:10]
    is_later = exact_day(document.date) is not None and (document.date or "") > newest
    return min(document.date or "", _added(document)) if is_later else _added(document)


def _added(document: Document) -> str:
    return dt.datetime.fromtimestamp(document.added_ms / 1000, dt.UTC).date().isoformat()


def _folded(text: str) -> str:
    return " ".join(folded(text).split())
