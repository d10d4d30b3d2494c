# SPDX-License-Identifier: Apache-2.0
"""A stored document as a file to seek in, for readers of derived data: chunk by chunk, nothing kept on disk.

Each chunk is authentic in its place, or reading fails. That the document as a whole is what its entry commits to
is only known to who reads it with `blobs.read_document`. Spec: docs/spec/vault-folder.md section 5.
"""

import io
from collections import OrderedDict

from healthvault.agefile.stream import CHUNK_BYTES, PAYLOAD_NONCE_BYTES, open_chunk, payload_key, sealed_size
from healthvault.errors import HealthVaultError
from healthvault.storage import files
from healthvault.storage.blobs import BlobPlace, padded_size

__all__ = ["BlobFile"]

KEPT_CHUNKS = 16
_SEALED_BYTES = sealed_size(CHUNK_BYTES)


class BlobFile(io.RawIOBase):
    """The plaintext of one blob, read only.

    Args:
        file: The pack, open for as long as this is used.
        place: Where the blob lies.
        file_key: 16 bytes.
        size_bytes: Size of the document without its padding.
    """

    def __init__(self, file: files.OpenFile, place: BlobPlace, file_key: bytes, size_bytes: int) -> None:
        self._file = file
        self._place = place
        self._size_bytes = size_bytes
        self._key = payload_key(file_key, file.read_at(place.offset, PAYLOAD_NONCE_BYTES))
        self._last = max(1, -(-padded_size(size_bytes) // CHUNK_BYTES)) - 1
        self._kept: OrderedDict[int, bytes] = OrderedDict()
        self._at = 0

    def readable(self) -> bool:
        """Return True."""
        return True

    def seekable(self) -> bool:
        """Return True."""
        return True

    def tell(self) -> int:
        """Return the place of the next byte to be read."""
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """Go to a place, also beyond the end. Raises ValueError: before the start."""
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size_bytes}[whence]
        if start + offset < 0:
            raise ValueError("a place before the start")
        self._at = start + offset
        return self._at

    def readinto(self, buffer: object, /) -> int:
        """Fill a buffer, at most to the end of a chunk. Raises OSError: the stored bytes are not authentic."""
        view = memoryview(buffer).cast("B")  # type: ignore[arg-type]  # any writable buffer
        left = self._size_bytes - self._at
        if left <= 0 or not len(view):
            return 0
        number, start = divmod(self._at, CHUNK_BYTES)
        piece = self._chunk(number)[start : start + min(len(view), left)]
        view[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)

    def _chunk(self, number: int) -> bytes:
        if number in self._kept:
            self._kept.move_to_end(number)
            return self._kept[number]
        offset = PAYLOAD_NONCE_BYTES + number * _SEALED_BYTES
        size = min(_SEALED_BYTES, self._place.stored_size_bytes - offset)
        try:
            sealed = self._file.read_at(self._place.offset + offset, size)
            plain = open_chunk(self._key, number, sealed, is_last=number == self._last)
        except HealthVaultError as err:
            raise OSError(err.message) from err
        self._kept[number] = plain
        if len(self._kept) > KEPT_CHUNKS:
            self._kept.popitem(last=False)
        return plain
