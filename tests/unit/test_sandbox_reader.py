# SPDX-License-Identifier: Apache-2.0
"""Our end of the process that reads, against one in the hands of a file: a thread that says what it likes."""

import io
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest

from healthvault.codec import Value, pack
from healthvault.errors import FormatError
from healthvault.records.statements import Item, Passage, Statement, parse_statement, statement_bytes
from healthvault.sandbox import reader
from healthvault.sandbox.frames import DONE, FAILED, FOUND, GET, RANGE, Channel
from healthvault.sandbox.reader import ReaderFailed, Sandbox

WORDS = statement_bytes(Passage(words="a line", place="line 1"))
DESCRIPTION: dict[str, Value] = {
    "kind": "dicom",
    "media_type": "application/dicom",
    "title": "CT",
    "date": "2026-03-01",
    "author": None,
    "source": None,
    "category": "imaging",
    "sensitivity": [],
}
Say = Callable[[Channel], object]


@contextmanager
def sandbox(*says: Say, hang: bool = False) -> Iterator[Sandbox]:
    """A sandbox whose process is a thread: it takes the request, says some things, and goes or stays."""
    ours, theirs = socket.socketpair()
    ours.settimeout(5)
    is_over = threading.Event()

    def work() -> None:
        channel = Channel(theirs)
        with suppress(OSError, EOFError, FormatError):
            channel.receive()
            for say in says:
                say(channel)
            channel.flush()
        if hang:
            is_over.wait(5)
        with suppress(OSError):
            theirs.shutdown(socket.SHUT_RDWR)
        channel.close()

    thread = threading.Thread(target=work)
    thread.start()
    with Sandbox() as found:
        found._channel = Channel(ours)
        try:
            yield found
        finally:
            is_over.set()
            found.close()
            thread.join()


def say(kind: bytes, data: bytes = b"", times: int = 1) -> Say:
    """Return what says a frame, once or often."""

    def speak(channel: Channel) -> None:
        for _ in range(times):
            channel.send(kind, data)

    return speak


def read(box: Sandbox, size_bytes: int = 10) -> list[Statement]:
    """Read a small file."""
    stream = io.BytesIO(bytes(size_bytes))
    return list(box.statements(stream, name="x", size_bytes=size_bytes, kind="text"))


def refused(*says: Say, hang: bool = False, is_kept: bool = False) -> tuple[str, str]:
    """Return with what a reading ends; the process is given up unless it said so itself."""
    with sandbox(*says, hang=hang) as box:
        with pytest.raises(ReaderFailed) as caught:
            read(box)
        assert is_kept == (box._channel is not None)
    return caught.value.code, caught.value.message


def test_a_reader_is_heard() -> None:
    """Statements are passed on; the process is kept for the next document."""
    with sandbox(say(FOUND, WORDS), say(DONE)) as box:
        assert [Passage(words="a line", place="line 1")] == read(box)
        assert box._channel is not None


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"\xc1",
        pack([99, []]),
        pack([2, ["a line"]]),
        pack([2, ["a line", 7]]),
        pack([3, ["sort", "many"]]),
        WORDS + b"\0",
        b"\x92\x02\x92\xa2\xff\xfe\xa1x",
    ],
)
def test_no_statement(said: bytes) -> None:
    """Bytes that are no statement end the reading."""
    assert "reader_failed" == refused(say(FOUND, said), say(DONE))[0]


def test_a_digest_has_its_size() -> None:
    """A digest of another size is no digest."""
    good = Item(type="Observation", place="x", title="t", digest=bytes(32))
    assert good == parse_statement(statement_bytes(good))
    bad = Item(type="Observation", place="x", title="t", digest=bytes(31))
    with pytest.raises(FormatError):
        parse_statement(statement_bytes(bad))


def test_a_flood_of_statements_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """More statements, or more bytes of them, than one document may have are not taken."""
    monkeypatch.setattr(reader, "MAX_STATEMENTS", 100)
    assert "too_large" == refused(say(FOUND, WORDS, times=200))[0]
    monkeypatch.setattr(reader, "most_said_bytes", lambda _: 1000)
    assert "too_large" == refused(say(FOUND, WORDS, times=90))[0]


@pytest.mark.parametrize("asked", [b"", b"\0" * 11, RANGE.pack(0, 1 << 30), RANGE.pack((1 << 64) - 1, 10)])
def test_nonsense_that_is_asked_for(asked: bytes) -> None:
    """A piece that cannot be, or would be held in memory whole, is not looked for."""
    assert "reader_failed" == refused(say(GET, asked), hang=True)[0]


def test_asking_comes_to_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever asks for the file over and over, or for nothing over and over, is stopped."""
    monkeypatch.setattr(reader, "MOST_AHEAD_BYTES", 4096)
    monkeypatch.setattr(reader, "most_read_bytes", lambda _: 4096)

    def ask(channel: Channel, size_bytes: int) -> None:
        while True:
            channel.send(GET, RANGE.pack(0, size_bytes))
            channel.receive()

    for size_bytes in (0, 10):
        code, message = refused(lambda channel, size=size_bytes: ask(channel, size))
        assert ("reader_failed", "its reader asked for too much") == (code, message)


def test_whoever_is_silent_is_left() -> None:
    """A process that says nothing, or takes nothing, is waited for so long and then ended."""
    with sandbox(hang=True) as box:
        assert box._channel is not None
        box._channel._connection.settimeout(0.2)
        with pytest.raises(ReaderFailed) as caught:
            read(box)
    assert "too_large" == caught.value.code

    big = 8 << 20
    with sandbox(say(GET, RANGE.pack(0, big)), hang=True) as box:
        assert box._channel is not None
        box._channel._connection.settimeout(0.2)
        with pytest.raises(ReaderFailed) as caught:
            read(box, big)
    assert "too_large" == caught.value.code


def test_drops_of_speech_come_to_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who speaks now and then, but never ends, has only so much time."""
    monkeypatch.setattr(reader, "most_waited_seconds", lambda _: 0.1)
    assert "too_large" == refused(say(FOUND, WORDS), hang=True)[0]
    assert "too_large" == refused(lambda channel: channel._stream.write(b"F"), hang=True)[0]


def test_who_goes_without_a_word() -> None:
    """A process that dies, or sends half a frame, or one that is too large, has failed."""
    whole = struct.Struct(">cI")
    raw: list[Say] = [
        lambda channel: channel._stream.write(b"F\0\0"),
        lambda channel: channel._stream.write(whole.pack(FOUND, 1 << 31)),
    ]
    assert "too_large" == refused()[0]
    for each in raw:
        assert "too_large" == refused(each)[0]


def test_an_unknown_frame() -> None:
    """A frame of no kind that there is ends the reading."""
    assert "reader_failed" == refused(say(b"?", b"x"))[0]


def test_a_reader_cannot_say_that_all_is_well_by_failing() -> None:
    """The code of a failure is one of three, its words are one line."""
    code, message = refused(say(FAILED, pack(["read", "all\nis\twell" + "x" * 500, None])), is_kept=True)
    assert ("reader_failed", 200) == (code, len(message))
    assert "all is well" in message
    assert "too_large" == refused(say(FAILED, pack(["too_large", "", None])), is_kept=True)[0]
    assert "reader_failed" == refused(say(FAILED, b"\xff"), is_kept=True)[0]


@pytest.mark.parametrize(
    "change",
    [{"kind": "verified"}, {"category": "mine"}, {"sensitivity": ["none"]}, {"title": 7}, {"kind": None}],
)
def test_a_description_has_words_that_there_are(change: dict[str, Value]) -> None:
    """What would be sealed is of the known kinds, categories and labels, or is refused."""
    said = {**DESCRIPTION, **change}
    with sandbox(say(FOUND, pack(said)), say(DONE)) as box, pytest.raises(ReaderFailed) as caught:
        box.describe(io.BytesIO(b""), name="x", size_bytes=0)
    assert "reader_failed" == caught.value.code


def test_a_description_is_cut_and_cleaned() -> None:
    """Texts are one line of 200 characters; a date that is none is left out."""
    said = {**DESCRIPTION, "title": "a\nb" + "x" * 999, "date": "2026-02-31", "sensitivity": ["genetics"]}
    with sandbox(say(FOUND, pack(said)), say(DONE)) as box:
        found = box.describe(io.BytesIO(b""), name="x", size_bytes=0)
    assert (200, "a b", None, ("genetics",)) == (len(found.title), found.title[:3], found.date, found.sensitivity)


@pytest.mark.parametrize("says", [(), (say(FOUND, pack(DESCRIPTION)),) * 2, (say(FOUND, b"\xff"),)])
def test_one_description(says: tuple[Say, ...]) -> None:
    """None, two, or one that is none are refused."""
    with sandbox(*says, say(DONE)) as box, pytest.raises(ReaderFailed):
        box.describe(io.BytesIO(b""), name="x", size_bytes=0)


def test_a_file_that_cannot_be_read_is_no_fault_of_the_reader() -> None:
    """An error of the disk is passed on as what it is, and the process is ended."""

    class Broken(io.BytesIO):
        def read(self, _size: int | None = -1, /) -> bytes:
            raise OSError("not authentic")

    with sandbox(say(GET, RANGE.pack(0, 10)), hang=True) as box:
        with pytest.raises(OSError, match="not authentic"):
            list(box.statements(Broken(), name="x", size_bytes=10, kind="text"))
        assert box._channel is None
