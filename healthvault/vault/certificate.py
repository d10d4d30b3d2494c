# SPDX-License-Identifier: Apache-2.0
"""Making an erasure certificate, and finding the bundles that an erasure cannot reach.

    traces = bundles_with(vault, victims)                                  # before or after the erasure
    text = certify_erasure(vault, seq of the doc.erase entry, reached=(Trace(kind="keys"), …),
                           unreached=(*traces, Trace(kind="backup", place=…, time_ms=…)), now_ms=…)

It can be made at any time after the entry was acknowledged: it holds nothing that an erasure destroys.
Spec: docs/spec/erasure.md.
"""

from collections.abc import Collection

from healthvault.bundle.erasure import Certificate, ErasedDocument, Trace, sign_certificate
from healthvault.errors import FormatError, IntegrityError
from healthvault.ledger.documents import DocErase, parse_doc_erase
from healthvault.ledger.entry import Entry
from healthvault.ledger.meta import open_meta
from healthvault.ledger.ranges import ranges_contain
from healthvault.storage.consent_rows import ConsentRows
from healthvault.vault.handed_out import meta_of, share_of
from healthvault.vault.history import refusal
from healthvault.vault.proofs import ANYBODY, event_seqs, proof_of, tip_opening
from healthvault.vault.vault import Vault

__all__ = ["bundles_with", "certify_erasure", "erased_by"]


def bundles_with(vault: Vault, seqs: Collection[int]) -> tuple[Trace, ...]:
    """Return the bundles that were handed out with one of these documents, the newest first.

    Raises:
        VaultDamaged: `vault_damaged`, a share's entry or secret cannot be read.
    """
    return tuple(
        found
        for row in ConsentRows(vault.catalogue).shares()
        if (found := _bundle_with(vault, vault.history.entry(row.seq), seqs)) is not None
    )


def certify_erasure(
    vault: Vault, erase_seq: int, *, reached: tuple[Trace, ...], unreached: tuple[Trace, ...], now_ms: int
) -> bytes:
    """Return the text of a signed certificate that the documents of a `doc.erase` entry are erased in the log.

    Args:
        vault: Unlocked.
        erase_seq: The `doc.erase` entry, acknowledged.
        reached: Where the documents were and are no more.
        unreached: Where they are or may be still.
        now_ms: The clock.

    Raises:
        VaultDamaged: `vault_damaged`.
        FormatError: `limit_exceeded`, it would be longer than 4 MiB.
    """
    history = vault.history
    key = meta_of(vault, erase_seq)
    documents = _erased_documents(vault, erase_seq)
    seqs = {*event_seqs(vault), erase_seq, history.size - 1}
    certificate = Certificate(
        origin=history.checkpoint.origin,
        created_ms=now_ms,
        signer=history.chain.newest.number,
        note=history.note,
        entries=tuple(history.entry(seq).raw for seq in sorted(seqs)),
        slice=proof_of(vault, {*seqs, *(document.seq for document in documents)}, ANYBODY),
        state=tip_opening(vault),
        erase_seq=erase_seq,
        erase_meta=key,
        documents=documents,
        reached=reached,
        unreached=unreached,
    )
    return sign_certificate(certificate, vault.keys.sign_key)


def erased_by(vault: Vault, seq: int) -> DocErase:
    """Return what a `doc.erase` entry says. Raises VaultDamaged: `vault_damaged`."""
    try:
        return parse_doc_erase(open_meta(meta_of(vault, seq), vault.history.entry(seq)), seq)
    except (FormatError, IntegrityError) as err:
        raise refusal(err, f"journal entry {seq}") from err


def _erased_documents(vault: Vault, erase_seq: int) -> tuple[ErasedDocument, ...]:
    """Return the documents among the victims: of these alone an entry stored objects."""
    entries = map(vault.history.entry, erased_by(vault, erase_seq).victims)
    return tuple(ErasedDocument(seq=entry.seq, leaf=entry.leaf) for entry in entries if entry.header.blobs)


def _bundle_with(vault: Vault, entry: Entry, seqs: Collection[int]) -> Trace | None:
    share = share_of(vault, entry.seq)
    if not any(ranges_contain(share.seqs, seq) for seq in seqs):
        return None
    names = tuple(party.name for party in share.recipients if not party.is_code)
    return Trace(kind="bundle", bundle_id=share.bundle_id, recipients=names, time_ms=entry.header.ts_ms)
