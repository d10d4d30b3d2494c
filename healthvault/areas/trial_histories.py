# SPDX-License-Identifier: Apache-2.0
"""All consents and withdrawals that a vault holds, of each participant: the owner's own, and those received.

Of what was received only a record counts that came from the very vault that it names as its subject. What cannot
be read or is nobody's is named, never passed over where it could hide a withdrawal.
Spec: docs/spec/trial-consent.md sections 3 and 4.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from healthvault.errors import FormatError
from healthvault.ledger.documents import DocStatus
from healthvault.ledger.ids import contact_id_text
from healthvault.records.kinds import Kind
from healthvault.storage.document_rows import DocumentRows
from healthvault.trials.consent import Consent, Withdrawal, parse_consent, parse_withdrawal
from healthvault.trials.consent_history import History, KeptConsent, KeptWithdrawal, Period
from healthvault.trials.form_fields import MAX_FORM_BYTES
from healthvault.vault.contacts import find_contact, list_contacts
from healthvault.vault.origins import find_origin
from healthvault.vault.read import Filter, document_bytes, list_documents
from healthvault.vault.vault import Vault
from healthvault.vault.views import Document

__all__ = [
    "RECORD_KINDS",
    "Histories",
    "Unusable",
    "check_participants",
    "check_subject_consent",
    "histories",
    "own_id",
    "readable_history",
]

RECORD_KINDS = (Kind.TRIAL_CONSENT, Kind.TRIAL_WITHDRAWAL)
_NOT_THEIRS = "it did not come from the vault whose consent it says to be"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unusable:
    """A record that nothing is taken from."""

    document: Document
    vault: str | None
    """Id of the vault that it is from; None where that is not proved."""
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Histories:
    """All records of a vault: of each participant by the id of her vault."""

    by_subject: dict[str, History]
    unusable: tuple[Unusable, ...]

    def of(self, subject: str) -> History:
        """Return what is known of a participant."""
        return self.by_subject.get(subject, History())


def own_id(vault: Vault) -> str:
    """Return the id of this vault as its records name it."""
    return contact_id_text(vault.keyring.vault_id)


def histories(vault: Vault) -> Histories:
    """Return all consents and withdrawals, oldest entry first; what cannot be used is named.

    Raises:
        VaultDamaged: `vault_damaged`.
    """
    found: dict[str, History] = {}
    unusable: list[Unusable] = []
    for document in _records(vault):
        subject = _sender_of(vault, document)
        try:
            said = _parsed(vault, document)
        except FormatError as err:
            if document.status != DocStatus.CURRENT.value:
                continue  # the owner of this vault set it aside
            unusable.append(Unusable(document=document, vault=subject, reason=err.message))
            continue
        if subject is None or said.subject != subject:
            unusable.append(Unusable(document=document, vault=subject, reason=_NOT_THEIRS))
        else:
            found[subject] = _with(found.get(subject, History()), said, document)
    return Histories(by_subject=found, unusable=tuple(unusable))


def readable_history(vault: Vault, subject: str) -> History:
    """Return the history of a participant, once all her records could be read.

    Args:
        vault: Unlocked.
        subject: Id of her vault.

    Raises:
        FormatError: `bad_schema`, one cannot: it may be a withdrawal, and nobody knows what holds.
    """
    known = histories(vault)
    for each in known.unusable:
        if each.vault == subject and each.reason != _NOT_THEIRS:
            hint = f"`hv show {each.document.id}`; `hv retract` it if it is none of hers"
            raise FormatError("bad_schema", f"{each.document.id} cannot be read: {each.reason}", hint=hint)
    return known.of(subject)


def check_subject_consent(
    vault: Vault, study: str, contact: str, period: Period | None, option: str
) -> KeptConsent:
    """Check that a participant's consent, as far as this vault was sent it, covers data of some days.

    Args:
        vault: The researcher's, unlocked.
        study: Id.
        contact: Name or id of the participant among the contacts.
        period: When the data are from; None where nobody knows.
        option: Name of the option that must be answered yes.

    Returns:
        The consent.

    Raises:
        NotFound: `not_found`, `ambiguous`, the contact.
        ConsentRefused: `no_consent`, `consent_withdrawn`.
        FormatError: `bad_schema`, as `readable_history`.
    """
    subject = find_contact(vault, contact).vault
    return readable_history(vault, subject).check_covers(study, option, period)


def check_participants(
    vault: Vault, study: str, named: tuple[str | None, str | None], period: Period | None, option: str
) -> None:
    """Check the consent of whoever data that come in are said to be of, if that is a contact.

    Args:
        vault: The researcher's, unlocked.
        study: Id.
        named: The participant as a contact, and the code under which the data are kept, which may name one too.
        period: When the data are from; None where nobody knows.
        option: Name of the option that must be answered yes.

    Raises:
        As `check_subject_consent`.
    """
    contact, code = named
    known = {each.name.casefold() for each in list_contacts(vault)} | {each.id for each in list_contacts(vault)}
    for name in (contact, code):
        if name is not None and (name is contact or name in known or name.casefold() in known):
            check_subject_consent(vault, study, name, period, option)


def _records(vault: Vault) -> Iterator[Document]:
    """Yield the records that are not erased, the oldest entry first, those set aside too."""
    found = [document for kind in RECORD_KINDS for document in list_documents(vault, Filter(kind=kind.value))]
    for document in sorted(found, key=lambda each: each.entry):
        if document.status != DocStatus.ERASED.value:
            yield document


def _sender_of(vault: Vault, document: Document) -> str | None:
    """Return the id of the vault that a document is from; None where its evidence does not hold any more."""
    if not document.is_received:
        return own_id(vault)
    row = DocumentRows(vault.catalogue).at(document.entry)
    origin = None if row is None else find_origin(vault, row)
    return None if origin is None else contact_id_text(origin.chain.vault_id)


def _parsed(vault: Vault, document: Document) -> Consent | Withdrawal:
    if document.size_bytes > MAX_FORM_BYTES:
        raise FormatError("too_large", f"over {MAX_FORM_BYTES >> 10} KiB")
    data = document_bytes(vault, document)
    return parse_consent(data) if document.kind == Kind.TRIAL_CONSENT.value else parse_withdrawal(data)


def _with(history: History, said: Consent | Withdrawal, document: Document) -> History:
    """Return a history with one record more; the very same one that came again takes its place."""
    if isinstance(said, Withdrawal):
        kept = KeptWithdrawal(
            withdrawal=said, document=document.id, entry=document.entry, entered_ms=document.added_ms
        )
        others = tuple(each for each in history.withdrawals if each.withdrawal != said)
        return History(consents=history.consents, withdrawals=(*others, kept))
    new = KeptConsent(
        consent=said,
        document=document.id,
        entry=document.entry,
        entered_ms=document.added_ms,
        is_set_aside=document.status != DocStatus.CURRENT.value,
    )
    known = tuple(each for each in history.consents if each.consent != said)
    return History(consents=(*known, new), withdrawals=history.withdrawals)
