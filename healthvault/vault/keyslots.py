# SPDX-License-Identifier: Apache-2.0
"""The ways into a vault: listing, adding and removing slots of the keyring.

The keyring is replaced as a whole; that replacement is the commit point. Spec: docs/spec/keys.md section 2.
"""

from pathlib import Path

from healthvault.errors import InvalidRequest
from healthvault.storage import files
from healthvault.storage.keyfile import new_key_file_text, parse_key_file
from healthvault.storage.keyring import Keyring
from healthvault.storage.outputs import OutputFile, keep_beside
from healthvault.storage.passphrase import new_passphrase
from healthvault.storage.slots import KDF_PROFILES, NO_KDF, Kdf, Slot, SlotKind, new_slot
from healthvault.vault.vault import Vault
from healthvault.vault.views import KeySlotView

__all__ = ["add_key_file", "add_passphrase", "list_keys", "remove_key"]


def list_keys(vault: Vault) -> list[KeySlotView]:
    """Return the slots; this needs no secret."""
    return [_view(slot) for slot in vault.keyring.slots]


def add_passphrase(vault: Vault, passphrase: str, kdf: str) -> KeySlotView:
    """Add a passphrase beside the others.

    Args:
        vault: Unlocked, writing.
        passphrase: As typed.
        kdf: `light`, `standard` or `strong`.

    Raises:
        InvalidRequest: a bad passphrase, `too_many_slots`, `io_error`.
    """
    return _add(vault, SlotKind.PASSPHRASE, new_passphrase(passphrase), KDF_PROFILES[kdf])


def add_key_file(vault: Vault, path: Path, *, keeping_old: bool = False) -> KeySlotView:
    """Make a new random key file and the slot that it opens.

    Args:
        vault: Unlocked, writing.
        path: The file; it must not exist.
        keeping_old: Keep what is there beside it, under a name with a number, instead of refusing.

    Raises:
        InvalidRequest: `unsafe_output`, the file is there already; `too_many_slots`, `io_error`.
    """
    text = new_key_file_text().encode()
    if keeping_old:
        keep_beside(path)
    with OutputFile(path) as file:
        file.write(text)
        file.publish()
    try:
        return _add(vault, SlotKind.KEY_FILE, parse_key_file(text), NO_KDF)
    except InvalidRequest:
        path.unlink(missing_ok=True)  # it opens nothing
        raise


def remove_key(vault: Vault, slot_id: int) -> KeySlotView:
    """Remove a slot, never the last one.

    Raises:
        NotFound: `not_found`.
        InvalidRequest: `last_slot`, `io_error`.
    """
    before = vault.keyring
    _replace(vault, before.without_slot(slot_id))
    return next(_view(slot) for slot in before.slots if slot.id == slot_id)


def _add(vault: Vault, kind: SlotKind, secret: bytes, kdf: Kdf) -> KeySlotView:
    keyring = vault.keyring
    slot = new_slot(keyring.free_slot_id(), kind, secret, vault.keys.master_key, keyring.vault_id, kdf)
    _replace(vault, keyring.with_slot(slot))
    return _view(slot)


def _replace(vault: Vault, keyring: Keyring) -> None:
    files.replace_file(vault.paths.keyring, keyring.to_bytes(), vault.paths.tmp)
    vault.keyring = keyring


def _view(slot: Slot) -> KeySlotView:
    return KeySlotView(id=slot.id, kind=slot.kind, memory_kib=slot.kdf.mem_kib)
