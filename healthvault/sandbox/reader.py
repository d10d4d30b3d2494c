# SPDX-License-Identifier: Apache-2.0
"""Our end of the process that reads: what it says is *unverified*, checked for form alone, and only derived.

The process is started when the first document needs it, serves many, and is replaced after one that ended it. It
may be in the hands of a file that it has read: what it asks for and says is counted here too, and has an end.
Spec: docs/spec/contents.md section 5.
"""

import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from types import TracebackType
from typing import BinaryIO, Self

from healthvault.codec import Fields, Value, pack, positional, unpack
from healthvault.errors import FormatError, InvalidRequest
from healthvault.records.categories import Category, Sensitivity
from healthvault.records.dates import from_iso
from healthvault.records.description import Description, one_line
from healthvault.records.extras import EXTRA_MISSING
from healthvault.records.kinds import Kind
from healthvault.records.reading import MAX_STATEMENTS
from healthvault.records.statements import Statement, parse_statement
from healthvault.sandbox.frames import DATA, DONE, FAILED, FOUND, GET, RANGE, READ, Channel
from healthvault.sandbox.limits import (
    LEAST_GET_BYTES,
    MOST_AHEAD_BYTES,
    SILENT_SECONDS,
    most_read_bytes,
    most_said_bytes,
    most_waited_seconds,
)

__all__ = ["ALL_BUT_RESOURCES", "ReaderFailed", "Sandbox"]

ALL_BUT_RESOURCES = ("card", "inner", "item", "left", "passage", "subject", "tally")
_ENVIRONMENT = {"LANG": "C.UTF-8", "OPENBLAS_NUM_THREADS": "1"}  # one pool of threads fits into its memory


_CODES = frozenset({"reader_failed", "too_large", EXTRA_MISSING})
_KINDS = frozenset(kind.value for kind in Kind)
_CATEGORIES = frozenset(category.value for category in Category)
_LABELS = frozenset(label.value for label in Sensitivity)


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
        if self._process is not None:  # before the connection, on which it may let us wait
            self._process.kill()
            self._process.wait()
        if self._channel is not None:
            self._channel.close()
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
        most = most_read_bytes(size_bytes)
        found: list[bytes] = []
        request: dict[str, Value] = {"op": "describe", "name": name, "size": size_bytes, "most": most}
        for data in self._ask(stream, request):
            if found:
                raise ReaderFailed("reader_failed", "its reader said too much")
            found.append(data)
        if not found:
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
            "most": most_read_bytes(size_bytes) if most_bytes is None else most_bytes,
        }
        for number, data in enumerate(self._ask(stream, request), 1):
            if number > MAX_STATEMENTS:
                raise ReaderFailed("too_large", "the document states more than is kept of one")
            yield _statement(data)

    def _ask(self, stream: BinaryIO, request: dict[str, Value]) -> Iterator[bytes]:
        channel, account, is_done = self._started(), _Account(request), False
        alarm = threading.Timer(account.wait_seconds, channel.cut)  # no drop of speech puts it off
        alarm.daemon = True
        alarm.start()
        try:
            self._send(channel, READ, pack(request))
            while True:
                kind, data = self._next(channel)
                if kind == GET:
                    self._send(channel, DATA, _piece(stream, account.asked(data)))
                elif kind == FOUND:
                    account.said(len(data))
                    yield data
                else:
                    is_done = kind in {DONE, FAILED}
                    if kind != DONE:
                        raise _failure(data if is_done else b"")
                    return
        finally:
            alarm.cancel()
            if not is_done:
                self.close()

    def _send(self, channel: Channel, kind: bytes, data: bytes) -> None:
        try:
            channel.send(kind, data)
            channel.flush()
        except OSError as err:
            raise _stopped() from err

    def _next(self, channel: Channel) -> tuple[bytes, bytes]:
        try:
            return channel.receive()
        except (EOFError, OSError, FormatError) as err:
            raise _stopped() from err

    def _started(self) -> Channel:
        if self._channel is None:
            ours, theirs = socket.socketpair()
            ours.settimeout(SILENT_SECONDS)
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


class _Account:
    """What one reading has asked for and said so far."""

    def __init__(self, request: dict[str, Value]) -> None:
        asked = Fields(request, "request")
        size_bytes = asked.uint("size")
        self._read_bytes = asked.uint("most")
        self._said_bytes = most_said_bytes(size_bytes)
        self.wait_seconds = most_waited_seconds(size_bytes)

    def asked(self, data: bytes) -> tuple[int, int]:
        """Count a piece that is asked for; return its offset and size. Raises ReaderFailed: `reader_failed`."""
        if len(data) != RANGE.size:
            raise ReaderFailed("reader_failed", "its reader asked for nonsense")
        offset, size_bytes = RANGE.unpack(data)
        self._read_bytes -= max(size_bytes, LEAST_GET_BYTES)
        if size_bytes > MOST_AHEAD_BYTES or self._read_bytes < -MOST_AHEAD_BYTES:
            raise ReaderFailed("reader_failed", "its reader asked for too much")
        return offset, size_bytes

    def said(self, size_bytes: int) -> None:
        """Count what was said. Raises ReaderFailed: `too_large`."""
        self._said_bytes -= size_bytes
        if self._said_bytes < 0:
            raise ReaderFailed("too_large", "the document states more than is kept of one")


def _stopped() -> ReaderFailed:
    return ReaderFailed("too_large", "reading it took more time or memory than a document may take")


def _piece(stream: BinaryIO, place: tuple[int, int]) -> bytes:
    """Return the piece of the file that was asked for."""
    offset, size_bytes = place
    try:
        stream.seek(offset)
    except (OverflowError, ValueError) as err:
        raise ReaderFailed("reader_failed", "its reader asked for nonsense") from err
    data = b""
    while len(data) < size_bytes and (more := stream.read(size_bytes - len(data))):
        data += more
    return data


def _failure(data: bytes) -> ReaderFailed:
    """Return the error that the reader reported, or that it broke the rules."""
    try:
        said = positional(unpack(data), ("code", "message", "hint"), "failure")
        code, message, hint = said.text("code"), one_line(said.text("message")), one_line(_maybe(said, "hint"))
    except FormatError:
        return ReaderFailed("reader_failed", "its reader broke off")
    return ReaderFailed(code if code in _CODES else "reader_failed", message or "", hint=hint)


def _statement(data: bytes) -> Statement:
    try:
        return parse_statement(data)
    except FormatError as err:
        raise ReaderFailed("reader_failed", err.message) from err


def _description(data: bytes) -> Description:
    try:
        said = Fields(unpack(data), "description")
        found = Description(
            kind=_one_of(said.text("kind"), _KINDS),
            media_type=one_line(said.text("media_type")) or "",
            title=one_line(said.text("title")) or "document",
            date=from_iso(_maybe(said, "date")),
            author=one_line(_maybe(said, "author")),
            source=one_line(_maybe(said, "source")),
            category=_one_of(said.text("category"), _CATEGORIES),
            sensitivity=tuple(sorted({_one_of(label, _LABELS) for label in said.texts("sensitivity")})),
        )
    except FormatError as err:
        raise ReaderFailed("reader_failed", err.message) from err
    return found


def _one_of(word: str, known: frozenset[str]) -> str:
    if word not in known:
        raise FormatError("bad_schema", "a reader says a word that there is not")
    return word


def _maybe(said: Fields, key: str) -> str | None:
    return said.text(key) if said.has(key) else None
