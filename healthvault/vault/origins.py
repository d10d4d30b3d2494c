# SPDX-License-Identifier: Apache-2.0
"""Where a received document stood before: the evidence that it keeps, proved once more.

Spec: docs/spec/bundle.md section 7.
"""

from healthvault.bundle.evidence import EVIDENCE_MEDIA_TYPE, parse_evidence
from healthvault.errors import FormatError, IntegrityError
from healthvault.ledger.documents import RECEIVED
from healthvault.storage.document_rows import DocumentRow, DocumentRows
from healthvault.tlog.checkpoint import vault_id_of
from healthvault.vault.memory import pins_of
from healthvault.vault.read import stream_part
from healthvault.vault.vault import Vault
from healthvault.verify.issuer import Proved, prove
from healthvault.verify.pins import PinBook

__all__ = ["find_origin", "origin_of_received"]


def origin_of_received(vault: Vault, row: DocumentRow) -> Proved | None:
    """Return what proves where a document came from; None for one that was not received, or was erased.

    Raises:
        FormatError, IntegrityError: as `prove`; `bad_proof`, the evidence does not hold the document's entry.
        VaultDamaged: `vault_damaged`.
    """
    parts = DocumentRows(vault.catalogue).parts(row.seq)
    if row.provenance != RECEIVED or not parts or parts[-1].media_type != EVIDENCE_MEDIA_TYPE:
        return None
    pieces: list[bytes] = []
    stream_part(vault, parts[-1], pieces.append, expected_id=row.id)
    evidence = parse_evidence(b"".join(pieces))
    proved = prove(evidence, PinBook(vaults=(pins_of(vault, vault_id_of(evidence.origin)),)))
    entry = proved.entries.get(evidence.seq)
    if entry is None or any(number >= len(entry.header.commits) for number, _, _ in evidence.parts):
        raise IntegrityError("bad_proof", "the evidence is about another document")
    return proved


def find_origin(vault: Vault, row: DocumentRow) -> Proved | None:
    """Return the same, None too where it does not hold any more: its keys are known as stolen since."""
    try:
        return origin_of_received(vault, row)
    except (FormatError, IntegrityError):
        return None
