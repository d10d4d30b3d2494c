# SPDX-License-Identifier: Apache-2.0
"""What an item means, whatever it came in: equal for the same statement in XML, in JSON, in another version.

It joins what several documents say about the same thing in what is shown, and decides nothing else: no document
is dropped, and no item of another person is joined, because whoever asks looks at one person's items only.
Spec: docs/spec/contents.md section 6.
"""

import datetime as dt
import hashlib
import json
from decimal import Decimal, InvalidOperation

from healthvault.records.statements import Coding, Item, Quantity
from healthvault.records.units import unit_key

__all__ = ["SENSE_BYTES", "sense_of"]

SENSE_BYTES = 16
_WITHOUT_TIME = 10  # characters of a date
_CODE_AND_DATE = frozenset((
    "AllergyIntolerance", "Condition", "Encounter", "ImagingStudy", "Immunization", "Procedure",
))  # fmt: skip
_SYSTEMS = (
    "http://loinc.org",
    "http://snomed.info/sct",
    "http://www.nlm.nih.gov/research/umls/rxnorm",
    "http://hl7.org/fhir/sid/cvx",
)
"""Of several codes of one thing, those of the first of these systems that it has say what it is."""
_SPELLINGS = {"mmhg": "mm[hg]", "bpm": "/min", "beats/min": "/min", "{beats}/min": "/min", "degc": "cel"}
_DENIED = frozenset({"entered-in-error", "not-done", "not-taken", "refuted"})
"""Of a status that takes a statement back: it must not be joined with the statement itself."""


def sense_of(item: Item) -> bytes:
    """Return the sense (16 bytes) of an item.

    Without a code the title counts, and without a date the identity: what says too little is like nothing else.
    What is told beside code and date (a lot, a severity) makes no difference where the type says that code and
    date are what it is.
    """
    is_value = item.quantity is None and item.type not in _CODE_AND_DATE
    said = [
        item.type,
        _codes(item.codes) or " ".join(item.title.casefold().split()),
        _moment(item.date) if item.date else [item.identity or item.place],
        _number(item.quantity),
        " ".join((item.text or "").casefold().split()) if is_value else "",
    ]
    if item.status in _DENIED:
        said.append(item.status)
    return hashlib.sha256(json.dumps(said, ensure_ascii=True).encode()).digest()[:SENSE_BYTES]


def _codes(codings: tuple[Coding, ...]) -> list[str]:
    for system in _SYSTEMS:
        if found := sorted({coding.code for coding in codings if coding.system == system}):
            return [f"{system}|{code}" for code in found]
    return sorted({f"{coding.system}|{coding.code}" for coding in codings})


def _moment(date: str) -> str:
    """Return a date as it is, and a time in UTC to the second if its offset is known."""
    if len(date) <= _WITHOUT_TIME:
        return date
    try:
        moment = dt.datetime.fromisoformat(date)
    except ValueError:
        return date
    return (moment if moment.tzinfo is None else moment.astimezone(dt.UTC)).replace(microsecond=0).isoformat()


def _number(quantity: Quantity | None) -> list[str] | None:
    if quantity is None:
        return None
    try:
        number = format(Decimal(quantity.number).normalize(), "f")
    except InvalidOperation:
        number = quantity.number
    unit = unit_key(quantity.unit).casefold()
    return [quantity.comparator or "", number, _SPELLINGS.get(unit, unit)]
