# SPDX-License-Identifier: Apache-2.0
"""The attester's side: sign a statement about a document of somebody else, by its place in its owner's journal.

The document is one that was imported, or one in a bundle that verifies. What is signed names the owner's entry and
her commitment to exactly the bytes that are here. Spec: docs/spec/bundle.md section 8.
"""

import hashlib
from dataclasses import dataclass

from healthvault.bundle.attestation import Attestation, is_statement, sign_attestation
from healthvault.crypto.hashing import equal
from healthvault.errors import IntegrityError, InvalidRequest, NotFound
from healthvault.ledger.attested import AttestedOut
from healthvault.ledger.documents import DocStatus
from healthvault.ledger.entry import parse_entry
from healthvault.ledger.ids import contact_id_text, document_id_text
from healthvault.ledger.secrets import commitment
from healthvault.storage.document_rows import DocumentRow, DocumentRows
from healthvault.vault.attestations import AttestationView
from healthvault.vault.history import damaged
from healthvault.vault.origins import origin_of_received
from healthvault.vault.read import find_document, stream_part
from healthvault.vault.transaction import Transaction
from healthvault.vault.vault import Vault
from healthvault.verify.context import Verification, VerifiedDocument
from healthvault.verify.issuer import Proved

__all__ = ["Attestable", "attest", "check_statement", "in_bundle", "in_vault"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Attestable:
    """A file of a document that stands in somebody else's journal, proved."""

    owner: bytes
    """Vault id (32 bytes)."""
    leaf: bytes
    commit: bytes
    title: str
    """Untrusted."""
    part: int
    """Which of its files, from 0."""
    about: int | None = None
    """Entry of the copy in this vault."""

    @property
    def id(self) -> str:
        """The document's id, as its owner sees it."""
        return document_id_text(self.leaf)


def check_statement(text: str) -> None:
    """Check what is to be signed. Raises InvalidRequest: `bad_text`."""
    if not text.strip() or not is_statement(text):
        hint = "one line of at most 4,096 bytes, without control characters"
        raise InvalidRequest("bad_text", "the statement is empty, too long, or not one line of text", hint=hint)


def in_vault(vault: Vault, asked: str, part: int) -> Attestable:
    """Return what of a received document is to be attested: its bytes here are compared with the owner's entry.

    Args:
        vault: The attester's, unlocked.
        asked: Id of the document, or its unique beginning.
        part: Which of its files, from 0.

    Raises:
        NotFound: `not_found`, `ambiguous`.
        InvalidRequest: `erased`; `not_received`, it came from nobody else.
        FormatError, IntegrityError: the evidence does not hold any more; `key_revoked`; `commitment_mismatch`.
        VaultDamaged: `vault_damaged`.
    """
    found = find_document(vault, asked)
    row = DocumentRows(vault.catalogue).at(found.entry)
    if row is None:
        raise damaged(f"entry {found.entry}, which holds {found.id}, cannot be read")
    if row.status == DocStatus.ERASED.value:
        raise InvalidRequest("erased", f"{row.id} was erased")
    origin = origin_of_received(vault, row)
    if origin is None:
        hint = "a bundle of your own document carries your signature: `hv share`"
        raise InvalidRequest("not_received", f"{row.id} came from nobody else", hint=hint)
    evidence = origin.evidence
    if part >= len(evidence.parts):
        raise NotFound("not_found", f"{row.id} has no part {part}")
    _check_bytes(vault, row, origin, part)
    entry = origin.entries[evidence.seq]
    return Attestable(
        owner=origin.chain.vault_id,
        leaf=entry.leaf,
        commit=entry.header.commits[evidence.parts[part][0]],
        title=row.title,
        part=part,
        about=row.seq,
    )


def in_bundle(verification: Verification, asked: str | None, part: int) -> Attestable:
    """Return what of a bundle is to be attested.

    Args:
        verification: Of a bundle; what forbids to go on was looked at.
        asked: Title or id of the document, or the unique beginning of the id; None for the only one.
        part: Which of its files, from 0.

    Raises:
        NotFound: `not_found`, `ambiguous`.
    """
    manifest, chain = verification.manifest, verification.chain
    if manifest is None or chain is None:
        raise NotFound("not_found", "there is no document in the file")
    document = _chosen(verification.documents, asked)
    if part >= len(document.row.parts):
        raise NotFound("not_found", f"{document_id_text(document.leaf)} has no part {part}")
    entries = {entry.leaf: entry for raw in manifest.entries if (entry := parse_entry(raw).unverified)}
    return Attestable(
        owner=chain.vault_id,
        leaf=document.leaf,
        commit=entries[document.leaf].header.commits[document.row.parts[part].number],
        title=document.title,
        part=part,
    )


def attest(vault: Vault, subject: Attestable, statement: str, *, now_ms: int) -> tuple[bytes, AttestationView]:
    """Sign a statement, and note in the own journal what was signed.

    Args:
        vault: The attester's, unlocked, writing.
        subject: From `in_vault` or `in_bundle`.
        statement: One line, see `check_statement`.
        now_ms: The clock.

    Returns:
        The signed bytes, and what they say as the attester sees it.

    Raises:
        InvalidRequest: `bad_text`; `not_received`, it is of this vault; `io_error`.
    """
    check_statement(statement)
    if subject.owner == vault.keyring.vault_id:
        hint = "a bundle of your own document carries your signature: `hv share`"
        raise InvalidRequest("not_received", f"{subject.id} is your own", hint=hint)
    said = Attestation(
        vault=vault.keyring.vault_id,
        signer=vault.history.chain.newest.number,
        leaf=subject.leaf,
        commit=subject.commit,
        statement=statement,
        time_ms=now_ms,
    )
    raw = sign_attestation(said, vault.keys.sign_key)
    with Transaction(vault, now_ms=now_ms) as transaction:
        draft = transaction.begin()
        entry = AttestedOut(owner=subject.owner, attestation=raw, about=subject.about)
        transaction.append(draft, entry.to_map())
        transaction.commit()
    view = AttestationView(
        entry=draft.seq,
        document=subject.id,
        attester=contact_id_text(said.vault),
        name=None,
        statement=statement,
        said_ms=now_ms,
        part=subject.part,
        is_verified=True,
    )
    return raw, view


def _check_bytes(vault: Vault, row: DocumentRow, origin: Proved, part: int) -> None:
    """Check that the bytes here are those that the owner's entry commits to: they are what is vouched for."""
    evidence, digest = origin.evidence, hashlib.sha256()
    number, size, key = evidence.parts[part]
    held = DocumentRows(vault.catalogue).parts(row.seq)[part]
    stream_part(vault, held, digest.update, expected_id=row.id)
    shown = commitment(key, held.size_bytes, digest.digest())
    if held.size_bytes != size or not equal(shown, origin.entries[evidence.seq].header.commits[number]):
        raise IntegrityError("commitment_mismatch", f"{row.id} is not the document that its owner logged")


def _chosen(documents: tuple[VerifiedDocument, ...], asked: str | None) -> VerifiedDocument:
    wanted = "" if asked is None else "d_" + asked.lower().removeprefix("d_")
    by_id = [one for one in documents if len(wanted) > 5 and document_id_text(one.leaf).startswith(wanted)]
    found = list(documents) if asked is None else [one for one in documents if one.title == asked] or by_id
    if not found:
        raise NotFound("not_found", "the bundle holds no such document", hint="`hv verify` lists what it holds")
    if len(found) > 1:
        candidates = ", ".join(document_id_text(one.leaf) for one in found)
        raise NotFound("ambiguous", f"it could be any of {candidates}", hint="--document ID says which")
    return found[0]
