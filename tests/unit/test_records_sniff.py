# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.records.sniff, through the door."""

import io

import pytest

from healthvault.records.describe import describe
from healthvault.records.probe import HEAD_BYTES

ELEMENT = b"\x08\0\x05\0CS\x0a\0ISO_IR 100"
IMPLICIT = b"\x08\0\x05\0\x0a\0\0\0ISO_IR 100\x08\0"


@pytest.mark.parametrize(
    ("data", "kind", "media_type"),
    [
        (b"%PDF-1.7\n", "pdf", "application/pdf"),
        (b"\x89PNG\r\n\x1a\n\0", "image", "image/png"),
        (b"\xff\xd8\xff\xe0\0", "image", "image/jpeg"),
        (b"GIF89a\0", "image", "image/gif"),
        (b"II*\0\x08", "image", "image/tiff"),
        (b"MM\0*\0", "image", "image/tiff"),
        (b"\0\0\0\x0cjP  \r\n\x87\n", "image", "image/jp2"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "image", "image/webp"),
        (b"\0\0\0\x18ftypheic\0", "image", "image/heic"),
        (b"\0\0\0\x18ftypmp42\0", "binary", "application/octet-stream"),
        (b"PK\x03\x04\0", "zip", "application/zip"),
        (b"{\\rtf1\\ansi}", "rtf", "application/rtf"),
        (b"\x0e\x10\0\0\0\0\0\0.FIT\0\0", "fit", "application/vnd.ant.fit"),
        (bytes(128) + b"DICM", "dicom", "application/dicom"),
        (b"II*\0" + bytes(124) + b"DICM", "dicom", "application/dicom"),
        (ELEMENT, "dicom", "application/dicom"),
        (IMPLICIT, "dicom", "application/dicom"),
        (b"\x08\0\x05\0\x0b\0\0\0ISO_IR 100\x08\0", "binary", "application/octet-stream"),
        (b"\x10\0\x05\0CS\x0a\0ISO_IR 100", "binary", "application/octet-stream"),
        (b" " + ELEMENT, "binary", "application/octet-stream"),
        (b"", "binary", "application/octet-stream"),
        (b"\0", "binary", "application/octet-stream"),
        (bytes(range(256)), "binary", "application/octet-stream"),
        (b"hello", "text", "text/plain"),
        (b"[1] Smith et al.", "text", "text/plain"),
        (b"[Note] hello", "text", "text/plain"),
        (b"{not json}", "text", "text/plain"),
        (b'{"cut":', "text", "text/plain"),
        (b'{"a":"' + b"x" * HEAD_BYTES, "json", "application/json"),
        (b"< 5 mmol/l", "text", "text/plain"),
        (b"1,2", "text", "text/plain"),
    ],
)
def test_content_decides(data: bytes, kind: str, media_type: str) -> None:
    """Signatures and beginnings tell the family; a misleading name does not matter."""
    told = describe(io.BytesIO(data), name="a.docx", size_bytes=len(data))
    assert (kind, media_type) == (told.kind, told.media_type)


@pytest.mark.parametrize(
    ("data", "name", "kind"),
    [
        (b" " + ELEMENT, "a.DCM", "dicom"),
        (b"\0" * 99, "a.dcm", "binary"),
        (b"1,2", "a.csv", "csv"),
        (b"", "a.csv", "binary"),
    ],
)
def test_the_name_decides_where_content_cannot(data: bytes, name: str, kind: str) -> None:
    """A suffix is believed only if the content may be of that format."""
    assert kind == describe(io.BytesIO(data), name=name, size_bytes=len(data)).kind
