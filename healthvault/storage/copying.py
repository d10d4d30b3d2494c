# SPDX-License-Identifier: Apache-2.0
"""Copying stored bytes from one vault folder to another: in steps, frames counted on the way, leftovers cleared.

What is copied is never opened: it stays as encrypted as it was. Spec: docs/spec/backup.md section 3.
"""

import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

from healthvault.errors import HealthVaultError
from healthvault.storage import files
from healthvault.storage.journal import LENGTH_BYTES
from healthvault.storage.openfile import reporting
from healthvault.tlog.frontier import Frontier
from healthvault.tlog.tree import leaf_hash

__all__ = ["FrameCounter", "clear_folder", "pieces", "size_of", "write_file", "write_pieces"]

COPY_BYTES = 1 << 20


class FrameCounter:
    """Follows journal bytes as they are copied, and grows a tree's edge by each whole entry in them."""

    def __init__(self, frontier: Frontier) -> None:
        self.frontier = frontier
        self._waiting = b""

    def follow(self, data: Iterable[bytes]) -> Iterator[bytes]:
        """Yield the bytes unchanged, counting the entries."""
        for piece in data:
            self._count(self._waiting + piece)
            yield piece

    def _count(self, data: bytes) -> None:
        start = 0
        while len(data) >= start + LENGTH_BYTES:
            end = start + LENGTH_BYTES + int.from_bytes(data[start : start + LENGTH_BYTES], "big")
            if end > len(data):
                break
            self.frontier.append(leaf_hash(data[start + LENGTH_BYTES : end]))
            start = end
        self._waiting = data[start:]


def pieces(file: files.OpenFile, start: int, end: int) -> Iterator[bytes]:
    """Yield the bytes of a range in steps.

    Raises:
        VaultDamaged: `vault_damaged`, the file ends before the range.
        InvalidRequest: `io_error`.
    """
    for offset in range(start, end, COPY_BYTES):
        step = min(COPY_BYTES, end - offset)
        data = file.read_at(offset, step)
        if len(data) < step:
            raise files.damaged(file.path, f"it ends before {end} bytes")
        yield data


def write_pieces(file: files.OpenFile, offset: int, data: Iterable[bytes]) -> None:
    """Write pieces one after another from `offset` on, make that the file's end, and sync it.

    Raises:
        InvalidRequest: `io_error`; what `data` raises passes through.
    """
    for piece in data:
        files.write_at(file, offset, piece)
        offset += len(piece)
    if file.size_bytes() > offset:
        files.truncate(file, offset)
    files.sync(file)


def write_file(path: Path, data: Iterable[bytes], tmp: Path) -> None:
    """Write a file under another name, sync it, and give it its name; the directory is for the caller to sync.

    Raises:
        InvalidRequest: `io_error`; what `data` raises passes through, and then nothing is left behind.
    """
    temporary = files.temporary_path(tmp, path.name)
    try:
        with files.create_file(temporary) as file:
            write_pieces(file, 0, data)
        files.rename(temporary, path)
    except HealthVaultError:
        files.discard(temporary)
        raise


def size_of(path: Path) -> int | None:
    """Return the length of a regular file, or None if there is none; what else stands there has none."""
    with reporting(path):
        try:
            found = path.lstat()
        except FileNotFoundError:
            return None
    return found.st_size if stat.S_ISREG(found.st_mode) else None


def clear_folder(path: Path) -> None:
    """Remove all files in a folder and in those below it; the folders stay.

    Raises:
        VaultDamaged: `vault_damaged`, it is a link.
        InvalidRequest: `io_error`.
    """
    for name in files.list_names(path):
        inner = path / name
        if inner.is_dir() and not inner.is_symlink():
            clear_folder(inner)
        else:
            files.remove(inner)
