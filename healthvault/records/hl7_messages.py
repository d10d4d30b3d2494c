# SPDX-License-Identifier: Apache-2.0
"""HL7 v2 messages, segment by segment, as they come: in a file, a batch or wire frames, with any line ends.

Each message is read with the separators that it declares, even if two of them are the same, and with the character
set that its first header declares. Source: HL7 v2.9 chapter 2. Spec: docs/spec/contents.md section 3.
"""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from healthvault.errors import InvalidRequest
from healthvault.records.charset import decode_head

__all__ = ["HEADERS", "Marks", "Segment", "segments"]

HEADERS = ("MSH", "FHS", "BHS")
PIECE_BYTES = 64 * 1024
MAX_BYTES = 64 << 20
MAX_SEGMENT_CHARS = 32 << 20  # a document in base64 is one segment
MAX_FIELDS = 1000
MAX_PARTS = 200  # repetitions of a field, components of one
CHARSET_FIELD = 18
_ENDS = re.compile("[\r\n\v\x1c]+")  # the last two frame a message on the wire
_NAME = re.compile(r"[A-Z][A-Z0-9]{2}\Z", re.ASCII)
_CHARSETS = {
    "UNICODE UTF-8": "utf-8",
    "UNICODE": "utf-8",
    "GB 18030-2000": "gb18030",
    "BIG-5": "big5",
    "KS X 1001": "euc_kr",
    **{f"8859/{number}": f"iso8859-{number}" for number in (1, 2, 3, 4, 5, 6, 7, 8, 9, 15)},
}
"""Python's names for those of HL7 table 0211; what is not here is looked at as a text without a declaration."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """The separators of one message."""

    field: str
    component: str
    repetition: str
    escape: str
    subcomponent: str
    """Empty if it is the same as another one: then it separates nothing."""

    @classmethod
    def declared(cls, header: str) -> "Marks":
        """Return the separators in a header; what it lacks are the usual ones."""
        field = header[3:4] or "|"
        said = header[4:].partition(field)[0][:4]
        component, repetition, escape, sub = tuple(said + "^~\\&"[len(said) :])
        return cls(
            field=field,
            component=component,
            repetition=repetition,
            escape=escape,
            subcomponent="" if sub in {component, repetition, escape, field} else sub,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """One segment, its fields counted as HL7 counts them."""

    name: str
    fields: tuple[str, ...]
    """`fields[3]` is field 3; the name stands at 0."""
    marks: Marks
    is_first: bool = False
    """It is a header, after which other separators may hold."""

    def raw(self, number: int) -> str:
        """Return a field as it is written; empty if it is missing."""
        return self.fields[number].strip() if number < len(self.fields) else ""

    def repeats(self, number: int) -> tuple[str, ...]:
        """Return the repetitions of a field that are not empty; `""` stands for a value that was deleted."""
        each = self.raw(number).split(self.marks.repetition, MAX_PARTS)[:MAX_PARTS]
        return tuple(value for value in each if value and value != '""')

    def first(self, number: int) -> str:
        """Return the first repetition of a field that is not empty, as it is written."""
        return next(iter(self.repeats(number)), "")

    def parts(self, value: str) -> tuple[str, ...]:
        """Return the components of a repetition, as they are written."""
        return tuple(value.split(self.marks.component, MAX_PARTS)[:MAX_PARTS])

    def subparts(self, value: str) -> tuple[str, ...]:
        """Return the subcomponents of a component, as they are written."""
        return tuple(value.split(self.marks.subcomponent, MAX_PARTS)) if self.marks.subcomponent else (value,)


def segments(stream: BinaryIO, head: bytes) -> Iterator[Segment]:
    """Yield the segments of all messages of a file; a line that is none has an empty name.

    Args:
        stream: At its start; *unverified* bytes.
        head: Its first bytes, which tell the character set.

    Raises:
        InvalidRequest: `too_large`.
    """
    marks = Marks.declared("MSH|")
    for line in _lines(stream, _codec_of(head)):
        text = line.lstrip("\ufeff \t")
        if text[:3] in HEADERS:
            marks = Marks.declared(text)
            rest = text[4:].split(marks.field, MAX_FIELDS)
            yield Segment(name=text[:3], fields=(text[:3], marks.field, *rest), marks=marks, is_first=True)
        elif text:
            fields = tuple(text.split(marks.field, MAX_FIELDS))
            yield Segment(name=fields[0] if _NAME.match(fields[0]) else "", fields=fields, marks=marks)


def _codec_of(head: bytes) -> str:
    """Return the codec that the first header declares; else the one that the bytes look like."""
    decoded = decode_head(head, is_whole=False)
    text, codec = decoded or ("", "utf-8")
    first = _ENDS.split(text.lstrip("\v\r\n\ufeff \t"), 1)[0]
    fields = first.split(first[3:4] or "|")
    declared = fields[CHARSET_FIELD - 1] if len(fields) >= CHARSET_FIELD else ""
    return _CHARSETS.get(declared.partition("~")[0].strip().upper(), codec)


def _lines(stream: BinaryIO, codec: str) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(codec)(errors="replace")
    rest: list[str] = []
    rest_chars = read_bytes = 0
    while piece := stream.read(PIECE_BYTES):
        read_bytes += len(piece)
        if read_bytes > MAX_BYTES or rest_chars > MAX_SEGMENT_CHARS:
            raise InvalidRequest("too_large", "more messages, or a longer segment, than is read")
        *ended, last = _ENDS.split(decoder.decode(piece))
        if ended:
            yield "".join([*rest, ended[0]])
            yield from ended[1:]
            rest, rest_chars = [], 0
        rest.append(last)
        rest_chars += len(last)
    yield "".join([*rest, decoder.decode(b"", final=True)])
