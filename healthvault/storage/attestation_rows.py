# SPDX-License-Identifier: Apache-2.0
"""Rows of the catalogue about attestations of this vault's documents.

Spec: docs/spec/vault-folder.md section 6.
"""

from dataclasses import dataclass

from healthvault.storage.catalogue import Catalogue

__all__ = ["AttestationRow", "AttestationRows"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AttestationRow:
    """An attestation as the journal holds it: to be judged whenever it is shown."""

    seq: int
    about: int
    """The document's entry."""
    raw: bytes
    """The signed bytes."""


class AttestationRows:
    """Attestations in an open catalogue. Changes stand inside a `change`."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._db = catalogue.connection

    def insert(self, row: AttestationRow) -> None:
        """Keep an attestation."""
        self._db.execute("insert into attestation values (?,?,?)", (row.seq, row.about, row.raw))

    def erase(self, seq: int) -> None:
        """Forget the attestation of an entry."""
        self._db.execute("delete from attestation where seq = ?", (seq,))

    def about(self, document_seq: int) -> tuple[AttestationRow, ...]:
        """Return the attestations of the document of an entry, oldest first."""
        query = "select seq, about, raw from attestation where about = ? order by seq"
        return tuple(
            AttestationRow(seq=seq, about=about, raw=raw)
            for seq, about, raw in self._db.execute(query, (document_seq,))
        )
