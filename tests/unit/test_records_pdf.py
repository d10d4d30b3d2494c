# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.records.pdf, through the door."""

import io

import pytest

from healthvault.records.describe import describe
from healthvault.records.description import Description
from healthvault.records.probe import HEAD_BYTES

FILE = b"%%PDF-1.4\n%b\n7 0 obj\n<< %b >>\nendobj\ntrailer << /Info 7 0 R >>\n%%%%EOF"


def described(information: bytes, *, before: bytes = b"") -> Description:
    """Describe a PDF with this information dictionary."""
    data = FILE % (before, information)
    return describe(io.BytesIO(data), name="scan.pdf", size_bytes=len(data))


@pytest.mark.parametrize(
    ("value", "title"),
    [
        (b"(Letter)", "Letter"),
        (b" (A (nested) \\\\ \\(open\\) \\164itle\\nB)", "A (nested) \\ (open) title B"),
        (b"(A\\\nB)", "AB"),
        (b"(A\\8)", "A8"),
        (b"(\xfe\xff\0B\0r\0\xfc\0h)", "Brüh"),
        (b"(\xef\xbb\xbfBr\xc3\xbch)", "Brüh"),
        (b"(Br\xfch)", "Brüh"),
        (b"<feff00420072 00fc0068>", "Brüh"),
        (b"<4>", "@"),
        (b"(never closed", "never closed >>"),
        (b"<zz>", "scan"),
        (b"<\xff>", "scan"),
        (b"<< /a 1 >>", "scan"),
        (b"9 0 R", "scan"),
        (b"()", "scan"),
    ],
)
def test_titles(value: bytes, title: str) -> None:
    """Literal and hexadecimal strings in the encodings of PDF; anything else leaves the file's name."""
    assert ("pdf", title) == (described(b"/Title" + value).kind, described(b"/Title" + value).title)


def test_author_and_date() -> None:
    """Both stand in the same dictionary, and count where it is the newest."""
    told = described(
        b"/Author (Dr Kim) /CreationDate (D:20240315103000+01'00')", before=b"\n7 0 obj\n<</Author (Old)>>\nendobj"
    )
    assert ("Dr Kim", "2024-03-15") == (told.author, told.date)


@pytest.mark.parametrize("before", [b"/Encrypt 9 0 R", b"\n/Info 99 0 R" + b" " * HEAD_BYTES])
def test_what_is_out_of_reach_is_left(before: bytes) -> None:
    """An encrypted file has no readable title; one in a large file is found near its end."""
    expected = "scan" if b"Encrypt" in before else "Letter"
    assert expected == described(b"/Title (Letter)", before=before).title


@pytest.mark.parametrize("data", [b"%PDF-", b"%PDF-1.4\n/Info 7 0 R", b"%PDF-1.4\n7 0 obj\n/Title (x)"])
def test_a_file_without_a_dictionary(data: bytes) -> None:
    """No pointer or nothing behind it: the name serves."""
    assert "scan" == describe(io.BytesIO(data), name="scan.pdf", size_bytes=len(data)).title
