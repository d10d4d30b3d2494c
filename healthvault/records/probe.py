# SPDX-License-Identifier: Apache-2.0
"""A bounded look at one file: its head, its tail, pieces of it in order, and the whole if it is small enough.

Every reader takes a probe instead of the stream, so that no file, however large or odd, costs more memory than
the limits here. A probe writes nothing. Spec: docs/spec/records.md section 3.
"""

import codecs
from collections.abc import Iterator
from typing import BinaryIO

from healthvault.records.charset import decode_all, decode_head

__all__ = ["HEAD_BYTES", "WHOLE_BYTES", "Probe"]

HEAD_BYTES = 64 * 1024
WHOLE_BYTES = 16 * 1024 * 1024
PIECE_BYTES = 256 * 1024


class Probe:
    """One file to be described.

    Args:
        stream: Seekable, at its start; unverified bytes.
        name: The file's own name, untrusted.
        size_bytes: Size of the file; a wrong one spoils only the description.
    """

    def __init__(self, stream: BinaryIO, *, name: str, size_bytes: int) -> None:
        self.stream = stream
        self.name = name
        self.size_bytes = size_bytes
        self.head = self._read(HEAD_BYTES)
        self.has_all = len(self.head) < HEAD_BYTES
        """The head is the whole file."""
        decoded = decode_head(self.head, is_whole=self.has_all)
        self.text = decoded[0] if decoded else None
        """The head as text; None if it is no text."""
        self._codec = decoded[1] if decoded else ""

    @property
    def suffix(self) -> str:
        """The last suffix of the name, lower-case and without the dot; or nothing."""
        return self.name.rpartition(".")[2].lower() if "." in self.name else ""

    def whole(self) -> bytes | None:
        """Return all bytes of the file, or None if they are more than 16 MiB."""
        if self.has_all:
            return self.head
        self.stream.seek(0)
        data = self._read(WHOLE_BYTES + 1)
        return data if len(data) <= WHOLE_BYTES else None

    def whole_text(self) -> str | None:
        """Return the whole file as text, or None if it is no text or larger than 16 MiB."""
        if self.has_all or self.text is None:
            return self.text
        data = self.whole()
        return None if data is None else decode_all(data, self._codec)

    def text_pieces(self) -> Iterator[str]:
        """Yield the text of the whole file, however large, piece by piece; nothing if it is no text.

        Raises:
            UnicodeDecodeError: Further on, it is no text of the encoding that its head is in.
        """
        if self.text is None:
            return
        is_western = self._codec == "cp1252"  # in which not every byte is a character
        decoder = codecs.getincrementaldecoder(self._codec)("replace" if is_western else "strict")
        self.stream.seek(0)
        data = b"x"
        while data:
            data = self._read(PIECE_BYTES)
            try:
                yield decoder.decode(data, final=not data)
            except UnicodeDecodeError as err:
                if self._codec == "utf-8-sig":
                    yield err.object[: err.start].decode()
                raise

    def tail(self) -> bytes:
        """Return the last 64 KiB; the whole file if it is smaller."""
        if self.has_all:
            return self.head
        self.stream.seek(max(0, self.size_bytes - HEAD_BYTES))
        return self._read(HEAD_BYTES)

    def pieces(self, limit_bytes: int) -> Iterator[bytes]:
        """Yield the file from its start in pieces of 64 KiB, `limit_bytes` (a multiple of that) at most."""
        yield self.head
        if self.has_all:
            return
        for start in range(HEAD_BYTES, limit_bytes, HEAD_BYTES):
            self.stream.seek(start)
            yield self._read(HEAD_BYTES)

    def _read(self, size_bytes: int) -> bytes:
        """Read on until the size or the end is reached: a raw stream may give less than it was asked for."""
        data = self.stream.read(size_bytes)
        while len(data) < size_bytes and (more := self.stream.read(size_bytes - len(data))):
            data += more
        return data
