# SPDX-License-Identifier: Apache-2.0
"""What is known already about the cards of documents, for whoever lists them: no key, no signature, no document.

Spec: docs/spec/issuers.md section 5.
"""

from contextlib import ExitStack
from types import TracebackType
from typing import Self

from healthvault.codec import pack
from healthvault.crypto.hashing import sha256
from healthvault.ledger.documents import DocStatus
from healthvault.records.cards import CardDocument
from healthvault.records.kinds import Kind
from healthvault.storage.card_checks import CardChecks
from healthvault.storage.contents import Contents
from healthvault.storage.document_rows import DocumentRow, DocumentRows
from healthvault.storage.issuer_rows import IssuerRows, PinRow
from healthvault.vault.contents_file import contents_as_it_is
from healthvault.vault.vault import Vault

__all__ = ["CardCache", "pins_in_force"]

_STANDING = {DocStatus.CURRENT.value, DocStatus.SUPERSEDED.value}


def pins_in_force(vault: Vault) -> tuple[PinRow, ...]:
    """Return the pins whose documents are there and were not retracted."""
    documents = DocumentRows(vault.catalogue)
    rows = ((pin, documents.at(pin.document)) for pin in IssuerRows(vault.catalogue).pins())
    return tuple(pin for pin, row in rows if row is not None and row.status in _STANDING)


class CardCache:
    """The checks that were made with the pins in force; opens its file when it is first asked."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault
        self._closing = ExitStack()
        self._contents: Contents | None = None
        self._generation: bytes | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, err: BaseException | None, at: TracebackType | None
    ) -> None:
        self._closing.__exit__(kind, err, at)

    def find(self, row: DocumentRow) -> CardDocument | None:
        """Return what is known of a document of cards; None: nothing, or it is no such document."""
        if row.type != Kind.SMART_HEALTH_CARD.value or row.status == DocStatus.ERASED.value:
            return None
        return self._checks().find(row.seq, self.generation)

    def keep(self, seq: int, found: CardDocument) -> None:
        """Keep what was found out about a document with the pins in force."""
        self._checks().keep(seq, self.generation, found)

    @property
    def generation(self) -> bytes:
        """A digest of the pins in force: what was found out with others does not count."""
        if self._generation is None:
            pins = pins_in_force(self._vault)
            self._generation = sha256(
                pack([[pin.seq, pin.document, list(pin.issuers), list(pin.dropped)] for pin in pins])
            )
        return self._generation

    def _checks(self) -> CardChecks:
        if self._contents is None:
            self._contents = contents_as_it_is(self._vault)
            self._closing.callback(self._contents.close)
            self._closing.enter_context(self._contents.guard())
        return CardChecks(self._contents.connection)
