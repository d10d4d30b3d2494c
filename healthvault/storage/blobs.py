# SPDX-License-Identifier: Apache-2.0
"""One stored document: nonce16 ‖ age STREAM under a file key of its own, padded so that its size says little.

Sealing reads a source once, to its end, whatever its size was said to be. Opening gives out plaintext before
everything is checked; it counts only when `read_document` has returned, for by then the bytes matched the entry's
oid and the plaintext its commitment. Memory is constant for any size.

Prepending an age header with the file key makes a file for stock age. Spec: docs/spec/vault-folder.md section 5.
"""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from healthvault.agefile.source import Source, read_fully
from healthvault.agefile.stream import (
    CHUNK_BYTES,
    PAYLOAD_NONCE_BYTES,
    StreamReader,
    StreamWriter,
    payload_key,
    sealed_size,
)
from healthvault.codec import padme
from healthvault.crypto.hashing import equal, random_bytes
from healthvault.errors import FormatError, IntegrityError, InvalidRequest, VaultDamaged
from healthvault.ledger.secrets import commitment
from healthvault.storage import files

__all__ = [
    "Blob",
    "BlobKeys",
    "BlobPlace",
    "check_blob",
    "is_erased",
    "padded_size",
    "read_document",
    "seal_blob",
    "stored_id",
    "stored_size",
]

FLOOR_BYTES = 4096  # so that an empty document has a payload, and small ones look alike
LARGE_BYTES = 1 << 20  # from here on a second thread is worth its start
READ_BYTES = 1 << 20
ZEROS = bytes(CHUNK_BYTES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Blob:
    """What sealing found out about a document."""

    oid: bytes
    """SHA-256 of the stored bytes."""
    stored_size_bytes: int
    size_bytes: int
    """Of the document itself, without padding."""
    digest: bytes
    """SHA-256 of the document, without padding: for its commitment and its dedupe tag, never stored."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BlobPlace:
    """Where a blob lies in its pack, and what its entry says of its bytes."""

    offset: int
    stored_size_bytes: int
    oid: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class BlobKeys:
    """What opens a blob and ties it to its entry."""

    file_key: bytes = field(repr=False)
    """16 bytes."""
    commit_key: bytes = field(repr=False)
    """32 bytes, the opening of `commit`."""
    commit: bytes
    """The commitment that stands in the entry."""
    size_bytes: int
    """The document's true size, from the sealed part of the entry."""


def padded_size(size_bytes: int) -> int:
    """Return the length of a document with its padding."""
    return max(FLOOR_BYTES, padme(size_bytes))


def stored_size(size_bytes: int) -> int:
    """Return how many bytes the blob of a document of `size_bytes` has."""
    return PAYLOAD_NONCE_BYTES + sealed_size(padded_size(size_bytes))


def seal_blob(source: Source, file_key: bytes, write: Callable[[bytes], object]) -> Blob:
    """Seal all that a source holds.

    Args:
        source: Plaintext, read to its end.
        file_key: 16 bytes, never used for another blob.
        write: Takes the blob's bytes in order, for a large document in another thread.

    Raises:
        InvalidRequest: `io_error`, the source cannot be read; what `write` raises passes through.
    """
    head = _read(source, LARGE_BYTES)
    sink = _CountingSink(write)
    if len(head) < LARGE_BYTES:
        return _seal(head, None, file_key, sink, sink.write)

    from healthvault.storage.relay import Relay  # noqa: PLC0415 - threads are for large documents only

    with Relay(sink.write) as relay:
        return _seal(head, source, file_key, sink, relay.write, relay.finish)


def check_blob(file: files.OpenFile, place: BlobPlace) -> None:
    """Check the stored bytes of a blob against its entry; needs no key.

    Raises:
        VaultDamaged: `vault_damaged`, the pack is too short or the bytes do not have this oid.
        InvalidRequest: `io_error`.
    """
    stored = _Range(file, place)
    while stored.read(READ_BYTES):
        pass
    stored.check()


def stored_id(file: files.OpenFile, place: BlobPlace) -> bytes:
    """Return the id (32 bytes) of what lies at a place, its own or not. Raises InvalidRequest: `io_error`."""
    stored = _Range(file, place)
    while stored.read(READ_BYTES):
        pass
    return stored.digest()


def is_erased(file: files.OpenFile, place: BlobPlace) -> bool:
    """Tell whether nothing but zeros is left of a blob. Raises InvalidRequest: `io_error`."""
    stored = _Range(file, place)
    while data := stored.read(READ_BYTES):
        if data.strip(b"\0"):
            return False
    return stored.is_at_end


def read_document(
    file: files.OpenFile, place: BlobPlace, keys: BlobKeys, write: Callable[[bytes], object]
) -> None:
    """Open a blob and hand its document, without padding, to `write`, for a large one in another thread.

    Until this has returned, what was written is not verified as a whole and must not be shown or named.

    Raises:
        VaultDamaged: `vault_damaged`, too short, not authentic, bad padding, or not what the entry's oid and
            commitment say.
        InvalidRequest: `io_error`; what `write` raises passes through.
    """
    if place.stored_size_bytes != stored_size(keys.size_bytes):
        raise _damaged(file, place, "has another size than a document of this length")
    stored = _Range(file, place)
    sink = _CountingSink(write)
    chunks = _document_chunks(stored, keys)
    if keys.size_bytes < LARGE_BYTES:
        for chunk in chunks:
            sink.write(chunk)
    else:
        from healthvault.storage.relay import Relay  # noqa: PLC0415 - threads are for large documents only

        with Relay(sink.write) as relay:
            for chunk in chunks:
                relay.write(chunk)
            relay.finish()
    stored.check()
    if not equal(keys.commit, commitment(keys.commit_key, sink.size_bytes, sink.digest())):
        raise _damaged(file, place, "does not hold what its entry commits to")


class _CountingSink:
    """Hashes and counts what passes on to `write`."""

    def __init__(self, write: Callable[[bytes], object]) -> None:
        self._write = write
        self._hash = hashlib.sha256()
        self.size_bytes = 0

    def write(self, data: bytes) -> None:
        self._hash.update(data)
        self.size_bytes += len(data)
        self._write(data)

    def digest(self) -> bytes:
        return self._hash.digest()


class _Range:
    """The stored bytes of a blob as a source, hashed as they are read."""

    def __init__(self, file: files.OpenFile, place: BlobPlace) -> None:
        self.file = file
        self.place = place
        self._at = place.offset
        self._end = place.offset + place.stored_size_bytes
        self._hash = hashlib.sha256()

    @property
    def is_at_end(self) -> bool:
        return self._at == self._end

    def read(self, size: int, /) -> bytes:
        data = self.file.read_at(self._at, min(size, self._end - self._at))
        self._at += len(data)
        self._hash.update(data)
        return data

    def digest(self) -> bytes:
        return self._hash.digest()

    def check(self) -> None:
        """Check, after everything was read, that it was all there and has the oid."""
        if not self.is_at_end:
            raise _damaged(self.file, self.place, "is cut short")
        if not equal(self.place.oid, self.digest()):
            raise _damaged(self.file, self.place, "is not what its entry names")


def _seal(
    head: bytes,
    rest: Source | None,
    file_key: bytes,
    sink: _CountingSink,
    write: Callable[[bytes], object],
    finish: Callable[[], None] = lambda: None,
) -> Blob:
    """Seal `head` and then `rest` through `write`, which ends in `sink`."""
    nonce = random_bytes(PAYLOAD_NONCE_BYTES)
    write(nonce)
    stream = StreamWriter(payload_key(file_key, nonce), write)
    plain = _CountingSink(stream.write)
    plain.write(head)
    while rest is not None and (data := _read(rest, CHUNK_BYTES)):
        plain.write(data)
    for left in range(padded_size(plain.size_bytes) - plain.size_bytes, 0, -CHUNK_BYTES):
        stream.write(ZEROS[:left])
    stream.finish()
    finish()
    return Blob(
        oid=sink.digest(),
        stored_size_bytes=sink.size_bytes,
        size_bytes=plain.size_bytes,
        digest=plain.digest(),
    )


def _document_chunks(stored: _Range, keys: BlobKeys) -> Iterator[bytes]:
    """Yield the plaintext without its padding, which is checked on the way."""
    left = keys.size_bytes
    try:
        reader = StreamReader(stored, payload_key(keys.file_key, stored.read(PAYLOAD_NONCE_BYTES)))
        while chunk := reader.read(CHUNK_BYTES):
            document, padding = chunk[:left], chunk[left:]
            left -= len(document)
            if padding.strip(b"\0"):
                raise _damaged(stored.file, stored.place, "has padding that is not zeros")
            if document:
                yield document
    except (FormatError, IntegrityError) as err:
        raise _damaged(stored.file, stored.place, f"cannot be opened: {err.message}") from err


def _read(source: Source, size_bytes: int) -> bytes:
    try:
        return read_fully(source, size_bytes)
    except OSError as err:
        raise InvalidRequest("io_error", f"the document cannot be read: {err.strerror or err}") from err


def _damaged(file: files.OpenFile, place: BlobPlace, what: str) -> VaultDamaged:
    return files.damaged(file.path, f"the object at {place.offset} {what}")
