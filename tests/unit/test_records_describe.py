# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.records.describe."""

import io

import pytest

from healthvault.records import describe as door
from healthvault.records.description import Found
from healthvault.records.kinds import Kind
from healthvault.records.probe import Probe


def test_the_stream_is_left_at_its_start() -> None:
    """Who stores the bytes afterwards reads all of them."""
    stream = io.BytesIO(b"{}" + b" " * 100_000)
    door.describe(stream, name="a", size_bytes=100_002)
    assert 0 == stream.tell()


def test_a_fault_of_a_reader_costs_only_the_description(monkeypatch: pytest.MonkeyPatch) -> None:
    """A reader that stumbles leaves the kind and the file's own name."""

    def stumble(_probe: Probe) -> Found:
        raise KeyError("fault")

    monkeypatch.setitem(door.DESCRIBERS, Kind.TEXT, stumble)
    told = door.describe(io.BytesIO(b"hello"), name="a.txt", size_bytes=5)
    assert ("text", "a") == (told.kind, told.title)


@pytest.mark.parametrize("size_bytes", [0, 1, 10**12])
def test_a_wrong_size_does_no_harm(size_bytes: int) -> None:
    """The size only helps to find the end of a large file."""
    data = b"%PDF-1.4\n" + bytes(200_000)
    assert "pdf" == door.describe(io.BytesIO(data), name="a", size_bytes=size_bytes).kind
