# SPDX-License-Identifier: Apache-2.0
"""HL7 version 2 messages: type, first order or vaccine told, time of it or of the message, who sent it.

Separators are those that the first segment declares, even odd ones; segments may end in CR, LF or both.
Spec: docs/spec/records.md section 4.
"""

from collections.abc import Iterator
from itertools import islice

from healthvault.records.categories import Category
from healthvault.records.dates import from_compact
from healthvault.records.description import Found
from healthvault.records.kinds import Kind
from healthvault.records.probe import Probe

__all__ = ["describe_hl7v2", "is_hl7v2"]

START_MARKS = "\v \t\r\n\ufeff"  # \v begins a message on the wire
HEADERS = ("MSH", "FHS", "BHS")
MAX_SEGMENTS = 500
_NAMES = {
    "ADT": "Admission, discharge or transfer",
    "BAR": "Billing account",
    "DFT": "Charges",
    "MDM": "Document",
    "OML": "Laboratory order",
    "ORM": "Order",
    "ORU": "Results",
    "RDE": "Pharmacy order",
    "RDS": "Pharmacy dispense",
    "SIU": "Appointment",
    "VXU": "Vaccinations",
}
_CATEGORIES = {
    "BAR": Category.CLAIM,
    "DFT": Category.CLAIM,
    "MDM": Category.LETTER,
    "OML": Category.LAB,
    "ORU": Category.LAB,
    "RDE": Category.MEDICATION,
    "RDS": Category.MEDICATION,
    "VXU": Category.IMMUNISATION,
}
# where a segment says what it is about and when that was, counted as HL7 counts fields
_ABOUT = {"OBR": (4, 7), "RXA": (5, 3)}


def is_hl7v2(text: str) -> bool:
    """Return whether a text starts like a message or a batch: a header and four or five separators."""
    marks = text[3:8]
    return text[:3] in HEADERS and len(marks) == len(HEADERS[0]) + 2 and not any(map(str.isalnum, marks[:4]))


def describe_hl7v2(probe: Probe) -> Found:
    """Describe a file that starts like a message, by its first message."""
    fields: dict[str, list[str]] = {}
    for segment in _segments((probe.text or "").lstrip(START_MARKS)):
        fields.setdefault(segment[0], segment)
        if segment[0] in _ABOUT:
            break
    header = fields.get("MSH", [])
    marks = _field(header, 1) or "^~\\&"
    about, date = _about(fields, marks)
    kind = _field(header, 8).split(marks[0])
    name = _NAMES.get(kind[0])
    title = " ".join(filter(None, ("^".join(kind[:2]), name))) or "HL7 v2"
    return Found(
        kind=Kind.HL7V2,
        title=f"{title}: {about}" if about else title,
        date=date or from_compact(_field(header, 6)),
        source=_first_component(_field(header, 3), marks) or _first_component(_field(header, 2), marks),
        category=_CATEGORIES.get(kind[0]),
    )


def _segments(text: str) -> Iterator[list[str]]:
    separator = text[3:4]
    for line in islice(text.replace("\r", "\n").split("\n"), MAX_SEGMENTS):
        if line.strip():
            yield line.split(separator)


def _about(fields: dict[str, list[str]], marks: str) -> tuple[str | None, str | None]:
    for name, (what, when) in _ABOUT.items():
        if segment := fields.get(name):
            return _words(_field(segment, what), marks), from_compact(_field(segment, when))
    return None, None


def _words(value: str, marks: str) -> str | None:
    """Return the text of a coded field, or its code."""
    code, _, rest = value.partition(marks[0])
    return rest.partition(marks[0])[0].strip() or code.strip() or None


def _first_component(value: str, marks: str) -> str | None:
    return value.partition(marks[0])[0].strip() or None


def _field(segment: list[str], place: int) -> str:
    return segment[place] if place < len(segment) else ""
