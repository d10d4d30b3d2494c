# SPDX-License-Identifier: Apache-2.0
"""Our end of the process that reads: what it says is *unverified*, checked for form alone, and only derived.

The process is started when the first document needs it, serves many, and is replaced after one that ended it.
Spec: docs/spec/contents.md section 5.
"""

import socket
import subprocess
import sys
from collections.abc import Iterator
from types import TracebackType
from typing import BinaryIO, Self

from healthvault.codec import Fields, Value, pack, positional, unpack
from healthvault.errors import FormatError, InvalidRequest
from healthvault.records.description import Description
from healthvault.records.statements import Statement, parse_statement
from healthvault.sandbox.frames import DATA, DONE, FAILED, FOUND, GET, RANGE, READ, Channel

__all__ = ["ALL_BUT_RESOURCES", "ReaderFailed", "Sandbox"]

ALL_BUT_RESOURCES = ("card", "item", "left", "passage", "subject", "tally")
TIMES_READ = 6  # a reader may go over a file that often
LEAST_READ_BYTES = 64 << 20
WAIT_SECONDS = 900.0  # for a sign of life; its own limit is one of processor time
_ENVIRONMENT = {"LANG": "C.UTF-8", "OPENBLAS_NUM_THREADS": "1"}  # one pool of threads fits into its memory


class ReaderFailed(InvalidRequest):
    """A document could not be read, or not to its end: what is derived of it is missing."""


class Sandbox:
    """Reads documents apart. Use it as a context; nothing is started before the first document."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._channel: Channel | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the process, if there is one."""
        if self._channel is not None:
            self._channel.close()
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        self._process = self._channel = None

    def describe(self, stream: BinaryIO, *, name: str, size_bytes: int) -> Description:
        """Return the description of a file of a kind that is described apart.

        Args:
            stream: Seekable; *unverified* bytes.
            name: The file's own name.
            size_bytes: Size of the file.

        Raises:
            ReaderFailed: `reader_failed`, `too_large`, `extra_missing`.
            OSError: The stream cannot be read.
        """
        answers = self._ask(
            stream, {"op": "describe", "name": name, "size": size_bytes, "most": _most(size_bytes)}
        )
        found = [Fields(unpack(data), "description") for data in answers]
        if len(found) != 1:
            raise ReaderFailed("reader_failed", "its reader said nothing")
        return _description(found[0])

    def statements(
        self,
        stream: BinaryIO,
        *,
        name: str,
        size_bytes: int,
        kind: str | None,
        wanted: tuple[str, ...] = ALL_BUT_RESOURCES,
        most_bytes: int | None = None,
    ) -> Iterator[Statement]:
        """Yield what a file states; to stop before the end ends the process.

        Args:
            stream: Seekable; *unverified* bytes.
            name: The file's own name.
            size_bytes: Size of the file.
            kind: A value of `records.kinds.Kind`; None: it is recognised.
            wanted: Which statements; words of `worker.WANTED`.
            most_bytes: After so many bytes of it the reader is stopped; None: after it was read several times.

        Raises:
            As `describe`.
        """
        request: dict[str, Value] = {
            "op": "read",
            "name": name,
            "size": size_bytes,
            "kind": kind,
            "wanted": list(wanted),
            "most": _most(size_bytes) if most_bytes is None else most_bytes,
        }
        for data in self._ask(stream, request):
            yield _statement(data)

    def _ask(self, stream: BinaryIO, request: dict[str, Value]) -> Iterator[bytes]:
        channel, is_done = self._started(), False
        try:
            channel.send(READ, pack(request))
            while True:
                kind, data = self._next(channel)
                if kind == GET:
                    channel.send(DATA, _piece(stream, data))
                elif kind == FOUND:
                    yield data
                else:
                    is_done = kind in {DONE, FAILED}
                    if kind != DONE:
                        raise _failure(data if is_done else b"")
                    return
        finally:
            if not is_done:
                self.close()

    def _next(self, channel: Channel) -> tuple[bytes, bytes]:
        try:
            return channel.receive()
        except (EOFError, OSError, FormatError) as err:
            self.close()
            raise ReaderFailed(
                "too_large", "reading it took more time or memory than a document may take"
            ) from err

    def _started(self) -> Channel:
        if self._channel is None:
            ours, theirs = socket.socketpair()
            ours.settimeout(WAIT_SECONDS)
            with theirs:
                self._process = subprocess.Popen(  # noqa: S603 - our own program, no word of a document in it
                    [sys.executable, "-I", "-m", "healthvault.sandbox.worker", str(theirs.fileno())],
                    pass_fds=(theirs.fileno(),),
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    env=_ENVIRONMENT,
                    cwd="/",
                )
            self._channel = Channel(ours)
        return self._channel


def _most(size_bytes: int) -> int:
    """Return how many bytes a reader may ask for in all."""
    return max(LEAST_READ_BYTES, size_bytes * TIMES_READ)


def _piece(stream: BinaryIO, asked: bytes) -> bytes:
    """Return the piece of the file that was asked for."""
    try:
        offset, size_bytes = RANGE.unpack(asked)
    except ValueError as err:
        raise ReaderFailed("reader_failed", "its reader asked for nonsense") from err
    stream.seek(offset)
    data = b""
    while len(data) < size_bytes and (more := stream.read(size_bytes - len(data))):
        data += more
    return data


def _failure(data: bytes) -> ReaderFailed:
    """Return the error that the reader reported, or that it broke the rules."""
    try:
        said = positional(unpack(data), ("code", "message", "hint"), "failure")
        return ReaderFailed(said.text("code"), said.text("message"), hint=_maybe(said, "hint"))
    except FormatError:
        return ReaderFailed("reader_failed", "its reader broke off")


def _statement(data: bytes) -> Statement:
    try:
        return parse_statement(data)
    except FormatError as err:
        raise ReaderFailed("reader_failed", err.message) from err


def _description(said: Fields) -> Description:
    try:
        return Description(
            kind=said.text("kind"),
            media_type=said.text("media_type"),
            title=said.text("title"),
            date=_maybe(said, "date"),
            author=_maybe(said, "author"),
            source=_maybe(said, "source"),
            category=said.text("category"),
            sensitivity=tuple(said.texts("sensitivity")),
        )
    except FormatError as err:
        raise ReaderFailed("reader_failed", err.message) from err


def _maybe(said: Fields, key: str) -> str | None:
    return said.text(key) if said.has(key) else None
