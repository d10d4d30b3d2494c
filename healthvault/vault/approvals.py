# SPDX-License-Identifier: Apache-2.0
"""Approvals: given by who was asked, taken in by the owner, and checked again whenever they are counted.

What counts is a signature by a key of the approver's pinned card, over exactly this grant: an approval by keys
that were declared stolen, or by somebody who is a contact no more, counts no more.
Spec: docs/spec/grants.md section 4.3.
"""

from dataclasses import dataclass

from healthvault.agefile.file import decrypt
from healthvault.bundle.approval import Approval, SignedApproval, approval_in, parse_approval
from healthvault.bundle.sidefile import read_side_file
from healthvault.consent.conditions import Approvals
from healthvault.consent.decision import KnownGrant, Request, refusals
from healthvault.consent.grant import Grant, parse_grant
from healthvault.consent.status import Status
from healthvault.errors import ConsentRefused, HealthVaultError, IntegrityError, InvalidRequest, NotFound
from healthvault.ledger.ids import contact_id_text, grant_id_text
from healthvault.ledger.kinds import Approved
from healthvault.ledger.party import Party
from healthvault.storage.consent_rows import ConsentRows, ContactRow, GrantRow
from healthvault.storage.inputs import InputFile
from healthvault.vault.contacts import chain_of
from healthvault.vault.memory import pins_of
from healthvault.vault.openers import own_openers
from healthvault.vault.transaction import Transaction
from healthvault.vault.vault import Vault
from healthvault.verify.thefts import with_stolen_keys

__all__ = ["Taken", "approved_by", "asked_of", "grant_not_ended", "keep_approval", "take_approval"]

_ENDED = frozenset({"grant_revoked", "grant_superseded"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """An approval that was taken in."""

    grant: str
    contact: str
    """The owner's own name for the approver."""
    approved: tuple[str, ...]
    """Names of all who have approved."""
    needed: int
    """How many have to; the most that any condition asks for."""


def approved_by(vault: Vault, seq: int, grant: Grant) -> frozenset[bytes]:
    """Return the vault ids of those whose approval of the grant of entry `seq` holds."""
    rows = ConsentRows(vault.catalogue).approvals_of(seq)
    if not rows:
        return frozenset()
    contacts, found = _contacts(vault), set()
    for row in rows:
        try:
            signed = parse_approval(row.raw)
            _check_signed(vault, signed, contacts)
            _check_subject(vault, signed.unverified, seq, grant)
        except HealthVaultError:
            continue
        found.add(signed.unverified.vault)
    return frozenset(found)


def take_approval(vault: Vault, raw: bytes, *, now_ms: int) -> Taken:
    """Log an approval that came from somebody, if it is by who was asked and of a grant that stands.

    Args:
        vault: Unlocked, writing.
        raw: Unverified bytes of a signed approval.
        now_ms: The clock.

    Raises:
        FormatError: what `parse_approval` raises.
        NotFound: `not_found`, by nobody among the contacts, or of no grant of this vault.
        IntegrityError: `bad_signature`; `bad_key`; `key_revoked`, by keys that were declared stolen;
            `bad_approval`, of other terms.
        ConsentRefused: `not_approver`, the grant does not ask them; `grant_revoked`, `grant_superseded`.
        InvalidRequest: `already_approved`; `io_error`.
    """
    signed = parse_approval(raw)
    said = signed.unverified
    if said.vault == vault.history.chain.vault_id:
        raise ConsentRefused("not_approver", "nobody can approve a grant of their own")
    contact = _check_signed(vault, signed, _contacts(vault))
    row = ConsentRows(vault.catalogue).grant_with_id(grant_id_text(said.grant_id))
    if row is None:
        raise NotFound("not_found", "the approval is of a grant that is not in this vault")
    grant = grant_not_ended(row)
    _check_subject(vault, said, row.seq, grant)
    known = approved_by(vault, row.seq, grant)
    if said.vault in known:
        who = contact_id_text(said.vault)
        raise InvalidRequest("already_approved", f"{who} has approved {row.id} already")
    with Transaction(vault, now_ms=now_ms) as transaction:
        draft = transaction.begin()
        transaction.append(draft, Approved(about=row.seq, vault=said.vault, approval=raw).to_map())
        transaction.commit()
    return Taken(
        grant=row.id,
        contact=contact.name,
        approved=tuple(party.name for party in asked_of(grant) if party.vault in {*known, said.vault}),
        needed=max(condition.needed for condition in grant.conditions if isinstance(condition, Approvals)),
    )


def keep_approval(vault: Vault, file: InputFile, *, now_ms: int) -> Taken | None:
    """Take in the approval in a file; None if the file is another one, or does not open.

    Raises:
        InputError: `unreadable`, `not_a_file`.
        As `read_side_file` and `take_approval`.
    """
    with file.open() as source:
        try:
            opened = decrypt(source, [opener.identity for opener in own_openers(vault)])
        except HealthVaultError:
            return None  # who reads it as a bundle says why
        fields = read_side_file(opened.reader)
    raw = None if fields is None else approval_in(fields)
    return None if raw is None else take_approval(vault, raw, now_ms=now_ms)


def grant_not_ended(row: GrantRow) -> Grant:
    """Return the terms of a grant. Raises ConsentRefused: `grant_revoked`, `grant_superseded`, it was ended."""
    grant = parse_grant(row.terms, row.seq)
    known = KnownGrant(grant=grant, status=Status(row.status))
    for refusal in refusals(known, Request(party=None, at_ms=grant.not_before_ms)):
        if refusal.code in _ENDED:
            raise ConsentRefused(refusal.code, f"{row.id}: {refusal.message}", hint=refusal.hint)
    return grant


def asked_of(grant: Grant) -> tuple[Party, ...]:
    """Return everybody whose approval any condition of a grant counts, each once."""
    asked = (party for condition in grant.conditions if isinstance(condition, Approvals) for party in condition.by)
    return tuple({party.vault: party for party in asked}.values())


def _contacts(vault: Vault) -> dict[bytes, ContactRow]:
    return {row.vault: row for row in ConsentRows(vault.catalogue).contacts()}


def _check_signed(vault: Vault, signed: SignedApproval, contacts: dict[bytes, ContactRow]) -> ContactRow:
    """Return the contact whose approval it is, once a key on their card has signed it."""
    said = signed.unverified
    row = contacts.get(said.vault)
    if row is None:
        hint = "`hv contact add` their card first"
        raise NotFound("not_found", f"{contact_id_text(said.vault)} is not among your contacts", hint=hint)
    pins = pins_of(vault, row.vault)
    signed.verified(chain_of(row))
    if said.signer in pins.compromised_epochs:
        raise with_stolen_keys(said.signer, pins, row.name)
    return row


def _check_subject(vault: Vault, said: Approval, seq: int, grant: Grant) -> None:
    """Check that an approval is of exactly the grant of entry `seq`, by somebody whom it asks."""
    entry = vault.history.entry(seq)
    if (said.owner, said.grant_id, said.leaf) != (entry.header.vault_id, grant.grant_id, entry.leaf):
        raise IntegrityError("bad_approval", "the approval is of other terms than those of the grant")
    if said.vault not in {party.vault for party in asked_of(grant)}:
        said_id = contact_id_text(said.vault)
        raise ConsentRefused("not_approver", f"the grant does not ask for the approval of {said_id}")
