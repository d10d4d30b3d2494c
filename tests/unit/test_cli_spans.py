# SPDX-License-Identifier: Apache-2.0
"""Lines that are laid out for a screen, and how they are painted."""

import io
from contextlib import redirect_stdout

import pytest

from healthvault.cli.render import print_rows
from healthvault.cli.spans import Row, Span, around, marked_spans


def painted(monkeypatch: pytest.MonkeyPatch, row: Row, columns: int) -> str:
    """Return a line as it stands on a screen."""
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setenv("TERM", "dumb")
    with redirect_stdout(io.StringIO()) as out:
        print_rows([row])
    return out.getvalue().rstrip("\n")


@pytest.mark.parametrize("columns", [30, 40, 80])
def test_the_tail_stays_whole(monkeypatch: pytest.MonkeyPatch, columns: int) -> None:
    """At the right edge; what may shrink is cut, wide characters counted as two."""
    row = Row((Span("ab "), Span("\u738b\u5927\u660e" * 20, shrinks=True), Span(" 12 g")), tail="d_1234")
    line = painted(monkeypatch, row, columns)
    assert line.endswith("d_1234")
    assert " 12 g" in line
    assert columns >= sum(2 if char in "\u738b\u5927\u660e" else 1 for char in line)


def test_nothing_in_a_text_acts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Escapes are shown, markup is not interpreted."""
    assert "[red]x\\x1b[2J" == painted(monkeypatch, Row((Span("[red]x\x1b[2J"),)), 80)


def test_marks_are_pieces() -> None:
    """The text stays what it is."""
    pieces = list(marked_spans("low ferritin", [(4, 12)]))
    assert ["low ", "ferritin", ""] == [piece.text for piece in pieces]


def test_a_long_text_is_shown_around_its_first_mark() -> None:
    """With the marks moved along."""
    text, marks = around("x" * 100 + "ferritin", [(100, 108)], 40)
    assert "ferritin" == text[slice(*marks[0])]
    assert len(text) < 40
    assert ("short", [(0, 5)]) == around("short", [(0, 5)], 40)
