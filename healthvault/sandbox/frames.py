# SPDX-License-Identifier: Apache-2.0
"""Frames between the vault and the process that reads: one letter, a length, and so many bytes.

The reader asks for pieces of the file (`GET`) and is sent them (`DATA`), so that it needs neither the file nor its
name on disk. Both sides bound what they accept. Spec: docs/spec/contents.md section 5.
"""

import socket
import struct
from contextlib import suppress
from typing import BinaryIO, cast

from healthvault.errors import FormatError

__all__ = [
    "DATA",
    "DONE",
    "FAILED",
    "FOUND",
    "GET",
    "MAX_FRAME_BYTES",
    "RANGE",
    "READ",
    "Channel",
]

READ = b"R"
"""To the reader: what to read."""
DATA = b"D"
"""To the reader: the piece it asked for; shorter only at the end of the file."""
GET = b"G"
"""From the reader: offset and size of a piece."""
FOUND = b"F"
"""From the reader: one statement, or a description."""
FAILED = b"E"
"""From the reader: code, message and hint, the last frame."""
DONE = b"."
"""From the reader: that was all, the last frame."""
MAX_FRAME_BYTES = 64 << 20
RANGE = struct.Struct(">QI")
_HEAD = struct.Struct(">cI")


class Channel:
    """One end of the connection."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._stream = cast("BinaryIO", connection.makefile("rwb", buffering=1 << 18))

    def send(self, kind: bytes, data: bytes) -> None:
        """Send a frame; it may wait here until `receive` or `flush`."""
        self._stream.write(_HEAD.pack(kind, len(data)))
        self._stream.write(data)

    def flush(self) -> None:
        """Send everything that waits."""
        self._stream.flush()

    def receive(self) -> tuple[bytes, bytes]:
        """Return the next frame.

        Raises:
            EOFError: The other side has gone.
            FormatError: `bad_schema`, a frame of more than 64 MiB.
            OSError: The connection broke.
        """
        self._stream.flush()
        kind, size_bytes = _HEAD.unpack(self._exactly(_HEAD.size))
        if size_bytes > MAX_FRAME_BYTES:
            raise FormatError("bad_schema", "a reader says too much at once")
        return kind, self._exactly(size_bytes)

    def cut(self) -> None:
        """Break the connection, whatever the other side, or this one, is waiting for."""
        with suppress(OSError):
            self._connection.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Close the connection; a second time does nothing."""
        self._connection.close()
        try:
            self._stream.close()
        except OSError:
            return

    def _exactly(self, size_bytes: int) -> bytes:
        data = self._stream.read(size_bytes)
        if data is None or len(data) < size_bytes:
            raise EOFError
        return data
