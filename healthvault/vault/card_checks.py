# SPDX-License-Identifier: Apache-2.0
"""Checking the cards in documents with the issuers that the owner pinned, and keeping what was found out.

Spec: docs/spec/issuers.md sections 3 and 5.
"""

from collections.abc import Sequence
from dataclasses import replace

from healthvault.errors import FormatError, HealthVaultError, InvalidRequest, VaultBusy, VaultDamaged
from healthvault.ledger.documents import DocStatus
from healthvault.records.card_file import MAX_CARD_FILE_BYTES
from healthvault.records.cards import CardDocument, check_cards
from healthvault.records.issuer_keys import IssuerFile, Trust, parse_issuer_file
from healthvault.records.kinds import Kind
from healthvault.storage.document_rows import DocumentRow, DocumentRows, Filter
from healthvault.storage.issuer_rows import PinRow
from healthvault.vault.card_cache import CardCache, pins_in_force
from healthvault.vault.read import document_view, stream_part
from healthvault.vault.vault import Vault
from healthvault.vault.views import Document

__all__ = ["CardChecker", "believed", "trust_of"]

_UNREADABLE = (FormatError, VaultDamaged, VaultBusy)


def trust_of(
    vault: Vault | None,
    problems: list[HealthVaultError] | None = None,
    *,
    given: Sequence[IssuerFile] = (),
) -> Trust:
    """Return the issuers that the owner pinned, read anew from the documents that say their keys.

    Args:
        vault: Unlocked; None for somebody without one, who believes only what she names.
        problems: Is told of documents that cannot be read any more; their issuers are then unknown.
        given: What is believed for this run.
    """
    files: list[IssuerFile] = [*given]
    if vault is not None:
        for pin in pins_in_force(vault):
            try:
                files.append(believed(vault, pin))
            except _UNREADABLE as err:
                if problems is not None:
                    problems.append(err)
    return Trust(files)


def believed(vault: Vault, pin: PinRow) -> IssuerFile:
    """Return what a pin says to believe.

    Raises:
        FormatError: `bad_issuer_file`, the document is not what it was.
        VaultDamaged, VaultBusy: as `read.stream_part`.
    """
    row = DocumentRows(vault.catalogue).at(pin.document)
    file = parse_issuer_file(_content(vault, row) if row is not None else b"")
    if file.form.value != pin.form:
        raise FormatError("bad_issuer_file", "the document is of another form than its pin says")
    issuers = pin.issuers or tuple({*file.names})
    return file.of(iss for iss in issuers if iss not in pin.dropped)


class CardChecker:
    """Checks cards with the pins as they are now; keys are read once, when the first card needs them."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault
        self._trust: Trust | None = None
        self.problems: list[HealthVaultError] = []
        """Why something could not be checked: it then counts as not verified."""

    def checked(self, document: Document) -> Document:
        """Return a document with its cards checked anew."""
        row = DocumentRows(self._vault.catalogue).at(document.entry)
        if row is None or not _has_cards(row):
            return document
        shown = document_view(row, self.check(row))
        return replace(document, provenance=shown.provenance, cards=shown.cards)

    def check(self, row: DocumentRow) -> CardDocument | None:
        """Check the cards of a document and keep what was found out; None where that cannot be."""
        try:
            if self._trust is None:
                self._trust = trust_of(self._vault, self.problems)
            found = check_cards(_content(self._vault, row), self._trust)
            with CardCache(self._vault) as cache:
                cache.keep(row.seq, found)
        except (*_UNREADABLE, InvalidRequest) as err:
            self.problems.append(err)
            return None
        return found

    def check_all(self) -> None:
        """Check all documents of cards."""
        rows = DocumentRows(self._vault.catalogue).list(Filter(kind=Kind.SMART_HEALTH_CARD.value))
        for row in [row for row in rows if _has_cards(row)]:
            self.check(row)


def _has_cards(row: DocumentRow) -> bool:
    is_there = row.status != DocStatus.ERASED.value and row.size_bytes <= MAX_CARD_FILE_BYTES
    return is_there and row.type == Kind.SMART_HEALTH_CARD.value


def _content(vault: Vault, row: DocumentRow) -> bytes:
    """Return the verified bytes of a document's only file; the evidence of a received one is not among them."""
    pieces: list[bytes] = []
    parts = DocumentRows(vault.catalogue).parts(row.seq)
    if parts:
        stream_part(vault, parts[0], pieces.append, expected_id=row.id)
    return b"".join(pieces)
