# SPDX-License-Identifier: Apache-2.0
"""A DICOM file opened without its pixels, and its elements as texts, dates and names.

`pydicom` does the parsing, over a stream that never gives more than the file has; a deflated data set is inflated
up to a limit first. What pydicom stumbles over becomes one error of ours. Spec: docs/spec/contents.md section 3.
"""

import io
import zlib
from collections.abc import Iterator, MutableSequence
from typing import TYPE_CHECKING, BinaryIO, cast

from healthvault.errors import InvalidRequest
from healthvault.records.dates import from_compact
from healthvault.records.extras import STUMBLES, extra
from healthvault.records.plain_text import encodable
from healthvault.records.probe import Probe
from healthvault.records.sniff import data_set_start
from healthvault.records.statements import Coding, Name, Subject

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

__all__ = ["DCM", "dates_of", "items_in", "names_of", "open_dicom", "patient_of", "text_of", "texts_of"]

DEFLATED = b"1.2.840.10008.1.2.1.99"
PLAIN = b"1.2.840.10008.1.2.1\0\0\0"
"""Transfer syntaxes, equally long."""
META_START = 132
GROUP_LENGTH = b"\x02\x00\x00\x00UL\x04\x00"
META_HEAD_BYTES = META_START + len(GROUP_LENGTH) + 4
INFLATED_BYTES = 64 << 20
LAZY_BYTES = 1 << 20  # larger values are read only when they are asked for
RAW_DEFLATE = -15
MAX_VALUES = 100  # of one element
NAME_PARTS = 5
SEXES = {"M": "male", "F": "female", "O": "other"}
DCM = "http://dicom.nema.org/resources/ontology/DCM"
"""The code system of DICOM's own codes."""


def open_dicom(probe: Probe) -> "Dataset":
    """Return the data set of a file without its pixels.

    Args:
        probe: *Unverified* bytes; without the preamble only if its name says DICOM.

    Raises:
        InvalidRequest: `extra_missing`; `reader_failed`, it is no DICOM; `too_large`, it inflates to too much.
    """
    reader = extra("dicom", "pydicom.filereader")
    errors = extra("dicom", "pydicom.errors")
    start = data_set_start(probe)
    try:
        stream = _inflated(probe) if _is_deflated(probe) else _Within(probe.stream, probe.size_bytes, start or 0)
        return cast(
            "Dataset",
            reader.dcmread(stream, stop_before_pixels=True, force=start is not None, defer_size=LAZY_BYTES),
        )
    except (errors.InvalidDicomError, *STUMBLES) as err:
        raise InvalidRequest("reader_failed", "it is no DICOM file that can be read") from err


def text_of(data: "Dataset", keyword: str) -> str | None:
    """Return the value of an element as text, None where it has none or it cannot be read."""
    return " \\ ".join(texts_of(data, keyword)) or None


def texts_of(data: "Dataset", keyword: str) -> list[str]:
    """Return the values of an element as texts, those without a character left out."""
    try:
        value = data.get(keyword)
    except STUMBLES:
        return []
    if value is None:
        return []
    several = value[:MAX_VALUES] if isinstance(value, MutableSequence) else [value]
    return [text for each in several if (text := " ".join(_written(each).split()))]


def _written(value: object) -> str:
    """Return a value as it was written, where pydicom keeps that: `6.30` is not `6.3`."""
    original = getattr(value, "original_string", None)
    return encodable(original if isinstance(original, str) else str(value))


def items_in(data: "Dataset", keyword: str) -> "Iterator[Dataset]":
    """Yield the items of a sequence, none where it is missing or cannot be read."""
    try:
        yield from data.get(keyword) or ()
    except STUMBLES:
        return


def dates_of(data: "Dataset", day: str, time: str | None = None) -> str | None:
    """Return a date, with its time where that is whole, as ISO 8601; the offset only where the file says it.

    Args:
        data: The data set.
        day: Keyword of a date, also of the old form `1997.04.24`, or of a date-time.
        time: Keyword of the time of that day.
    """
    written = (text_of(data, day) or "").replace(".", "", 2)
    date = from_compact(written[:8])
    if date is None or len(date) != len("2024-03-15"):
        return date
    clock = written[8:] if time is None else (text_of(data, time) or "").replace(":", "")
    digits = clock[:6]
    if len(digits) != 6 or not (digits.isascii() and digits.isdigit()) or digits > "235959":
        return date
    rest = clock[6:]
    offset = rest[-5:] if time is None and rest[-5:-4] in ("+", "-") else text_of(data, "TimezoneOffsetFromUTC")
    return f"{date}T{digits[:2]}:{digits[2:4]}:{digits[4:]}{_offset(offset)}"


def names_of(data: "Dataset", keyword: str) -> tuple[Name, ...]:
    """Return the groups of a person's name: in letters, in ideographs and as it is spoken, as far as given."""
    try:
        groups = encodable(str(data.get(keyword) or "")).split("=")
    except STUMBLES:
        return ()
    return tuple(name for group in groups[:3] if (name := _name(group)))


def patient_of(data: "Dataset") -> Subject:
    """Return the patient of a data set; it may name nobody."""
    number = text_of(data, "PatientID")
    return Subject(
        names=names_of(data, "PatientName"),
        birth_date=dates_of(data, "PatientBirthDate"),
        sex=SEXES.get(text_of(data, "PatientSex") or ""),
        identifiers=(Coding(system=text_of(data, "IssuerOfPatientID") or "", code=number),) if number else (),
    )


def _name(group: str) -> Name | None:
    family, given, middle, prefix, suffix = ([part.strip() for part in group.split("^")] + [""] * NAME_PARTS)[:5]
    in_order = (
        (family, given, middle) if not group.isascii() and _is_east_asian(group) else (given, middle, family)
    )
    text = " ".join(part for part in (prefix, *in_order, suffix) if part)
    if not any(map(str.isalnum, text)):
        return None
    return Name(family=family or None, given=tuple(part for part in (given, middle) if part), text=text)


def _is_east_asian(text: str) -> bool:
    """Tell whether a name is written in a script of China, Japan or Korea, where the family name comes first."""
    return any("\u3040" <= char <= "\u9fff" or "\uac00" <= char <= "\ud7af" for char in text)


def _offset(text: str | None) -> str:
    if text is None or len(text) != len("+0100") or text[0] not in "+-" or not text[1:].isdigit():
        return ""
    return f"{text[:3]}:{text[3:]}"


def _is_deflated(probe: Probe) -> bool:
    size = int.from_bytes(probe.head[META_HEAD_BYTES - 4 : META_HEAD_BYTES], "little")
    meta = probe.head[META_START : META_HEAD_BYTES + size]
    return meta.startswith(GROUP_LENGTH) and DEFLATED in meta


def _inflated(probe: Probe) -> BinaryIO:
    """Return a deflated file as one that is not, inflated up to a limit: pydicom itself knows none."""
    end = META_HEAD_BYTES + int.from_bytes(probe.head[META_HEAD_BYTES - 4 : META_HEAD_BYTES], "little")
    probe.stream.seek(end)
    unpacking = zlib.decompressobj(RAW_DEFLATE)
    data = unpacking.decompress(probe.stream.read(min(probe.size_bytes, INFLATED_BYTES)), INFLATED_BYTES)
    if unpacking.unconsumed_tail:
        raise InvalidRequest("too_large", "it inflates to more than is read of one file")
    return io.BytesIO(probe.head[:end].replace(DEFLATED, PLAIN) + data)


class _Within:
    """A part of a stream, from a place to its end, that never makes room for more than there is."""

    def __init__(self, stream: BinaryIO, size_bytes: int, start: int) -> None:
        self._stream = stream
        self._start = start
        self._size_bytes = size_bytes
        self.seek(0)

    def read(self, size: int = -1, /) -> bytes:
        left = max(0, self._size_bytes - self._stream.tell())
        return self._stream.read(left if size is None or size < 0 else min(size, left))

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        base = self._start if whence == io.SEEK_SET else 0
        return self._stream.seek(offset + base, whence) - self._start

    def tell(self) -> int:
        return self._stream.tell() - self._start

    def seekable(self) -> bool:
        return True
