# SPDX-License-Identifier: Apache-2.0
"""A FHIR resource, of any version from DSTU2 on, as items: one for itself, and one for each component it measured.

Types have their R4 names and codes their R4 systems, so that the same statement in two versions is equal where it
is equal. Spec: docs/spec/contents.md section 3.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace

from healthvault.records.categories import Sensitivity, category_of, sensitivity_of
from healthvault.records.fhir import Names, date_fields, label_of, words_of, writers_of
from healthvault.records.fhir_entries import Entry
from healthvault.records.fhir_references import identity_of
from healthvault.records.fhir_values import (
    codings_of,
    joined,
    moment_of,
    period_of,
    quantity_of,
    scalar_text,
    words_of_all,
)
from healthvault.records.fhir_words import text_of, value_text
from healthvault.records.json_stream import as_written
from healthvault.records.json_walk import Json, items_at, text_at, value_at
from healthvault.records.statements import Coding, Item, Quantity

__all__ = ["Around", "digest_of", "has_item", "items_of", "r4_type"]

MAX_COMPONENTS = 500
MAX_NAME_CHARS = 500
_WITHOUT_ITEM = frozenset((
    "Patient", "Practitioner", "PractitionerRole", "Organization", "Location", "RelatedPerson", "Person", "Group",
    "Binary", "Bundle", "MessageHeader", "OperationOutcome", "Parameters", "Endpoint", "HealthcareService",
))  # fmt: skip
"""Of people, places and envelopes: they are counted, and what they are called stands in the items."""
_RENAMED = {
    "BodySite": "BodyStructure",
    "DeviceUsage": "DeviceUseStatement",
    "DeviceUseRequest": "DeviceRequest",
    "DiagnosticOrder": "ServiceRequest",
    "EligibilityRequest": "CoverageEligibilityRequest",
    "EligibilityResponse": "CoverageEligibilityResponse",
    "MedicationOrder": "MedicationRequest",
    "MedicationUsage": "MedicationStatement",
    "ProcedureRequest": "ServiceRequest",
    "ReferralRequest": "ServiceRequest",
    "Sequence": "MolecularSequence",
}
# the first that has codes; joined by + all of them
_CODED: dict[str, tuple[str, ...]] = {
    "AllergyIntolerance": ("code", "substance"),
    "AuditEvent": ("type+subtype", "category+code"),
    "CarePlan": ("category",),
    "CareTeam": ("category",),
    "Consent": ("scope+category",),
    "DocumentReference": ("type", "class", "category"),
    "Encounter": ("type", "serviceType", "class"),
    "Goal": ("description", "category"),
    "ImagingStudy": ("procedureCode", "modality", "modalityList", "description"),
    "Immunization": ("vaccineCode",),
    "Provenance": ("activity",),
    "ResearchStudy": ("condition", "category"),
    "ServiceRequest": ("code", "type", "serviceRequested"),
}
_MEDICINE = ("medicationCodeableConcept", "medicationReference", "medication", "code")
_USUAL = ("code", "type")
_NOT_DONE = {"Immunization": ("wasNotGiven", "notGiven"), "Procedure": ("notPerformed", "notDone")}
_DECIDING = ("entered-in-error", "refuted")  # of a condition or allergy: more than that it is active
_ENDS = ("abatementDateTime", "abatementPeriod")


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What the document knows beside the resource itself."""

    subject: int | None
    names: Names
    medicine: "tuple[str | None, tuple[Coding, ...]] | None"
    """Name and codes of the Medication that it refers to."""
    labels: frozenset[Sensitivity]
    """Of the Bundle around it."""


def has_item(kind: str) -> bool:
    """Tell whether resources of a type are things of their own."""
    return kind not in _WITHOUT_ITEM


def r4_type(kind: str) -> str:
    """Return the name that a type has in R4."""
    return _RENAMED.get(kind, kind)


def digest_of(resource: dict[str, Json]) -> bytes:
    """Return SHA-256 of a resource without its server's version and time of change.

    It is of compact JSON in UTF-8, members sorted by name, numbers as written, without `meta.versionId` and
    `meta.lastUpdated`, and without `meta` if nothing is left of it. Raises Broken.
    """
    meta = resource.get("meta")
    if isinstance(meta, dict):
        kept = {name: value for name, value in meta.items() if name not in {"versionId", "lastUpdated"}}
        resource = {name: value for name, value in resource.items() if name != "meta"} | (
            {"meta": kept} if kept else {}
        )
    return hashlib.sha256(as_written(resource, is_sorted=True)).digest()


def items_of(entry: Entry, around: Around) -> Iterator[Item]:
    """Yield the items of a resource (unverified). Raises Broken: it cannot be written again."""
    resource = entry.resource or {}
    kind = r4_type(text_at(resource, "resourceType") or "")
    author, source = writers_of(resource, around.names)
    date, until = _dates(resource)
    codes, told = _coded(resource, kind, around)
    item = Item(
        type=kind,
        place=entry.place or kind,
        title=_cut(text_at(resource, "title") or told or label_of(resource)) or kind,
        subject=around.subject,
        identity=identity_of(entry),
        digest=digest_of(resource),
        date=date,
        until=until,
        status=_status(resource),
        category=category_of(resource).value,
        codes=codes,
        quantity=_quantity(resource, kind),
        text=text_of(resource),
        author=_cut(author),
        source=_cut(source),
        sensitivity=tuple(sorted(label.value for label in sensitivity_of(resource) | around.labels)),
    )
    yield item
    if kind == "Observation":
        prefix = f"{entry.place}." if entry.place else ""
        for number, component in enumerate(items_at(resource, "component")[:MAX_COMPONENTS]):
            yield _component(item, component, f"{prefix}component[{number}]")


def _component(whole: Item, component: Json, place: str) -> Item:
    codes = codings_of(items_at(component, "code"))
    return replace(
        whole,
        place=place,
        title=_cut(words_of(value_at(component, "code"))) or _first_code(codes) or whole.title,
        identity=None,
        digest=None,
        codes=codes,
        quantity=_quantity(component, "Observation"),
        text=joined((value_text(component), words_of(value_at(component, "dataAbsentReason")),
                     words_of(value_at(component, "interpretation")))),
    )  # fmt: skip


def _coded(resource: Json, kind: str, around: Around) -> tuple[tuple[Coding, ...], str | None]:
    """Return the codes of what a resource is about, and its name."""
    named, known = around.medicine or (None, ())
    if known:
        return known, named or _first_code(known)
    for names in _MEDICINE if kind.startswith("Medication") else _CODED.get(kind, _USUAL):
        concepts = [each for name in names.split("+") for each in items_at(resource, name)]
        if codes := codings_of(concepts):
            return codes, (words_of_all(concepts) if "+" in names else words_of(concepts)) or _first_code(codes)
    return (), named


def _first_code(codes: tuple[Coding, ...]) -> str | None:
    return next((coding.display or coding.code for coding in codes), None)


def _dates(resource: dict[str, Json]) -> tuple[str | None, str | None]:
    """Return when it happened or began, and when it ended, as written."""
    kind = text_at(resource, "resourceType") or ""
    until = next((end for name in _ENDS if (end := _end(resource.get(name)))), None)
    if kind == "Consent":
        until = _end(value_at(resource, "provision", "period")) or _end(resource.get("period"))
    for field in date_fields(kind):
        if field in resource:
            start, end = period_of(resource[field])
            if start or end:
                return start, end or until
    if kind == "Specimen":
        collected = value_at(resource, "collection", "collectedDateTime")
        return moment_of(collected) or moment_of(resource.get("receivedTime")), until
    return None, until


def _end(value: Json) -> str | None:
    start, end = period_of(value)
    return end or start if text_at(value) else end


def _status(resource: Json) -> str | None:
    kind = text_at(resource, "resourceType") or ""
    if any(scalar_text(value_at(resource, name)) == "true" for name in _NOT_DONE.get(kind, ())):
        return "not-done"
    if kind == "MedicationStatement" and text_at(resource, "taken") == "n":
        return "not-taken"
    known = [_word(resource, name) for name in ("verificationStatus", "clinicalStatus")]
    told = next((word for word in known if word in _DECIDING), None)
    return told or known[1] or _word(resource, "status") or _word(resource, "lifecycleStatus") or known[0]


def _word(resource: Json, name: str) -> str | None:
    """Return a code, whether it stands alone or in a concept."""
    value = value_at(resource, name)
    return _cut(text_at(value) or text_at(value, "coding", "code"))


def _quantity(holder: Json, kind: str) -> Quantity | None:
    if kind == "Observation":
        whole = scalar_text(value_at(holder, "valueInteger"))
        if whole is not None:
            return quantity_of({"value": whole})
        return quantity_of(value_at(holder, "valueQuantity"), items_at(holder, "referenceRange"))
    return quantity_of(value_at(holder, "total")) if kind == "Claim" else None


def _cut(text: str | None) -> str | None:
    return " ".join(text.split())[:MAX_NAME_CHARS] or None if text else None
