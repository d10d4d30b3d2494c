# SPDX-License-Identifier: Apache-2.0
"""The payload of an age file: chunks of 64 KiB, each sealed with its number and whether it is the last.

Changing, reordering, repeating or cutting chunks, or adding bytes at the end, is always noticed, but only as
far as one has read: plaintext counts as whole once `read` has returned b"". Both sides work in constant
memory. The 16-byte nonce in front, from which the payload key is made, belongs to the caller.

Spec: docs/spec/age.md section 4. Source: c2sp.org/age, "Payload" (a variant of STREAM, ePrint 2015/189).
"""

from collections.abc import Callable

from healthvault.agefile.source import Source, read_fully
from healthvault.crypto.aead import TAG_BYTES, chacha_open, chacha_seal
from healthvault.crypto.hashing import hkdf
from healthvault.errors import FormatError, HealthVaultError, IntegrityError

__all__ = [
    "CHUNK_BYTES",
    "PAYLOAD_NONCE_BYTES",
    "StreamReader",
    "StreamWriter",
    "open_chunk",
    "payload_key",
    "sealed_size",
]

CHUNK_BYTES = 64 * 1024
PAYLOAD_NONCE_BYTES = 16
_SEALED_CHUNK_BYTES = CHUNK_BYTES + TAG_BYTES


def payload_key(file_key: bytes, nonce: bytes) -> bytes:
    """Return the key (32 bytes) of one payload, from its file key (16 bytes) and its nonce (16 bytes)."""
    return hkdf(file_key, nonce, b"payload", 32)


def sealed_size(plain_bytes: int) -> int:
    """Return the size of a payload with that much plaintext: with its tags, without its nonce."""
    chunks = max(1, -(-plain_bytes // CHUNK_BYTES))
    return plain_bytes + chunks * TAG_BYTES


class StreamWriter:
    """Seals a plaintext of any length; nothing is readable before `finish`."""

    def __init__(self, key: bytes, write: Callable[[bytes], object]) -> None:
        self._key = key
        self._write = write
        self._counter = 0
        self._parts: list[bytes | memoryview] = []
        self._held_bytes = 0  # at most one chunk, since only `finish` knows whether it is the last
        self._is_finished = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Add plaintext. It may be changed or released by the caller afterwards."""
        if self._is_finished:
            raise ValueError("the payload is finished")
        rest = whole = memoryview(data).cast("B")
        while self._held_bytes + len(rest) > CHUNK_BYTES:
            room = CHUNK_BYTES - self._held_bytes
            if room:
                self._parts.append(rest[:room])
                rest = rest[room:]
            self._seal(is_last=False)
        if rest:
            self._parts.append(bytes(data if rest is whole else rest))  # costs no copy if `data` is bytes
            self._held_bytes += len(rest)

    def finish(self) -> None:
        """Seal the rest as the last chunk. The sink stays open."""
        if self._is_finished:
            raise ValueError("the payload is finished")
        self._is_finished = True
        self._seal(is_last=True)

    def _seal(self, *, is_last: bool) -> None:
        sealed = chacha_seal(self._key, _nonce(self._counter, is_last=is_last), b"".join(self._parts))
        self._counter += 1  # before anything can fail: a nonce is never used for two chunks
        self._parts.clear()
        self._held_bytes = 0
        self._write(sealed)


class StreamReader:
    """Opens a payload chunk by chunk; gives out nothing that is not authentic."""

    def __init__(self, source: Source, key: bytes, size_bytes: int | None = None) -> None:
        """Start before the first chunk; see `read` for what the source may hold.

        Args:
            source: Unverified bytes, positioned behind the payload's nonce.
            key: 32 bytes, see `payload_key`.
            size_bytes: Size of the payload without its nonce, if it lies inside something longer: nothing
                beyond is read. None: it goes to the end of the source.
        """
        self._source = source
        self._key = key
        self._left_bytes = size_bytes
        self._counter = 0
        self._ahead: bytes | None = None  # the next sealed chunk: whether there is one tells which is the last
        self._plain = b""
        self._at = 0
        self._is_last = False
        self._failure: HealthVaultError | None = None

    def read(self, size: int, /) -> bytes:
        """Return 1 to `size` bytes of plaintext, at most to the end of a chunk; b"" only at an authentic end.

        64 KiB at a time are fastest. Once it has failed, it fails again. For exactly `size` bytes, see
        `source.read_fully`. A read of nothing returns b"" wherever it is.

        Raises:
            FormatError: `truncated`, the payload stops before its last chunk.
            IntegrityError: `tampered`, a chunk is not authentic here (a chunk cut in its middle too);
                `trailing_data`, something follows the last chunk, or an empty chunk follows data.
        """
        if size < 0:
            raise ValueError("a read of less than nothing")
        if not size or (self._at == len(self._plain) and not self._advance()):
            return b""
        start, self._at = self._at, min(self._at + size, len(self._plain))
        return self._plain[start : self._at]  # costs no copy for a whole chunk

    def _advance(self) -> bool:
        """Open the next chunk; False at the end."""
        if self._failure is not None:
            raise self._failure
        if self._is_last:
            return False
        try:
            self._plain, self._at = self._next_chunk(), 0
        except HealthVaultError as err:
            self._failure = err
            raise
        return bool(self._plain)

    def _next_chunk(self) -> bytes:
        sealed = self._fetch() if self._ahead is None else self._ahead
        self._ahead = self._fetch() if len(sealed) == _SEALED_CHUNK_BYTES else b""
        is_last = not self._ahead
        if len(sealed) < TAG_BYTES:
            raise FormatError("truncated", "the file ends before its last chunk")
        plain = self._open(sealed, is_last=is_last)
        if not plain and self._counter:
            raise IntegrityError("trailing_data", "an empty chunk follows the end of the file")
        self._counter += 1
        self._is_last = is_last
        return plain

    def _fetch(self) -> bytes:
        if self._left_bytes is None:
            return read_fully(self._source, _SEALED_CHUNK_BYTES)
        wanted = min(_SEALED_CHUNK_BYTES, self._left_bytes)
        sealed = read_fully(self._source, wanted)
        if len(sealed) < wanted:
            raise FormatError("truncated", "stored bytes end before the payload does")
        self._left_bytes -= wanted
        return sealed

    def _open(self, sealed: bytes, *, is_last: bool) -> bytes:
        try:
            return chacha_open(self._key, _nonce(self._counter, is_last=is_last), sealed)
        except IntegrityError as err:
            raise self._diagnosis(sealed, is_last=is_last) from err

    def _diagnosis(self, sealed: bytes, *, is_last: bool) -> HealthVaultError:
        try:
            chacha_open(self._key, _nonce(self._counter, is_last=not is_last), sealed)
        except IntegrityError:
            return IntegrityError("tampered", f"chunk {self._counter} was changed, moved or cut")
        if is_last:
            return FormatError("truncated", "the file ends at a chunk that is not its last")
        return IntegrityError("trailing_data", "bytes follow the last chunk of the file")


def open_chunk(key: bytes, number: int, sealed: bytes, *, is_last: bool) -> bytes:
    """Return the plaintext of one chunk, by its number from 0.

    Args:
        key: 32 bytes, see `payload_key`.
        number: Its place in the payload.
        sealed: *Unverified* bytes of one chunk with its tag.
        is_last: Nothing follows it.

    Raises:
        IntegrityError: `tampered`, it is not the chunk of this place.
    """
    return chacha_open(key, _nonce(number, is_last=is_last), sealed)


def _nonce(counter: int, *, is_last: bool) -> bytes:
    return counter.to_bytes(11, "big") + (b"\1" if is_last else b"\0")
