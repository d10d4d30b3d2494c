# SPDX-License-Identifier: Apache-2.0
"""`hv restore`: a vault made from a backup, verified in a folder beside its place before it gets its name.

The source is only read, and what is in it is not trusted: the journal must lead to the signed checkpoint, objects
must be the ones that its entries name. What the head of the backup does not cover is left behind.
Spec: docs/spec/backup.md section 8.
"""

import contextlib
import re
import shutil
from collections.abc import Iterable
from pathlib import Path

from healthvault.crypto.hashing import random_bytes
from healthvault.errors import InvalidRequest
from healthvault.storage import files
from healthvault.storage.archive import read_members
from healthvault.storage.backup_head import BackupHead, head_of_files, read_head, settle_head
from healthvault.storage.copying import pieces, size_of, write_file
from healthvault.storage.keystore import HEADER_BYTES, RECORD_BYTES, keystore_epochs
from healthvault.storage.layout import VaultPaths
from healthvault.storage.objects import Objects
from healthvault.storage.openfile import reporting
from healthvault.storage.version import check_version, write_version
from healthvault.vault.add import Observer
from healthvault.vault.backup_base import check_apart, checkpoint_of, real_path
from healthvault.vault.backup_file import head_of_file
from healthvault.vault.backup_source import Source
from healthvault.vault.history import damaged, load_history
from healthvault.vault.vault import Place

__all__ = ["restore"]

_STAGING = ".restore-"


def restore(source: Path, place: Place, *, observer: Observer | None = None) -> None:
    """Make a vault from a backup.

    Args:
        source: A folder or file that `hv backup` made, or a whole copy of a vault's folder.
        place: Where the vault is to be; the folder must not exist, or be empty.
        observer: Is told how it gets on.

    Raises:
        InvalidRequest: `vault_exists`, something is there; `unsafe_output`, place and source lie in one another;
            `not_a_backup`, `unsupported`, `io_error`.
        VaultDamaged: `vault_damaged`, the backup is not whole. Nothing was made.
    """
    root, source = place.root, real_path(source)
    check_apart(real_path(root), source)
    if root.exists() and (not root.is_dir() or any(root.iterdir())):
        raise InvalidRequest("vault_exists", f"{root} is not empty", hint="choose another folder with --vault")
    _clear_stopped(root)
    staging = root.with_name(f".{root.name}{_STAGING}{random_bytes(4).hex()}")
    try:
        paths = VaultPaths(root=staging)
        for directory in paths.directories:
            files.make_directory(directory)
        head = _fetched(source, paths, observer)
        settle_head(paths, head)
        _check(paths, head, finishing=_is_unfinished(source, head))
        write_version(paths)
        _publish(paths, root)
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _fetched(source: Path, paths: VaultPaths, observer: Observer | None) -> BackupHead:
    """Copy everything but the small files, and return those."""
    if not source.is_dir():
        return _unpacked(source, paths, observer)
    origin = VaultPaths(root=source)
    if size_of(origin.backup) is None:
        if size_of(origin.version) is None:
            raise InvalidRequest("not_a_backup", f"{source}: neither a backup nor a vault")
        check_version(origin)
        head = head_of_files(origin)
    else:
        head = read_head(origin)
    _copy(origin, paths, head, checkpoint_of(head, str(source)).size, observer)
    return head


def _copy(origin: VaultPaths, paths: VaultPaths, head: BackupHead, size: int, observer: Observer | None) -> None:
    number = 0
    while (length := size_of(origin.segment(number))) is not None:
        _copy_file(origin.segment(number), length, paths.segment(number), paths.tmp, observer)
        number += 1
    keystore = origin.keys(head.keys.ks_epoch)
    held = min(size_of(keystore) or 0, HEADER_BYTES + size * RECORD_BYTES)
    _copy_file(keystore, held, paths.keys(head.keys.ks_epoch), paths.tmp, observer)
    for first in Objects(origin).first_seqs():
        if first < size:
            files.make_directory(paths.pack(first).parent)
            pack = origin.pack(first)
            _copy_file(pack, size_of(pack) or 0, paths.pack(first), paths.tmp, observer)


def _copy_file(source: Path, size_bytes: int, target: Path, tmp: Path, observer: Observer | None) -> None:
    with files.open_file(source) as file:
        write_file(target, _watched(pieces(file, 0, size_bytes), str(source), observer), tmp)


def _unpacked(source: Path, paths: VaultPaths, observer: Observer | None) -> BackupHead:
    head = head_of_file(source)
    with files.open_file(source) as archive:
        for member in read_members(archive):
            if member.name not in {paths.backup.name, paths.version.name}:
                target = paths.root / member.name
                _check_place(paths, head, target)
                files.make_directory(target.parent)
                write_file(target, _watched(member.data(), member.name, observer), paths.tmp)
    return head


def _check_place(paths: VaultPaths, head: BackupHead, target: Path) -> None:
    """Check that a member is the head's keystore, a pack in its folder, or of the journal."""
    is_pack = target.suffix == ".pack" and target == paths.pack(int(target.stem))
    if not is_pack and target != paths.keys(head.keys.ks_epoch) and target.parent != paths.journal:
        raise damaged(f"{target.relative_to(paths.root)} does not belong to the backup")


def _watched(data: Iterable[bytes], label: str, observer: Observer | None) -> Iterable[bytes]:
    for piece in data:
        if observer:
            observer.advance(len(piece), label)
        yield piece


def _is_unfinished(source: Path, head: BackupHead) -> bool:
    """Tell whether an erasure stopped there before all was overwritten: an old keystore is left."""
    return source.is_dir() and any(
        epoch < head.keys.ks_epoch for epoch in keystore_epochs(VaultPaths(root=source))
    )


def _check(paths: VaultPaths, head: BackupHead, *, finishing: bool) -> None:
    """Hold everything that was copied against the signed checkpoint, and cut off what it does not cover."""
    history = load_history(paths, head.keys.vault_id, writable=True)
    with contextlib.closing(history), Source(paths, history, head) as source:
        for _ in source.record_bytes(0, with_holes=True):
            pass
        if finishing:
            for first, places in source.erased_places().items():
                Objects(paths).erase(first, places)
        for first in source.packs_from(0):
            with files.open_file(paths.pack(first)) as file:
                source.check_pack(first, file)
        _trim_journal(source)


def _trim_journal(source: Source) -> None:
    """An unfinished run may have added entries to the backup that its head does not cover."""
    number = 0
    for segment in source.segments():
        number = segment.number + 1
        with files.open_file(source.paths.segment(segment.number), writable=True) as file:
            files.truncate(file, segment.end - segment.start)
            files.sync(file)
    while size_of(beyond := source.paths.segment(number)) is not None:
        files.remove(beyond)
        number += 1


def _publish(paths: VaultPaths, root: Path) -> None:
    buckets = {paths.pack(first).parent for first in Objects(paths).first_seqs()}
    for directory in (*sorted(buckets), *reversed(paths.directories)):
        files.sync_directory(directory)
    if root.is_dir():
        with reporting(root):
            root.rmdir()  # known to be empty
    files.publish(paths.root, root)


def _clear_stopped(root: Path) -> None:
    """Remove what runs that were stopped left beside the place."""
    for name in files.list_names(root.parent):
        if re.fullmatch(re.escape(f".{root.name}{_STAGING}") + "[0-9a-f]{8}", name):
            shutil.rmtree(root.with_name(name), ignore_errors=True)
