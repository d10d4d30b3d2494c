# SPDX-License-Identifier: Apache-2.0
"""The hashes over the journal, so that roots and proofs cost a few reads: a cache, never a truth.

One flat file a tile level: level L holds the roots of 256^L leaves each, byte for byte the concatenated tiles of
C2SP tlog-tiles. Beside them the position of each entry's frame and the numbers of the key events. Opening
reads no file as a whole, and each question reads at most one tile (8 KiB) a level.

Never synced, so after a crash it may hold anything: whoever uses it first compares its root at the checkpoint's
size with the signed one, and rebuilds it where they differ. Spec: docs/spec/vault-folder.md section 4.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path

from healthvault.errors import VaultDamaged
from healthvault.storage import files
from healthvault.storage.layout import VaultPaths
from healthvault.tlog.tree import parents, perfect_root, tree_root

__all__ = ["Leaf", "TreeCache"]

HASH_BYTES = 32
NUMBER_BYTES = 8
TILE_BITS = 8
TILE_HASHES = 1 << TILE_BITS
MAX_LEVELS = 7  # 256^7 leaves are more than 2^53
TILES_IN_MEMORY = 256

Leaf = tuple[bytes, int, bool]
"""Leaf hash (32 bytes), position of its frame, and whether it is a key event."""


class TreeCache:
    """The open cache of a vault, and a `tlog.tree.HashSource`. Only the writer opens it writable."""

    def __init__(self, paths: VaultPaths, *, writable: bool = False) -> None:
        """Open what there is; a missing or torn file makes the cache smaller, down to size 0.

        Raises:
            VaultDamaged: `vault_damaged`, a file is a link or no regular file.
            InvalidRequest: `io_error`.
        """
        self._paths = paths
        self._writable = writable
        self._files: dict[Path, files.OpenFile | None] = {}
        self._tiles: dict[tuple[int, int], list[list[bytes]]] = {}
        self._size = 0
        try:
            self._size = self._usable_size()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Close the files."""
        for file in self._files.values():
            if file is not None:
                file.close()
        self._files.clear()
        self._tiles.clear()

    @property
    def size(self) -> int:
        """How many leaves the cache holds, which may be more or fewer than the journal has."""
        return self._size

    def node(self, level: int, index: int) -> bytes:
        """Return the root of a complete subtree below `size`, see `tlog.tree.HashSource`.

        Raises:
            VaultDamaged: `vault_damaged`, a file has become shorter since it was opened.
            InvalidRequest: `io_error`.
        """
        tile_level, height = divmod(level, TILE_BITS)
        rows = self._tile(tile_level, index >> (TILE_BITS - height))
        while len(rows) <= height:
            rows.append(parents(rows[-1]))
        row, place = rows[height], index & ((TILE_HASHES >> height) - 1)
        if place >= len(row):
            raise self._short(self._paths.tree_level(tile_level))
        return row[place]

    def root(self, size: int) -> bytes:
        """Return the root (32 bytes) of the first `size` leaves, at most `self.size`. Raises as `node`."""
        return tree_root(self, size)

    def position(self, seq: int) -> int:
        """Return the place of the frame of entry `seq` in the journal. Raises as `node`."""
        return self.positions(seq, 1)[0]

    def positions(self, first_seq: int, count: int) -> list[int]:
        """Return the places of the frames of `count` entries from `first_seq` on. Raises as `node`."""
        return self._numbers(self._paths.tree_offsets, first_seq, count)

    def events(self) -> list[int]:
        """Return the entries below `size` that are key events, as far as the cache knows. Raises as `node`."""
        path = self._paths.tree_events
        return [seq for seq in self._numbers(path, 0, self._count(path, NUMBER_BYTES)) if seq < self._size]

    def append(self, leaves: Sequence[Leaf]) -> None:
        """Add leaves at the right. Not synced. Raises InvalidRequest: `io_error`."""
        events = self.events()
        new = [self._size + place for place, (_, _, is_event) in enumerate(leaves) if is_event]
        self._write(self._paths.tree_events, len(events) * NUMBER_BYTES, _packed(new))
        self._write(
            self._paths.tree_offsets, self._size * NUMBER_BYTES, _packed(position for _, position, _ in leaves)
        )
        self._append_hashes([leaf for leaf, _, _ in leaves])
        self._size += len(leaves)
        self._tiles.clear()  # tiles at the right edge have grown

    def truncate(self, size: int) -> None:
        """Forget all leaves from `size` on. Raises InvalidRequest: `io_error`."""
        if size >= self._size:
            return
        event_count = sum(seq < size for seq in self.events())
        self._shorten(self._paths.tree_events, event_count * NUMBER_BYTES)
        self._shorten(self._paths.tree_offsets, size * NUMBER_BYTES)
        for level in range(MAX_LEVELS):
            self._shorten(self._paths.tree_level(level), (size >> (TILE_BITS * level)) * HASH_BYTES)
        self._size = size
        self._tiles.clear()

    def reset(self) -> None:
        """Start anew with size 0; who has the old files open keeps them. Raises InvalidRequest: `io_error`."""
        self.close()
        files.make_directory(self._paths.tree)
        for name in files.list_names(self._paths.tree):
            files.remove(self._paths.tree / name)
        self._size = 0

    def _append_hashes(self, row: list[bytes]) -> None:
        """Write a row of new leaf hashes, and above it the roots of the tiles that became full."""
        level, count = 0, self._size
        while row:
            path = self._paths.tree_level(level)
            started = count % TILE_HASHES
            pending = self._hashes(path, count - started, started) + row if started else row
            self._write(path, count * HASH_BYTES, b"".join(row))
            full = len(pending) - len(pending) % TILE_HASHES
            row = [perfect_root(pending[at : at + TILE_HASHES]) for at in range(0, full, TILE_HASHES)]
            level, count = level + 1, count // TILE_HASHES

    def _usable_size(self) -> int:
        """Return the largest size for which every file is long enough."""
        size = min(
            self._count(self._paths.tree_level(0), HASH_BYTES), self._count(self._paths.tree_offsets, NUMBER_BYTES)
        )
        level = 1
        while size >> (TILE_BITS * level):
            stored = self._count(self._paths.tree_level(level), HASH_BYTES)
            size = min(size, ((stored + 1) << (TILE_BITS * level)) - 1)
            level += 1
        return size

    def _tile(self, level: int, index: int) -> list[list[bytes]]:
        """Return the rows of one tile that were asked for so far, its hashes first."""
        rows = self._tiles.get((level, index))
        if rows is None:
            path = self._paths.tree_level(level)
            first = index * TILE_HASHES
            held = min(TILE_HASHES, (self._size >> (TILE_BITS * level)) - first)
            rows = [self._hashes(path, first, max(held, 0))]
            if len(self._tiles) == TILES_IN_MEMORY:
                del self._tiles[next(iter(self._tiles))]
            self._tiles[level, index] = rows
        return rows

    def _hashes(self, path: Path, first: int, count: int) -> list[bytes]:
        data = self._read(path, first * HASH_BYTES, count * HASH_BYTES)
        return [data[at : at + HASH_BYTES] for at in range(0, len(data), HASH_BYTES)]

    def _numbers(self, path: Path, first: int, count: int) -> list[int]:
        data = self._read(path, first * NUMBER_BYTES, count * NUMBER_BYTES)
        return [int.from_bytes(data[at : at + NUMBER_BYTES], "big") for at in range(0, len(data), NUMBER_BYTES)]

    def _read(self, path: Path, offset: int, size_bytes: int) -> bytes:
        if not size_bytes:
            return b""
        file = self._file(path)
        data = file.read_at(offset, size_bytes) if file else b""
        if len(data) < size_bytes:
            raise self._short(path)
        return data

    def _write(self, path: Path, offset: int, data: bytes) -> None:
        if not data:
            return
        file = self._file(path)
        if file is None:
            file = self._files[path] = files.create_file(path)
        files.write_at(file, offset, data)

    def _shorten(self, path: Path, size_bytes: int) -> None:
        file = self._file(path)
        if file is not None and file.size_bytes() > size_bytes:
            files.truncate(file, size_bytes)

    def _count(self, path: Path, item_bytes: int) -> int:
        file = self._file(path)
        return file.size_bytes() // item_bytes if file else 0

    def _file(self, path: Path) -> files.OpenFile | None:
        if path not in self._files:
            self._files[path] = files.find_file(path, writable=self._writable)
        return self._files[path]

    def _short(self, path: Path) -> VaultDamaged:
        return files.damaged(path, "this cache is too short")


def _packed(numbers: Iterable[int]) -> bytes:
    return b"".join(number.to_bytes(NUMBER_BYTES, "big") for number in numbers)
