# SPDX-License-Identifier: Apache-2.0
"""The event hash id of CBV: an event's pre-hash string, and the SHA-256 of it as an `ni` URI.

Source: GS1 CBV 2.0 section 8.9, and the reference implementation 1.9.3 (see `reading`). Numbers of more than 15
digits stay as they are written: the reference implementation rounds them. Spec: docs/spec/supply.md section 3.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TypeAlias

from healthvault.supply.keys import canonical
from healthvault.supply.part import Part
from healthvault.supply.reading import Reading
from healthvault.supply.times import utc_text
from healthvault.supply.words import address_of

__all__ = ["canonical_value", "content_digest", "hash_id", "pre_hash"]

Order: TypeAlias = "tuple[tuple[str, Order | None], ...]"

_EPCS: Order = (("epc", None),)
_QUANTITIES: Order = (("quantityElement", (("epcClass", None), ("quantity", None), ("uom", None))),)
_ID: Order = (("id", None),)
_PAIRED = frozenset(("bizTransaction", "source", "destination"))
_PAIRS = ("bizTransactionList", "sourceList", "destinationList")
_METADATA = "time startTime endTime deviceID deviceMetadata rawData dataProcessingMethod bizRules"
_REPORT = (
    "type exception deviceID deviceMetadata rawData dataProcessingMethod time microorganism chemicalSubstance"
    " value component stringValue booleanValue hexBinaryValue uriValue minValue maxValue meanValue sDev percRank"
    " percValue uom coordinateReferenceSystem"
)


def _plain(names: str) -> Order:
    return tuple((name, None) for name in names.split())


_SENSORS: Order = (("sensorElement", (("sensorMetadata", _plain(_METADATA)), ("sensorReport", _plain(_REPORT)))),)
_BEGIN: Order = _plain("eventTime eventTimeZoneOffset certificationInfo")
_THINGS: Order = (
    ("inputEPCList", _EPCS),
    ("childEPCs", _EPCS),
    ("quantityList", _QUANTITIES),
    ("childQuantityList", _QUANTITIES),
    ("inputQuantityList", _QUANTITIES),
    ("outputEPCList", _EPCS),
    ("outputQuantityList", _QUANTITIES),
    *_plain("action transformationID bizStep disposition"),
    ("persistentDisposition", _plain("set unset")),
    ("readPoint", _ID),
    ("bizLocation", _ID),
)
_ORDERS: dict[Reading, Order] = {
    Reading.REFERENCE: (
        *_BEGIN,
        ("parentID", None),
        ("epcList", _EPCS),
        *_THINGS,
        ("sensorElementList", _SENSORS),
    ),
    Reading.TEXT: (
        *(*_BEGIN, ("epcList", _EPCS), ("parentID", None), *_THINGS),
        *((name, ((name.removesuffix("List"), None),)) for name in _PAIRS),
        ("sensorElementList", _SENSORS),
    ),
}
_IGNORED = frozenset(("recordTime", "eventID", "type", "errorDeclaration"))
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?\Z", re.ASCII)
_MOVED = (
    ("https://gs1.org/voc/", "https://ref.gs1.org/voc/"),
    ("urn:epcglobal:cbv:inchikey:", "https://identifiers.org/inchikey:"),
)
_EXACT_DIGITS = 15  # what every binary double keeps
_WHOLE_DIGITS = 21
_SMALLEST_PLAIN = -4


@dataclass(frozen=True, slots=True)
class _Told:
    text: str
    left: tuple[Part, ...]
    """What is not in the order."""


def hash_id(event: Part, reading: Reading) -> str:
    """Return the hash id of an event: `ni:///sha-256;…?ver=CBV2.0`."""
    digest = hashlib.sha256(pre_hash(event, reading).encode("utf-8", "surrogatepass")).hexdigest()
    return f"ni:///sha-256;{digest}?ver={reading.value}"


def pre_hash(event: Part, reading: Reading) -> str:
    """Return the pre-hash string of an event whose time has a zone."""
    told = _ordered(event.parts, _ORDERS[reading], reading, is_top=True)
    rest = [part for part in told.left if part.name not in _IGNORED]
    return f"eventType={event.name}{told.text}{_sorted(rest, reading)}"


def content_digest(event: Part) -> str:
    """Return the SHA-256 of what an event says, in hexadecimal.

    Nothing stands between the fields in the pre-hash string, so two contents can have one: a value that holds the
    name and value of the next field. Here they differ. Not comparable with anybody else's.
    """
    told = [_apart(part) for part in event.parts if part.name not in _IGNORED]
    whole = [event.name, sorted(each for each in told if each)]
    return hashlib.sha256(json.dumps(whole).encode()).hexdigest()


def _apart(part: Part) -> str:
    """Return a part as JSON, what is in it sorted; empty if it says nothing."""
    value = _value(part, Reading.TEXT)
    within = sorted(each for each in map(_apart, part.parts) if each)
    return json.dumps([part.name, value, within]) if value or within else ""


def canonical_value(text: str, reading: Reading) -> str:
    """Return a value in its one form: vocabulary as addresses, plain numbers, keys as Digital Links."""
    value = address_of(text)
    if reading is Reading.TEXT:
        for old, new in _MOVED:
            value = new + value.removeprefix(old) if value.startswith(old) else value
    return canonical(_number(value))


def _ordered(parts: Sequence[Part], order: Order, reading: Reading, *, is_top: bool = False) -> _Told:
    inner = () if is_top else _in_place(parts, reading)
    rest = [part for part in parts if part not in inner]
    texts: list[str] = []
    left: list[Part] = []
    for name, within in order:
        values: list[str] = []
        for part in (each for each in rest if each.name == name):
            told = _ordered(part.parts, within, reading) if within else _Told("", part.parts)
            if name in _PAIRED:
                told = _Told("", ())
            values.append(_pair(part, reading) if name in _PAIRED else _one(part, told.text, reading))
            left += [replace(part, parts=told.left)] if told.left else []
        texts += sorted(values)
    named = {name for name, _ in order}
    left += [part for part in rest if part.name not in named]
    return _Told("".join(texts) + _sorted(inner, reading), tuple(left))


def _in_place(parts: Sequence[Part], reading: Reading) -> tuple[Part, ...]:
    """Return the extensions that are told at the end of what they stand in."""
    if reading is Reading.TEXT:
        return tuple(part for part in parts if part.name.startswith("{"))
    if len(parts) < 2 or any("eventTime" in part.name or "action" in part.name for part in parts):
        return ()
    return tuple(part for part in parts if "{" in part.name and "/}" in part.name)


def _one(part: Part, within: str, reading: Reading) -> str:
    value = _value(part, reading)
    value = f"={value}" if value else ""
    return part.name + value + within if value or within else ""


def _value(part: Part, reading: Reading) -> str:
    text = part.text.strip()
    is_time = "time" in part.name.lower() and "offset" not in part.name.lower()
    return (utc_text(text) or text) if is_time else canonical_value(text, reading) if text else ""


def _sorted(parts: Iterable[Part], reading: Reading) -> str:
    """Return parts that no order is told for, sorted as texts, all the way down."""
    return "".join(sorted(_anything(part, reading) for part in parts))


def _anything(part: Part, reading: Reading) -> str:
    if part.name in _PAIRED:
        return _pair(part, reading)
    text = part.text.strip()
    return part.name + (f"={canonical_value(text, reading)}" if text else "") + _sorted(part.parts, reading)


def _pair(part: Part, reading: Reading) -> str:
    """Return a value with its type: the type first."""
    kind = part.told("type")
    first = f"type={canonical_value(kind, reading)}" if kind else ""
    text = part.text.strip()
    return first + part.name + (f"={canonical_value(text, reading)}" if text else "")


def _number(text: str) -> str:
    """Return a number as the standard writes it; anything else, and what is longer than 15 digits, as it is."""
    if not _NUMBER.match(text):
        return text
    value = Decimal(text)
    number = value.normalize() if len(value.as_tuple().digits) <= 3 * _WHOLE_DIGITS else value
    digits = len(number.as_tuple().digits)
    if digits > _EXACT_DIGITS or abs(number.adjusted()) > _WHOLE_DIGITS:
        return text
    if number == number.to_integral_value():
        return str(int(number))
    if number.adjusted() >= _SMALLEST_PLAIN:
        return f"{number:f}"
    sign, figures, _ = number.as_tuple()
    head, tail = str(figures[0]), "".join(map(str, figures[1:]))
    power = f"{abs(number.adjusted()):02d}"
    return f"{'-' if sign else ''}{head}{'.' if tail else ''}{tail}e-{power}"
