# SPDX-License-Identifier: Apache-2.0
"""FHIR's data types as statements have them: codes, quantities, dates, words; from JSON or XML of any version.

Digits, units and offsets are passed on as they are written. What has another form than FHIR gives it is left out.
Source: hl7.org/fhir/R4/datatypes.html. Spec: docs/spec/contents.md section 3.
"""

import re
from collections.abc import Iterable
from dataclasses import replace

from healthvault.records.dates import from_iso
from healthvault.records.fhir import words_of
from healthvault.records.json_stream import number_text
from healthvault.records.json_walk import Json, items_at, text_at, value_at
from healthvault.records.statements import Coding, Quantity

__all__ = [
    "amount_text",
    "codings_of",
    "joined",
    "moment_of",
    "period_of",
    "quantity_of",
    "scalar_text",
    "system_uri",
    "unit_of",
    "words_of_all",
]

UCUM = "http://unitsofmeasure.org"
MAX_CODINGS = 20  # of one resource
MAX_TEXT_CHARS = 2000  # of words put together
_DECIMAL = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?")
_COMPARATORS = ("<", "<=", ">=", ">")
_TERMINOLOGY = "http://terminology.hl7.org/CodeSystem/"
_HL7 = re.compile(r"http://hl7\.org/fhir/v([23])/([A-Za-z0-9-]+)")
_MOVED = frozenset((
    "observation-category", "condition-category", "condition-clinical", "condition-ver-status", "claim-type",
    "organization-type", "diagnosis-role", "adjudication", "processpriority", "consentscope", "data-absent-reason",
    "benefit-category", "encounter-type", "goal-category", "reaction-event-severity", "service-type",
))  # fmt: skip


def system_uri(system: str) -> str:
    """Return the URI that R4 has for a code system of HL7; others, and unknown ones, as they are."""
    if match := _HL7.fullmatch(system):
        return f"{_TERMINOLOGY}v{match.group(1)}-{match.group(2)}"
    name = system.removeprefix("http://hl7.org/fhir/")
    return _TERMINOLOGY + name if name in _MOVED and name != system else system


def codings_of(concepts: Iterable[Json]) -> tuple[Coding, ...]:
    """Return the codes of CodeableConcepts, Codings and CodeableReferences, each once."""
    found: dict[tuple[str, str], Coding] = {}
    for each in concepts:
        concept = value_at(each, "concept") or each
        for coding in items_at(concept, "coding") or [concept]:
            code = text_at(coding, "code")
            if code and any(map(str.isalnum, code)) and len(found) < MAX_CODINGS:  # a dash is no code
                system = system_uri(text_at(coding, "system") or "")
                display = text_at(coding, "display")
                found.setdefault((system, code), Coding(system=system, code=code, display=display))
    return tuple(found.values())


def quantity_of(value: Json, ranges: list[Json] | None = None) -> Quantity | None:
    """Return a Quantity with the reference range that is meant for everybody; None if it has no number."""
    value = value[0] if isinstance(value, list) and value else value
    number = scalar_text(value_at(value, "value"))
    if number is None or not _DECIMAL.fullmatch(number):
        return None
    comparator = text_at(value, "comparator")
    quantity = Quantity(
        number=number,
        unit=unit_of(value),
        comparator=comparator if comparator in _COMPARATORS else None,
    )
    low, high = _range(ranges or [], quantity.unit)
    return replace(quantity, low=low, high=high)


def unit_of(value: Json) -> str | None:
    """Return the UCUM code of a Quantity, else what its unit is called; of money its currency."""
    code, unit = text_at(value, "code"), text_at(value, "unit")
    if text_at(value, "system") == UCUM and code:
        return code
    return unit or text_at(value, "currency") or code


def amount_text(value: Json) -> str | None:
    """Return a Quantity or Money as words, e.g. `<5.0 mg`."""
    quantity = quantity_of(value)
    if quantity is None:
        return None
    unit = text_at(value, "unit") or quantity.unit or ""
    return f"{quantity.comparator or ''}{quantity.number} {unit}".strip()


def scalar_text(value: Json) -> str | None:
    """Return a number, boolean or text as it is written."""
    value = value[0] if isinstance(value, list) and value else value
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else number_text(value)


def moment_of(value: Json) -> str | None:
    """Return a date or time as it is written; a time that is none is cut to its date, and no date to nothing."""
    text = text_at(value)
    date = from_iso(text)
    if text is None or date is None:
        return None
    return text if _MOMENT.fullmatch(text) else date


def period_of(value: Json) -> tuple[str | None, str | None]:
    """Return begin and end of a Period, Timing, or of what is but a date."""
    if text_at(value) is not None:
        return moment_of(value), None
    for inner in ("boundsPeriod", "repeat"):
        if value_at(value, inner) is not None:
            return period_of(value_at(value, inner))
    start = moment_of(value_at(value, "start")) or moment_of(value_at(value, "event"))
    return start, moment_of(value_at(value, "end"))


def joined(parts: Iterable[str | None], mark: str = "; ") -> str | None:
    """Return the parts that there are, each once, or None; cut to 2,000 characters."""
    text = mark.join(dict.fromkeys(" ".join(part.split()) for part in parts if part))
    return text[:MAX_TEXT_CHARS] or None


def words_of_all(values: Iterable[Json]) -> str | None:
    """Return the words of several concepts."""
    return joined((words_of(value) or text_at(value, "coding", "code") for value in values), ", ")


def _range(ranges: list[Json], unit: str | None) -> tuple[str | None, str | None]:
    for each in ranges:
        kinds = {coding.code for coding in codings_of(items_at(each, "type") + items_at(each, "meaning"))}
        if kinds <= {"normal"} and not items_at(each, "appliesTo") and value_at(each, "age") is None:
            return _bound(value_at(each, "low"), unit), _bound(value_at(each, "high"), unit)
    return None, None


def _bound(value: Json, unit: str | None) -> str | None:
    found = quantity_of(value)
    return found.number if found and found.unit in (None, unit) else None
