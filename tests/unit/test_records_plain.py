# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.records.plain, through the door."""

import io

import pytest

from healthvault.records.describe import describe
from healthvault.records.description import Description


def described(text: str, name: str = "notes") -> Description:
    """Describe a text."""
    data = text.encode()
    return describe(io.BytesIO(data), name=name, size_bytes=len(data))


@pytest.mark.parametrize(
    ("text", "name", "title"),
    [
        ('Time,"Heart rate",x\n1,2,3\n', "a.csv", "a (Time, Heart rate, x)"),
        ("Time;HR;x\r1;2;3\r4;5;6\r", "a", "a (Time, HR, x)"),
        ("\n\nTime\n1\n2", "a.CSV", "a (Time)"),
        ("2024-01-01,1,2\n2024-01-02,1,2\n2024-01-03,1,2", "a.txt", "a"),
        ("a,,b\n1,2,3\n4,5,6", "a", "a"),
    ],
)
def test_tables_are_told_by_their_columns(text: str, name: str, title: str) -> None:
    """Columns come from the first line if it names them; name or regular lines make a table."""
    told = described(text, name)
    assert ("csv", "text/csv", title) == (told.kind, told.media_type, told.title)


def test_tabs_have_their_own_type() -> None:
    """A table of tabs is told as such."""
    assert "text/tab-separated-values" == described("a\tb\tc\n1\t2\t3\n4\t5\t6").media_type


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("\n\r\n  First line \nsecond", "First line"),
        ("# Heading\ntext", "Heading"),
        ("-----\n=====\nTitle", "Title"),
        ("Dear Ann, well, yes,\nthank you.\nBye, Bo", "Dear Ann, well, yes,"),
        ("x" * 61 + "\nsecond", "notes"),
        ("***\n", "notes"),
        (" ", "notes"),
        ("a,b,c\n1,2,3", "a,b,c"),
        ("x" * 30 + " " + "word " * 30_000, ("x" * 30 + " " + "word " * 40)[:199].rstrip() + "…"),
    ],
)
def test_a_text_is_told_by_its_first_words(text: str, title: str) -> None:
    """The first line with words, unless it is one long word."""
    assert ("text", title) == (described(text).kind, described(text).title)


def test_a_table_larger_than_the_look_is_one() -> None:
    """A cut last line does not count."""
    assert "csv" == described("aa,bb,cc\n" * 3 + "x" * 30_000).kind
