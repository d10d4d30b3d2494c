# SPDX-License-Identifier: Apache-2.0
"""Grants: made, listed, ended; what stands, and who holds what already.

Revoking stops future sharing and flips the status that every later entry commits to; it cannot unread a copy.
Spec: docs/spec/grants.md sections 1 and 5.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from healthvault.consent.conditions import Approvals, Condition
from healthvault.consent.decision import RULES, Request, refusals
from healthvault.consent.grant import Grant, Revocation, parse_grant
from healthvault.consent.purposes import purpose_word
from healthvault.consent.selectors import condition_line
from healthvault.consent.status import Status
from healthvault.crypto.hashing import random_bytes
from healthvault.errors import ConsentRefused, InvalidRequest
from healthvault.ledger.ids import grant_id_text, rule_id_text
from healthvault.ledger.party import Party
from healthvault.ledger.ranges import ranges_contain, ranges_of
from healthvault.storage.consent_rows import ConsentRows, GrantRow
from healthvault.storage.document_rows import DocumentRow, DocumentRows
from healthvault.vault.addressees import Addressee, addressees_of
from healthvault.vault.deciding import check_included, known_grant_of, time_of_decision, words_of
from healthvault.vault.delegating import delegated_terms
from healthvault.vault.disclosing import rows_to_share
from healthvault.vault.read import document_at, unique, unique_prefix
from healthvault.vault.roles import check_documents_of_role, under_role
from healthvault.vault.terms import SLOW_CLOCK_MS, Terms
from healthvault.vault.transaction import Draft, Transaction
from healthvault.vault.vault import Vault
from healthvault.vault.views import Document, GrantView

__all__ = [
    "CheckedTerms",
    "Terms",
    "append_grant",
    "check_dates",
    "check_terms",
    "conditions_of",
    "documents_of",
    "find_grant",
    "grant_row",
    "grants_naming",
    "list_grants",
    "make_grant",
    "revoke_grant",
    "terms_in_force",
]

_GENESIS_ONLY = ((0, 1),)  # the records of a grant that allows no document: entry 0 is in every bundle anyway


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedTerms:
    """Terms that were judged, with everything filled in that a role or another owner says."""

    terms: Terms
    rows: list[DocumentRow]
    addressees: list[Addressee]

    @property
    def parties(self) -> tuple[Party, ...]:
        """The grantees as the grant names them."""
        return tuple(addressee.party for addressee in self.addressees)


def check_terms(vault: Vault, terms: Terms, *, now_ms: int) -> CheckedTerms:
    """Judge what is about to be granted: documents, role, conditions, dates, and in whose name.

    Raises:
        NotFound: `not_found`, `ambiguous`, a document, contact or role.
        InvalidRequest: `nothing_to_share`, `erased`, `retracted`, `too_many`, `bad_expiry`, `bad_approvers`,
            `mixed_owners`.
        ConsentRefused: `action_not_granted`, a received document may not be passed on; `denied_by_rule`,
            `sensitivity_not_named`, the conditions keep a document out; `role_unbound`, `outside_role`;
            `outside_delegation` and others, a proxy would exceed what the owner allowed.
        IntegrityError: `key_revoked`, a contact declared the keys on their card stolen.
    """
    rows = rows_to_share(vault, terms.records, terms.accept)
    terms = under_role(vault, terms, now_ms=now_ms)
    check_documents_of_role(vault, terms, (row.seq for row in rows))
    check_included(terms.conditions, ((row.id, words_of(row)) for row in rows))
    terms = delegated_terms(vault, terms, rows, now_ms=now_ms)
    terms = replace(terms, conditions=conditions_of(vault, terms))
    check_dates(terms, now_ms)
    return CheckedTerms(terms=terms, rows=rows, addressees=addressees_of(vault, terms.to))


def make_grant(vault: Vault, terms: Terms, *, now_ms: int) -> GrantView:
    """Log a grant; nothing is handed out yet.

    Raises:
        As `check_terms`; InvalidRequest: `io_error`.
    """
    checked = check_terms(vault, terms, now_ms=now_ms)
    with Transaction(vault, now_ms=now_ms) as transaction:
        grant, _ = append_grant(transaction, checked.terms, checked.rows, checked.parties, now_ms)
        transaction.commit()
    return find_grant(vault, grant_id_text(grant.grant_id), now_ms=now_ms)


def append_grant(
    transaction: Transaction, terms: Terms, rows: Sequence[DocumentRow], parties: tuple[Party, ...], now_ms: int
) -> tuple[Grant, Draft]:
    """Append the entry of a new grant; without rows it allows no document.

    Raises:
        FormatError: `bad_schema`, no reader would accept the terms.
    """
    draft = transaction.begin()
    slot, slots = transaction.slots.place_new(draft.seq)
    grant = Grant(
        slot=slot,
        grant_id=random_bytes(16),
        grantees=parties,
        records=ranges_of(row.seq for row in rows) or _GENESIS_ONLY,
        actions=terms.actions,
        purposes=terms.purposes,
        not_before_ms=terms.not_before_ms if terms.not_before_ms is not None else now_ms - SLOW_CLOCK_MS,
        not_after_ms=terms.not_after_ms,
        recheck_after_ms=terms.recheck_after_ms,
        conditions=terms.conditions,
        role=terms.role,
        role_version=terms.role_version,
        rule_id=terms.rule_id,
    )
    transaction.append(draft, grant.to_map(), slots=slots)
    return grant, draft


def check_dates(terms: Terms, now_ms: int) -> None:
    """Check that a grant would not be over before it begins. Raises InvalidRequest: `bad_expiry`."""
    if terms.not_after_ms <= max(now_ms, terms.not_before_ms or 0):
        raise InvalidRequest("bad_expiry", "it would have expired before it begins", hint="--until 90d")


def conditions_of(vault: Vault, terms: Terms) -> tuple[Condition, ...]:
    """Return the conditions of a new grant, with whose approval it needs.

    Raises:
        NotFound: `not_found`, `ambiguous`, an approver.
        InvalidRequest: `bad_approvers`, fewer than are needed, too many, or the same twice.
    """
    if not terms.needed and not terms.approvers:
        return terms.conditions
    by = tuple(addressee.party for addressee in addressees_of(vault, terms.approvers)) if terms.approvers else ()
    if not 1 <= terms.needed <= len(by) or len(by) != len(terms.approvers):
        said = f"{terms.needed} approvals cannot come from {len(by)} people"
        raise InvalidRequest("bad_approvers", said, hint="--needs 2 --approver Rita --approver 'Dr Lee'")
    return (*terms.conditions, Approvals(needed=terms.needed, by=by))


def terms_in_force(vault: Vault, prefix: str, *, now_ms: int) -> tuple[GrantRow, Grant]:
    """Return a grant under which something may be shared now.

    Raises:
        NotFound: `not_found`, `ambiguous`.
        ConsentRefused: `grant_revoked`, `grant_superseded`, `grant_not_yet`, `grant_expired`, `condition_unknown`,
            `shares_used_up`, `approval_missing`: the first of them in the order of `RULES`.
    """
    row = grant_row(vault, prefix)
    known = known_grant_of(vault, row)
    found = refusals(known, Request(party=None, at_ms=time_of_decision(vault, now_ms)))
    if found:
        first = min(found, key=lambda refusal: RULES.index(refusal.code))
        raise ConsentRefused(first.code, f"{row.id}: {first.message}", hint=first.hint)
    return row, known.grant


def documents_of(vault: Vault, grant: Grant) -> tuple[Document, ...]:
    """Return the documents that a grant names and that are neither erased nor retracted."""
    seqs = (first + step for first, count in grant.records for step in range(count))
    found = (document_at(vault, seq) for seq in seqs)
    return tuple(one for one in found if one is not None and one.status in {"current", "superseded"})


def grants_naming(vault: Vault, seq: int, *, now_ms: int) -> tuple[str, ...]:
    """Return the ids of the grants in force that name the document of an entry, the newest first."""
    rows = ((row, parse_grant(row.terms, row.seq)) for row in ConsentRows(vault.catalogue).grants())
    at_ms = time_of_decision(vault, now_ms)
    return tuple(
        row.id
        for row, grant in rows
        if ranges_contain(grant.records, seq) and _status(grant, row.status, at_ms) in {"active", "not_yet"}
    )


def list_grants(vault: Vault, *, now_ms: int) -> Iterator[GrantView]:
    """Yield all grants, the newest first."""
    bundles = _bundles(vault)
    for row in ConsentRows(vault.catalogue).grants():
        yield _view(vault, row, bundles, now_ms)


def find_grant(vault: Vault, prefix: str, *, now_ms: int) -> GrantView:
    """Return the grant that an id or its unique beginning names. Raises NotFound: `not_found`, `ambiguous`."""
    return _view(vault, grant_row(vault, prefix), _bundles(vault), now_ms)


def revoke_grant(vault: Vault, prefix: str, *, reason: str, now_ms: int) -> GrantView:
    """End a grant; a second time changes nothing.

    Raises:
        NotFound: `not_found`, `ambiguous`.
        InvalidRequest: `grant_closed`, it was ended in another way; `io_error`.
    """
    row = grant_row(vault, prefix)
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


def grant_row(vault: Vault, prefix: str) -> GrantRow:
    """Return the row of the grant that an id or its unique beginning names. Raises as `find_grant`."""
    whole = unique_prefix(prefix, "g_")
    rows = ConsentRows(vault.catalogue).grants_with_prefix(whole)
    return unique(whole, list(rows), [row.id for row in rows])


def _bundles(vault: Vault) -> dict[int, list[str]]:
    """Return the ids of the bundles of documents that were handed out, by the slot of their grant."""
    found: dict[int, list[str]] = {}
    for share in ConsentRows(vault.catalogue).shares():
        for slot in share.slots if share.has_documents else ():
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
        status=_status(grant, row.status, time_of_decision(vault, now_ms)),
        conditions=tuple(map(condition_line, grant.conditions)),
        role=grant.role,
        standing=None if grant.rule_id is None else rule_id_text(grant.rule_id),
        bundles=tuple(bundles.get(row.slot, ())),
    )


def _status(grant: Grant, status: int, at_ms: int) -> str:
    if status != Status.ACTIVE:
        return Status(status).name.lower()
    if at_ms < grant.not_before_ms:
        return "not_yet"
    return "expired" if at_ms >= grant.not_after_ms else "active"
