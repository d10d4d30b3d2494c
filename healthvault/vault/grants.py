# SPDX-License-Identifier: Apache-2.0
"""Grants: what stands, what ended, and who holds what already.

Revoking stops future sharing and flips the status that every later entry commits to; it cannot unread a copy.
Spec: docs/spec/grants.md section 5.
"""

from collections.abc import Iterator

from healthvault.consent.grant import Grant, Revocation, parse_grant
from healthvault.consent.purposes import purpose_word
from healthvault.consent.status import Status
from healthvault.storage.consent_rows import ConsentRows, GrantRow
from healthvault.storage.document_rows import DocumentRows
from healthvault.vault.read import unique, unique_prefix
from healthvault.vault.transaction import Transaction
from healthvault.vault.vault import Vault
from healthvault.vault.views import GrantView

__all__ = ["find_grant", "list_grants", "revoke_grant"]


def list_grants(vault: Vault, *, now_ms: int) -> Iterator[GrantView]:
    """Yield all grants, the newest first."""
    bundles = _bundles(vault)
    for row in ConsentRows(vault.catalogue).grants():
        yield _view(vault, row, bundles, now_ms)


def find_grant(vault: Vault, prefix: str, *, now_ms: int) -> GrantView:
    """Return the grant that an id or its unique beginning names. Raises NotFound: `not_found`, `ambiguous`."""
    return _view(vault, _row(vault, prefix), _bundles(vault), now_ms)


def revoke_grant(vault: Vault, prefix: str, *, reason: str, now_ms: int) -> GrantView:
    """End a grant; a second time changes nothing.

    Raises:
        NotFound: `not_found`, `ambiguous`.
        InvalidRequest: `grant_closed`, it was ended in another way; `io_error`.
    """
    row = _row(vault, prefix)
    if row.status != Status.REVOKED:
        grant = parse_grant(row.terms, row.seq)
        with Transaction(vault, now_ms=now_ms) as transaction:
            draft = transaction.begin()
            slots = transaction.slots.closed(row.slot, Status.REVOKED, draft.seq)
            revocation = Revocation(
                about=row.seq, slot=row.slot, grant_id=grant.grant_id, reason=reason, effective_ms=now_ms
            )
            transaction.append(draft, revocation.to_map(), slots=slots)
            transaction.commit()
    return find_grant(vault, row.id, now_ms=now_ms)


def _row(vault: Vault, prefix: str) -> GrantRow:
    rows = ConsentRows(vault.catalogue).grants_with_prefix(unique_prefix(prefix, "g_"))
    return unique(prefix, list(rows), [row.id for row in rows])


def _bundles(vault: Vault) -> dict[int, list[str]]:
    """Return the ids of the bundles that were handed out, by the slot of their grant."""
    found: dict[int, list[str]] = {}
    for share in ConsentRows(vault.catalogue).shares():
        for slot in share.slots:
            found.setdefault(slot, []).append(share.id)
    return found


def _view(vault: Vault, row: GrantRow, bundles: dict[int, list[str]], now_ms: int) -> GrantView:
    grant = parse_grant(row.terms, row.seq)
    documents = DocumentRows(vault.catalogue)
    seqs = [first + step for first, count in grant.records for step in range(count)]
    return GrantView(
        id=row.id,
        entry=row.seq,
        contact=", ".join(party.name for party in grant.grantees if not party.is_code) or "whoever has the code",
        records=tuple(found.id for seq in seqs if (found := documents.at(seq)) is not None),
        purposes=tuple(purpose_word(code) for code in grant.purposes),
        actions=grant.actions,
        not_before_ms=grant.not_before_ms,
        not_after_ms=grant.not_after_ms,
        status=_status(grant, row.status, now_ms),
        bundles=tuple(bundles.get(row.slot, ())),
    )


def _status(grant: Grant, status: int, now_ms: int) -> str:
    if status != Status.ACTIVE:
        return Status(status).name.lower()
    if now_ms < grant.not_before_ms:
        return "not_yet"
    return "expired" if now_ms >= grant.not_after_ms else "active"
