# SPDX-License-Identifier: Apache-2.0
"""What the reader remembers of other vaults, in the own vault or, for somebody without one, in the state folder.

Spec: docs/spec/bundle.md section 5 and docs/spec/vault-folder.md section 10.
"""

from healthvault.codec import Fields
from healthvault.errors import FormatError
from healthvault.storage.layout import StatePaths
from healthvault.storage.pins import seen_pins, vault_pins
from healthvault.storage.sealedfile import SealedFile
from healthvault.vault.history import damaged
from healthvault.vault.vault import Place, Vault
from healthvault.verify.pins import PinBook, VaultPins, parse_pin_book

__all__ = ["load_pins", "pin_file", "read_pins", "store_pins"]


def pin_file(vault: Vault | None, place: Place) -> SealedFile:
    """Return the sealed file that the pins of this reader lie in."""
    if vault is None:
        return seen_pins(StatePaths(root=place.state_dir))
    return vault_pins(vault.paths, vault.keys.master_key, vault.keyring.vault_id)


def load_pins(vault: Vault) -> PinBook:
    """Return the pins in an unlocked vault. Raises VaultDamaged: `vault_damaged`."""
    return read_pins(pin_file(vault, vault.place))


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
