# SPDX-License-Identifier: Apache-2.0
"""A backup in one file: all of a moment written beside its place, which it then takes.

Spec: docs/spec/backup.md section 7.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Self

from healthvault.errors import FormatError, InvalidRequest, VaultDamaged
from healthvault.storage import files
from healthvault.storage.archive import ArchiveWriter, read_members
from healthvault.storage.backup_head import MAX_HEAD_BYTES, BackupHead, parse_head
from healthvault.storage.copying import FrameCounter, size_of
from healthvault.storage.keystore import HEADER_BYTES, RECORD_BYTES
from healthvault.storage.version import VERSION
from healthvault.tlog.frontier import Frontier
from healthvault.vault.add import Observer
from healthvault.vault.backup_base import check_base
from healthvault.vault.backup_source import Source

__all__ = ["FileBackup", "head_of_file"]


def head_of_file(path: Path) -> BackupHead:
    """Return the unverified head of a backup in one file.

    Raises:
        VaultDamaged: `vault_damaged`, it begins like one and is none, or it is a link.
        InvalidRequest: `not_a_backup`, `io_error`, `unsupported`.
    """
    if size_of(path) is None:
        raise InvalidRequest("not_a_backup", f"{path}: there is no such file or folder")
    with files.open_file(path) as archive:
        if not archive.read_at(0, 512).startswith(b"backup\0"):
            raise InvalidRequest("not_a_backup", f"{path} is no file that `hv backup` made")
        first = next(read_members(archive))
        if first.size_bytes > MAX_HEAD_BYTES:
            raise files.damaged(path, "its head is too long")
        try:
            return parse_head(b"".join(first.data()))
        except FormatError as err:
            raise files.damaged(path, f"its head is not that of a backup ({err.message})") from err


class FileBackup:
    """One run: `stage`, then `commit`. As a context manager it removes what was not committed."""

    def __init__(self, source: Source, path: Path, observer: Observer | None) -> None:
        """Look at what is there.

        Raises:
            InvalidRequest: `unsafe_output`, something that is no backup; `other_backup`, `io_error`.
            VaultDamaged: `vault_rolled_back`, `vault_forked`.
        """
        self.copied_bytes = 0
        self._source = source
        self._path = path
        self._observer = observer
        hidden = f".{path.name}"
        for name in files.list_names(path.parent):
            if files.is_temporary(name, hidden):  # a run that stopped
                files.remove(path.with_name(name))
        self._temporary = files.temporary_path(path.parent, hidden)
        if path.exists() or path.is_symlink():
            check_base(source, _replaceable(path), str(path))

    def stage(self) -> None:
        """Write everything beside the file's place.

        Raises:
            VaultDamaged: `vault_damaged`, something in the vault is not what it should be.
            InvalidRequest: `too_large`, `io_error`.
        """
        with files.create_file(self._temporary) as file:
            archive = ArchiveWriter(file)
            for name, size_bytes, data in self._members():
                archive.add(name, size_bytes, map(self._count, data))
            archive.finish()

    def commit(self) -> None:
        """Give the file its name. Raises InvalidRequest: `io_error`."""
        files.publish(self._temporary, self._path)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        files.discard(self._temporary)  # gone already if it was committed

    def _members(self) -> Iterator[tuple[str, int, Iterator[bytes]]]:
        source = self._source
        head = source.head.to_bytes()
        yield "backup", len(head), iter((head,))
        yield "VERSION", len(VERSION), iter((VERSION,))
        counter = FrameCounter(Frontier())
        for segment in source.segments():
            data = counter.follow(source.journal_bytes(segment, segment.start))
            yield self._name(source.paths.segment(segment.number)), segment.end - segment.start, data
        source.check_reached(counter.frontier)
        yield (
            self._name(source.paths.keys(source.head.keys.ks_epoch)),
            HEADER_BYTES + source.size * RECORD_BYTES,
            self._keystore(),
        )
        for first in source.packs_from(0):
            with files.open_file(source.paths.pack(first)) as file:
                yield self._name(source.paths.pack(first)), file.size_bytes(), source.pack_bytes(first, file)

    def _keystore(self) -> Iterator[bytes]:
        yield self._source.keystore_header
        yield from self._source.record_bytes(0, with_holes=True)

    def _name(self, path: Path) -> str:
        return str(path.relative_to(self._source.paths.root))

    def _count(self, piece: bytes) -> bytes:
        self.copied_bytes += len(piece)
        if self._observer:
            self._observer.advance(len(piece), str(self._path))
        return piece


def _replaceable(path: Path) -> BackupHead:
    """Return the head of the backup that a file is. Raises InvalidRequest: `unsafe_output`, it is none."""
    try:
        return head_of_file(path)
    except (InvalidRequest, VaultDamaged) as err:
        raise InvalidRequest(
            "unsafe_output", f"{path} is there, and no backup that could be replaced", hint="name another file"
        ) from err
