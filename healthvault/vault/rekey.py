# SPDX-License-Identifier: Apache-2.0
"""Forgetting: a new keystore epoch without some records, and on demand a new master key above it.

What an erasure and a theft have in common: the secrets that shall stay are sealed anew, the keyring is replaced
(the commit point), and what it no longer names is destroyed. Whatever stops in between is finished by the next
writing command. Spec: docs/spec/keys.md sections 2.5 and 9.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace

from healthvault.crypto.hashing import random_bytes
from healthvault.ledger.header import BlobRef
from healthvault.storage import files, orphans
from healthvault.storage.blobs import BlobPlace, is_erased, stored_id
from healthvault.storage.catalogue import Catalogue
from healthvault.storage.consent_rows import ConsentRows
from healthvault.storage.database import discard
from healthvault.storage.identity import Identity, seal_identity, seal_keystore_key
from healthvault.storage.keystore import copy_records, create_keystore, keystore_epochs, shred_keystore
from healthvault.storage.pins import next_vault_pins, settle_pins, vault_pins
from healthvault.storage.slots import Slot
from healthvault.vault.history import damaged
from healthvault.vault.packwalk import spread, stored_reader, sure_place
from healthvault.vault.projection import catch_up
from healthvault.vault.unlock import Keys, catalogue_key
from healthvault.vault.vault import Unlocked, Vault

__all__ = ["NewMaster", "check_complete", "finish_forgetting", "rekey"]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMaster:
    """Another master key, and the only ways to it from then on."""

    master_key: bytes = field(repr=False)
    slots: tuple[Slot, ...]
    identity: Identity = field(repr=False)


def rekey(
    vault: Vault, *, ks_epoch: int | None = None, without: Collection[int] = (), new: NewMaster | None = None
) -> None:
    """Begin a new keystore epoch and destroy the one in force.

    Args:
        vault: Unlocked, writing.
        ks_epoch: The epoch's number; None for the next.
        without: The entries whose secrets are not taken along.
        new: The master key to change to; None keeps the one in force, and all slots.

    Raises:
        VaultDamaged: `vault_damaged`, a record cannot be read: nothing is destroyed then.
        InvalidRequest: `io_error`.
    """
    keys, keyring = vault.keys, vault.keyring
    number = keyring.ks_epoch + 1 if ks_epoch is None else ks_epoch
    ks_key = random_bytes(32)
    master_key = new.master_key if new else keys.master_key
    if new:
        _copy_pins(vault, new.master_key)
    keystore = create_keystore(vault.paths, keyring.vault_id, number, ks_key)
    copy_records(vault.keystore, keystore, vault.history.size, without=without)
    sealed = replace(
        keyring,
        ks_epoch=number,
        ks_sealed=seal_keystore_key(ks_key, number, master_key, keyring.vault_id),
    )
    if new:
        identity_sealed = seal_identity(new.identity, master_key, keyring.vault_id)
        sealed = replace(sealed, slots=new.slots, identity_sealed=identity_sealed)
    vault.replace_keyring(sealed)
    vault.keystore.close()
    identity = new.identity if new else keys.identity
    renewed = replace(keys, master_key=master_key, identity=identity, ks_epoch=number, ks_key=ks_key)
    vault.unlocked = Unlocked(keys=renewed, keystore=keystore, catalogue=_renewed_catalogue(vault, renewed))
    catch_up(vault)
    finish_forgetting(vault)


def finish_forgetting(vault: Vault) -> None:
    """Destroy what the keyring no longer names: older keystores, erased objects, pins under another key.

    Cheap when there is nothing: one directory is listed. A newer keystore that no erasure calls for is the
    beginning of a change that was never made, and is set aside.

    Raises:
        VaultDamaged: `vault_damaged`, as `check_complete` and `storage.pins.settle_pins`.
        InvalidRequest: `io_error`.
    """
    paths, epoch = vault.paths, vault.keyring.ks_epoch
    if files.is_there(paths.pins_next):
        with vault_pins(paths, vault.keys.master_key, vault.keyring.vault_id).lock():
            settle_pins(paths, vault.keys.master_key, vault.keyring.vault_id)
    others = [number for number in keystore_epochs(paths) if number != epoch]
    if not others:
        return
    check_complete(vault)  # a keyring put back alone must not cost the keystore that belongs to the newer one
    for number in others:
        if number > epoch:
            orphans.keep_file(paths.keys(number), paths.orphans)
        else:
            shred_keystore(paths, number)
    _erase_objects(vault, ConsentRows(vault.catalogue).erased_entries())
    for number in others:  # as long as one is there, this is not finished
        files.remove(paths.keys(number))
    files.sync_directory(paths.key_records)


def check_complete(vault: Vault) -> None:
    """Check that every entry that is not erased has its record. Raises VaultDamaged: `vault_damaged`."""
    size, erased = vault.history.size, frozenset(ConsentRows(vault.catalogue).erased_entries())
    for seq, secret in enumerate(vault.keystore.read_range(0, size)):
        if secret is None and seq not in erased:
            raise damaged(f"keys/{vault.keyring.ks_epoch}.ks: the record of entry {seq} is missing")


def _erase_objects(vault: Vault, seqs: Iterable[int]) -> None:
    """Overwrite what erased entries stored, where it is sure that it is not another's."""
    objects, stored_at = vault.objects(), stored_reader(vault)
    for seq in seqs:
        blobs = vault.history.entry(seq).header.blobs
        found = sure_place(objects, seq, stored_at, vault.history.size) if blobs else None
        if blobs and (found is None or not _overwrite(vault, found[0], spread(*found, blobs), blobs)):
            vault.warnings.append(f"entry {seq} is erased, but its stored bytes are still there: `hv check`")


def _overwrite(vault: Vault, pack: int, where: Sequence[tuple[int, int]], blobs: Sequence[BlobRef]) -> bool:
    """Overwrite an entry's blobs unless one holds what another entry stored; return whether nothing is left."""
    left: list[BlobPlace] = []
    with vault.objects().open_pack(pack) as file:
        for (_, offset), blob in zip(where, blobs, strict=True):
            place = BlobPlace(offset=offset, stored_size_bytes=blob.stored_bytes, oid=blob.oid)
            if not is_erased(file, place):
                if _is_anothers(vault, stored_id(file, place), blob.oid):
                    return False
                left.append(place)
    if left:
        vault.objects().erase(pack, left)
    return True


def _is_anothers(vault: Vault, found: bytes, expected: bytes) -> bool:
    """Tell whether the bytes with an id are not the ones expected, nor nobody's: packs may have changed places."""
    if found == expected:
        return False
    return any(
        found == blob.oid for seq in range(vault.history.size) for blob in vault.history.entry(seq).header.blobs
    )


def _copy_pins(vault: Vault, master_key: bytes) -> None:
    pins = vault_pins(vault.paths, vault.keys.master_key, vault.keyring.vault_id)
    with pins.lock():
        content = pins.load()
        if content is not None:
            next_vault_pins(vault.paths, master_key, vault.keyring.vault_id).save(content)


def _renewed_catalogue(vault: Vault, keys: Keys) -> Catalogue:
    """Throw the catalogue away: the new one, under another key, is made from what is still readable."""
    vault.catalogue.close()
    discard(vault.paths.catalogue)
    discard(vault.paths.contents)
    return Catalogue.open(vault.paths.catalogue, catalogue_key(keys))
