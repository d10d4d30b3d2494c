# SPDX-License-Identifier: Apache-2.0
"""Whatever a stranger wrote: one line, visible, and whole in JSON."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from healthvault.cli.dates import parse_partial_date, parse_span, parse_when
from healthvault.cli.terminal import json_line, plain_row
from healthvault.cli.text import safe

ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=60)
FORMAT_CHARACTERS = "\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff"


@given(ANY_TEXT)
def test_safe_text_is_one_harmless_line(text: str) -> None:
    """No control, line end, surrogate or format character is left, and a second pass changes nothing."""
    shown = safe(text)
    assert not any(ord(char) < 0x20 or 0x7F <= ord(char) < 0xA0 or char in FORMAT_CHARACTERS for char in shown)
    assert 1 == len((shown + "x").splitlines())
    assert shown.encode().decode() == shown == safe(shown)


@given(st.lists(ANY_TEXT, min_size=1, max_size=6))
def test_a_row_has_as_many_cells_as_values(values: list[str]) -> None:
    """No value can end its cell or its row."""
    row = plain_row(values)
    assert row.endswith("\n")
    assert len(values) == len(row[:-1].split("\t"))
    assert "\n" not in row[:-1]


@given(st.dictionaries(st.text(max_size=5), ANY_TEXT | st.integers() | st.none() | st.booleans(), max_size=5))
def test_a_json_line_is_ascii_and_reads_back(one: dict[str, str | int | bool | None]) -> None:
    """A line holds printable ASCII only, and what was put in."""
    line = json_line(dict(one))
    assert line[:-1].isascii()
    assert line[:-1].isprintable()
    assert one == json.loads(line)


@given(ANY_TEXT)
@settings(max_examples=50)
def test_no_text_breaks_the_readers_of_dates(text: str) -> None:
    """What is no date is a ValueError, which is wrong usage, and nothing else."""
    for parse in (parse_when, parse_span, parse_partial_date):
        try:
            parse(text)
        except ValueError:
            continue
