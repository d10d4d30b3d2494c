# SPDX-License-Identifier: Apache-2.0
"""What comes by stdin."""

import io
import sys
from pathlib import Path

import pytest

from healthvault.cli import inputs
from healthvault.cli.inputs import named_inputs, read_argument, stdin_or_file
from healthvault.storage.inputs import Failure, InputError, InputFile


def pipe(monkeypatch: pytest.MonkeyPatch, data: bytes) -> None:
    """Let stdin give some bytes, and take no more than eight."""
    monkeypatch.setattr(inputs, "MAX_STDIN_BYTES", 8)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))


def test_as_much_as_may_come(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The bytes, under the name that was given."""
    pipe(monkeypatch, b"12345678")
    assert [InputFile(name="x.txt", data=b"12345678")] == list(named_inputs(("-",), "x.txt", tmp_path))
    pipe(monkeypatch, b"12345678")
    assert b"12345678" == read_argument("-")


def test_one_byte_too_many(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """It is one failure among the inputs, or the end of a command that takes one."""
    pipe(monkeypatch, b"123456789")
    (found,) = named_inputs(("-",), None, tmp_path)
    assert isinstance(found, Failure)
    assert ("too_large", "stdin") == (found.error.code, found.name)
    pipe(monkeypatch, b"123456789")
    with pytest.raises(InputError, match="more than"):
        stdin_or_file("-")
