# SPDX-License-Identifier: Apache-2.0
"""Bytes to text when nothing says which encoding: UTF-8, UTF-16, or a Western 8-bit text; else not a text.

A piece may be cut inside a character. Nothing here fails. Spec: docs/spec/records.md section 3.
"""

import codecs

__all__ = ["decode_all", "decode_head"]

UTF16_LOOK_BYTES = 64
CONTROLS = bytes(byte for byte in range(32) if byte not in b"\t\n\v\f\r\x1b\x1c")  # \v and \x1c frame HL7


def decode_head(head: bytes, *, is_whole: bool) -> tuple[str, str] | None:
    """Return the text of the first bytes of a file and the name of its codec, or None if it is no text.

    Args:
        head: Unverified bytes.
        is_whole: The file ends with them.
    """
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return _utf16(head, "utf-16", is_whole=is_whole)
    if b"\0" in head:
        codec = _utf16_without_mark(head[:UTF16_LOOK_BYTES])
        return _utf16(head, codec, is_whole=is_whole) if codec else None
    try:
        text, _ = codecs.utf_8_decode(head, "strict", is_whole)
    except UnicodeDecodeError:
        # a control byte means that this is no 8-bit text either
        return None if head.translate(None, CONTROLS) != head else (head.decode("cp1252", "replace"), "cp1252")
    return text.removeprefix("\ufeff"), "utf-8-sig"


def decode_all(data: bytes, codec: str) -> str:
    """Return the text of a whole file in a codec that `decode_head` named; what does not fit is replaced."""
    return data.decode(codec, "replace")


def _utf16(data: bytes, codec: str, *, is_whole: bool) -> tuple[str, str] | None:
    if is_whole and len(data) % 2:
        return None
    text = data[: len(data) & ~1].decode(codec, "replace")
    complete = text if is_whole else text[:-1]
    return None if "\0" in text or "\ufffd" in complete else (text, codec)


def _utf16_without_mark(start: bytes) -> str | None:
    """Return which UTF-16 an English or Western text starts in: every other byte is zero."""
    even, odd = start[0::2], start[1::2]
    if len(odd) > 1 and not any(odd) and all(even):
        return "utf-16-le"
    return "utf-16-be" if len(odd) > 1 and not any(even) and all(odd) else None
