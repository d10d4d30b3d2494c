# SPDX-License-Identifier: Apache-2.0
"""The family of a file from its first 64 KiB: signatures of binary formats, then how a text begins.

Content counts before the name; the name decides only where content cannot (a table, one line of NDJSON).
DICOM is recognised, not read. Spec: docs/spec/records.md section 3.
"""

from healthvault.records.cdisc import XPT_SIGNS
from healthvault.records.description import Found
from healthvault.records.hl7v2 import START_MARKS, is_hl7v2
from healthvault.records.kinds import Kind
from healthvault.records.plain import is_table
from healthvault.records.probe import Probe
from healthvault.records.shc import is_card_jws, is_link, is_qr_text

__all__ = ["data_set_start", "sniff"]

DICOM_SIGN_PLACE = 128
DICOM_SUFFIXES = ("dcm", "dicom")
DICOM_LOOK_BYTES = 80
FIRST_GROUPS = (b"\x08\x00", b"\x02\x00")
MAX_FIRST_BYTES = 64
ODD_BYTES = 8
REPRESENTATIONS = (b"UL", b"UI", b"CS", b"DA", b"TM", b"SH", b"OB", b"LO")
JSON_STARTS = {"{": '"}', "[": '{["]-0123456789tfn'}
LINE_SUFFIXES = ("ndjson", "jsonl")
FHIR_SIGN = '"resourceType"'
MAX_TOKEN_CHARS = 64 * 1024

_SIGNATURES = (
    (b"%PDF-", Kind.PDF, None),
    (b"\x89PNG\r\n\x1a\n", Kind.IMAGE, "image/png"),
    (b"\xff\xd8\xff", Kind.IMAGE, "image/jpeg"),
    (b"GIF8", Kind.IMAGE, "image/gif"),
    (b"II*\0", Kind.IMAGE, "image/tiff"),
    (b"MM\0*", Kind.IMAGE, "image/tiff"),
    (b"\0\0\0\x0cjP  \r\n\x87\n", Kind.IMAGE, "image/jp2"),
    (b"PK\x03\x04", Kind.ZIP, None),
    (b"PK\x05\x06", Kind.ZIP, None),
    (b"{\\rtf", Kind.RTF, None),
    *((sign, Kind.CDISC, None) for sign in XPT_SIGNS),
)
_BRANDS = {b"heic": "image/heic", b"heix": "image/heic", b"mif1": "image/heif", b"avif": "image/avif"}


def sniff(probe: Probe) -> Found:
    """Return the family of a file, and its media type where that is known from the signature."""
    head = probe.head
    if head.startswith(b"DICM", DICOM_SIGN_PLACE):  # before the rest: what stands before it may be anything
        return Found(kind=Kind.DICOM)
    for sign, kind, media_type in _SIGNATURES:
        if head.startswith(sign):
            return Found(kind=kind, media_type=media_type)
    if head[8:12] == b".FIT" and head[:1] in (b"\x0c", b"\x0e"):
        return Found(kind=Kind.FIT)
    if media_type := _image_in_container(head):
        return Found(kind=Kind.IMAGE, media_type=media_type)
    if probe.text is None or not head:
        return Found(kind=Kind.DICOM if data_set_start(probe) is not None else Kind.BINARY)
    return Found(kind=_kind_of_text(probe, probe.text.lstrip(START_MARKS)))


def data_set_start(probe: Probe) -> int | None:
    """Return where a DICOM data set without preamble starts; behind odd bytes only if the name says DICOM."""
    places = range(ODD_BYTES if probe.suffix in DICOM_SUFFIXES else 1)
    return next(
        (place for place in places if _starts_data_set(probe.head[place : place + DICOM_LOOK_BYTES])), None
    )


def _starts_data_set(start: bytes) -> bool:
    """Return whether bytes start with a DICOM element, little-endian, of the groups that come first."""
    if start[:2] not in FIRST_GROUPS or start[3:4] != b"\0":
        return False
    # implicit representation: a short value of even size, and then a further element of the group
    size = int.from_bytes(start[4:8], "little")
    is_implicit = size <= MAX_FIRST_BYTES and not size % 2 and start[8 + size : 10 + size] == start[:2]
    return start[4:6] in REPRESENTATIONS or is_implicit


def _image_in_container(head: bytes) -> str | None:
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    return _BRANDS.get(head[8:12]) if head[4:8] == b"ftyp" else None


def _kind_of_text(probe: Probe, start: str) -> Kind:
    first = start[:1]
    if first == "<" and (start[1:2].isalpha() or start[1:2] in ("?", "!", "_")):
        return Kind.XML
    if first in JSON_STARTS and start[1:].lstrip()[:1] in JSON_STARTS[first]:
        return _kind_of_json(probe, start)
    if is_hl7v2(start):
        return Kind.HL7V2
    if probe.has_all and len(start) <= MAX_TOKEN_CHARS and (kind := _kind_of_token(start.rstrip())):
        return kind
    return Kind.CSV if is_table(probe) else Kind.TEXT


def _kind_of_json(probe: Probe, start: str) -> Kind:
    line, end_of_line, rest = start.replace("\r", "\n", 1).partition("\n")
    is_named = probe.suffix in LINE_SUFFIXES
    is_line = line.rstrip().endswith("}") or (is_named and not end_of_line)  # or longer than the head
    if line.startswith("{") and is_line and (is_named or rest.lstrip().startswith("{")):
        return Kind.NDJSON
    if probe.has_all and start.rstrip()[-1:] not in ("}", "]") and FHIR_SIGN not in start:
        return Kind.TEXT  # JSON that is cut off, unless it is worth reading as far as it goes
    return Kind.JSON


def _kind_of_token(token: str) -> Kind | None:
    """Return the kind of a text that is one long word, or a few of them."""
    if is_qr_text(token):
        return Kind.SMART_HEALTH_CARD
    if token.startswith("eyJ") and is_card_jws(token):
        return Kind.SMART_HEALTH_CARD
    return Kind.SMART_HEALTH_LINK if is_link(token) else None
