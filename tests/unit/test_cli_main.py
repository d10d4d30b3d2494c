# SPDX-License-Identifier: Apache-2.0
"""The entry point: one handler, a line for every error, an exit code."""

import json
import os
import sys
from collections.abc import Callable
from io import TextIOWrapper
from pathlib import Path

import pytest

from healthvault.cli import show
from healthvault.cli.main import run
from healthvault.cli.terminal import Terminal
from healthvault.errors import WrongKey


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> Callable[[BaseException], None]:
    """Make `hv show` raise."""

    def set_error(error: BaseException) -> None:
        def body(terminal: Terminal, **_: object) -> None:
            raise error

        monkeypatch.setattr(show.show, "callback", body)

    return set_error


def test_hv_alone_prints_the_map(capsys: pytest.CaptureFixture[str]) -> None:
    """Every command with a line, grouped by task."""
    assert 0 == run([])
    shown = capsys.readouterr()
    assert "" == shown.err
    for word in ("Record:", "People and consent:", "Exchange:", "Keep:", "Help:", "init", "verify", "completion"):
        assert word in shown.out


def test_the_version_is_that_of_the_package(capsys: pytest.CaptureFixture[str]) -> None:
    """`hv --version` prints one line."""
    assert 0 == run(["--version"])
    assert "hv 0.1.0\n" == capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["lisst"], "there is no command 'lisst'; did you mean 'list'?"),
        (["xyz"], "there is no command 'xyz'"),
        (["--nonsense"], "No such option"),
        (["list", "--since", "yesterday"], "'yesterday' is no date"),
        (["list", "surplus"], "unexpected extra argument"),
        (["contact"], "Missing command"),
        (["contact", "x\x1by"], "No such command"),
        (["help", "add", "more"], "`hv add` has no commands of its own"),
        (["share", "d_abcd", "-o", "x"], "say for whom, in one way"),
        (["share", "d_abcd", "-o", "-", "--code"], "no room for a code"),
        (["key", "add"], "--new-key-file FILE"),
        (["check", "--deep", "--head-only"], "--deep goes with neither"),
        (["export", "--format", "files"], "needs -o DIR"),
        (["verify", "--purpose", "fun", "x"], "treatment"),
    ],
)
def test_wrong_usage_is_exit_2(arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    """It says what is wrong, where help is, and shows no traceback."""
    assert 2 == run(arguments)
    error, hint = capsys.readouterr().err.splitlines()
    assert error.startswith("error: ")
    assert said in error
    assert "--help` shows how" in hint
    assert "\x1b" not in error


def test_under_json_wrong_usage_is_an_object(capsys: pytest.CaptureFixture[str]) -> None:
    """Also where the command line could not be read."""
    assert 2 == run(["list", "--json", "--since", "x"])
    shown = capsys.readouterr()
    assert ("", "usage", 2) == (shown.out, json.loads(shown.err)["code"], json.loads(shown.err)["exit"])


def test_json_behind_two_dashes_is_no_option(capsys: pytest.CaptureFixture[str]) -> None:
    """What stands behind `--` is an argument."""
    assert 2 == run(["show", "--", "--json", "more"])
    assert capsys.readouterr().err.startswith("error: ")


def test_our_errors_have_their_exit(
    failing: Callable[[BaseException], None], capsys: pytest.CaptureFixture[str]
) -> None:
    """The class decides, the line says what and what to do."""
    failing(WrongKey("wrong_key", "this is not it", hint="try the other"))
    assert 12 == run(["show", "d_abcd"])
    assert "error: this is not it\nhint: try the other\n" == capsys.readouterr().err


def test_an_unforeseen_error_is_a_line_and_with_debug_a_traceback(
    failing: Callable[[BaseException], None], capsys: pytest.CaptureFixture[str]
) -> None:
    """Its text, which may quote data, is shown only to who asks for it."""
    failing(ValueError("Ana Silva"))
    assert 1 == run(["show", "d_abcd"])
    assert "error: unexpected ValueError\nhint: run it again with --debug, and report what it shows\n" == (
        capsys.readouterr().err
    )
    assert 1 == run(["show", "--debug", "d_abcd"])
    assert "Traceback" in capsys.readouterr().err


def test_an_interrupt_is_exit_130(
    failing: Callable[[BaseException], None], capsys: pytest.CaptureFixture[str]
) -> None:
    """Ctrl-C is no traceback."""
    failing(KeyboardInterrupt())
    assert 130 == run(["show", "d_abcd"])
    assert "error: interrupted\n" == capsys.readouterr().err


def test_a_closed_pipe_is_no_error(
    failing: Callable[[BaseException], None], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Whoever stops reading has read enough; nothing is said, also not at the end of Python."""
    reader, writer = os.pipe()
    os.close(reader)
    with TextIOWrapper(os.fdopen(writer, "wb"), write_through=False) as broken:
        monkeypatch.setattr(sys, "stdout", broken)
        assert 0 == run(["--version"])
        broken.write("more")
        broken.flush()  # leads nowhere now


def test_help_shows_the_page_of_a_command(capsys: pytest.CaptureFixture[str]) -> None:
    """`hv help contact add` is `hv contact add --help`."""
    assert 0 == run(["help", "contact", "add"])
    page = capsys.readouterr().out
    assert 0 == run(["contact", "add", "--help"])
    assert page == capsys.readouterr().out
    assert 0 == run(["help"])
    assert "People and consent:" in capsys.readouterr().out
