# SPDX-License-Identifier: Apache-2.0
"""What is out: every bundle that was handed out, for each recipient, and what came back about it.

Without a receipt nothing is known: the bundle may have been read.
Spec: docs/spec/status-and-proof-files.md section 4.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from healthvault.bundle.receipt import ACTIONS, DELETED
from healthvault.ledger.ids import bundle_id_text, contact_id_text
from healthvault.ledger.kinds import Share
from healthvault.ledger.party import Party
from healthvault.storage.consent_rows import ConsentRows, ReceiptRow
from healthvault.storage.document_rows import DocumentRows
from healthvault.vault.handed_out import share_of
from healthvault.vault.vault import Vault
from healthvault.vault.views import Copy, ReceiptView

__all__ = ["ATTESTED_DELETED", "UNKNOWN", "bearer_state", "list_copies", "state_of"]

UNKNOWN = "unknown"
ATTESTED_DELETED = "attested_deleted"
_BEARER = "whoever has the code"


def list_copies(vault: Vault) -> Iterator[Copy]:
    """Yield the bundles that were handed out, the newest first, one for each recipient.

    Raises:
        VaultDamaged: `vault_damaged`, a share's entry or secret cannot be read.
    """
    rows = ConsentRows(vault.catalogue)
    by_share = sorted(rows.receipts(), key=lambda row: (row.share_seq, row.seq))
    known = _Known(
        names={row.vault: row.name for row in rows.contacts()},
        grants={row.slot: row.id for row in rows.grants()},
        receipts={seq: [*about] for seq, about in groupby(by_share, key=lambda row: row.share_seq)},
    )
    for row in rows.shares():
        share = share_of(vault, row.seq)
        for party in share.recipients:
            yield _copy(vault, row.seq, share, party, known)


def state_of(said: Iterable[ReceiptRow]) -> str:
    """Return what one recipient said, in order of its clock: a deletion ends what was said before it."""
    state = UNKNOWN
    for receipt in sorted(said, key=lambda found: found.said_ms):
        if receipt.action == DELETED:
            state = ATTESTED_DELETED
        elif state not in ACTIONS or ACTIONS.index(receipt.action) > ACTIONS.index(state):
            state = receipt.action
    return state


def bearer_state(said: Sequence[ReceiptRow]) -> str:
    """Return the most that was done by anybody with the code who does not attest to have deleted it again.

    That all who answered have deleted it says nothing of others who may have the file and the code.
    """
    states = {state_of(row for row in said if row.vault == reader) for reader in {row.vault for row in said}}
    return max(states & set(ACTIONS), key=ACTIONS.index, default=UNKNOWN)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """What is looked up for every copy."""

    names: Mapping[bytes, str]
    """Of contacts, by vault id."""
    grants: Mapping[int, str]
    """Ids, by status slot."""
    receipts: Mapping[int, Sequence[ReceiptRow]]
    """By `share` entry, in the order in which they came in."""


def _copy(vault: Vault, seq: int, share: Share, party: Party, known: _Known) -> Copy:
    documents = DocumentRows(vault.catalogue)
    seqs = [first + step for first, count in share.seqs for step in range(count)]
    said = [found for found in known.receipts.get(seq, ()) if party.is_code or found.vault == party.vault]
    return Copy(
        bundle=bundle_id_text(share.bundle_id),
        entry=seq,
        shared_ms=vault.history.entry(seq).header.ts_ms,
        recipient=_BEARER if party.is_code else party.name,
        vault=None if party.vault is None else contact_id_text(party.vault),
        state=bearer_state(said) if party.is_code else state_of(said),
        grants=tuple(known.grants[slot] for slot in share.slots if slot in known.grants),
        documents=tuple(found.id for place in seqs if (found := documents.at(place)) is not None),
        said=tuple(_view(share, receipt, known) for receipt in said),
    )


def _view(share: Share, receipt: ReceiptRow, known: _Known) -> ReceiptView:
    return ReceiptView(
        entry=receipt.seq,
        bundle=bundle_id_text(share.bundle_id),
        reader=contact_id_text(receipt.vault),
        name=known.names.get(receipt.vault, receipt.name),
        action=receipt.action,
        said_ms=receipt.said_ms,
        cosigned_ms=receipt.cosigned_ms,
    )
