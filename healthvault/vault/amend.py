# SPDX-License-Identifier: Apache-2.0
"""Second thoughts that lose nothing: a newer version, a corrected description, or "entered in error".

What is said about a document stands in entries about that document only, so that erasing it erases them. A newer
version therefore takes over nothing of what was said about the older. Spec: docs/spec/journal.md sections 3 and 4.
"""

from dataclasses import dataclass, replace

from healthvault.errors import InvalidRequest
from healthvault.ledger.documents import DocRevise, DocStatus
from healthvault.records.provenance import MADE_HERE
from healthvault.storage.document_rows import DocumentRows
from healthvault.storage.inputs import InputFile
from healthvault.vault.add import check_tags
from healthvault.vault.card_checks import CardChecker
from healthvault.vault.describing import Describer
from healthvault.vault.read import document_of, find_document
from healthvault.vault.sealing import AddOptions, Work, seal_file
from healthvault.vault.transaction import Transaction
from healthvault.vault.vault import Vault
from healthvault.vault.views import Document

__all__ = ["Correction", "replace_document", "retract_document", "revise_document"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """What is to be said of a document from now on: None leaves a field, an empty one clears it."""

    title: str | None = None
    kind: str | None = None
    date: str | None = None
    author: str | None = None
    source: str | None = None
    tags: tuple[str, ...] | None = None
    category: str | None = None
    sensitivity: tuple[str, ...] | None = None

    def revision(self, about: int) -> DocRevise:
        """Return what stands in the journal, about the document of an entry."""
        return DocRevise(
            about=about,
            title=self.title,
            type=self.kind,
            date=self.date,
            author=self.author,
            source=self.source,
            tags=self.tags,
            category=self.category,
            sensitivity=self.sensitivity,
        )


def replace_document(vault: Vault, prefix: str, item: InputFile, options: AddOptions, *, now_ms: int) -> Document:
    """Add a newer version of a document; the older stays readable, as `superseded`.

    Args:
        vault: Unlocked, writing.
        prefix: Id of the older version, or its unique beginning.
        item: The file of the newer one.
        options: What the user says about the newer one; nothing is taken over from the older.
        now_ms: The clock.

    Raises:
        NotFound: `not_found`, `ambiguous`.
        InvalidRequest: `document_closed`, `erased`, the older is not in force; `already_there`, one in force
            has these very bytes; `bad_tag`, `unreadable`, `not_a_file`, `file_changed`, `io_error`.
    """
    older = _in_force(vault, prefix)
    check_tags(options.tags)
    with Transaction(vault, now_ms=now_ms) as transaction, Describer() as describer:
        draft = transaction.begin()
        work = Work(vault=vault, transaction=transaction, draft=draft, describer=describer)
        document = seal_file(work, item, options)
        known = DocumentRows(vault.catalogue).with_contents(part.dedupe for part in document.parts)
        if known is not None and known.status == DocStatus.CURRENT.value:
            raise InvalidRequest("already_there", f"{item.shown}: {known.id} has these very bytes")
        transaction.append(draft, replace(document, supersedes=older.entry).to_map())
        transaction.commit()
    return CardChecker(vault).checked(document_of(vault, draft.seq))


def revise_document(vault: Vault, prefix: str, correction: Correction, *, now_ms: int) -> Document:
    """Correct what is said about a document; its bytes stay.

    Raises:
        NotFound: `not_found`, `ambiguous`.
        InvalidRequest: `document_closed`, `erased`, it is not in force; `machine_made`, it cannot get another
            source; `bad_tag`, `io_error`.
    """
    found = _in_force(vault, prefix)
    check_tags(correction.tags or ())
    if (found.source or "").startswith(MADE_HERE) and correction.source is not None and not found.is_received:
        raise InvalidRequest("machine_made", f"{found.id} was made by a program: its source stays as it is")
    _append(vault, correction.revision(found.entry), now_ms)
    return document_of(vault, found.entry)


def retract_document(vault: Vault, prefix: str, *, reason: str, now_ms: int) -> Document:
    """Mark a document as entered in error, for good; it stays readable. A second time changes nothing.

    Raises:
        NotFound: `not_found`, `ambiguous`.
        InvalidRequest: `erased`; `io_error`.
    """
    found = _not_erased(find_document(vault, prefix))
    if found.status != DocStatus.RETRACTED.value:
        _append(vault, DocRevise(about=found.entry, is_retracted=True, reason=reason or None), now_ms)
    return document_of(vault, found.entry)


def _append(vault: Vault, revision: DocRevise, now_ms: int) -> None:
    with Transaction(vault, now_ms=now_ms) as transaction:
        transaction.append(transaction.begin(), revision.to_map())
        transaction.commit()


def _in_force(vault: Vault, prefix: str) -> Document:
    found = _not_erased(find_document(vault, prefix))
    if found.status == DocStatus.RETRACTED.value:
        raise InvalidRequest("document_closed", f"{found.id} was retracted", hint="`hv add` the right one")
    if found.status != DocStatus.CURRENT.value:
        newer = DocumentRows(vault.catalogue).replaced_by(found.entry)
        hint = f"amend the newer one: {newer.id}" if newer else None
        raise InvalidRequest("document_closed", f"{found.id} was replaced by a newer version", hint=hint)
    return found


def _not_erased(document: Document) -> Document:
    if document.status == DocStatus.ERASED.value:
        raise InvalidRequest("erased", f"{document.id} was erased: nothing can be said of it any more")
    return document
