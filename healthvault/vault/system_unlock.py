# SPDX-License-Identifier: Apache-2.0
"""Unlocking without a question: a slot whose secret the system's keyring keeps, for a while or for good.

A secret is stored before its slot and deleted before it: a stop in between leaves a secret that opens nothing, or
a slot that nothing opens. Spec: docs/spec/keys.md section 2.6.
"""

from collections.abc import Collection
from dataclasses import dataclass

from healthvault.crypto.hashing import random_bytes
from healthvault.errors import InvalidRequest, VaultDamaged
from healthvault.storage.layout import VaultPaths
from healthvault.storage.slots import SlotKind, new_slot
from healthvault.storage.system_keyring import SECRET_BYTES, StoredSecret, SystemKeyring
from healthvault.storage.version import check_version
from healthvault.vault.around import read_keyring
from healthvault.vault.session import open_vault
from healthvault.vault.unlock import Secret
from healthvault.vault.vault import Place, Vault
from healthvault.vault.views import KeySlotView

__all__ = ["FoundSecret", "add_system_slot", "find_secret", "forget_slots", "has_system_slot", "lock"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundSecret:
    """What the system's keyring holds for a vault."""

    secret: Secret | None
    """Opens the vault now."""
    ended: frozenset[bytes]
    """The salts of slots whose time is over."""


def has_system_slot(place: Place) -> bool:
    """Tell whether any secret in a system's keyring could open a vault; this needs no such keyring.

    A vault whose own keyring cannot be read has none: whoever opens it says what is wrong.
    """
    try:
        return bool(read_keyring(VaultPaths(root=place.root)).slots_of(SlotKind.OS_KEYRING))
    except (VaultDamaged, InvalidRequest):
        return False


def find_secret(place: Place, system: SystemKeyring, *, now_ms: int) -> FoundSecret:
    """Look for a secret that opens a vault, and whose time is not over.

    Raises:
        WrongKey: `wrong_key`, an item is not one of ours.
        InvalidRequest: `no_system_keyring`, `unsupported`, `io_error`.
        VaultDamaged: `vault_damaged`.
    """
    keyring = read_keyring(VaultPaths(root=place.root))
    ended: set[bytes] = set()
    for slot in keyring.slots_of(SlotKind.OS_KEYRING):
        stored = system.find(keyring.vault_id, slot.salt)
        if stored is None:
            continue  # of another machine, or deleted
        if not stored.is_over(now_ms):
            secret = Secret(kind=SlotKind.OS_KEYRING, value=stored.secret)
            return FoundSecret(secret=secret, ended=frozenset(ended))
        ended.add(slot.salt)
    return FoundSecret(secret=None, ended=frozenset(ended))


def add_system_slot(vault: Vault, system: SystemKeyring, *, ends_ms: int | None) -> KeySlotView:
    """Make a new secret, which takes the place of those that this system's keyring holds for the vault.

    Args:
        vault: Unlocked, writing.
        system: Keeps the secret.
        ends_ms: Until when; None for no end.

    Raises:
        InvalidRequest: `no_system_keyring`, `too_many_slots`, `io_error`.
    """
    keyring, secret = vault.keyring, random_bytes(SECRET_BYTES)
    slots = keyring.slots_of(SlotKind.OS_KEYRING)
    own = [slot for slot in slots if system.find(keyring.vault_id, slot.salt) is not None]
    added = new_slot(keyring.free_slot_id(), SlotKind.OS_KEYRING, secret, vault.keys.master_key, keyring.vault_id)
    for slot in own:
        system.forget(keyring.vault_id, slot.salt)
    system.store(keyring.vault_id, added.salt, StoredSecret(secret=secret, ends_ms=ends_ms))
    vault.replace_keyring(keyring.with_slot(added, instead_of=[slot.id for slot in own]))
    return KeySlotView(id=added.id, kind=added.kind, memory_kib=added.kdf.mem_kib)


def forget_slots(vault: Vault, system: SystemKeyring, salts: Collection[bytes]) -> None:
    """Remove slots whose time is over, with their secrets.

    Args:
        vault: Writing; it may be locked.
        system: Holds the secrets.
        salts: Of the slots; one that is gone already is no error.

    Raises:
        InvalidRequest: `no_system_keyring`, `io_error`.
    """
    for salt in salts:
        system.forget(vault.keyring.vault_id, salt)
    _drop(vault, salts)


def lock(place: Place, system: SystemKeyring | None, *, wait_seconds: float = 0) -> int:
    """Remove every slot that a secret in a system's keyring opens, of other machines too, and the secrets here.

    Args:
        place: Where the vault is; no secret is needed.
        system: Holds secrets; None where there is none, and they stay where they are, good for nothing.
        wait_seconds: How long to wait for another writer.

    Returns:
        The number of slots removed.

    Raises:
        As `open_vault`; InvalidRequest: `no_system_keyring`, `last_slot`.
    """
    check_version(VaultPaths(root=place.root))
    keyring = read_keyring(VaultPaths(root=place.root))
    salts = {slot.salt for slot in keyring.slots_of(SlotKind.OS_KEYRING)}
    if not salts:
        return 0
    if system:
        for salt in salts:
            system.forget(keyring.vault_id, salt)
    with open_vault(place, None, now_ms=0, writing=True, clock_ok=True, wait_seconds=wait_seconds) as vault:
        _drop(vault, salts)
    return len(salts)


def _drop(vault: Vault, salts: Collection[bytes]) -> None:
    ids = [slot.id for slot in vault.keyring.slots_of(SlotKind.OS_KEYRING) if slot.salt in salts]
    if ids:
        vault.replace_keyring(vault.keyring.without_slots(ids))
