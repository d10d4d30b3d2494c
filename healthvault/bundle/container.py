# SPDX-License-Identifier: Apache-2.0
"""The one valid tar of a bundle: `manifest`, then extras, then documents, zeros up to a Padmé length.

The reader never takes a name from the archive: it makes each 512-byte header anew from the manifest and
compares bytes, so nothing but the sequence that the manifest lists can be read at all.
Both sides work on streams in constant memory. Spec: docs/spec/bundle.md section 2.
"""

from collections.abc import Callable, Iterator

from healthvault.agefile.source import Source
from healthvault.bundle.disclosure import MAX_MEMBER_BYTES
from healthvault.bundle.manifest import MAX_MANIFEST_BYTES
from healthvault.codec import padme
from healthvault.errors import FormatError, IntegrityError, InvalidRequest

__all__ = ["MAX_MEMBER_BYTES", "ContainerReader", "ContainerWriter", "document_member", "extra_member",
           "member_header"]  # fmt: skip

BLOCK_BYTES = 512
MANIFEST_NAME = "manifest"
_END = bytes(2 * BLOCK_BYTES)
_STEP_BYTES = 64 * 1024
_SIZE_FIELD = slice(124, 135)


def document_member(number: int, file: str) -> str:
    """Return the member name of part `number` (from 1 through all parts, in manifest order)."""
    return f"docs/{number:06d}-{file}"


def extra_member(file: str) -> str:
    """Return the member name of an extra."""
    return f"extras/{file}"


def member_header(name: str, size_bytes: int) -> bytes:
    """Return the only valid ustar header (512 bytes) of a member."""
    head = b"".join((
        name.encode().ljust(100, b"\0"),
        b"0000600\0" + b"0000000\0" + b"0000000\0",  # mode, uid, gid
        b"%011o\0" % size_bytes,
        b"00000000000\0",  # mtime
    ))  # fmt: skip
    tail = b"0" + bytes(100) + b"ustar\0" + b"00" + bytes(BLOCK_BYTES - 265)
    checksum = sum(head) + sum(tail) + 8 * ord(" ")
    return head + b"%06o\0 " % checksum + tail


class ContainerWriter:
    """Writes the members one after another; each must get exactly the bytes that its header names."""

    def __init__(self, write: Callable[[bytes], object]) -> None:
        self._write = write
        self._length = 0
        self._missing = 0

    def begin(self, name: str, size_bytes: int) -> None:
        """Write the header of the next member."""
        if size_bytes > MAX_MEMBER_BYTES:
            raise InvalidRequest("too_large", "a file over 8 GiB does not fit into a bundle")
        self._pad_member()
        self._put(member_header(name, size_bytes))
        self._missing = size_bytes

    def write(self, data: bytes) -> None:
        """Write bytes of the member that was begun."""
        self._missing -= len(data)
        self._put(data)

    def finish(self) -> None:
        """Write the end: two zero blocks, then zeros to exactly the Padmé length."""
        self._pad_member()
        self._put(_END)
        for step in _zeros(padme(self._length) - self._length):
            self._put(step)

    def _pad_member(self) -> None:
        if self._missing:
            raise IntegrityError("commitment_mismatch", "a member has not the size that its header names")
        self._put(bytes(-self._length % BLOCK_BYTES))

    def _put(self, data: bytes) -> None:
        self._length += len(data)
        self._write(data)


class ContainerReader:
    """Reads the members in the one order that the caller, who holds the manifest, expects."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._length = 0

    def manifest(self) -> bytes:
        """Return the unverified bytes of the first member.

        Raises:
            FormatError: `bad_container`, it is not a manifest; `limit_exceeded`, over 64 MiB.
        """
        header = self._take(BLOCK_BYTES)
        digits = header[_SIZE_FIELD]
        size = int(digits, 8) if digits.isdigit() and not set(digits) & set(b"89") else 0
        if header != member_header(MANIFEST_NAME, size):
            raise FormatError("bad_container", "the bundle does not start with a manifest")
        if size > MAX_MANIFEST_BYTES:
            raise FormatError("limit_exceeded", "the manifest is larger than 64 MiB")
        return b"".join(self._data(size))

    def member(self, name: str, size_bytes: int) -> Iterator[bytes]:
        """Check the next header and yield the member's bytes in steps of at most 64 KiB.

        Raises:
            FormatError: `bad_container`, another member or another header.
            IntegrityError: `trailing_data`, the padding is not zeros.
        """
        if self._take(BLOCK_BYTES) != member_header(name, size_bytes):
            raise FormatError("bad_container", f"the bundle does not hold {name} where its manifest says")
        yield from self._data(size_bytes)

    def finish(self) -> None:
        """Check that nothing but zeros to the Padmé length follows, and that the stream ends there.

        Raises:
            FormatError: `bad_container`, a member that the manifest does not list.
            IntegrityError: `trailing_data`.
        """
        if self._take(BLOCK_BYTES).rstrip(b"\0"):
            raise FormatError("bad_container", "the bundle holds more than its manifest lists")
        self._check_zeros(self._take(BLOCK_BYTES))
        left = padme(self._length) - self._length
        while tail := self._source.read(_STEP_BYTES):
            self._check_zeros(tail)
            left -= len(tail)
        if left:
            raise IntegrityError("trailing_data", "the bundle does not end where its length says")

    def _data(self, size_bytes: int) -> Iterator[bytes]:
        left = size_bytes
        while left:
            step = self._take(min(_STEP_BYTES, left))
            left -= len(step)
            yield step
        self._check_zeros(self._take(-size_bytes % BLOCK_BYTES))

    def _check_zeros(self, data: bytes) -> None:
        if data.rstrip(b"\0"):
            raise IntegrityError("trailing_data", "padding inside the bundle is not zeros")

    def _take(self, size: int) -> bytes:
        pieces: list[bytes] = []
        missing = size
        while missing:
            piece = self._source.read(missing)
            if not piece:
                raise FormatError("bad_container", "the bundle ends inside a member")
            pieces.append(piece)
            missing -= len(piece)
        self._length += size
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)


def _zeros(count: int) -> Iterator[bytes]:
    while count:
        step = min(count, _STEP_BYTES)
        yield bytes(step)
        count -= step
