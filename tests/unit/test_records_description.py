# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.records.description and .kinds."""

import pytest

from healthvault.records.description import MAX_TEXT_CHARS, Description, Found, one_line, stem
from healthvault.records.kinds import MEDIA_TYPES, Kind


def test_what_is_not_found_is_filled_in() -> None:
    """A missing title becomes the file's own name, a missing media type that of the kind."""
    expected = Description(
        kind="pdf",
        media_type="application/pdf",
        title="scan 1",
        date=None,
        author=None,
        source=None,
        category="other",
        sensitivity=(),
    )
    assert expected == Found(kind=Kind.PDF).finished("scan 1.pdf")


def test_every_kind_has_a_media_type() -> None:
    """The table of media types is complete."""
    assert set(Kind) == set(MEDIA_TYPES)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("report.pdf", "report"),
        ("export.tar.gz", "export.tar"),
        (".profile", ".profile"),
        ("folder/report.pdf", "report"),
        ("folder\\report.pdf", "report"),
        ("folder/", "folder"),
        ("", ""),
    ],
)
def test_a_stem_has_neither_folders_nor_suffix(name: str, expected: str) -> None:
    """Only the last suffix goes, and never all of the name."""
    assert expected == stem(name)


@pytest.mark.parametrize("name", ["", " ", "\u200b", "\n", "\udcff"])
def test_a_title_is_never_empty(name: str) -> None:
    """Where the name cannot be seen either, the kind is the title; a lone surrogate becomes a question mark."""
    expected = "?" if name == "\udcff" else "binary"
    assert expected == Found(kind=Kind.BINARY, title="\u202e ").finished(name).title


def test_a_text_becomes_one_line() -> None:
    """Line ends of any kind, tabs and runs of spaces become one space; other characters stay raw."""
    assert "a b c d \x1b[31m e" == one_line(" a\r\nb\u2028c\t\x85 d \x1b[31m  e\n")


def test_a_long_text_is_cut() -> None:
    """A text of any length ends as at most 200 characters with an ellipsis."""
    cut = one_line("x" * 1_000_000) or ""
    assert (MAX_TEXT_CHARS, "…") == (len(cut), cut[-1])
    assert "x" * MAX_TEXT_CHARS == one_line("x" * MAX_TEXT_CHARS)


def test_surrogates_are_replaced() -> None:
    """What could not be encoded later is replaced now."""
    assert "a?b" == one_line("a\ud800b")
