# SPDX-License-Identifier: Apache-2.0
"""Packs: the documents of one transaction, end to end in one file, because files are what costs.

All blobs of an entry lie in one pack. A pack is closed before an entry that would take it over 16 MiB; an entry
that is bigger has a pack to itself. Nothing frames the blobs: their sizes stand in the entries. A pack is made in
tmp/, synced once, and gets its name before the entries that need it are written; it is never changed afterwards
except that erasure overwrites with zeros (see `objects`).

Spec: docs/spec/vault-folder.md section 5.
"""

import io
from typing import Self

from healthvault.agefile.source import Source
from healthvault.storage import files
from healthvault.storage.blobs import Blob, seal_blob
from healthvault.storage.layout import VaultPaths

__all__ = ["PackWriter"]

PACK_BYTES = 16 * 1024 * 1024
BUFFER_BYTES = 1 << 20
COPY_BYTES = 1 << 20


class _NewPack:
    """A pack being written, through a buffer."""

    def __init__(self, paths: VaultPaths, first_seq: int) -> None:
        self.first_seq = first_seq
        self.file = files.create_file(files.temporary_path(paths.tmp, f"{first_seq}.pack"))
        self.size = 0
        self._waiting: list[bytes] = []
        self._waiting_bytes = 0
        self.is_closed = False

    def write(self, data: bytes) -> None:
        self._waiting.append(data)
        self._waiting_bytes += len(data)
        self.size += len(data)
        if self._waiting_bytes >= BUFFER_BYTES:
            self.flush()

    def flush(self) -> None:
        data, start = b"".join(self._waiting), self.size - self._waiting_bytes
        self._waiting, self._waiting_bytes = [], 0
        files.write_at(self.file, start, data)

    def close(self) -> None:
        self.flush()
        files.sync(self.file)
        self.file.close()
        self.is_closed = True

    def cut(self, size_bytes: int) -> None:
        self.flush()
        files.truncate(self.file, size_bytes)
        self.size = size_bytes


class PackWriter:
    """Writes the blobs of a transaction, entry by entry: `start_entry`, `put`…, then `finish` and `publish`.

    As a context manager it removes what was not published.
    """

    def __init__(self, paths: VaultPaths) -> None:
        self._paths = paths
        self._packs: list[_NewPack] = []  # the last one is open until `finish`
        self._seq = -1
        self._entry_start = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.discard()

    def start_entry(self, seq: int) -> None:
        """Say that the next blobs are of entry `seq`, which is larger than any before."""
        self._seq = seq
        self._entry_start = self._packs[-1].size if self._is_open() else 0

    def put(self, document: Source | bytes, file_key: bytes) -> Blob:
        """Seal and write one document.

        Args:
            document: Its bytes, or a source that is read to its end, whatever its size was before.
            file_key: 16 bytes, never used for another blob.

        Raises:
            InvalidRequest: `io_error`, reading or writing failed; the whole transaction is then to be given up.
        """
        source = io.BytesIO(document) if isinstance(document, bytes) else document
        return seal_blob(source, file_key, self._write)

    def abandon_entry(self) -> None:
        """Take back the blobs of the entry that was started last. Raises InvalidRequest: `io_error`."""
        if not self._is_open():
            return
        pack = self._packs[-1]
        if pack.first_seq == self._seq:
            self._packs.pop()
            pack.file.close()
            files.discard(pack.file.path)
        else:
            pack.cut(self._entry_start)

    def finish(self) -> None:
        """Make the content of all packs durable. Raises InvalidRequest: `io_error`."""
        if self._is_open():
            self._packs[-1].close()

    def publish(self) -> None:
        """Give all packs their names, durably; then entries may name their blobs. Raises as `finish`."""
        touched = []
        while self._packs:
            pack = self._packs[-1]
            final = self._paths.pack(pack.first_seq)
            if final.parent not in touched:
                files.make_directory(final.parent)
                touched.append(final.parent)
            files.rename(pack.file.path, final)
            self._packs.pop()
        for directory in touched:
            files.sync_directory(directory)
        if touched:
            files.sync_directory(self._paths.objects)

    def discard(self) -> None:
        """Remove the packs that have no name yet, as far as that is possible."""
        while self._packs:
            pack = self._packs.pop()
            pack.file.close()
            files.discard(pack.file.path)

    def _write(self, data: bytes) -> None:
        if not self._is_open():
            self._packs.append(_NewPack(self._paths, self._seq))
        pack = self._packs[-1]
        if self._entry_start and pack.size + len(data) > PACK_BYTES:
            pack = self._move_entry(pack)
        pack.write(data)

    def _is_open(self) -> bool:
        return bool(self._packs) and not self._packs[-1].is_closed

    def _move_entry(self, full: _NewPack) -> _NewPack:
        """Begin a pack with what the present entry has so far, and close the one that it leaves."""
        full.flush()
        pack = _NewPack(self._paths, self._seq)
        self._packs.append(pack)
        for start in range(self._entry_start, full.size, COPY_BYTES):
            pack.write(full.file.read_at(start, min(COPY_BYTES, full.size - start)))
        files.truncate(full.file, self._entry_start)
        full.size = self._entry_start
        full.close()
        self._entry_start = 0
        return pack
