# SPDX-License-Identifier: Apache-2.0
"""The ways into a vault: listing, adding and removing slots of the keyring.

The keyring is replaced as a whole; that replacement is the commit point. Spec: docs/spec/keys.md section 2.
"""

from collections.abc import Collection
from pathlib import Path

from healthvault.errors import InvalidRequest
from healthvault.storage.keyfile import new_key_file_text, parse_key_file
from healthvault.storage.outputs import OutputFile, keep_beside
from healthvault.storage.passphrase import new_passphrase
from healthvault.storage.slots import NO_KDF, Kdf, Slot, SlotKind, kdf_profile, new_slot
from healthvault.vault.vault import Vault
from healthvault.vault.views import KeySlotView

__all__ = ["add_key_file", "add_passphrase", "list_keys", "loss_by_removal", "remove_key", "set_passphrase"]

_DAILY = frozenset({SlotKind.PASSPHRASE.value, SlotKind.KEY_FILE.value})


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
        InvalidRequest: a bad passphrase, `unknown_kdf`, `too_many_slots`, `io_error`.
    """
    return _add(vault, SlotKind.PASSPHRASE, new_passphrase(passphrase), kdf_profile(kdf))


def set_passphrase(vault: Vault, passphrase: str, kdf: str) -> KeySlotView:
    """Put a passphrase in the place of all that there are; the other ways in stay. One replacement of the keyring.

    Args:
        vault: Unlocked, writing.
        passphrase: As typed.
        kdf: `light`, `standard` or `strong`.

    Raises:
        InvalidRequest: `bad_passphrase`, `unknown_kdf`, `no_memory`, `too_many_slots`, `io_error`.
    """
    old = [slot.id for slot in vault.keyring.slots_of(SlotKind.PASSPHRASE)]
    return _add(vault, SlotKind.PASSPHRASE, new_passphrase(passphrase), kdf_profile(kdf), instead_of=old)


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
    """Remove a slot, never the last one that opens the vault for good.

    Raises:
        NotFound: `not_found`.
        InvalidRequest: `last_slot`, `io_error`.
    """
    before = vault.keyring
    vault.replace_keyring(before.without_slots([slot_id]))
    return next(_view(slot) for slot in before.slots if slot.id == slot_id)


def loss_by_removal(vault: Vault, slot_id: int) -> list[str]:
    """Return what its owner cannot do any more once a slot is removed: a sentence each, for people.

    Raises:
        As `remove_key`, so that nobody is asked for nothing.
    """
    before = {slot.kind for slot in vault.keyring.slots}
    left = {slot.kind for slot in vault.keyring.without_slots([slot_id]).slots}
    lost = []
    if before & _DAILY and not left & _DAILY:
        lost.append("only the recovery words will open the vault for good; who does not have them is locked out")
    if SlotKind.RECOVERY.value in before - left:
        lost.append(
            "the recovery words will not open the vault: if all else is lost, it is lost with everything in it"
        )
    return lost


def _add(
    vault: Vault, kind: SlotKind, secret: bytes, kdf: Kdf, *, instead_of: Collection[int] = ()
) -> KeySlotView:
    keyring = vault.keyring
    slot = new_slot(keyring.free_slot_id(), kind, secret, vault.keys.master_key, keyring.vault_id, kdf)
    vault.replace_keyring(keyring.with_slot(slot, instead_of=instead_of))
    return _view(slot)


def _view(slot: Slot) -> KeySlotView:
    return KeySlotView(id=slot.id, kind=slot.kind, memory_kib=slot.kdf.mem_kib)
