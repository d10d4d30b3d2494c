# SPDX-License-Identifier: Apache-2.0
"""The process that reads: it knows no key, no folder and no terminal, and is ended when it takes too much.

Started by `reader` with one open socket. It answers one request after the other until the socket is closed.
Spec: docs/spec/contents.md section 5.
"""

import io
import resource
import socket
import sys
from typing import BinaryIO, cast

from healthvault.codec import Fields, pack, unpack
from healthvault.errors import HealthVaultError
from healthvault.records.description import Description
from healthvault.records.reading import describe_apart, read
from healthvault.records.statements import (
    Card,
    Inner,
    Item,
    Left,
    Passage,
    Resource,
    Subject,
    Tally,
    statement_bytes,
)
from healthvault.sandbox.frames import DATA, DONE, FAILED, FOUND, GET, RANGE, Channel
from healthvault.sandbox.limits import AHEAD_BYTES, CPU_SECONDS, MEMORY_BYTES, MOST_AHEAD_BYTES, most_seconds

__all__ = ["main"]

WANTED = {
    "card": Card,
    "inner": Inner,
    "item": Item,
    "left": Left,
    "passage": Passage,
    "resource": Resource,
    "subject": Subject,
    "tally": Tally,
}


class _Remote(io.RawIOBase):
    """The file that is read, piece by piece from the other side."""

    def __init__(self, channel: Channel, size_bytes: int, most_bytes: int) -> None:
        self._channel = channel
        self._size_bytes = size_bytes
        self._left_bytes = most_bytes
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size_bytes}[whence]
        if start + offset < 0:
            raise ValueError("a place before the start")
        self._at = start + offset
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: object, /) -> int:
        view = memoryview(buffer).cast("B")  # type: ignore[arg-type]  # any writable buffer
        wanted = max(0, min(len(view), MOST_AHEAD_BYTES, self._size_bytes - self._at))
        if not wanted:
            return 0
        self._left_bytes -= wanted
        if self._left_bytes < 0:
            raise OSError("the file is read over and over")
        self._channel.send(GET, RANGE.pack(self._at, wanted))
        kind, data = self._channel.receive()
        if kind != DATA:
            raise OSError("the file cannot be read any more")
        view[: len(data)] = data
        self._at += len(data)
        return len(data)


def main() -> None:
    """Read what is asked for, until nobody asks any more."""
    _limit_for_good()
    channel = Channel(socket.socket(fileno=int(sys.argv[1])))
    while True:
        try:
            _, request = channel.receive()
        except (EOFError, OSError):
            return
        _answer(channel, Fields(unpack(request), "request"))
        channel.flush()


def _answer(channel: Channel, request: Fields) -> None:
    size_bytes = request.uint("size")
    _limit_seconds(CPU_SECONDS)
    buffered = io.BufferedReader(_Remote(channel, size_bytes, request.uint("most")), AHEAD_BYTES)
    stream, name = cast("BinaryIO", buffered), request.text("name")
    try:
        _limit_seconds(most_seconds(size_bytes, is_packed=buffered.peek(2)[:2] == b"PK"))
        if request.text("op") == "describe":
            channel.send(FOUND, _packed(describe_apart(stream, name=name, size_bytes=size_bytes)))
        else:
            wanted = tuple(WANTED[word] for word in request.texts("wanted"))
            kind = request.text("kind") if request.has("kind") else None
            for statement in read(stream, name=name, size_bytes=size_bytes, kind=kind):
                if isinstance(statement, wanted):
                    channel.send(FOUND, statement_bytes(statement))
        channel.send(DONE, b"")
    except HealthVaultError as err:
        channel.send(FAILED, pack([err.code, err.message, err.hint]))
    except MemoryError:
        channel.send(FAILED, pack(["too_large", "reading it needs more memory than a document may take", None]))
    except Exception as err:  # noqa: BLE001 - whatever a library stumbles over, it costs this reading alone
        channel.send(FAILED, pack(["reader_failed", f"its reader stumbled ({type(err).__name__})", None]))


def _packed(description: Description) -> bytes:
    return pack({
        "kind": description.kind,
        "media_type": description.media_type,
        "title": description.title,
        "date": description.date,
        "author": description.author,
        "source": description.source,
        "category": description.category,
        "sensitivity": list(description.sensitivity),
    })  # fmt: skip


def _limit_for_good() -> None:
    _limit(resource.RLIMIT_AS, MEMORY_BYTES)
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_FSIZE, 0)  # it writes no file


def _limit_seconds(seconds: int) -> None:
    """Give the document that is read its time from now on: when it is used up, this process is ended."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    end = int(used.ru_utime + used.ru_stime) + seconds + 1
    _limit(resource.RLIMIT_CPU, end, is_last=False)


def _limit(what: int, most: int, *, is_last: bool = True) -> None:
    """Set a limit where the system has it; a lower one of its own stays."""
    _, hard = resource.getrlimit(what)
    most = most if hard == resource.RLIM_INFINITY else min(most, hard)
    try:
        resource.setrlimit(what, (most, most if is_last else hard))
    except (OSError, ValueError):
        return


if __name__ == "__main__":
    main()
