# SPDX-License-Identifier: Apache-2.0
"""Data in three shapes, talk in two."""

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import replace
from pathlib import Path

import pytest

from healthvault.cli import prompt
from healthvault.cli.objects import JsonObject
from healthvault.cli.settings import Settings
from healthvault.cli.terminal import Terminal, inner_rows, plain_cell, plain_row, screen_line
from healthvault.errors import InvalidRequest

PLAIN = Settings(
    vault=None, sources=(), is_recovery=False, no_input=False, quiet=False, debug=False, json=False
)  # fmt: skip
OBJECT: JsonObject = {
    "type": "thing",
    "schema": 1,
    "name": "a\tb",
    "none": None,
    "yes": True,
    "list": ["x", "y"],
    "words": ["one", "two"],
    "inner": {"k": 1},
    "rows": [{"a": 1, "b": "two"}],
}


class Screen(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        """Say so."""
        return True


@contextmanager
def screen(monkeypatch: pytest.MonkeyPatch, *, columns: int = 100) -> Iterator[Screen]:
    """Make standard output a terminal."""
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setenv("TERM", "dumb")
    with redirect_stdout(Screen()) as stream:
        yield stream


def test_a_pipe_gets_whole_values_between_tabs(capsys: pytest.CaptureFixture[str]) -> None:
    """No header, nothing cut, a value of a stranger cannot add a cell."""
    Terminal(PLAIN).rows([OBJECT], ("name", "none", "yes", "list", "missing"))
    assert "a\\tb\t\ttrue\tx,y\t\n" == capsys.readouterr().out


def test_json_gets_the_whole_object(capsys: pytest.CaptureFixture[str]) -> None:
    """Columns are for people; a script gets every field."""
    Terminal(replace(PLAIN, json=True)).rows([OBJECT, OBJECT], ("name",))
    assert [OBJECT, OBJECT] == [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_fields_are_a_line_each(capsys: pytest.CaptureFixture[str]) -> None:
    """Words are joined by spaces, inner rows get a line each, and what people are not told is left out."""
    Terminal(PLAIN).fields(OBJECT, unsaid=("yes",))
    expected = 'name\ta\\tb\nnone\t\nlist\tx,y\nwords\tone two\ninner\t{"k": 1}\nrows\t1\ttwo\n'
    assert expected == capsys.readouterr().out


def test_a_screen_gets_a_table(monkeypatch: pytest.MonkeyPatch) -> None:
    """Short ids, readable sizes, a heading; markup is not interpreted and nothing acts on the terminal."""
    row: JsonObject = {"id": "d_7k3mabcdefgh", "title": "[red]x\x1b[2J", "size_bytes": 1234, "tags": ["a", "b"]}
    with screen(monkeypatch) as shown:
        Terminal(PLAIN).rows([row], ("id", "title", "size_bytes", "tags"))
    heading, line = shown.getvalue().splitlines()
    assert ["id", "title", "size", "tags"] == heading.split()
    assert ["d_7k3mabcd", "[red]x\\x1b[2J", "1.2", "kB", "a,", "b"] == line.split()


@pytest.mark.parametrize(
    ("row", "gone"),
    [
        (
            {
                "id": "g_7k3mabcdefgh",
                "contact": "Dr Lee",
                "purpose": ["care-management", "treatment"],
                "not_after": "2026-11-20T10:00:00.000Z",
                "status": "superseded",
                "records": ["d_7k3mabcdefgh"],
                "bundles": [],
            },
            (),
        ),
        (
            {
                "name": "gp",
                "contacts": ["Dr Lee", "Dr Costa"],
                "purpose": ["care-management", "treatment"],
                "longest_days": 366,
                "categories": ["allergy", "condition", "imaging", "immunisation", "lab", "letter", "medication"],
            },
            (),
        ),
        (
            {
                "index": 63,
                "time": "2026-11-20T10:00:00.000Z",
                "action": "emergency",
                "parties": ["Dr Lee"],
                "documents": [],
                "grants": [],
                "purpose": ["treatment"],
                "detail": "allergy, medication, condition; protection: none",
            },
            ("grants",),
        ),
    ],
)
def test_a_narrow_screen_still_shows_who(
    monkeypatch: pytest.MonkeyPatch, row: JsonObject, gone: tuple[str, ...]
) -> None:
    """At 80 columns long texts are folded, what matters least is left out, and nothing else is cut."""
    with screen(monkeypatch, columns=80) as shown:
        Terminal(PLAIN).rows([row], tuple(row))
    lines = shown.getvalue().splitlines()
    assert 80 >= max(map(len, lines))
    headings = [name.replace("_", " ") for name in row if name not in gone]
    assert " ".join(headings) == " ".join(lines[0].split())
    letters = "".join(lines).replace(" ", "")
    assert [] == [name for name in ("Dr", "gp", "treatment") if name in str(row) and name not in letters]


def test_fields_on_a_screen_leave_out_what_is_empty(monkeypatch: pytest.MonkeyPatch) -> None:
    """A field a line, what is to be copied uncut, an inner table under its heading."""
    with screen(monkeypatch) as shown:
        Terminal(PLAIN).fields({**OBJECT, "code": "never-cut " * 20})
    lines = [line.rstrip() for line in shown.getvalue().splitlines()]
    assert ["name   a\\tb", "yes    yes", "list   x, y", "words  one two", "inner  k: 1"] == lines[:5]
    assert ("code   " + "never-cut " * 20).rstrip() == lines[5]
    assert ["", "rows", "a  b", "1  two"] == lines[6:]


def test_sentences_are_for_people(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """On a screen they stand under a heading, in a pipe after a name, under --json there are none."""
    with screen(monkeypatch) as shown:
        Terminal(PLAIN).lines("limits", ["so far"])
        Terminal(replace(PLAIN, json=True)).lines("limits", ["so far"])
    assert ["", "limits", "so far"] == shown.getvalue().splitlines()
    Terminal(PLAIN).lines("limits", ["so far"])
    assert "limits\tso far\n" == capsys.readouterr().out


def test_talk_goes_to_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    """What is said, warned of and failed never mixes with data."""
    terminal = Terminal(PLAIN)
    terminal.say("hello\x07")
    terminal.warn("careful")
    terminal.failed("a.pdf", InvalidRequest("broken", "it is broken", hint="mend it"))
    captured = capsys.readouterr()
    assert "" == captured.out
    assert "hello\\x07\nwarning: careful\nerror: a.pdf: it is broken\nhint: mend it\n" == captured.err


def test_quiet_silences_talk_but_not_failures(capsys: pytest.CaptureFixture[str]) -> None:
    """`-q` leaves data and errors."""
    terminal = Terminal(replace(PLAIN, quiet=True))
    terminal.say("hello")
    terminal.warn("careful")
    terminal.failed("a.pdf", InvalidRequest("broken", "it is broken"))
    assert "error: a.pdf: it is broken\n" == capsys.readouterr().err


def test_under_json_stderr_holds_json_only(capsys: pytest.CaptureFixture[str]) -> None:
    """Talk is dropped; warnings and failures are objects."""
    terminal = Terminal(replace(PLAIN, json=True))
    terminal.say("hello")
    terminal.warn("careful")
    terminal.failed("a.pdf", InvalidRequest("broken", "it is broken"))
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [("warning", None), ("error", "a.pdf")] == [(line["type"], line.get("file")) for line in lines]


def test_progress_is_for_terminals_only() -> None:
    """Nobody sees progress in a file."""
    with Terminal(PLAIN).progress() as progress:
        assert progress is None


def test_only_sizes_are_sizes() -> None:
    """The number of an entry is no number of bytes."""
    assert "4  4 B\n" == screen_line({"entry": 4, "size_bytes": 4}, ("entry", "size_bytes"))


def test_cells_are_whole() -> None:
    """Each kind of value has one form."""
    assert ["", "true", "false", "7", "a,b", "x y"] == [
        plain_cell(value) for value in (None, True, False, 7, ["a", "b"], "x y")
    ]
    assert "a\tb\n" == plain_row(["a", "b"])
    assert [(1, 2)] == inner_rows([{"a": 1, "b": 2}])
    assert [] == inner_rows(["a"]) == inner_rows("a")


def test_a_question_cannot_act_on_the_terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name in it may be a stranger's: of a file that came by mail."""
    terminal = tmp_path / "tty"
    terminal.touch()
    monkeypatch.setattr(prompt, "_TERMINAL", str(terminal))
    assert "" == prompt.ask("Delete \x1b[2Ja\u202e? [y/N] ")
    assert b"Delete \\x1b[2Ja<U+202E>? [y/N] " == terminal.read_bytes()
