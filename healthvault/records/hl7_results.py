# SPDX-License-Identifier: Apache-2.0
"""Observations of HL7 v2 (OBX): numbers with unit and range, codes, times, lines of text, enclosed documents.

Source: HL7 v2.9 chapter 7, OBX; table 0085. LOINC codes of vital signs: hl7.org/fhir/R4, vital signs profile.
"""

import base64
import binascii
from dataclasses import dataclass, replace

from healthvault.records.categories import Category
from healthvault.records.hl7_items import Around, base
from healthvault.records.hl7_messages import Segment
from healthvault.records.hl7_values import label, moment, number, person, plain, reference_range, unit
from healthvault.records.statements import Item, Quantity

__all__ = ["Enclosed", "enclosed", "is_text", "observation", "text_lines"]

_STATUS = {"F": "final", "U": "final", "P": "preliminary", "R": "preliminary", "S": "preliminary",
           "C": "corrected", "X": "cancelled", "D": "entered-in-error", "W": "entered-in-error",
           "I": "registered", "O": "registered"}  # fmt: skip
_TEXTS = frozenset({"TX", "FT"})
_CODED = frozenset({"CE", "CWE", "CNE", "CF"})
_TIMES = frozenset({"DT", "TS", "DTM"})
_VITALS = frozenset({"85353-1", "9279-1", "8867-4", "2708-6", "8310-5", "8302-2", "9843-4", "29463-7", "39156-5",
                     "85354-9", "8480-6", "8462-4", "8478-0"})  # fmt: skip
_LOINC = "http://loinc.org"
_SIGNS = frozenset({"<", "<=", ">", ">="})
_LAB_MESSAGES = frozenset({"ORU", "OUL", "OML", "ORL"})
_SUFFIXES = {"PDF": "pdf", "RTF": "rtf", "HTML": "html", "XML": "xml", "JPEG": "jpg", "PNG": "png", "TIFF": "tif",
             "TEXT": "txt", "PLAIN": "txt"}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Enclosed:
    """A document in an OBX: its bytes, or why there are none."""

    name: str
    data: bytes | None
    reason: str = ""


def observation(segment: Segment, place: str, around: Around) -> Item:
    """Return the observation in an OBX, but the lines of a text."""
    item = base("Observation", segment, place, around, 3)
    quantity, text = _value(segment)
    told, flags = plain(segment, segment.raw(7)), _flags(segment)
    low, high = reference_range(told)
    if quantity is not None:
        quantity = replace(quantity, low=low, high=high)
        text = None
    notes = [text, flags, f"range {told}" if told and (quantity is None or not (low or high)) else ""]
    return replace(
        item,
        date=moment(segment, 14) or around.date,
        status=_STATUS.get(segment.raw(11)),
        category=_category(item, around).value,
        quantity=quantity,
        text="; ".join(filter(None, notes)) or None,
        author=person(segment, 16),
        source=plain(segment, segment.parts(segment.first(23))[0]) or item.source,
    )


def is_text(segment: Segment) -> bool:
    """Tell whether an OBX is one line of a text."""
    return segment.name == "OBX" and segment.raw(2) in _TEXTS


def text_lines(segment: Segment) -> list[str]:
    """Return the lines of text in an OBX."""
    return [line for value in segment.repeats(5) for line in plain(segment, value).split("\n") if line.strip()]


def enclosed(segment: Segment) -> Enclosed | None:
    """Return the document in an OBX of type ED, or the pointer to one of type RP; None if it is another type."""
    kind = segment.raw(2)
    if kind not in {"ED", "RP"}:
        return None
    first, sort, subtype, encoding, content = (*segment.parts(segment.raw(5)), *[""] * 5)[:5]
    if kind == "RP":
        where = plain(segment, first)[:200]
        return Enclosed(name="", data=None, reason=f"refers to a file that is not here: {where}")
    suffix = _SUFFIXES.get(subtype.upper()) or _SUFFIXES.get(sort.upper(), "bin")
    data = _decoded(encoding.casefold(), content)
    if data is None or not data:
        return Enclosed(name="", data=None, reason="an enclosed document that is empty or cannot be decoded")
    return Enclosed(name=f"enclosed.{suffix}", data=data)


def _decoded(encoding: str, content: str) -> bytes | None:
    try:
        if encoding == "base64":
            return base64.b64decode("".join(content.split()), validate=True)
        return bytes.fromhex(content) if encoding == "hex" else content.encode()
    except (binascii.Error, ValueError):
        return None


def _value(segment: Segment) -> tuple[Quantity | None, str | None]:
    kind, values = segment.raw(2), segment.repeats(5)
    if len(values) == 1 and (quantity := _quantity(segment, kind, values[0])):
        return quantity, None
    told = "; ".join(filter(None, (_words(segment, kind, value) for value in values)))
    units = unit(segment, 6) if kind in {"NM", "SN"} and told else None
    return None, " ".join(filter(None, (told, units))) or None


def _quantity(segment: Segment, kind: str, value: str) -> Quantity | None:
    if kind == "NM" and (told := number(plain(segment, value))):
        return Quantity(number=told, unit=unit(segment, 6))
    if kind != "SN":
        return None
    sign, first, separator, _ = (*(plain(segment, part) for part in segment.parts(value)), *[""] * 4)[:4]
    if separator or number(first) is None or sign not in _SIGNS | {"", "="}:
        return None
    return Quantity(number=first, unit=unit(segment, 6), comparator=sign if sign in _SIGNS else None)


def _words(segment: Segment, kind: str, value: str) -> str:
    if kind in _CODED:
        return label(segment, value)
    if kind in _TIMES:
        return moment(replace(segment, fields=("", value)), 1) or plain(segment, value)
    mark = "" if kind == "SN" else " "
    return mark.join(filter(None, (plain(segment, part) for part in segment.parts(value))))


def _flags(segment: Segment) -> str:
    return ", ".join(filter(None, (label(segment, value) for value in segment.repeats(8))))


def _category(item: Item, around: Around) -> Category:
    if any(each.system == _LOINC and each.code in _VITALS for each in item.codes):
        return Category.VITALS
    return Category.LAB if around.message in _LAB_MESSAGES else Category.OTHER
