# SPDX-License-Identifier: Apache-2.0
"""An International Patient Summary out of what documents say: a FHIR R4 document, made by a machine and saying so.

The three sections that every summary has say "no information" where no document says anything, which is not the
same as "none". Sources: hl7.org/fhir/uv/ips (2.0.0); hl7.org/fhir/R4/documents.html.
"""

import html
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from healthvault.records.fhir_derived import DERIVED, item_resource
from healthvault.records.fhir_parts import Json, JsonObject, coded, coding, filled, instant
from healthvault.records.json_walk import Number
from healthvault.records.provenance import MADE_HERE
from healthvault.records.statements import Item

__all__ = ["SECTIONS", "Person", "Section", "Stated", "ips_bundle"]

LOINC = "http://loinc.org"
PATIENT_SUMMARY = "60591-5"
_ABSENT = "http://hl7.org/fhir/uv/ips/CodeSystem/absent-unknown-uv-ips"
_NO_INFORMATION = {
    "Condition": "No information about problems",
    "AllergyIntolerance": "No information about allergies",
    "MedicationStatement": "No information about medications",
}
_MISSING = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
_NAMESPACE = uuid.UUID("1b0e7f0a-6f0e-5a52-9c0b-6a2f1d3f6c11")  # of the names below, made once by chance


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A section of the summary."""

    code: str
    """LOINC."""
    title: str
    nothing: tuple[str, str] | None = None
    """For the three that are always there: resource type, and code for "no information"."""


SECTIONS = {
    "problems": Section(code="11450-4", title="Problem list", nothing=("Condition", "no-problem-info")),
    "allergies": Section(
        code="48765-2", title="Allergies and intolerances", nothing=("AllergyIntolerance", "no-allergy-info")
    ),
    "medicines": Section(
        code="10160-0", title="Medication summary", nothing=("MedicationStatement", "no-medication-info")
    ),
    "immunisations": Section(code="11369-6", title="Immunizations"),
    "results": Section(code="30954-2", title="Results"),
    "vitals": Section(code="8716-3", title="Vital signs"),
    "procedures": Section(code="47519-4", title="History of procedures"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """The patient, as the vault knows her."""

    vault: str
    """Id text."""
    name: str
    birth_date: str | None = None
    sex: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """An item and the document that says it."""

    item: Item
    document: str
    """Id text."""


def ips_bundle(person: Person, stated: Mapping[str, Sequence[Stated]], *, now_ms: int) -> JsonObject:
    """Return the summary as a document Bundle.

    Args:
        person: Whose it is.
        stated: What stands in each section, by a key of `SECTIONS`; only types that R4 can hold are taken.
        now_ms: When it is made.

    Returns:
        A Bundle whose numbers are `Number`: write it with `as_written`.
    """
    patient_url = _url(person.vault, "patient")
    device_url = _url(person.vault, "device")
    entries: list[Json] = []
    sections: list[Json] = []
    for key, section in SECTIONS.items():
        made = _resources(person, patient_url, stated.get(key, ()))
        if not made and section.nothing is not None:
            made = [_nothing(person, patient_url, section)]
        if made:
            sections.append(_section(section, made))
            entries += [{"fullUrl": url, "resource": resource} for url, resource in made]
    composition: JsonObject = {
        "resourceType": "Composition",
        "id": "summary",
        "status": "final",
        "type": coded(LOINC, PATIENT_SUMMARY, "Patient summary Document"),
        "subject": {"reference": patient_url},
        "date": instant(now_ms),
        "author": [{"reference": device_url}],
        "title": f"Patient summary of {person.name or person.vault}",
        "section": sections,
    }
    head: list[Json] = [
        {"fullUrl": _url(person.vault, "composition"), "resource": composition},
        {"fullUrl": patient_url, "resource": _patient(person)},
        {"fullUrl": device_url, "resource": _device()},
    ]
    return {
        "resourceType": "Bundle",
        "id": "summary",
        "meta": {
            "tag": [coding(DERIVED, "machine-made", "put together by a program from the patient's documents")]
        },
        "identifier": {"system": f"{MADE_HERE}:summary", "value": str(_uuid(person.vault, str(now_ms)))},
        "type": "document",
        "timestamp": instant(now_ms),
        "entry": [*head, *entries],
    }


def _resources(person: Person, patient_url: str, stated: Sequence[Stated]) -> list[tuple[str, JsonObject]]:
    made: list[tuple[str, JsonObject]] = []
    for each in stated:
        name = f"{each.document}/{each.item.place}"
        resource = item_resource(
            each.item,
            id_text=str(_uuid(person.vault, name)),
            source=f"urn:healthvault:document:{each.document}",
            subject={"reference": patient_url},
        )
        if resource is not None:
            made.append((_url(person.vault, name), resource))
    return made


def _section(section: Section, made: list[tuple[str, JsonObject]]) -> JsonObject:
    lines = "".join(f"<li>{html.escape(_line(resource))}</li>" for _, resource in made)
    return {
        "title": section.title,
        "code": coded(LOINC, section.code),
        "text": {
            "status": "generated",
            "div": f'<div xmlns="http://www.w3.org/1999/xhtml"><ul>{lines}</ul></div>',
        },
        "entry": [{"reference": url} for url, _ in made],
    }


def _line(resource: JsonObject) -> str:
    """Return what a resource says in a few words, for who reads the narrative alone."""
    for field in ("code", "medicationCodeableConcept", "vaccineCode"):
        words = resource.get(field)
        if isinstance(words, dict):
            codings = words.get("coding")
            first = codings[0] if isinstance(codings, list) and codings else {}
            told = words.get("text") or (
                first.get("display") or first.get("code") if isinstance(first, dict) else ""
            )
            break
    else:
        told = ""
    dates = ("effectiveDateTime", "onsetDateTime", "occurrenceDateTime", "performedDateTime")
    date = next((str(resource[field]) for field in dates if field in resource), "")
    value = resource.get("valueQuantity")
    measured = (
        " ".join(_word(value[key]) for key in ("comparator", "value", "unit") if key in value)
        if isinstance(value, dict)
        else str(resource.get("valueString") or "")
    )
    return _printable(" ".join(part for part in (str(told), measured, date and f"({date})") if part))


def _word(value: Json) -> str:
    return value.text if isinstance(value, Number) else str(value)


def _printable(text: str) -> str:
    """Return a text without what XML cannot hold."""
    return "".join(char for char in text if char.isprintable())


def _nothing(person: Person, patient_url: str, section: Section) -> tuple[str, JsonObject]:
    kind, code = section.nothing or ("", "")
    concept = coded(_ABSENT, code, _NO_INFORMATION[kind])
    about: dict[str, JsonObject] = {
        "Condition": {"code": concept, "subject": {"reference": patient_url}},
        "AllergyIntolerance": {"code": concept, "patient": {"reference": patient_url}},
        "MedicationStatement": {
            "status": "unknown",
            "medicationCodeableConcept": concept,
            "subject": {"reference": patient_url},
            "effectivePeriod": {"extension": [{"url": _MISSING, "valueCode": "unknown"}]},
        },
    }
    active = {
        "Condition": "condition-clinical",
        "AllergyIntolerance": "allergyintolerance-clinical",
    }
    clinical: JsonObject = (
        {"clinicalStatus": coded(f"http://terminology.hl7.org/CodeSystem/{active[kind]}", "active")}
        if kind in active
        else {}
    )
    id_text = str(_uuid(person.vault, code))
    return _url(person.vault, code), {"resourceType": kind, "id": id_text, **clinical, **about[kind]}


def _patient(person: Person) -> JsonObject:
    birth: JsonObject = (
        {"birthDate": person.birth_date}
        if person.birth_date
        else {"_birthDate": {"extension": [{"url": _MISSING, "valueCode": "unknown"}]}}
    )
    return filled(
        {
            "resourceType": "Patient",
            "id": str(_uuid(person.vault, "patient")),
            "identifier": [{"system": "urn:healthvault:vault", "value": person.vault}],
            "name": [{"text": person.name}] if person.name else [],
            "gender": person.sex or "",
            **birth,
        }
    )


def _device() -> JsonObject:
    return {
        "resourceType": "Device",
        "id": "hv",
        "deviceName": [{"name": "healthvault", "type": "user-friendly-name"}],
    }


def _uuid(vault: str, name: str) -> uuid.UUID:
    return uuid.uuid5(_NAMESPACE, f"{vault}/{name}")


def _url(vault: str, name: str) -> str:
    return f"urn:uuid:{_uuid(vault, name)}"
