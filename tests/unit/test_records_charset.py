# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.records.charset."""

import pytest

from healthvault.records.charset import decode_all, decode_head


@pytest.mark.parametrize(
    ("head", "text"),
    [
        (b"", ""),
        ("Größe".encode(), "Größe"),
        ("\ufeffGröße".encode(), "Größe"),
        ("Größe".encode("utf-16"), "Größe"),
        (b"\xfe\xff" + "Größe".encode("utf-16-be"), "Größe"),
        ("Size".encode("utf-16-le"), "Size"),
        ("Size".encode("utf-16-be"), "Size"),
        ("Größe".encode("cp1252"), "Größe"),
    ],
)
def test_texts_are_read(head: bytes, text: str) -> None:
    """UTF-8 and UTF-16 with and without a mark, and Western 8-bit text, are told apart, in part and in whole."""
    decoded = decode_head(head, is_whole=True)
    assert decoded is not None
    assert text == decoded[0]
    assert text == decode_all(head, decoded[1])


@pytest.mark.parametrize(
    "head", [b"\x00", b"a\0b", b"\xff\xfe\0\0", b"\xff\xfe\0\xd8", b"\xff\x01", b"\xff\xfea", b"\0a\0\0"]
)
def test_other_bytes_are_no_text(head: bytes) -> None:
    """NUL in the wrong places, broken UTF-16 and control bytes in 8-bit text mean that it is none."""
    assert decode_head(head, is_whole=True) is None


def test_a_head_may_end_inside_a_character() -> None:
    """A cut character at the end is left out unless the file ends there."""
    cut = "aü".encode()[:-1]
    assert ("a", "utf-8-sig") == decode_head(cut, is_whole=False)
    assert ("aÃ", "cp1252") == decode_head(cut, is_whole=True)
