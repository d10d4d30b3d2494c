# SPDX-License-Identifier: Apache-2.0
"""Secrets from descriptors, files and programs."""

import os
import sys
from pathlib import Path

import pytest

from healthvault.cli.secret_sources import MAX_SECRET_BYTES, read_source
from healthvault.cli.settings import Source
from healthvault.errors import AnswerNeeded, InvalidRequest


def source(kind: str, value: object) -> Source:
    """Return a source as an option names it."""
    return Source(kind=kind, value=str(value), origin="--" + kind.replace("_", "-"))


@pytest.fixture
def secret_file(tmp_path: Path) -> Path:
    """A file with a passphrase, closed to others."""
    path = tmp_path / "it's a secret"
    path.write_bytes(b" pass phrase \n\n")
    path.chmod(0o600)
    return path


def test_one_newline_is_not_part_of_a_passphrase(secret_file: Path) -> None:
    """Spaces and further newlines are."""
    assert b" pass phrase \n" == read_source(source("passphrase_file", secret_file))


def test_a_key_file_is_read_as_it_is(secret_file: Path) -> None:
    """Nothing is taken from a key file."""
    assert b" pass phrase \n\n" == read_source(source("key_file", secret_file))


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660, 0o602])
@pytest.mark.parametrize("kind", ["passphrase_file", "key_file"])
def test_a_file_open_to_others_is_refused_with_the_cure(secret_file: Path, kind: str, mode: int) -> None:
    """The hint is the exact command, quoted for a shell."""
    secret_file.chmod(mode)
    with pytest.raises(InvalidRequest) as caught:
        read_source(source(kind, secret_file))
    assert "secret_exposed" == caught.value.code
    assert "chmod 600 '" + str(secret_file).replace("'", "'\"'\"'") + "'" == caught.value.hint


def test_a_descriptor_is_read_to_its_end() -> None:
    """What a parent wrote into a pipe is the passphrase."""
    reader, writer = os.pipe()
    os.write(writer, b"from a pipe\n")
    os.close(writer)
    try:
        assert b"from a pipe" == read_source(source("passphrase_fd", reader))
    finally:
        os.close(reader)


def test_a_program_runs_without_a_shell() -> None:
    """Words are split, quotes respected, and nothing is expanded."""
    program = f'{sys.executable} -c "import sys; print(sys.argv[1])" \'$HOME; "x"\''
    assert b'$HOME; "x"' == read_source(source("passphrase_command", program))


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("passphrase_fd", "x"),
        ("passphrase_fd", "-1"),
        ("passphrase_fd", "٣"),
        ("passphrase_fd", "9999999"),
        ("passphrase_file", "/nowhere/at/all"),
        ("key_file", "/"),
        ("passphrase_command", ""),
        ("passphrase_command", "'"),
        ("passphrase_command", "/nowhere/at/all"),
        ("passphrase_command", "false"),
        ("passphrase_command", "true"),
    ],
)
def test_a_source_that_gives_nothing_stops(kind: str, value: str) -> None:
    """Missing, failing and empty sources are an error that names the option."""
    with pytest.raises(AnswerNeeded) as caught:
        read_source(source(kind, value))
    assert "secret_unavailable" == caught.value.code
    assert caught.value.message.startswith("--" + kind.replace("_", "-"))


def test_a_source_is_bounded(tmp_path: Path) -> None:
    """Far too much is refused rather than taken in."""
    path = tmp_path / "big"
    path.write_bytes(bytes(MAX_SECRET_BYTES + 1))
    path.chmod(0o600)
    with pytest.raises(AnswerNeeded):
        read_source(source("key_file", path))
