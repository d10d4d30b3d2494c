# SPDX-License-Identifier: Apache-2.0
"""Whom a grant and a bundle are for: contacts, or whoever is told a code; as each format names them.

Spec: docs/spec/bundle.md sections 1 and 4.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from healthvault.agefile.recipients import DummyRecipient, Recipient, ScryptRecipient, X25519Recipient
from healthvault.bundle.disclosure import AudienceMember
from healthvault.consent.grant import MAX_GRANTEES
from healthvault.crypto.words import unknown_words
from healthvault.errors import InvalidRequest, NotFound
from healthvault.ledger.keychain import KeyChain
from healthvault.ledger.party import CODE_BEARER, Party
from healthvault.storage.consent_rows import ConsentRows, ContactRow
from healthvault.vault.contacts import chain_to_send_to, contact_row
from healthvault.vault.vault import Vault

__all__ = [
    "CODE",
    "CODE_WORDS",
    "Addressee",
    "addressees_of",
    "age_recipients",
    "audience_of",
    "checked_code",
    "code_of",
    "grantees_again",
]

CODE_WORDS = 7  # 77 bits: the file faces offline guessing for ever


@dataclass(frozen=True, slots=True, kw_only=True)
class Addressee:
    """Somebody that a bundle is for."""

    party: Party
    chain: KeyChain | None
    """Their keys; None for whoever is told the code."""


CODE = Addressee(party=CODE_BEARER, chain=None)


def code_of(typed: str) -> str:
    """Return the code of a bundle from what somebody typed: spaces, hyphens and case do not matter."""
    return "-".join(typed.lower().replace("-", " ").split())


def checked_code(typed: str) -> str:
    """Return the code that a file is to be encrypted to, as far as it can be checked: nobody keeps it.

    Raises:
        InvalidRequest: `bad_code`, not seven words of the list.
    """
    code = code_of(typed)
    words = code.split("-")
    wrong = unknown_words(words)
    if len(words) != CODE_WORDS or wrong:
        said = f"word {wrong[0]} is not in the list" if wrong else f"it has {len(words)} words"
        hint = f"the {CODE_WORDS} words that the bundle was made with"
        raise InvalidRequest("bad_code", f"this is no code of a bundle: {said}", hint=hint)
    return code


def addressees_of(vault: Vault, names: tuple[str, ...]) -> list[Addressee]:
    """Return the contacts with these names or ids, each once; whoever is told the code if there are none.

    Raises:
        NotFound: `not_found`, `ambiguous`.
        InvalidRequest: `too_many`.
        IntegrityError: `key_revoked`, a contact declared the keys on their card stolen.
    """
    if not names:
        return [CODE]
    found = {row.vault: row for row in (contact_row(vault, name) for name in names)}
    if len(found) > MAX_GRANTEES:
        hint = "share several times"
        raise InvalidRequest("too_many", f"a grant names at most {MAX_GRANTEES} contacts", hint=hint)
    return [_contact(vault, row) for row in found.values()]


def grantees_again(vault: Vault, grantees: tuple[Party, ...]) -> list[Addressee]:
    """Return the grantees of an older grant with the keys that they have now.

    Raises:
        NotFound: `not_found`, one is no longer among the contacts.
        IntegrityError: `key_revoked`, as `addressees_of`.
    """
    rows = {row.vault: row for row in ConsentRows(vault.catalogue).contacts()}
    found: list[Addressee] = []
    for party in grantees:
        row = rows.get(party.vault or b"")
        if row is None and not party.is_code:
            hint = "`hv contact add` them again, or make another grant"
            raise NotFound("not_found", f"{party.name} is no longer among your contacts", hint=hint)
        found.append(CODE if row is None else _contact(vault, row))
    return found


def audience_of(addressees: Sequence[Addressee]) -> tuple[AudienceMember, ...] | None:
    """Return whom the manifest names; None for whoever has the code."""
    members = tuple(
        AudienceMember(recipient_pk=keys.recipient_pk, vault=addressee.party.vault, sign_pk=keys.sign_pk)
        for addressee in addressees
        if addressee.chain is not None
        for keys in (addressee.chain.newest.keys,)
    )
    return members or None


def age_recipients(addressees: Sequence[Addressee], code: str | None) -> list[Recipient]:
    """Return one stanza for each addressee, padded with dummies to a power of two and shuffled."""
    if code is not None:
        return [ScryptRecipient(passphrase=code.encode())]
    recipients: list[Recipient] = [
        X25519Recipient(public=addressee.chain.newest.keys.recipient_pk)
        for addressee in addressees
        if addressee.chain is not None
    ]
    wanted = 1 << (len(recipients) - 1).bit_length()
    recipients += [DummyRecipient() for _ in range(wanted - len(recipients))]
    secrets.SystemRandom().shuffle(recipients)
    return recipients


def _contact(vault: Vault, row: ContactRow) -> Addressee:
    chain = chain_to_send_to(vault, row)
    party = Party(vault=row.vault, recipient_pk=chain.newest.keys.recipient_pk, name=row.name)
    return Addressee(party=party, chain=chain)
