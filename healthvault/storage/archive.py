# SPDX-License-Identifier: Apache-2.0
"""A backup in one file: a plain tar of which every byte of every header is given by a name and a length.

Any tar program reads it. This reader takes it for hostile input: it makes each header anew from the name and the
length that it claims and compares bytes, takes only names that a backup has, in their order, and never writes
outside of the folder that it is given. Nothing is compressed, so what comes out is no larger than the file.
Spec: docs/spec/backup.md section 7.
"""

import re
from collections.abc import Iterable, Iterator

from healthvault.bundle.container import member_header
from healthvault.errors import InvalidRequest, VaultDamaged
from healthvault.storage import files
from healthvault.storage.copying import pieces

__all__ = ["ArchiveWriter", "Member", "read_members"]

BLOCK_BYTES = 512
MAX_MEMBER_BYTES = 8 * 1024**3 - 1
END = bytes(2 * BLOCK_BYTES)
_SIZE_FIELD = slice(124, 135)
_NUMBER = "(?:0|[1-9][0-9]{0,15})"
_NAMES = (
    "backup",
    "VERSION",
    r"journal/[0-9]{8}\.seg",
    rf"keys/{_NUMBER}\.ks",
    rf"objects/{_NUMBER}/{_NUMBER}\.pack",
)
"""In this order, and those of one pattern by their numbers."""


class ArchiveWriter:
    """Writes members one after another into an open file."""

    def __init__(self, file: files.OpenFile) -> None:
        self._file = file
        self._end = 0

    def add(self, name: str, size_bytes: int, data: Iterable[bytes]) -> None:
        """Write one member.

        Raises:
            InvalidRequest: `too_large`, over 8 GiB; `io_error`.
            VaultDamaged: `vault_damaged`, there are more or fewer bytes than there should be.
        """
        if size_bytes > MAX_MEMBER_BYTES:
            raise InvalidRequest(
                "too_large", f"{name} is over 8 GiB, too large for one file", hint="back up into a folder"
            )
        self._put(member_header(name, size_bytes))
        start = self._end
        for piece in data:
            self._put(piece)
        if self._end - start != size_bytes:
            raise files.damaged(self._file.path, f"{name} changed while it was copied")
        self._put(bytes(-self._end % BLOCK_BYTES))

    def finish(self) -> None:
        """Write the end, and make everything durable. Raises InvalidRequest: `io_error`."""
        self._put(END)
        files.sync(self._file)

    def _put(self, data: bytes) -> None:
        if data:
            files.write_at(self._file, self._end, data)
            self._end += len(data)


class Member:
    """One file in an archive: where it belongs in a vault folder, and its bytes."""

    def __init__(self, archive: files.OpenFile, name: str, start: int, end: int) -> None:
        self.name = name
        self.size_bytes = end - start
        self._archive = archive
        self._start = start

    def data(self) -> Iterator[bytes]:
        """Yield the bytes. Raises as `storage.copying.pieces`."""
        return pieces(self._archive, self._start, self._start + self.size_bytes)


def read_members(archive: files.OpenFile) -> Iterator[Member]:
    """Yield the members of an archive, unverified but for their names, order and lengths.

    Raises:
        VaultDamaged: `vault_damaged`, a header is not the one that we write, a name is not one of a backup, stands
            twice or in the wrong order, or the file ends too early or goes on after its end.
        InvalidRequest: `io_error`.
    """
    end, offset = archive.size_bytes(), 0
    last: tuple[int, ...] = ()
    while (header := archive.read_at(offset, BLOCK_BYTES)) != END[:BLOCK_BYTES]:
        name, size = _claimed(header)
        if header != member_header(name, size):
            raise _bad(archive, offset, "no header of a backup")
        place = _place(name)
        if place is None or place <= last:
            raise _bad(archive, offset, "a file that does not belong there")
        last = place
        start = offset + BLOCK_BYTES
        offset = start + size + -size % BLOCK_BYTES
        if offset > end:
            raise _bad(archive, end, "it is cut short")
        if archive.read_at(start + size, -size % BLOCK_BYTES).strip(b"\0"):
            raise _bad(archive, start + size, "something other than zeros after a file")
        yield Member(archive, name, start, start + size)
    if archive.read_at(offset, len(END) + 1) != END:
        raise _bad(archive, offset, "its end is missing, or something follows it")


def _claimed(header: bytes) -> tuple[str, int]:
    name, digits = header[:100].rstrip(b"\0"), header[_SIZE_FIELD]
    size = int(digits, 8) if re.fullmatch(rb"[0-7]{11}", digits) else 0
    return name.decode("ascii", "replace"), size


def _place(name: str) -> tuple[int, ...] | None:
    """Return where in the order a member stands, None if it is none of a backup."""
    for number, pattern in enumerate(_NAMES):
        if re.fullmatch(pattern, name):
            return number, *map(int, re.findall("[0-9]+", name))
    return None


def _bad(archive: files.OpenFile, offset: int, what: str) -> VaultDamaged:
    return files.damaged(archive.path, f"at {offset}: {what}")
