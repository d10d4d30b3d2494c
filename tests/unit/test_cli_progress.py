# SPDX-License-Identifier: Apache-2.0
"""The line that shows how far long work has come."""

import itertools
import os
import sys
import time

import pytest

from healthvault.cli.progress import Progress, progress_line


@pytest.mark.parametrize(
    ("label", "columns", "line"),
    [
        ("scan.pdf", 40, "  1.5 MB  scan.pdf"),
        ("a very long name indeed.pdf", 20, "  1.5 MB  a very lo"),
        ("日本語日本語日本語", 20, "  1.5 MB  日本語日"),
        ("a\x1bb", 40, "  1.5 MB  a\\x1bb"),
        ("scan.pdf", 4, "  1.5 MB  "),
    ],
)
def test_the_line_fits_its_row(label: str, columns: int, line: str) -> None:
    """Names of strangers are made visible and cut; wide characters count twice."""
    assert line == progress_line(1_500_000, label, columns)


def test_short_work_shows_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    """In the first second nothing is printed, and nothing has to be cleared."""
    progress = Progress()
    progress.advance(10, "a")
    progress.clear()
    assert "" == capsys.readouterr().err


def test_long_work_shows_a_line_and_takes_it_away(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """After a second the sum of all bytes appears, at most ten times a second."""
    seconds = itertools.chain([0.0, 0.5, 1.1, 1.15, 2.0])
    monkeypatch.setattr(time, "monotonic", lambda: next(seconds))
    monkeypatch.setattr(os, "get_terminal_size", lambda _: os.terminal_size((40, 10)))
    monkeypatch.setattr(sys.stderr, "fileno", lambda: 2, raising=False)
    progress = Progress()
    for name in "abcd":
        progress.advance(500, name)
    progress.clear()
    progress.clear()
    assert "\r\x1b[K  1.0 kB  b\r\x1b[K  2.0 kB  d\r\x1b[K" == capsys.readouterr().err
