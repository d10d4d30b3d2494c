# SPDX-License-Identifier: Apache-2.0
"""Where pins are stored: in the vault under its master key, or, for somebody without a vault, in the state folder.

Only the place and the key; what pins say and when they move is decided by `verify`.
Spec: docs/spec/bundle.md section 5.
"""

from dataclasses import replace

from healthvault.crypto.hashing import derive, labelled, random_bytes
from healthvault.errors import VaultDamaged
from healthvault.storage import files
from healthvault.storage.layout import StatePaths, VaultPaths
from healthvault.storage.lock import WriterLock
from healthvault.storage.sealedfile import WAIT_SECONDS, SealedFile
from healthvault.storage.statefolder import check_state_folder

__all__ = ["next_vault_pins", "seen_pins", "settle_pins", "vault_pins"]

LOCAL_KEY_BYTES = 32
NO_VAULT = bytes(32)  # stands for the vault id in what is sealed without one


def vault_pins(paths: VaultPaths, master_key: bytes, vault_id: bytes) -> SealedFile:
    """Return the file `pins` of a vault, opened by its master key (32 bytes)."""
    return SealedFile(
        path=paths.pins,
        key=derive(master_key, "pins"),
        aad=labelled("pins", vault_id),
        lock_path=paths.pins_lock,
        tmp=paths.tmp,
    )


def next_vault_pins(paths: VaultPaths, master_key: bytes, vault_id: bytes) -> SealedFile:
    """Return `pins.next`, for the master key that the keyring is about to get."""
    return replace(vault_pins(paths, master_key, vault_id), path=paths.pins_next)


def settle_pins(paths: VaultPaths, master_key: bytes, vault_id: bytes) -> None:
    """Finish a change of the master key that stopped between its steps; cheap when there was none.

    If the key in force opens `pins.next`, the change was committed, so that becomes `pins`. If it opens `pins`,
    it was not, so `pins.next` is removed. The caller holds the lock of the pins.

    Raises:
        VaultDamaged: `vault_damaged`, neither opens, or one is a link or no regular file.
        InvalidRequest: `io_error`.
    """
    try:
        is_committed = next_vault_pins(paths, master_key, vault_id).load() is not None
    except VaultDamaged:
        vault_pins(paths, master_key, vault_id).load()  # both damaged: do not choose
        files.remove(paths.pins_next)
        files.sync_directory(paths.root)
    else:
        if is_committed:
            files.publish(paths.pins_next, paths.pins)


def seen_pins(state: StatePaths) -> SealedFile:
    """Return the file of what somebody without a vault has seen; makes the local key if there is none.

    Raises:
        VaultDamaged: `vault_damaged`, the file of the local key is not a key, or a link.
        VaultBusy: `vault_in_use`, another process is making the key and does not end.
        InvalidRequest: `io_error`; also where something else stands in the place of the folder.
    """
    check_state_folder(state, state.seen)
    return SealedFile(
        path=state.seen_pins,
        key=derive(_load_key(state) or _make_key(state), "pins"),
        aad=labelled("pins", NO_VAULT),
        lock_path=state.seen_lock,
        tmp=state.seen,
    )


def _make_key(state: StatePaths) -> bytes:
    """Make the local key, unless another process was faster."""
    files.make_directories(state.seen)
    with WriterLock(state.seen_lock, wait_seconds=WAIT_SECONDS):
        key = _load_key(state)
        if key is None:
            key = random_bytes(LOCAL_KEY_BYTES)
            files.replace_file(state.seen_key, key, state.seen)
    return key


def _load_key(state: StatePaths) -> bytes | None:
    key = files.find_bytes(state.seen_key, LOCAL_KEY_BYTES)
    if key is not None and len(key) != LOCAL_KEY_BYTES:
        raise files.damaged(state.seen_key, f"not a key of {LOCAL_KEY_BYTES} bytes")
    return key
