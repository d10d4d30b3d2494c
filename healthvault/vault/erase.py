# SPDX-License-Identifier: Apache-2.0
"""Erasing documents: what opens them is destroyed, their place in the tree stays.

The journal says so first; then the secrets of the document and of all that was said about it are left out of a
new keystore, the old one and the stored bytes are overwritten, and the index is made anew. A crash after the first
step is finished by the next writing command. Spec: docs/spec/keys.md section 9.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from healthvault.bundle.erasure import Trace
from healthvault.errors import InvalidRequest
from healthvault.ledger.changes import seal_changes
from healthvault.ledger.documents import MAX_VICTIMS, DocErase, DocStatus
from healthvault.ledger.ids import document_id_text
from healthvault.ledger.kinds import Kind
from healthvault.storage.consent_rows import ConsentRows
from healthvault.storage.document_rows import DocumentRows
from healthvault.storage.erasures import erased_here, remember_erased
from healthvault.storage.known_backups import known_backups
from healthvault.vault.certificate import bundles_with, certify_erasure, erased_by
from healthvault.vault.inventories import changes_by
from healthvault.vault.read import find_document
from healthvault.vault.rekey import rekey
from healthvault.vault.transaction import Transaction
from healthvault.vault.vault import Vault
from healthvault.vault.views import Document

__all__ = [
    "Erasure",
    "certify",
    "erase_again",
    "erase_documents",
    "erasure_of",
    "find_victims",
    "ids_of",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure:
    """An erasure that the journal names, and how far it reached."""

    entry: int
    """The `doc.erase` entry."""
    documents: tuple[str, ...]
    """Ids."""
    reached: tuple[Trace, ...]
    unreached: tuple[Trace, ...]


def find_victims(vault: Vault, ids: tuple[str, ...]) -> tuple[Document, ...]:
    """Return the documents to be erased, each once, rising.

    Raises:
        NotFound: `not_found`, `ambiguous`.
        InvalidRequest: `erased`, one is erased already.
    """
    found = {document.entry: document for document in (find_document(vault, asked) for asked in ids)}
    for document in found.values():
        if document.status == DocStatus.ERASED.value:
            raise InvalidRequest("erased", f"{document.id} is erased already")
    return tuple(found[seq] for seq in sorted(found))


def erase_documents(vault: Vault, documents: tuple[Document, ...], *, reason: str | None, now_ms: int) -> Erasure:
    """Erase documents and every entry about them.

    Args:
        vault: Unlocked, writing.
        documents: From `find_victims`.
        reason: A code of at most 32 small letters and hyphens, or None; it stays readable to the owner.
        now_ms: The clock.

    Raises:
        InvalidRequest: `too_many`, more than 4,096 entries; `io_error`.
        VaultDamaged: `vault_damaged`, another entry's secret cannot be read, so it could not be kept.
    """
    ids = tuple(document.id for document in documents)
    victims = _with_all_about(vault, documents)
    if len(victims) > MAX_VICTIMS:
        raise InvalidRequest("too_many", f"more than {MAX_VICTIMS} entries", hint="erase fewer at a time")
    changes = changes_by(vault, victims)
    with Transaction(vault, now_ms=now_ms) as transaction:
        draft = transaction.begin()
        erasure = DocErase(
            victims=victims,
            reason=reason,
            ks_epoch=vault.keyring.ks_epoch + 1,
            changes=seal_changes(vault.keys.identity.state_key, draft.seq, changes),
        )
        entry = transaction.append(draft, erasure.to_map())
        transaction.commit()
    remember_erased(vault.state, vault.keyring.vault_id, ids)
    rekey(vault, without=victims)
    return _reach_of(vault, entry.seq)


def erasure_of(vault: Vault, document: Document) -> Erasure:
    """Return the erasure of an erased document.

    Raises:
        InvalidRequest: `not_erased`, it is not.
        VaultDamaged: `vault_damaged`, an entry or secret cannot be read.
    """
    for row in ConsentRows(vault.catalogue).history():
        if row.kind == Kind.DOC_ERASE.value and document.entry in erased_by(vault, row.seq).victims:
            return _reach_of(vault, row.seq)
    raise InvalidRequest("not_erased", f"{document.id} was not erased")


def certify(vault: Vault, erasure: Erasure, *, now_ms: int) -> bytes:
    """Return the text of a signed certificate of an erasure. Raises as `certificate.certify_erasure`."""
    return certify_erasure(
        vault, erasure.entry, reached=erasure.reached, unreached=erasure.unreached, now_ms=now_ms
    )


def ids_of(vault: Vault, seqs: Iterable[int]) -> tuple[str, ...]:
    """Return the ids of the documents among entries, erased or not. Raises VaultDamaged: `vault_damaged`."""
    entries = map(vault.history.entry, seqs)
    return tuple(document_id_text(entry.leaf) for entry in entries if entry.header.blobs)


def erase_again(vault: Vault, *, now_ms: int) -> tuple[str, ...]:
    """Erase what this machine remembers as erased, but an old copy brought back; return the ids.

    Raises:
        VaultDamaged: `vault_damaged`, as `erase_documents`.
        InvalidRequest: `io_error`.
    """
    table = DocumentRows(vault.catalogue)
    known = (row for name in erased_here(vault.state, vault.keyring.vault_id) for row in table.with_prefix(name))
    back = tuple(row.id for row in known if row.status != DocStatus.ERASED.value)
    if back:
        erase_documents(vault, find_victims(vault, back), reason="restored-copy", now_ms=now_ms)
    return back


def _reach_of(vault: Vault, seq: int) -> Erasure:
    """Return an erasure with the copies that are known: the bundles handed out, the backups of this machine."""
    erased = erased_by(vault, seq)
    backups = known_backups(vault.state, vault.keyring.vault_id)
    traces = {
        is_clean: tuple(
            Trace(kind="backup", place=str(one.path), time_ms=one.time_ms)
            for one in backups
            if (one.ks_epoch >= erased.ks_epoch) is is_clean
        )
        for is_clean in (True, False)
    }
    return Erasure(
        entry=seq,
        documents=ids_of(vault, erased.victims),
        reached=(*(Trace(kind=kind) for kind in ("keys", "objects", "index")), *traces[True]),
        unreached=(*bundles_with(vault, erased.victims), *traces[False]),
    )


def _with_all_about(vault: Vault, documents: tuple[Document, ...]) -> tuple[int, ...]:
    """Return the entries of documents and of every revision or note about them, rising."""
    rows = ConsentRows(vault.catalogue)
    return tuple(sorted({seq for document in documents for seq in rows.entries_about(document.id)}))
