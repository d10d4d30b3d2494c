# SPDX-License-Identifier: Apache-2.0
"""PDF: title, author and creation date of the information dictionary, when it stands in clear near an end.

No parser of PDF: compressed object streams, encrypted files and dictionaries in the middle of a large file are
left alone, and the file's own name serves. Spec: docs/spec/records.md section 4.
"""

import re

from healthvault.records.dates import from_compact
from healthvault.records.description import Found
from healthvault.records.kinds import Kind
from healthvault.records.probe import Probe

__all__ = ["describe_pdf"]

MAX_DICTIONARY_BYTES = 8192
MAX_STRING_BYTES = 2048
_INFO = re.compile(rb"/Info[ \r\n]{1,4}(\d{1,10})[ \r\n]{1,4}(\d{1,5})[ \r\n]{1,4}R")
_ESCAPES = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"", b"f": b""}
_ESCAPE = re.compile(rb"\\(\r\n|[0-7]{1,3}|.)", re.DOTALL)
_UTF16 = b"\xfe\xff"
_UTF8 = b"\xef\xbb\xbf"


def describe_pdf(probe: Probe) -> Found:
    """Describe a file that starts like a PDF."""
    ends = (probe.tail(), probe.head)
    if any(b"/Encrypt" in end for end in ends):
        return Found(kind=Kind.PDF)
    info = _information(ends)
    return Found(
        kind=Kind.PDF,
        title=_string(info, b"/Title"),
        date=from_compact((_string(info, b"/CreationDate") or "").removeprefix("D:")),
        author=_string(info, b"/Author"),
    )


def _information(ends: tuple[bytes, ...]) -> bytes:
    """Return the text of the newest information dictionary, or nothing."""
    pointers = [match for end in ends for match in list(_INFO.finditer(end))[-1:]]
    if not pointers:
        return b""
    start = b"\n%b %b obj" % pointers[0].groups()
    for end in ends:
        place = end.replace(b"\r", b"\n").rfind(start)
        if place >= 0:
            place += len(start)
            return end[place : place + MAX_DICTIONARY_BYTES].partition(b"endobj")[0]
    return b""


def _string(dictionary: bytes, key: bytes) -> str | None:
    """Return the string of a key, written `(...)` or `<hex>`."""
    value = dictionary.partition(key)[2].lstrip()
    if value.startswith(b"("):
        return _text(_unescaped(value[1 : 1 + MAX_STRING_BYTES]))
    if value.startswith(b"<") and not value.startswith(b"<<"):
        digits = b"".join(value[1 : 1 + MAX_STRING_BYTES].partition(b">")[0].split()).decode("ascii", "replace")
        try:
            return _text(bytes.fromhex(digits + "0" * (len(digits) % 2)))
        except ValueError:
            return None
    return None


def _unescaped(value: bytes) -> bytes:
    """Return a literal string up to the bracket that closes it, without its escapes."""
    depth, place = 1, 0
    while place < len(value):
        mark = value[place : place + 1]
        depth += (mark == b"(") - (mark == b")")
        if depth == 0:
            break
        place += 2 if mark == b"\\" else 1
    return _ESCAPE.sub(_escape, value[:place])


def _escape(match: re.Match[bytes]) -> bytes:
    mark = match.group(1)
    if mark.isdigit():
        return bytes([int(mark, 8) & 0xFF]) if b"8" not in mark and b"9" not in mark else mark
    return b"" if mark in (b"\n", b"\r", b"\r\n") else _ESCAPES.get(mark, mark)


def _text(value: bytes) -> str:
    if value.startswith(_UTF16):
        return value[2:].decode("utf-16-be", "replace")
    if value.startswith(_UTF8):
        return value[3:].decode("utf-8", "replace")
    return value.decode("cp1252", "replace")  # PDFDocEncoding, but for a few marks
