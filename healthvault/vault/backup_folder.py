# SPDX-License-Identifier: Apache-2.0
"""A backup in a folder: first everything that is only ever added, then one file that commits, then what goes.

Until the head is replaced the folder is the old backup, to which bytes were added that it does not name; from then
on it is the new one. Wherever a run stops, the next one goes on. What was erased in the vault is destroyed here
after the commit, and the old keystore last: as long as it is there, that is unfinished.
Spec: docs/spec/backup.md sections 3 and 5.
"""

from collections.abc import Iterator
from pathlib import Path

from healthvault.errors import InvalidRequest, VaultDamaged
from healthvault.storage import files
from healthvault.storage.backup_head import BackupHead, is_unfinished, read_head, settle_head
from healthvault.storage.blobs import BlobPlace, is_erased
from healthvault.storage.copying import FrameCounter, clear_folder, size_of, write_file, write_pieces
from healthvault.storage.keystore import HEADER_BYTES, RECORD_BYTES, keystore_epochs, shred_keystore
from healthvault.storage.layout import VaultPaths
from healthvault.storage.objects import Objects
from healthvault.storage.version import write_version
from healthvault.tlog.frontier import Frontier
from healthvault.vault.add import Observer
from healthvault.vault.backup_base import check_base, checkpoint_of
from healthvault.vault.backup_source import Segment, Source
from healthvault.vault.history import damaged

__all__ = ["FolderBackup", "prepare_folder"]


def prepare_folder(root: Path) -> VaultPaths:
    """Make a folder one for a backup, unless it is one already.

    Raises:
        InvalidRequest: `unsafe_output`, there is something else in it; `io_error`.
        VaultDamaged: `vault_damaged`, something else than a folder has its name.
    """
    paths = VaultPaths(root=root)
    files.make_directories(root)
    names = files.list_names(root)
    if paths.backup.name not in names:
        if names:
            raise InvalidRequest(
                "unsafe_output",
                f"{root} is not empty, and no backup",
                hint="name a new folder, or one that `hv backup` made",
            )
        files.create_file(paths.backup).close()  # empty: a backup whose first run has not ended
        files.sync_directory(root)
        files.sync_directory(root.parent)
    for directory in (paths.tmp, paths.journal, paths.key_records, paths.objects):
        files.make_directory(directory)
    files.sync_directory(root)
    return paths


class FolderBackup:
    """One run: `stage`, then `commit`. The caller holds the folder's lock."""

    def __init__(self, source: Source, target: VaultPaths, observer: Observer | None) -> None:
        """Look at what is there.

        Raises:
            InvalidRequest: `other_backup`, `io_error`.
            VaultDamaged: `vault_rolled_back`, `vault_forked`, `vault_damaged`.
        """
        self.copied_bytes = 0
        self._source = source
        self._target = target
        self._observer = observer
        self._base = None if is_unfinished(target) else read_head(target)
        self._base_size = self._usable_base(self._base) if self._base else 0
        self._erased: dict[int, list[BlobPlace]] = {}

    def stage(self) -> None:
        """Add what is new. Nothing of the old backup is touched.

        Raises:
            VaultDamaged: `vault_damaged`, something new in the vault is not what it should be.
            InvalidRequest: `io_error`.
        """
        self._check_packs_there()
        if self._has_erasures():
            self._erased = self._source.erased_places()
            self._source.check_erased(self._erased)
        self._copy_packs()
        self._copy_keystore()
        self._copy_journal()

    def commit(self) -> None:
        """Make what was staged the backup, then destroy what the vault has erased since the last run.

        Raises:
            InvalidRequest: `io_error`; before the commit it is the old backup, after it the new one.
        """
        target, head = self._target, self._source.head
        if head != self._base:
            files.replace_file(target.backup, head.to_bytes(), target.tmp)
        settle_head(target, head)
        if size_of(target.version) is None:
            write_version(target)
        for first, places in self._erased.items():
            self._erase(first, places)
        for folder in (target.cache, target.tmp):
            clear_folder(folder)
        self._drop_keystores()

    # --- what is there already ---

    def _usable_base(self, base: BackupHead) -> int:
        """Return how many entries need not be copied again; 0 if files of the backup are too short for them."""
        where = str(self._target.root)
        check_base(self._source, base, where)
        size = checkpoint_of(base, where).size
        end = self._source.position(size)
        is_held = all(
            (size_of(self._target.segment(one.number)) or 0) >= min(one.end, end) - one.start
            for one in self._source.segments()
            if one.start < end
        )
        return size if is_held else 0

    def _check_packs_there(self) -> None:
        """A pack that the backup has and the vault lost is damage; one that was never committed is a leftover."""
        ours = set(self._source.packs)
        for first in Objects(self._target).first_seqs():
            if first in ours:
                continue
            if first < self._base_size:
                raise damaged(f"{self._source.paths.pack(first)}: the pack is missing; the backup has it")
            files.remove(self._target.pack(first))

    def _is_same_keystore(self) -> bool:
        """Whether the keystore there is an earlier state of the vault's, to be added to."""
        base, head = self._base, self._source.head
        if base is None or base.keys.ks_epoch != head.keys.ks_epoch:
            return False
        there = size_of(self._target.keys(head.keys.ks_epoch)) or 0
        return there >= HEADER_BYTES + self._base_size * RECORD_BYTES and self._base_size > 0

    def _has_erasures(self) -> bool:
        """Whether old objects may have to be overwritten: another epoch, or an old keystore still there."""
        epoch = self._source.head.keys.ks_epoch
        is_new = self._base is not None and self._base.keys.ks_epoch != epoch
        return is_new or any(other != epoch for other in keystore_epochs(self._target))

    # --- adding ---

    def _copy_packs(self) -> None:
        touched: set[Path] = set()
        self._source.packs_from(self._base_size)
        for first in self._source.packs:
            final = self._target.pack(first)
            has_length = size_of(final) == self._source.pack_size(first)
            if has_length and first < self._base_size:
                continue
            touched.add(final.parent)
            if not (has_length and self._is_whole(first)):
                files.make_directory(final.parent)
                with files.open_file(self._source.paths.pack(first)) as file:
                    data = self._source.pack_bytes(first, file)
                    write_file(final, map(self._count, data), self._target.tmp)
        for directory in sorted(touched):
            files.sync_directory(directory)
        if touched:
            files.sync_directory(self._target.objects)

    def _is_whole(self, first: int) -> bool:
        """Tell whether a run that stopped left a pack that need not be copied again."""
        try:
            with files.open_file(self._target.pack(first)) as file:
                self._source.check_pack(first, file)
                files.sync(file)
        except VaultDamaged:
            return False
        return True

    def _copy_keystore(self) -> None:
        source, target = self._source, self._target
        path = target.keys(source.head.keys.ks_epoch)
        if not self._is_same_keystore():
            records = source.record_bytes(0, with_holes=True)
            write_file(path, map(self._count, (source.keystore_header, *records)), target.tmp)
            files.sync_directory(path.parent)
            return
        with files.open_file(path, writable=True) as file:
            length = HEADER_BYTES + RECORD_BYTES
            if file.read_at(0, length) != source.keystore.read_at(0, length):
                raise files.damaged(path, "not an earlier state of the vault's keystore")
            records = source.record_bytes(self._base_size, with_holes=False)
            write_pieces(file, HEADER_BYTES + self._base_size * RECORD_BYTES, map(self._count, records))

    def _copy_journal(self) -> None:
        source = self._source
        start = source.position(self._base_size)
        counter = FrameCounter(Frontier.of(source.history.tree, self._base_size))
        number = 0
        for segment in source.segments():
            number = segment.number
            if segment.end > start or segment.end == source.journal_end:
                data = counter.follow(source.journal_bytes(segment, max(start, segment.start)))
                self._write_segment(segment, max(start, segment.start) - segment.start, data)
        source.check_reached(counter.frontier)
        while size_of(beyond := self._target.segment(number + 1)) is not None:  # of a run that stopped
            files.remove(beyond)
            number += 1
        files.sync_directory(self._target.journal)

    def _write_segment(self, segment: Segment, offset: int, data: Iterator[bytes]) -> None:
        path = self._target.segment(segment.number)
        file = files.find_file(path, writable=True) or files.create_file(path)
        with file:
            write_pieces(file, offset, map(self._count, data))

    def _count(self, piece: bytes) -> bytes:
        self.copied_bytes += len(piece)
        if self._observer:
            self._observer.advance(len(piece), str(self._target.root))
        return piece

    # --- destroying ---

    def _erase(self, first: int, places: list[BlobPlace]) -> None:
        with files.open_file(self._target.pack(first)) as file:
            left = [place for place in places if not is_erased(file, place)]
        if left:
            Objects(self._target).erase(first, left)

    def _drop_keystores(self) -> None:
        epoch = self._source.head.keys.ks_epoch
        for other in keystore_epochs(self._target):
            if other != epoch:
                shred_keystore(self._target, other)
                files.remove(self._target.keys(other))
                files.sync_directory(self._target.key_records)
