# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.agefile.source."""

import io

import pytest

from healthvault.agefile.source import Prefixed, read_fully


class Pipe:
    """A source that gives at most three bytes at a time, as pipes may."""

    def __init__(self, data: bytes) -> None:
        self._inner = io.BytesIO(data)

    def read(self, size: int, /) -> bytes:
        """Return up to three bytes."""
        return self._inner.read(min(size, 3))


@pytest.mark.parametrize("size", [0, 1, 3, 4, 10, 11])
def test_short_reads_are_joined(size: int) -> None:
    """All that was asked for, or all that there is."""
    assert b"0123456789"[:size] == read_fully(Pipe(b"0123456789"), size)


def test_nothing_is_read_beyond_what_was_asked_for() -> None:
    """The next reader finds the next byte."""
    source = io.BytesIO(b"0123456789")
    read_fully(source, 4)
    assert b"4" == source.read(1)


def test_what_was_read_ahead_comes_first() -> None:
    """Nothing is lost or given twice, whatever the steps."""
    for step in (1, 2, 3, 20):
        rest = Pipe(b"23456789")
        stream = Prefixed(b"01", rest)
        assert b"01" == stream.first
        assert b"0123456789" == b"".join(iter(lambda stream=stream, step=step: stream.read(step), b""))
