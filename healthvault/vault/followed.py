# SPDX-License-Identifier: Apache-2.0
"""What entries about people, consent and the owner mean for the catalogue: rules that need its rows and no more.

Documents, and whatever moves the status table, are the projector's own. Spec: docs/spec/journal.md section 4.
"""

from dataclasses import dataclass
from functools import singledispatch

from healthvault.bundle.card import open_card
from healthvault.codec import Fields
from healthvault.consent.roles import Role, RoleBind, RoleUnbind
from healthvault.consent.standing import StandingEnd, StandingRule
from healthvault.ledger import ids
from healthvault.ledger.attested import Attested, AttestedOut
from healthvault.ledger.entry import Entry
from healthvault.ledger.issuers import IssuerDrop, IssuerPin
from healthvault.ledger.kinds import (
    Approved,
    ContactDrop,
    ContactPin,
    EmergencyPage,
    Owner,
    ReceiptIn,
    Share,
    StatusGiven,
)
from healthvault.ledger.person import IdAdd, IdDrop, IdLink, IdUnlink
from healthvault.storage.attestation_rows import AttestationRow, AttestationRows
from healthvault.storage.catalogue import Catalogue
from healthvault.storage.consent_rows import ApprovalRow, ConsentRows, ContactRow, ShareRow
from healthvault.storage.document_rows import DocumentRows
from healthvault.storage.issuer_rows import IssuerRows, PinRow
from healthvault.storage.person_rows import DecisionRow, FactRow, PersonRows
from healthvault.storage.role_rows import BindingRow, RoleRows
from healthvault.storage.standing_rows import StandingRow, StandingRows
from healthvault.vault.receipt_rows import receipt_row
from healthvault.vault.sealed import Sealed

__all__ = ["Rows", "follow"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """The tables that these rules write."""

    catalogue: Catalogue
    consents: ConsentRows
    roles: RoleRows
    standings: StandingRows
    documents: DocumentRows
    attestations: AttestationRows
    persons: PersonRows


@singledispatch
def follow(_said: Sealed | None, _rows: Rows, _entry: Entry, _sealed: Fields) -> str | None:
    """Apply what an entry says and return the id of what it is about; an unknown kind changes nothing."""
    return None


@follow.register
def _owner(owner: Owner, rows: Rows, _entry: Entry, _sealed: Fields) -> str | None:
    rows.catalogue.put("owner", owner.name)
    return None


@follow.register
def _contact_pin(pin: ContactPin, rows: Rows, entry: Entry, _sealed: Fields) -> str | None:
    vault_id = open_card(pin.card).chain.vault_id
    rows.consents.pin_contact(
        ContactRow(
            vault=vault_id,
            seq=entry.seq,
            name=pin.name,
            card=pin.card,
            is_witness=pin.is_witness,
            pinned_ms=entry.header.ts_ms,
        )
    )
    return ids.contact_id_text(vault_id)


@follow.register
def _contact_drop(drop: ContactDrop, rows: Rows, _entry: Entry, _sealed: Fields) -> str | None:
    rows.consents.drop_contact(drop.about)
    return None


@follow.register
def _share(share: Share, rows: Rows, entry: Entry, _sealed: Fields) -> str | None:
    id_text = ids.bundle_id_text(share.bundle_id)
    names = ", ".join(party.name for party in share.recipients if not party.is_code) or "whoever has the code"
    row = ShareRow(seq=entry.seq, id=id_text, slots=share.slots, recipients=names, has_documents=bool(share.seqs))
    rows.consents.insert_share(row, share.size, (party.key for party in share.recipients))
    return id_text


@follow.register
def _receipt_in(receipt: ReceiptIn, rows: Rows, entry: Entry, _sealed: Fields) -> str | None:
    rows.consents.insert_receipt(receipt_row(receipt, entry.seq))
    return ids.contact_id_text(receipt.vault)


@follow.register
def _emergency_page(page: EmergencyPage, _rows: Rows, _entry: Entry, _sealed: Fields) -> str | None:
    return ids.emergency_id_text(page.page_id)


@follow.register
def _status(given: StatusGiven, rows: Rows, _entry: Entry, _sealed: Fields) -> str | None:
    rows.consents.hand_out(given.size, (party.key for party in given.recipients))
    return None if given.slot is None else rows.consents.grant_in(given.slot)


@follow.register
def _approval(approval: Approved, rows: Rows, entry: Entry, _sealed: Fields) -> str | None:
    rows.consents.insert_approval(
        ApprovalRow(seq=entry.seq, about=approval.about, vault=approval.vault, raw=approval.approval)
    )
    granted = rows.consents.grant_at(approval.about)
    return granted.id if granted else None


@follow.register
def _attest(attested: Attested, rows: Rows, entry: Entry, _sealed: Fields) -> str | None:
    rows.attestations.insert(AttestationRow(seq=entry.seq, about=attested.about, raw=attested.attestation))
    return rows.documents.id_at(attested.about)


@follow.register
def _attest_out(attested: AttestedOut, rows: Rows, _entry: Entry, _sealed: Fields) -> str | None:
    return None if attested.about is None else rows.documents.id_at(attested.about)


@follow.register
def _role(role: Role, rows: Rows, entry: Entry, sealed: Fields) -> str | None:
    rows.roles.define(role.name, entry.seq, sealed)
    return None


@follow.register
def _role_bind(bound: RoleBind, rows: Rows, _entry: Entry, _sealed: Fields) -> str | None:
    rows.roles.bind(BindingRow(vault=bound.vault, role=bound.role, until_ms=bound.until_ms))
    return ids.contact_id_text(bound.vault)


@follow.register
def _role_unbind(unbound: RoleUnbind, rows: Rows, _entry: Entry, _sealed: Fields) -> str | None:
    rows.roles.unbind(unbound.vault, unbound.role)
    return ids.contact_id_text(unbound.vault)


@follow.register
def _standing(rule: StandingRule, rows: Rows, entry: Entry, sealed: Fields) -> str | None:
    id_text = ids.rule_id_text(rule.rule_id)
    rows.standings.insert(StandingRow(seq=entry.seq, id=id_text, rule=sealed, is_ended=False))
    return id_text


@follow.register
def _standing_end(end: StandingEnd, rows: Rows, _entry: Entry, _sealed: Fields) -> str | None:
    rows.standings.end(end.about)
    return next((row.id for row in rows.standings.rules() if row.seq == end.about), None)


@follow.register
def _issuer_pin(pin: IssuerPin, rows: Rows, entry: Entry, _sealed: Fields) -> str | None:
    row = PinRow(seq=entry.seq, document=pin.about, form=pin.form, issuers=pin.issuers)
    IssuerRows(rows.catalogue).pin(row)
    return None  # an id of the document would have its erasure take this entry along, which only `doc.…` may


@follow.register
def _issuer_drop(drop: IssuerDrop, rows: Rows, _entry: Entry, _sealed: Fields) -> str | None:
    IssuerRows(rows.catalogue).drop(drop.about, drop.issuers)
    return None


@follow.register
def _id_add(fact: IdAdd, rows: Rows, entry: Entry, sealed: Fields) -> str | None:
    rows.persons.add_fact(FactRow(seq=entry.seq, sealed=sealed, added_ms=entry.header.ts_ms))
    return None if fact.source is None else _document_at(rows, fact.source)


@follow.register
def _id_drop(drop: IdDrop, rows: Rows, _entry: Entry, _sealed: Fields) -> str | None:
    rows.persons.drop_fact(drop.about)
    return None


@follow.register
def _id_link(link: IdLink, rows: Rows, entry: Entry, _sealed: Fields) -> str | None:
    rows.persons.decide(
        DecisionRow(seq=entry.seq, about=link.about, subject=link.subject, decision=link.decision.value)
    )
    return _document_at(rows, link.about)


@follow.register
def _id_unlink(unlink: IdUnlink, rows: Rows, _entry: Entry, _sealed: Fields) -> str | None:
    undone = rows.persons.decision_at(unlink.about)
    rows.persons.undo(unlink.about)
    return _document_at(rows, undone.about) if undone else None


def _document_at(rows: Rows, seq: int) -> str | None:
    row = DocumentRows(rows.catalogue).at(seq)
    return row.id if row else None
