# SPDX-License-Identifier: Apache-2.0
"""`hv backup`: one moment of a vault copied to another place while it is in use, as encrypted as it is.

Takes no lock of the vault and needs no secret. The keyring is read first and compared last: if it changed in
between, something was erased or a key was changed, and the copying begins again.
Spec: docs/spec/backup.md.
"""

from dataclasses import dataclass, replace
from pathlib import Path

from healthvault.errors import InvalidRequest, NotFound, VaultBusy, VaultDamaged
from healthvault.storage.backup_head import head_of_files
from healthvault.storage.keystore import keystore_epochs
from healthvault.storage.known_backups import KnownBackup, known_backups, remember_backup
from healthvault.storage.layout import StatePaths, VaultPaths
from healthvault.storage.lock import WriterLock
from healthvault.vault.add import Observer
from healthvault.vault.backup_base import check_apart, real_path
from healthvault.vault.backup_file import FileBackup
from healthvault.vault.backup_folder import FolderBackup, prepare_folder
from healthvault.vault.backup_source import Source
from healthvault.vault.session import open_vault
from healthvault.vault.unlock import Secret, unlock
from healthvault.vault.vault import Place, Vault
from healthvault.vault.views import BackupView

__all__ = ["Destination", "back_up", "list_backups", "newest_backup"]

ATTEMPTS = 5
WAIT_SECONDS = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """Where a backup goes."""

    path: Path
    """Absolute."""
    is_file: bool


def back_up(
    place: Place, destination: Destination, *, secret: Secret | None, now_ms: int, observer: Observer | None = None
) -> BackupView:
    """Make a backup, or bring one up to now.

    Args:
        place: The vault.
        destination: A folder or a file; what is not there is made.
        secret: Not needed; with one, it is made sure that it opens the keyring that is copied.
        now_ms: The clock.
        observer: Is told how it gets on.

    Raises:
        VaultNotFound: `no_vault`.
        WrongKey: the secret opens nothing.
        VaultDamaged: `vault_damaged`, something new in the vault, or the backup, is not what it should be;
            `vault_rolled_back`, the backup is newer; `vault_forked`. The backup is as it was.
        VaultBusy: `vault_in_use`, another run writes to the same place, or the vault changes all the time.
        InvalidRequest: `unsafe_output`, `other_backup`, `erasure_unfinished`, `too_large`, `unsupported`,
            `io_error`.
    """
    check_apart(real_path(place.root), real_path(destination.path))
    for attempt in range(ATTEMPTS):
        try:
            made = _attempt(place, destination, secret, now_ms, observer, is_first=attempt == 0)
        except VaultBusy:
            if attempt == ATTEMPTS - 1:
                raise
            made = None
        if made:
            return made
        with WriterLock(VaultPaths(root=place.root).lock, wait_seconds=WAIT_SECONDS):
            pass  # whoever was changing keys has finished
    raise VaultBusy("vault_in_use", f"{place.root} changes faster than it can be copied", hint="try again later")


def list_backups(place: Place, *, now_ms: int) -> list[BackupView]:
    """Return what this machine knows of backups of a vault, the oldest run first. Raises as `open_vault`."""
    with open_vault(place, None, now_ms=now_ms) as vault:
        return [_view(vault, known) for known in known_backups(vault.state, vault.keyring.vault_id)]


def newest_backup(place: Place, *, now_ms: int) -> Path:
    """Return where the last run that ended well went to. Raises NotFound: `not_found`, nobody knows of one."""
    with open_vault(place, None, now_ms=now_ms) as vault:
        known = known_backups(vault.state, vault.keyring.vault_id)
    if not known:
        raise NotFound(
            "not_found", "this machine knows of no backup of the vault", hint="`hv backup DIR` makes one"
        )
    return known[-1].path


def _attempt(
    place: Place,
    destination: Destination,
    secret: Secret | None,
    now_ms: int,
    observer: Observer | None,
    *,
    is_first: bool,
) -> BackupView | None:
    """Copy one moment; None if the keys changed meanwhile."""
    with open_vault(place, None, now_ms=now_ms) as vault:
        head = replace(head_of_files(vault.paths), note=vault.history.note)
        if head.keyring != vault.keyring.to_bytes() or not _is_settled(vault, is_first=is_first):
            return None
        if secret is not None:
            unlock(head.keys, secret)
        copied_bytes = _copied(Source(vault.paths, vault.history, head), destination, observer)
        if copied_bytes is None:
            return None
        made = KnownBackup(
            path=destination.path, size=vault.history.size, ks_epoch=head.keys.ks_epoch, time_ms=now_ms
        )
        remember_backup(StatePaths(root=place.state_dir), head.keys.vault_id, made)
        return replace(_view(vault, made), copied_bytes=copied_bytes, warnings=tuple(vault.warnings))


def _copied(source: Source, destination: Destination, observer: Observer | None) -> int | None:
    """Return how many bytes were copied; None if they do not belong to one moment, and nothing was committed."""
    with source:
        try:
            if destination.is_file:
                with FileBackup(source, destination.path, observer) as backup:
                    return _finished(backup, source)
            target = prepare_folder(real_path(destination.path))
            with WriterLock(target.lock):
                return _finished(FolderBackup(source, target, observer), source)
        except VaultDamaged:
            if source.has_changed():
                return None
            raise


def _finished(backup: FolderBackup | FileBackup, source: Source) -> int | None:
    backup.stage()
    if source.has_changed():
        return None
    backup.commit()
    return backup.copied_bytes


def _is_settled(vault: Vault, *, is_first: bool) -> bool:
    """Tell whether no erasure is under way. Raises InvalidRequest: `erasure_unfinished`, one was interrupted."""
    is_settled = all(epoch >= vault.keyring.ks_epoch for epoch in keystore_epochs(vault.paths))
    if not is_settled and not is_first:
        raise InvalidRequest(
            "erasure_unfinished",
            "an erasure was interrupted, and the backup would keep what was to be erased",
            hint="any command that writes to the vault finishes it; then back up",
        )
    return is_settled


def _view(vault: Vault, known: KnownBackup) -> BackupView:
    return BackupView(
        path=str(known.path),
        entries=known.size,
        behind=max(0, vault.history.size - known.size),
        is_clean=known.ks_epoch >= vault.keyring.ks_epoch,
        time_ms=known.time_ms,
    )
