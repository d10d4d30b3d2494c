# SPDX-License-Identifier: Apache-2.0
"""Where a vault was backed up to, remembered on this machine outside of the vault.

One small file a vault, replaced as a whole under a lock: each destination with what it held after its last good
run. It says how old a backup is, and which ones an erasure has not reached. It knows nothing of copies that were
made by other programs or on other machines. Spec: docs/spec/backup.md section 6.
"""

from dataclasses import dataclass
from pathlib import Path

from healthvault.codec import Fields, Value, pack, positional, unpack
from healthvault.errors import FormatError
from healthvault.storage import files
from healthvault.storage.layout import StatePaths
from healthvault.storage.lock import WriterLock
from healthvault.storage.statefolder import check_state_folder, find_remembered, remember

__all__ = ["KnownBackup", "forget_backup", "known_backups", "remember_backup"]

MAX_BYTES = 1 << 20
VERSION = 1
WAIT_SECONDS = 10.0
_FIELDS = ("path", "size", "ks_epoch", "time_ms")


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownBackup:
    """A destination, and what it held after the last run that ended well."""

    path: Path
    """Absolute: a folder or a file."""
    size: int
    """Entries of the journal."""
    ks_epoch: int
    """Keystore epoch: below the vault's, what was erased since is still in this copy."""
    time_ms: int


def known_backups(state: StatePaths, vault_id: bytes) -> tuple[KnownBackup, ...]:
    """Return the destinations of a vault that this machine knows of, the newest run last.

    Raises:
        VaultDamaged: `vault_damaged`, the list is a link, no regular file or not a list.
        InvalidRequest: `io_error`; also where something else stands in the place of the folder.
    """
    path = state.backups(vault_id)
    data = find_remembered(state, path, MAX_BYTES)
    if data is None:
        return ()
    try:
        return _parse(positional(unpack(data), ("version", "backups"), "backups"))
    except FormatError as err:
        raise files.damaged(path, f"not a list of backups ({err.message})") from err


def remember_backup(state: StatePaths, vault_id: bytes, made: KnownBackup) -> None:
    """Put a destination at the end of the list, in the place of what was said of it before, durably.

    Raises:
        VaultDamaged: `vault_damaged`, as `known_backups`.
        VaultBusy: `vault_in_use`, another process holds the list and does not end.
        InvalidRequest: `io_error`; also where something else stands in the place of the folder.
    """
    _replace(state, vault_id, made.path, (made,))


def forget_backup(state: StatePaths, vault_id: bytes, path: Path) -> bool:
    """Take a destination off the list; return whether it stood there. Raises as `remember_backup`."""
    return _replace(state, vault_id, path, ())


def _replace(state: StatePaths, vault_id: bytes, path: Path, instead: tuple[KnownBackup, ...]) -> bool:
    check_state_folder(state, state.backups_folder)
    files.make_directories(state.backups_folder)
    with WriterLock(state.backups_lock, wait_seconds=WAIT_SECONDS):
        known = known_backups(state, vault_id)
        others = tuple(one for one in known if one.path != path)
        items: list[Value] = [_to_value(one) for one in (*others, *instead)]
        remember(state, state.backups(vault_id), pack([VERSION, items]))
    return len(others) < len(known)


def _to_value(one: KnownBackup) -> Value:
    return [bytes(one.path), one.size, one.ks_epoch, one.time_ms]


def _parse(fields: Fields) -> tuple[KnownBackup, ...]:
    if fields.uint("version") != VERSION:
        raise FormatError("unsupported", "a version that this program does not know")
    return tuple(_parse_one(positional(item, _FIELDS, "backup")) for item in fields.array("backups"))


def _parse_one(fields: Fields) -> KnownBackup:
    return KnownBackup(
        path=Path(fields.bin("path").decode("utf-8", "surrogateescape")),
        size=fields.uint("size"),
        ks_epoch=fields.uint("ks_epoch"),
        time_ms=fields.uint("time_ms"),
    )
