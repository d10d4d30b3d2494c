# SPDX-License-Identifier: Apache-2.0
"""What documents of other formats say, as FHIR R4: a view of the items that readers found, each with its source.

Only types that R4 can hold without anything being made up; of the others nobody is told that they were mapped.
Numbers keep their digits, dates are cut where FHIR wants an offset that the source does not give.
Sources: hl7.org/fhir/R4/observation.html and the pages of the other types.
"""

import re
from collections.abc import Callable

from healthvault.records.fhir_parts import Json, JsonObject, coded, coding, filled
from healthvault.records.json_walk import Number
from healthvault.records.statements import Item, Quantity

__all__ = ["DERIVED", "UCUM", "concept", "fhir_time", "item_resource"]

DERIVED = "urn:healthvault:derived"
"""System of the tag that says: not word for word in the source, but read out of it."""
UCUM = "http://unitsofmeasure.org"
_TERMINOLOGY = "http://terminology.hl7.org/CodeSystem/"
_TIME = re.compile(r"\d{4}(-\d\d(-\d\d(T\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d))?)?)?", re.ASCII)
_WITHOUT_TIME = 10
_NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?", re.ASCII)
_UNKNOWN = "unknown"
_IN_ERROR = "entered-in-error"
_STOPPED = frozenset({"completed", _IN_ERROR})
_OBSERVED = frozenset({"registered", "preliminary", "final", "amended", "corrected", "cancelled", _IN_ERROR})
_REPORTED = _OBSERVED | {"partial", "appended"}
_DONE = _STOPPED | {"preparation", "in-progress", "not-done", "on-hold", "stopped"}
_TAKEN = _STOPPED | {"active", "intended", "stopped", "on-hold", "not-taken"}
_GIVEN = _STOPPED | {"not-done"}
_CLINICAL = {
    "Condition": ("active", "recurrence", "relapse", "inactive", "remission", "resolved"),
    "AllergyIntolerance": ("active", "inactive", "resolved"),
}


def item_resource(item: Item, *, id_text: str, source: str, subject: JsonObject) -> JsonObject | None:
    """Return an item as an R4 resource, or None if its type is none that R4 can hold with what is known.

    Args:
        item: What a reader found.
        id_text: Its id in the export, a FHIR id.
        source: URI of the document that says it.
        subject: Reference to the patient.
    """
    make = _MAKERS.get(item.type)
    if make is None or not (item.codes or item.title):
        return None
    meta: Json = {"source": source, "tag": [coding(DERIVED, "item", item.place[:200])]}
    return filled({**make(item, subject), "id": id_text, "meta": meta})


def concept(item: Item) -> JsonObject:
    """Return the codes and words of an item as a CodeableConcept."""
    codings: list[Json] = [
        coding(each.system, each.code, each.display or "") for each in item.codes if _is_uri(each.system)
    ]
    return filled({"coding": codings, "text": item.title})


def fhir_time(date: str | None) -> str | None:
    """Return a date as a FHIR dateTime: a time without offset is cut to the day; None for what is no date."""
    if date is None:
        return None
    for told in (date, date[:_WITHOUT_TIME]):
        if _TIME.fullmatch(told):
            return told
    return None


def _observation(item: Item, subject: JsonObject) -> JsonObject:
    value: JsonObject = {}
    if item.quantity is not None and (measured := _measured(item.quantity, item.quantity.number)):
        value = {"valueQuantity": filled({**measured, "comparator": item.quantity.comparator})}
    elif item.quantity is not None or item.text:
        quantity = item.quantity
        value = {"valueString": item.text or f"{quantity.number if quantity else ''}".strip()}
    return {
        "resourceType": "Observation",
        "status": _one_of(_OBSERVED, item.status, _UNKNOWN),
        "code": concept(item),
        "subject": subject,
        **_when(item, "effective"),
        **value,
        "referenceRange": _ranges(item.quantity),
    }


def _condition(item: Item, subject: JsonObject) -> JsonObject:
    return {
        "resourceType": "Condition",
        **_clinical(item, "condition-clinical", "condition-ver-status"),
        "code": concept(item),
        "subject": subject,
        "onsetDateTime": fhir_time(item.date),
        "abatementDateTime": fhir_time(item.until),
        "note": _note(item),
    }


def _allergy(item: Item, subject: JsonObject) -> JsonObject:
    return {
        "resourceType": "AllergyIntolerance",
        **_clinical(item, "allergyintolerance-clinical", "allergyintolerance-verification"),
        "code": concept(item),
        "patient": subject,
        "onsetDateTime": fhir_time(item.date),
        "note": _note(item),
    }


def _medication(item: Item, subject: JsonObject) -> JsonObject:
    return {
        "resourceType": "MedicationStatement",
        "status": _one_of(_TAKEN, item.status, _UNKNOWN),
        "medicationCodeableConcept": concept(item),
        "subject": subject,
        "effectivePeriod": filled({"start": fhir_time(item.date), "end": fhir_time(item.until)}),
        "dosage": [{"text": item.text}] if item.text else [],
    }


def _immunization(item: Item, subject: JsonObject) -> JsonObject:
    date = fhir_time(item.date)
    return {
        "resourceType": "Immunization",
        "status": _one_of(_GIVEN, item.status, "completed"),
        "vaccineCode": concept(item),
        "patient": subject,
        **({"occurrenceDateTime": date} if date else {"occurrenceString": _UNKNOWN}),
        "note": _note(item),
    }


def _procedure(item: Item, subject: JsonObject) -> JsonObject:
    return {
        "resourceType": "Procedure",
        "status": _one_of(_DONE, item.status, _UNKNOWN),
        "code": concept(item),
        "subject": subject,
        **_when(item, "performed"),
        "note": _note(item),
    }


def _report(item: Item, subject: JsonObject) -> JsonObject:
    return {
        "resourceType": "DiagnosticReport",
        "status": _one_of(_REPORTED, item.status, _UNKNOWN),
        "code": concept(item),
        "subject": subject,
        **_when(item, "effective"),
        "conclusion": item.text,
    }


_MAKERS: dict[str, Callable[[Item, JsonObject], JsonObject]] = {
    "AllergyIntolerance": _allergy,
    "Condition": _condition,
    "DiagnosticReport": _report,
    "Immunization": _immunization,
    "MedicationAdministration": _medication,
    "MedicationDispense": _medication,
    "MedicationRequest": _medication,
    "MedicationStatement": _medication,
    "Observation": _observation,
    "Procedure": _procedure,
}


def _when(item: Item, field: str) -> JsonObject:
    start, end = fhir_time(item.date), fhir_time(item.until)
    if end is None:
        return {f"{field}DateTime": start}
    return {f"{field}Period": filled({"start": start, "end": end})}


def _clinical(item: Item, clinical: str, verified: str) -> JsonObject:
    if item.status == "entered-in-error":
        return {"verificationStatus": coded(_TERMINOLOGY + verified, "entered-in-error")}
    if item.status not in _CLINICAL[item.type]:
        return {}
    return {"clinicalStatus": coded(_TERMINOLOGY + clinical, item.status)}


def _note(item: Item) -> list[Json]:
    return [{"text": item.text}] if item.text else []


def _measured(quantity: Quantity, number: str | None) -> JsonObject:
    """Return a Quantity; nothing for what is no JSON number."""
    if number is None or not _NUMBER.fullmatch(number):
        return {}
    return filled({"value": Number(text=number), "unit": quantity.unit})


def _ranges(quantity: Quantity | None) -> list[Json]:
    if quantity is None:
        return []
    limits = {"low": _measured(quantity, quantity.low), "high": _measured(quantity, quantity.high)}
    told = filled({**limits})
    return [told] if told else []


def _one_of(words: frozenset[str], word: str | None, otherwise: str) -> str:
    return word if word is not None and word in words else otherwise


def _is_uri(system: str) -> bool:
    return ":" in system and " " not in system
