# SPDX-License-Identifier: Apache-2.0
"""Small files of binary formats, made for tests by the libraries or by hand, and what readers state of them."""

import io
import struct
import zlib
from collections.abc import Iterator
from typing import TypeVar

import pypdf
from PIL import Image
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.filewriter import dcmwrite
from pydicom.uid import UID, ExplicitVRLittleEndian
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

from healthvault.records.description import Description
from healthvault.records.reading import describe_apart, read
from healthvault.records.statements import Item, Left, Passage, Statement, Subject, Tally

_T = TypeVar("_T", bound=Statement)
CT_CLASS = "1.2.840.10008.5.1.4.1.1.2"


def said(data: bytes, name: str) -> list[Statement]:
    """Return what is stated of a file."""
    return list(read(io.BytesIO(data), name=name, size_bytes=len(data)))


def told(data: bytes, name: str) -> Description:
    """Return the description of a file of a kind that is described apart."""
    return describe_apart(io.BytesIO(data), name=name, size_bytes=len(data))


def only(kind: type[_T], statements: list[Statement]) -> list[_T]:
    """Return the statements of one kind."""
    return [each for each in statements if isinstance(each, kind)]


def items(statements: list[Statement]) -> list[Item]:
    """Return the items."""
    return only(Item, statements)


def words(statements: list[Statement]) -> dict[str, str]:
    """Return the passages by place."""
    return {each.place: each.words for each in only(Passage, statements)}


def tallies(statements: list[Statement]) -> dict[str, int]:
    """Return the counts by sort."""
    return {each.sort: each.count for each in only(Tally, statements)}


def reasons(statements: list[Statement]) -> dict[str, str]:
    """Return why places were left."""
    return {each.place: each.reason for each in only(Left, statements)}


def subjects(statements: list[Statement]) -> list[Subject]:
    """Return the persons."""
    return only(Subject, statements)


# --- DICOM ---


def dataset(**elements: object) -> Dataset:
    """Return a data set with elements by keyword."""
    made = Dataset()
    for keyword, value in elements.items():
        setattr(made, keyword, value)
    return made


def dicom(syntax: str = ExplicitVRLittleEndian, **elements: object) -> bytes:
    """Return a DICOM file with elements by keyword."""
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = str(elements.get("SOPClassUID", CT_CLASS))
    meta.MediaStorageSOPInstanceUID = "1.2.3.4"
    meta.TransferSyntaxUID = syntax
    given = {"SOPClassUID": CT_CLASS, "SOPInstanceUID": "1.2.3.4", **elements}
    file = dataset(**given)
    file.file_meta, file.preamble = meta, bytes(128)
    out, kind = io.BytesIO(), UID(syntax)
    dcmwrite(
        out,
        file,
        implicit_vr=kind.is_implicit_VR,
        little_endian=kind.is_little_endian,
        enforce_file_format=True,
    )
    return out.getvalue()


def deflated(data: bytes, size_bytes: int = 0) -> bytes:
    """Return a DICOM file in explicit representation as a deflated one, followed by so many zeros."""
    end = 144 + int.from_bytes(data[140:144], "little")
    meta = data[:end].replace(b"1.2.840.10008.1.2.1\0", b"1.2.840.10008.1.2.1.99")
    grown = len(meta) - end
    at = meta.index(b"1.2.840.10008.1.2.1.99")
    meta = meta[: at - 2] + struct.pack("<H", 22) + meta[at:]
    meta = meta[:140] + struct.pack("<I", end - 144 + grown) + meta[144:]
    packing = zlib.compressobj(9, zlib.DEFLATED, -15)
    return meta + packing.compress(data[end:] + bytes(size_bytes)) + packing.flush()


# --- FIT ---

_FIT_TYPES = {"enum": (0x00, "B"), "uint8": (0x02, "B"), "uint16": (0x84, "H"), "uint32": (0x86, "I")}


class Fit:
    """Writes a FIT file message by message."""

    def __init__(self) -> None:
        self._data = b""

    def message(self, number: int, *fields: tuple[int, str, int]) -> "Fit":
        """Add a message: its number in the profile, then number, type and raw value of each field."""
        kinds = [(field, *_FIT_TYPES[kind]) for field, kind, _ in fields]
        definition = struct.pack("<BBBHB", 0x40, 0, 0, number, len(fields))
        definition += b"".join(bytes([field, struct.calcsize(form), code]) for field, code, form in kinds)
        values = [value for _, _, value in fields]
        self._data += definition + b"\0" + struct.pack("<" + "".join(form for *_, form in kinds), *values)
        return self

    def bytes(self, *, checksum: int | None = None) -> bytes:
        """Return the file; with a wrong checksum if one is given."""
        head = struct.pack("<BBHI4s", 14, 0x20, 2132, len(self._data), b".FIT")
        head += struct.pack("<H", fit_checksum(head))
        whole = head + self._data
        return whole + struct.pack("<H", fit_checksum(whole) if checksum is None else checksum)


def fit_checksum(data: bytes) -> int:
    """Return the CRC-16 of FIT."""
    value = 0
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = (value >> 1) ^ (0xA001 if value & 1 else 0)
    return value


# --- PDF ---


def pdf(*pages: str, writer: pypdf.PdfWriter | None = None) -> bytes:
    """Return a PDF with a page for each text, each line of it a line there."""
    made = pypdf.PdfWriter() if writer is None else writer
    for text in pages:
        page = made.add_blank_page(300, 300)
        stream = DecodedStreamObject()
        stream.set_data(b"".join(_drawn(text)))
        font = DictionaryObject(
            {
                NameObject("/Type"): NameObject("/Font"),
                NameObject("/Subtype"): NameObject("/Type1"),
                NameObject("/BaseFont"): NameObject("/Helvetica"),
            }
        )
        fonts = DictionaryObject({NameObject("/F1"): font})
        page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
        page[NameObject("/Contents")] = made._add_object(stream)
    out = io.BytesIO()
    made.write(out)
    return out.getvalue()


def _drawn(text: str) -> Iterator[bytes]:
    yield b"BT /F1 10 Tf 20 280 Td 12 TL "
    for line in text.split("\n"):
        escaped = line.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
        yield b"(%b) Tj T* " % escaped.encode("latin-1")
    yield b"ET"


# --- pictures ---


def png(image: Image.Image) -> bytes:
    """Return a picture as PNG."""
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()
