# SPDX-License-Identifier: Apache-2.0
"""From the vault to the judgement: grants with what is counted of them, documents with what is said of them.

Everything comes from the signed journal by way of the catalogue. Spec: docs/spec/grants.md section 4.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from healthvault.consent.conditions import Condition
from healthvault.consent.decision import Decision, KnownGrant, Request, Subject, decide
from healthvault.consent.exclusion import DocumentWords, exclusions
from healthvault.consent.grant import parse_grant
from healthvault.consent.status import Status
from healthvault.errors import ConsentRefused, InvalidRequest
from healthvault.ledger.documents import DocStatus
from healthvault.ledger.party import CODE_BEARER, Party
from healthvault.storage.consent_rows import ConsentRows, GrantRow
from healthvault.storage.document_rows import DocumentRow, DocumentRows
from healthvault.vault.approvals import approved_by
from healthvault.vault.contacts import chain_of, contact_row
from healthvault.vault.read import find_document
from healthvault.vault.vault import Vault

__all__ = [
    "Question",
    "check_included",
    "decide_for",
    "known_grant_of",
    "known_grants_of",
    "party_of",
    "split_included",
    "subject_of",
    "time_of_decision",
    "words_of",
]

CODE_WORD = "code"
_DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Who may do what with which document."""

    who: str
    """Name or id of a contact, or `code` for whoever is told one."""
    document: str
    """Its id, or the unique beginning of it."""
    purpose: str | None = None
    """HL7 code; None if it is not asked about."""
    action: str | None = None
    at_ms: int | None = None
    """None for now."""


def time_of_decision(vault: Vault, now_ms: int) -> int:
    """Return the time at which the owner's own decisions are judged, so that a clock set back opens nothing.

    It is the later of the clock and the newest entry's time, unless that lies more than a day ahead of the clock:
    one wrong clock would end every grant for ever.
    """
    last_ms = vault.history.last.header.ts_ms
    return max(now_ms, last_ms) if last_ms <= now_ms + _DAY_MS else now_ms


def decide_for(vault: Vault, question: Question, *, now_ms: int) -> tuple[Decision, str]:
    """Return the decision by the grants as they stand now, and the whole id of the document.

    Raises:
        NotFound: `not_found`, `ambiguous`, the contact or the document.
        InvalidRequest: `erased`, there is nothing left to be allowed.
    """
    party = party_of(vault, question.who)
    found = find_document(vault, question.document)
    row = DocumentRows(vault.catalogue).at(found.entry)
    if row is None or row.status == DocStatus.ERASED.value:
        raise InvalidRequest("erased", f"{found.id} was erased")
    request = Request(
        party=party,
        at_ms=time_of_decision(vault, now_ms) if question.at_ms is None else question.at_ms,
        document=subject_of(row),
        purpose=question.purpose,
        actions=() if question.action is None else (question.action,),
    )
    return decide(known_grants_of(vault, (party,)), request), row.id


def party_of(vault: Vault, who: str) -> Party:
    """Return the contact of this name or id as a grant names them. Raises NotFound: `not_found`, `ambiguous`."""
    if who == CODE_WORD:
        return CODE_BEARER
    row = contact_row(vault, who)
    return Party(vault=row.vault, recipient_pk=chain_of(row).newest.keys.recipient_pk, name=row.name)


def known_grants_of(vault: Vault, parties: Iterable[Party]) -> list[KnownGrant]:
    """Return the grants that name any of these, the newest first; the others are not looked at."""
    keys = {key for party in parties for key in (party.key, party.recipient_pk) if key is not None}
    return [known_grant_of(vault, row) for row in ConsentRows(vault.catalogue).grants_of(sorted(keys))]


def known_grant_of(vault: Vault, row: GrantRow) -> KnownGrant:
    """Return a grant with its status, the number of its shares, and whose approvals hold."""
    grant = parse_grant(row.terms, row.seq)
    return KnownGrant(
        grant=grant,
        seq=row.seq,
        status=Status(row.status),
        shares=ConsentRows(vault.catalogue).shares_under(row.slot),
        approved=approved_by(vault, row.seq, grant),
    )


def subject_of(row: DocumentRow) -> Subject:
    """Return a document as grants are judged by."""
    return Subject(seq=row.seq, words=words_of(row))


def words_of(row: DocumentRow) -> DocumentWords:
    """Return what is said of a document now."""
    return DocumentWords(category=row.category, type=row.type, tags=row.tags, sensitivity=row.sensitivity)


def split_included(
    vault: Vault, conditions: Iterable[Condition], ids: Iterable[str]
) -> tuple[tuple[str, ...], dict[str, ConsentRefused]]:
    """Return which of the documents with these whole ids the conditions let pass, and why not the others."""
    held, table = tuple(conditions), DocumentRows(vault.catalogue)
    kept: list[str] = []
    left_out: dict[str, ConsentRefused] = {}
    for row in (row for id_text in ids for row in table.with_prefix(id_text)):
        refusal = next(exclusions(held, words_of(row)), None)
        if refusal is None:
            kept.append(row.id)
        else:
            left_out[row.id] = refusal
    return tuple(kept), left_out


def check_included(conditions: Iterable[Condition], named: Iterable[tuple[str, DocumentWords]]) -> None:
    """Check that the conditions keep none of these documents (id, and what is said of it) out.

    Raises:
        ConsentRefused: `denied_by_rule`, `sensitivity_not_named`, naming the first that is kept out.
    """
    held = tuple(conditions)
    for id_text, words in named:
        for refusal in exclusions(held, words):
            raise ConsentRefused(refusal.code, f"{id_text}: {refusal.message}", hint=refusal.hint)
