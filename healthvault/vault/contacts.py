# SPDX-License-Identifier: Apache-2.0
"""People: cards accepted, compared with what was seen before, kept as entries of the journal.

No file name tells whom the owner knows. Spec: docs/spec/card.md.
"""

from healthvault.agefile.bech32 import encode_recipient
from healthvault.bundle.card import Card, dearmour, open_card
from healthvault.crypto.words import to_words
from healthvault.errors import FormatError, HistoryError, IntegrityError, InvalidRequest, NotFound
from healthvault.ledger.events import EventKind, KeyEvent, parse_event
from healthvault.ledger.ids import contact_id_text, fingerprint_bytes
from healthvault.ledger.keychain import KeyChain
from healthvault.ledger.kinds import ContactDrop, ContactPin
from healthvault.storage.consent_rows import ConsentRows, ContactRow
from healthvault.tlog.compromise import is_compromise_note
from healthvault.vault.memory import load_pins
from healthvault.vault.transaction import Transaction
from healthvault.vault.vault import Vault
from healthvault.vault.views import ContactView
from healthvault.verify.thefts import with_stolen_keys

__all__ = [
    "add_contact",
    "chain_of",
    "chain_to_send_to",
    "contact_row",
    "find_contact",
    "key_changes",
    "list_contacts",
    "preview_contact",
    "remove_contact",
    "set_witness",
]

MAX_PINNED_CARD_BYTES = 48 * 1024  # a card must fit into an entry to be pinned


def preview_contact(vault: Vault, card_text: bytes) -> ContactView:
    """Return what a card says, checked, for the user to compare the words before she pins it.

    Raises:
        FormatError, IntegrityError: `bad_card`, `bad_key`, `wrong_vault`, `unsupported`.
        IntegrityError: `key_revoked`, its newest keys were declared stolen.
        HistoryError: `card_old`, `fork`, it contradicts what was pinned or seen before.
        InvalidRequest: `own_card`.
    """
    card = _accepted_card(vault, card_text)
    return _view(
        ContactRow(vault=card.chain.vault_id, seq=0, name=card.name, card=card.raw, is_witness=False, pinned_ms=0)
    )


def key_changes(vault: Vault, card_text: bytes) -> tuple[str, ...]:
    """Return what a newer card of a contact says has changed since the one that is kept, in words.

    Raises:
        As `preview_contact`.
    """
    card = _accepted_card(vault, card_text)
    kept = [row for row in ConsentRows(vault.catalogue).contacts() if row.vault == card.chain.vault_id]
    newer = card.chain.entries[len(chain_of(kept[0]).entries) :] if kept else ()
    return tuple(_change(parse_event(block.event)) for entry in newer if (block := entry.header.event))


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
    known = ConsentRows(vault.catalogue).contacts()
    for row in known:
        if row.name == name and row.vault != card.chain.vault_id:
            raise InvalidRequest("name_taken", f"another contact is called {name!r}", hint="choose another name")
    is_witness = any(row.is_witness for row in known if row.vault == card.chain.vault_id)
    return _pin(vault, ContactPin(name=name, card=card.raw, is_witness=is_witness), now_ms)


def set_witness(vault: Vault, name_or_id: str, *, is_witness: bool, now_ms: int) -> ContactView:
    """Mark a contact as a witness, whose cosignatures count and are passed on to later readers, or end that.

    Raises:
        NotFound: `not_found`, `ambiguous`.
    """
    row = contact_row(vault, name_or_id)
    if row.is_witness == is_witness:
        return _view(row)
    return _pin(vault, ContactPin(name=row.name, card=row.card, is_witness=is_witness), now_ms)


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


def chain_to_send_to(vault: Vault, row: ContactRow) -> KeyChain:
    """Return the keys of a contact, of which the newest are to be encrypted to.

    Raises:
        IntegrityError: `key_revoked`, they were declared stolen: whoever has them could read it.
    """
    chain, pins = chain_of(row), load_pins(vault).of(row.vault)
    if chain.newest.number in pins.compromised_epochs:
        raise IntegrityError(
            "key_revoked",
            f"{row.name} declared the keys on the card that you have stolen",
            hint=f"ask for a new card, then `hv contact add {row.name!r} FILE`",
        )
    return chain


def _pin(vault: Vault, pin: ContactPin, now_ms: int) -> ContactView:
    with Transaction(vault, now_ms=now_ms) as transaction:
        draft = transaction.begin()
        transaction.append(draft, pin.to_map())
        transaction.commit()
    return _view(contact_row(vault, pin.name))


def _accepted_card(vault: Vault, card_text: bytes) -> Card:
    if is_compromise_note(card_text):
        hint = "`hv verify FILE` takes it in; then ask for the new card"
        raise FormatError("bad_card", "this is not a card but a compromise note", hint=hint)
    card = open_card(dearmour(card_text))
    chain = card.chain
    if len(card.raw) > MAX_PINNED_CARD_BYTES:
        raise FormatError("limit_exceeded", "the card is too long to be pinned")
    if chain.vault_id == vault.history.chain.vault_id:
        hint = "what this vault signed shows the words of `hv id`; for another person take theirs"
        raise InvalidRequest("own_card", "this is your own card", hint=hint)
    known = [row for row in ConsentRows(vault.catalogue).contacts() if row.vault == chain.vault_id]
    pinned = chain_of(known[0]).entries if known else ()
    pins = load_pins(vault).of(chain.vault_id)
    _check_events([entry.raw for entry in chain.entries], [entry.raw for entry in pinned])
    _check_events([entry.raw for entry in chain.entries], list(pins.events))
    if chain.newest.number in pins.compromised_epochs:
        raise with_stolen_keys(chain.newest.number, pins, known[0].name if known else None)
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


def _change(event: KeyEvent) -> str:
    """Say what an event did that was checked with its card."""
    if event.kind is EventKind.ROOT:
        return f"new recovery words, at entry {event.seq}"
    if event.kind is EventKind.RESTART:
        return f"went on from an older copy, at entry {event.seq}"
    since = "" if event.since is None else f", in other hands from entry {event.since} on"
    return f"new keys, at entry {event.seq}; reason: {event.reason and event.reason.value}{since}"


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
        is_witness=row.is_witness,
    )
