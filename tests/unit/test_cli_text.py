# SPDX-License-Identifier: Apache-2.0
"""Text of strangers on a screen; ids and sizes made short."""

import pytest

from healthvault.cli.text import is_plain_text, readable_size, safe, short_id


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("Zoë, 日本語, naïve", "Zoë, 日本語, naïve"),
        ("a\u00a0b\u3000c", "a\u00a0b\u3000c"),
        ("\x1b[31mred", "\\x1b[31mred"),
        ("a\tb\nc\rd", "a\\tb\\nc\\rd"),
        ("\x00\x7f\x9b", "\\x00\\x7f\\x9b"),
        ("abc\u202egnp.exe", "abc<U+202E>gnp.exe"),
        ("a\u200bb\u2066c\u00add", "a<U+200B>b<U+2066>c<U+00AD>d"),
        ("\ud800", "<U+D800>"),
        ("line\u2028end", "line<U+2028>end"),
        ("[red]markup[/red]", "[red]markup[/red]"),
    ],
)
def test_what_acts_or_hides_is_made_visible(text: str, shown: str) -> None:
    """Control, escape, bidirectional and invisible characters are spelled out, letters and spaces stay."""
    assert shown == safe(text)


@pytest.mark.parametrize(
    ("size", "shown"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1.0 kB"),
        (9949, "9.9 kB"),
        (9950, "10 kB"),
        (999_499, "999 kB"),
        (999_500, "1.0 MB"),
        (1 << 30, "1.1 GB"),
        (5 * 10**12, "5.0 TB"),
        (5 * 10**15, "5000 TB"),
    ],
)
def test_sizes_have_two_or_three_digits(size: int, shown: str) -> None:
    """A size is shown in powers of ten, as disks are sold."""
    assert shown == readable_size(size)


def test_short_ids_keep_their_letter_and_eight_characters() -> None:
    """Eight characters after the underscore are shown; shorter texts stay whole."""
    assert "d_7k3mabcd" == short_id("d_7k3mabcdefgh")
    assert "d_7k" == short_id("d_7k")


@pytest.mark.parametrize(
    ("data", "is_plain"),
    [
        (b"two\r\nlines\tand a tab\n", True),
        ("größer".encode(), True),
        (b"", True),
        (b"\x1b]0;title\x07", False),
        (b"a\rb", False),
        (b"\xff\xfe", False),
        (b"\x00", False),
        ("\u202e".encode(), False),
    ],
)
def test_only_harmless_text_goes_to_a_terminal(data: bytes, is_plain: bool) -> None:
    """UTF-8 with tabs and line ends is plain; anything that acts on a terminal is not."""
    assert is_plain == is_plain_text(data)
