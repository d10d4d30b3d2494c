# SPDX-License-Identifier: Apache-2.0
"""Who stands behind a document, as their key proves: it came from their vault, or they attested it.

Never what the document says of itself. Spec: docs/spec/medicines.md section 8.
"""

import hashlib

from healthvault.bundle.evidence import EVIDENCE_MEDIA_TYPE, parse_evidence
from healthvault.crypto.hashing import equal
from healthvault.errors import FormatError, IntegrityError
from healthvault.ledger.ids import contact_id_text
from healthvault.ledger.secrets import commitment
from healthvault.medicines.telling import Sign
from healthvault.storage.consent_rows import ConsentRows
from healthvault.storage.document_rows import DocumentRows, PartRow
from healthvault.tlog.checkpoint import vault_id_of
from healthvault.vault.attestations import attested
from healthvault.vault.memory import pins_of
from healthvault.vault.read import stream_part
from healthvault.vault.vault import Vault
from healthvault.vault.views import Document
from healthvault.verify.issuer import prove
from healthvault.verify.pins import PinBook

__all__ = ["Signers"]


class Signers:
    """The contacts of a vault, as those who may have signed a document. Made once for a command."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault
        self._names = {row.vault: row.name for row in ConsentRows(vault.catalogue).contacts()}

    def of(self, document: Document) -> tuple[Sign, ...]:
        """Return who stands behind the first file of a document; nobody if nothing proves it any more."""
        signs = [*self._from_vaults(document), *self._attesters(document)]
        return tuple(dict.fromkeys(signs))

    def _from_vaults(self, document: Document) -> list[Sign]:
        parts = DocumentRows(self._vault.catalogue).parts(document.entry)
        evidence = [part for part in parts if part.media_type == EVIDENCE_MEDIA_TYPE]
        if not document.is_received or not evidence or parts[0] is evidence[0]:
            return []
        digest = hashlib.sha256()
        stream_part(self._vault, parts[0], digest.update, expected_id=document.id)
        found = [(part, self._vault_behind(document, part, parts[0], digest.digest())) for part in evidence]
        return [
            Sign(
                name=self._names[vault],
                contact=contact_id_text(vault),
                how="bundle" if part is evidence[-1] else "passed_on",
            )
            for part, vault in found
            if vault is not None and vault in self._names
        ]

    def _vault_behind(self, document: Document, part: PartRow, first: PartRow, digest: bytes) -> bytes | None:
        """Return the vault whose log holds exactly these bytes, by the evidence in a part; None if it does not."""
        pieces: list[bytes] = []
        stream_part(self._vault, part, pieces.append, expected_id=document.id)
        try:
            evidence = parse_evidence(b"".join(pieces))
            vault_id = vault_id_of(evidence.origin)
            proved = prove(evidence, PinBook(vaults=(pins_of(self._vault, vault_id),)))
            number, size, key = evidence.parts[0]
            commit = proved.entries[evidence.seq].header.commits[number]
        except (FormatError, IntegrityError, LookupError):
            return None
        is_it = size == first.size_bytes and equal(commitment(key, size, digest), commit)
        return proved.chain.vault_id if is_it else None

    def _attesters(self, document: Document) -> list[Sign]:
        return [
            Sign(name=view.name, contact=view.attester, how="attestation", statement=view.statement)
            for view in attested(self._vault, document.entry)
            if view.is_verified and view.part == 0 and view.name and view.attester
        ]
