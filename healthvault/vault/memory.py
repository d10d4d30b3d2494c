# SPDX-License-Identifier: Apache-2.0
"""What the reader remembers of other vaults, in the own vault or, for somebody without one, in the state folder.

Spec: docs/spec/bundle.md section 5 and docs/spec/vault-folder.md section 10.
"""

from dataclasses import replace

from healthvault.bundle.card import open_card
from healthvault.codec import Fields
from healthvault.errors import FormatError
from healthvault.ledger.keychain import KeyChain
from healthvault.storage.consent_rows import ConsentRows
from healthvault.storage.layout import StatePaths
from healthvault.storage.pins import seen_pins, vault_pins
from healthvault.storage.sealedfile import SealedFile
from healthvault.vault.history import damaged
from healthvault.vault.vault import Place, Vault
from healthvault.verify.pins import PinBook, VaultPins, parse_pin_book

__all__ = ["load_pins", "own_pins", "pin_file", "pins_of", "read_pins", "store_pins", "with_card"]


def pin_file(vault: Vault | None, place: Place) -> SealedFile:
    """Return the sealed file that the pins of this reader lie in."""
    if vault is None:
        return seen_pins(StatePaths(root=place.state_dir))
    return vault_pins(vault.paths, vault.keys.master_key, vault.keyring.vault_id)


def load_pins(vault: Vault) -> PinBook:
    """Return the pins in an unlocked vault, not what cards say. Raises VaultDamaged: `vault_damaged`."""
    return read_pins(pin_file(vault, vault.place))


def pins_of(vault: Vault, vault_id: bytes) -> VaultPins:
    """Return what is known of another vault: its pins, and what its pinned card says. Raises as `load_pins`."""
    cards = (row.card for row in ConsentRows(vault.catalogue).contacts() if row.vault == vault_id)
    card, pins = next(cards, None), load_pins(vault).of(vault_id)
    return pins if card is None else with_card(pins, open_card(card).chain)


def own_pins(vault: Vault) -> VaultPins:
    """Return the key events of the own vault, as a reader keeps those of others."""
    return with_card(VaultPins(vault=vault.keyring.vault_id), vault.history.chain)


def with_card(pins: VaultPins, chain: KeyChain) -> VaultPins:
    """Count the key events of a pinned card as seen, and what they say of stolen keys as known."""
    shown = tuple(entry.raw for entry in chain.entries)
    events = shown if len(shown) > len(pins.events) else pins.events
    compromised = frozenset(epoch.number for epoch in chain.epochs if epoch.was_compromised)
    return replace(pins, events=events, compromised_by_card=compromised)


def read_pins(file: SealedFile) -> PinBook:
    """Return the pins in a file, empty if there is none. Raises VaultDamaged: `vault_damaged`."""
    content = file.load()
    if content is None:
        return PinBook()
    try:
        return parse_pin_book(Fields(content, "pins"))
    except FormatError as err:
        raise damaged(f"{file.path}: {err.message}") from err


def store_pins(file: SealedFile, pins: VaultPins) -> None:
    """Replace the pins of one vault, keeping what another process stored of others; the caller holds the lock."""
    file.save(read_pins(file).updated(pins).to_map())
