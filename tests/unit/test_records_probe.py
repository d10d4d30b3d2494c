# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.records.probe."""

import io

import pytest

from healthvault.records.probe import HEAD_BYTES, WHOLE_BYTES, Probe


class Dripping(io.BytesIO):
    """A raw stream that gives at most 1,000 bytes at a time."""

    def read(self, size: int | None = -1, /) -> bytes:
        """Read few bytes."""
        return super().read(min(size or 0, 1000))


def probe(data: bytes, name: str = "a.txt") -> Probe:
    """Return a probe of bytes in memory."""
    return Probe(io.BytesIO(data), name=name, size_bytes=len(data))


def test_a_small_file_is_read_once() -> None:
    """Head, tail and whole of a small file are the same bytes."""
    small = probe(b"abc")
    assert small.has_all
    assert [b"abc"] * 4 == [small.head, small.tail(), small.whole(), b"".join(small.pieces(HEAD_BYTES))]
    assert "abc" == small.text == small.whole_text()


def test_a_large_file_is_read_in_parts() -> None:
    """Of a larger file head and tail are 64 KiB each, and pieces come in order up to a limit."""
    data = b"a" * HEAD_BYTES + b"b" * HEAD_BYTES + b"c"
    large = probe(data)
    assert not large.has_all
    assert (data[:HEAD_BYTES], data[-HEAD_BYTES:]) == (large.head, large.tail())
    assert data == large.whole() == b"".join(large.pieces(HEAD_BYTES * 4))
    assert data[: HEAD_BYTES * 2] == b"".join(large.pieces(HEAD_BYTES * 2))
    assert data.decode() == large.whole_text()


def test_a_huge_file_is_never_read_whole() -> None:
    """Above 16 MiB there is no whole."""
    huge = probe(b"a" * (WHOLE_BYTES + 1))
    assert huge.whole() is None
    assert huge.whole_text() is None


def test_a_binary_file_has_no_text() -> None:
    """Bytes that are no text give none, whatever their number."""
    assert probe(b"\0").text is None
    assert probe(bytes(HEAD_BYTES + 1)).whole_text() is None


def test_a_raw_stream_may_give_little_at_a_time() -> None:
    """Short reads are read on from."""
    data = bytes(range(256)) * 20
    assert data == Probe(Dripping(data), name="", size_bytes=len(data)).head


@pytest.mark.parametrize(("name", "expected"), [("a.TXT", "txt"), ("a.tar.gz", "gz"), ("a", ""), ("", "")])
def test_suffixes_are_lower_case(name: str, expected: str) -> None:
    """The last suffix counts."""
    assert expected == probe(b"", name).suffix
