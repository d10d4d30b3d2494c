# SPDX-License-Identifier: Apache-2.0
"""People: cards accepted, compared with what was seen before, kept as entries of the journal.

No file name tells whom the owner knows. Spec: docs/spec/card.md.
"""

from healthvault.agefile.bech32 import encode_recipient
from healthvault.bundle.card import Card, dearmour, open_card
from healthvault.crypto.words import to_words
from healthvault.errors import FormatError, HistoryError, InvalidRequest, NotFound
from healthvault.ledger.ids import contact_id_text, fingerprint_bytes
from healthvault.ledger.keychain import KeyChain
from healthvault.ledger.kinds import ContactDrop, ContactPin
from healthvault.storage.consent_rows import ConsentRows, ContactRow
from healthvault.vault.memory import load_pins
from healthvault.vault.transaction import Transaction
from healthvault.vault.vault import Vault
from healthvault.vault.views import ContactView

__all__ = [
    "add_contact",
    "chain_of",
    "contact_row",
    "find_contact",
    "list_contacts",
    "preview_contact",
    "remove_contact",
]

MAX_PINNED_CARD_BYTES = 48 * 1024  # a card must fit into an entry to be pinned


def preview_contact(vault: Vault, card_text: bytes) -> ContactView:
    """Return what a card says, checked, for the user to compare the words before she pins it.

    Raises:
        FormatError, IntegrityError: `bad_card`, `bad_key`, `wrong_vault`, `unsupported`.
        HistoryError: `card_old`, `fork`, it contradicts what was pinned or seen before.
        InvalidRequest: `own_card`.
    """
    card = _accepted_card(vault, card_text)
    return _view(
        ContactRow(vault=card.chain.vault_id, seq=0, name=card.name, card=card.raw, is_witness=False, pinned_ms=0)
    )


def add_contact(vault: Vault, name: str, card_text: bytes, *, now_ms: int) -> ContactView:
    """Pin a contact, or take in a newer card of one.

    Args:
        vault: Unlocked, writing.
        name: The owner's own name for them.
        card_text: Unverified text of a card.
        now_ms: The clock.

    Raises:
        As `preview_contact`; InvalidRequest `name_taken`, `empty_name`.
    """
    card = _accepted_card(vault, card_text)
    if not name.strip():
        raise InvalidRequest("empty_name", "a contact needs a name")
    for row in ConsentRows(vault.catalogue).contacts():
        if row.name == name and row.vault != card.chain.vault_id:
            raise InvalidRequest("name_taken", f"another contact is called {name!r}", hint="choose another name")
    with Transaction(vault, now_ms=now_ms) as transaction:
        draft = transaction.begin()
        transaction.append(draft, ContactPin(name=name, card=card.raw).to_map())
        transaction.commit()
    return _view(contact_row(vault, name))


def list_contacts(vault: Vault) -> tuple[ContactView, ...]:
    """Return all contacts by name."""
    return tuple(map(_view, ConsentRows(vault.catalogue).contacts()))


def find_contact(vault: Vault, name_or_id: str) -> ContactView:
    """Return the contact with this name or id. Raises NotFound: `not_found`, `ambiguous`."""
    return _view(contact_row(vault, name_or_id))


def contact_row(vault: Vault, name_or_id: str) -> ContactRow:
    """Return the catalogue's row of a contact. Raises NotFound: `not_found`, `ambiguous`."""
    rows = ConsentRows(vault.catalogue).contacts()
    named = [row for row in rows if row.name == name_or_id]
    named = named or [row for row in rows if row.name.casefold() == name_or_id.casefold()]
    prefix = "c_" + name_or_id.lower().removeprefix("c_")
    found = named or [row for row in rows if len(prefix) >= 6 and contact_id_text(row.vault).startswith(prefix)]
    if not found:
        raise NotFound("not_found", f"no contact is called {name_or_id!r}", hint="`hv contact list` shows them")
    if len(found) > 1:
        raise NotFound("ambiguous", f"several contacts could be {name_or_id!r}", hint="use the id")
    return found[0]


def remove_contact(vault: Vault, name_or_id: str, *, now_ms: int) -> ContactView:
    """Stop keeping a contact. Grants and bundles given to them stay as they are. Raises NotFound."""
    row = contact_row(vault, name_or_id)
    with Transaction(vault, now_ms=now_ms) as transaction:
        draft = transaction.begin()
        transaction.append(draft, ContactDrop(about=row.seq).to_map())
        transaction.commit()
    return _view(row)


def chain_of(row: ContactRow) -> KeyChain:
    """Return the keys of a pinned contact; the card was checked when it was pinned, and is again."""
    return open_card(row.card).chain


def _accepted_card(vault: Vault, card_text: bytes) -> Card:
    card = open_card(dearmour(card_text))
    chain = card.chain
    if len(card.raw) > MAX_PINNED_CARD_BYTES:
        raise FormatError("limit_exceeded", "the card is too long to be pinned")
    if chain.vault_id == vault.history.chain.vault_id:
        raise InvalidRequest("own_card", "this is your own card")
    known = [row for row in ConsentRows(vault.catalogue).contacts() if row.vault == chain.vault_id]
    pinned = chain_of(known[0]).entries if known else ()
    _check_events([entry.raw for entry in chain.entries], [entry.raw for entry in pinned])
    _check_events([entry.raw for entry in chain.entries], list(load_pins(vault).of(chain.vault_id).events))
    return card


def _check_events(shown: list[bytes], seen: list[bytes]) -> None:
    if any(ours != theirs for ours, theirs in zip(seen, shown, strict=False)):
        raise HistoryError(
            "fork",
            "the card has another key event than the one seen before",
            hint="ask the contact in person: somebody is pretending, or her vault was rewritten",
        )
    if len(shown) < len(seen):
        raise HistoryError(
            "card_old",
            "the card is older than what was seen of this contact",
            hint="ask for a new one: `hv id -o FILE`",
        )


def _view(row: ContactRow) -> ContactView:
    card = open_card(row.card)
    fingerprint = fingerprint_bytes(row.vault)
    return ContactView(
        id=contact_id_text(row.vault),
        name=row.name,
        claimed_name=card.name,
        vault=contact_id_text(row.vault),
        fingerprint=fingerprint.hex(),
        words=to_words(fingerprint),
        recipient=encode_recipient(card.chain.newest.keys.recipient_pk),
        pinned_ms=row.pinned_ms,
    )
