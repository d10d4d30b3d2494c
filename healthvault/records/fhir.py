# SPDX-License-Identifier: Apache-2.0
"""Title, date, author and source of one FHIR resource, of any version from DSTU2 on, as its members say them.

Fields are looked for by name, not by profile: versions moved them about, and a guest is not the place to
validate. Nothing is looked up in a terminology. Spec: docs/spec/records.md section 4.
"""

from collections import ChainMap
from collections.abc import Mapping, MutableMapping
from typing import TypeAlias

from healthvault.records.dates import from_iso
from healthvault.records.json_walk import Json, items_at, text_at, value_at

__all__ = [
    "Names",
    "date_fields",
    "date_of",
    "is_resource_type",
    "label_of",
    "person_name",
    "resource_name",
    "title_of",
    "words_of",
    "writers_of",
]

Names: TypeAlias = dict[str, tuple[str, str]]
"""Resource type and name of who may be pointed at, by full URL and by `Type/id`."""

MAX_NAMES = 10  # references or names of one field that are looked at

_NAMED = ("Patient", "Practitioner", "Person", "RelatedPerson")
# the first that has words gives the title
_LABELS = (
    "code", "substance", "vaccineCode", "medicationCodeableConcept", "medication", "medicationReference",
    "serviceType", "subtype", "type", "class", "activity", "description", "deviceName", "scope", "category",
    "contentType",
)  # fmt: skip
# clinical time before administrative time
_DATE_NAMES = (
    "effective", "performed", "occurrence", "onset", "billablePeriod", "started", "whenHandedOver", "whenPrepared",
    "date", "dateTime", "authoredOn", "authored", "dateWritten", "sent", "timestamp", "collected", "identified",
    "issued", "recordedDate", "recorded", "assertedDate", "dateRecorded", "dateAsserted", "period", "start",
    "created", "indexed",
)  # fmt: skip
_CHOICES = ("", "DateTime", "Period", "Instant", "Date", "Timing")
_DATES = tuple(name + choice for name in _DATE_NAMES for choice in _CHOICES)
_DATES_BY_TYPE: dict[str, tuple[str, ...]] = {
    "Patient": (),
    "Practitioner": (),
    "Provenance": ("recorded",),
    "Immunization": ("occurrenceDateTime", "date", "recorded"),
}
_WRITERS = ("author", "performer", "recorder", "asserter", "requester", "practitioner", "prescriber", "enterer",
            "agent")  # fmt: skip
_ORIGINS = ("custodian", "performer", "author", "organization", "serviceProvider", "managingOrganization",
            "provider", "insurer", "payor", "publisher")  # fmt: skip


def is_resource_type(name: Json) -> bool:
    """Return whether a value can be the name of a resource type, such as `Observation`."""
    return (
        isinstance(name, str) and 2 < len(name) <= 64 and name.isascii() and name.isalpha() and name[0].isupper()
    )


def title_of(resource: Json) -> str:
    """Return `Type: what it is about`, or the type alone."""
    kind = text_at(resource, "resourceType") or "Resource"
    label = resource_name(resource) if kind in _NAMED else label_of(resource)
    return f"{kind}: {label}" if label else kind


def date_of(resource: Json) -> str | None:
    """Return the clinical date, else the administrative one; never a birth date."""
    if not isinstance(resource, dict):
        return None
    for field in date_fields(text_at(resource, "resourceType") or ""):
        if field in resource:
            value = resource[field]
            if date := from_iso(text_at(value) or text_at(value, "start")):
                return date
    return None


def date_fields(kind: str) -> tuple[str, ...]:
    """Return the members of a type of resource that may hold its date, the clinical ones first."""
    return _DATES_BY_TYPE.get(kind, _DATES)


def writers_of(resource: Json, names: Names) -> tuple[str | None, str | None]:
    """Return who wrote the resource and which organisation it comes from.

    Args:
        resource: The resource.
        names: Who references may point at, beside what the resource itself contains.
    """
    known: MutableMapping[str, tuple[str, str]] = ChainMap({}, names)  # what is contained goes first
    for item in items_at(resource, "contained")[:MAX_NAMES]:
        known[f"#{text_at(item, 'id')}"] = (text_at(item, "resourceType") or "", resource_name(item) or "")
    author = _first_name(resource, _WRITERS, known, is_organization=False)
    source = _first_name(resource, _ORIGINS, known, is_organization=True)
    return author, source or text_at(resource, "source", "observer", "display")


def resource_name(resource: Json) -> str | None:
    """Return the name of a person, organisation, device or place."""
    if text_at(resource, "resourceType") in _NAMED:
        return person_name(value_at(resource, "name"))
    return text_at(resource, "name") or text_at(resource, "deviceName", "name") or label_of(resource)


def person_name(names: Json) -> str | None:
    """Return a HumanName as text: the official one if there is one, else the first."""
    few = items_at(names)[:MAX_NAMES]
    best = next((name for name in few if text_at(name, "use") == "official"), few[0] if few else None)
    if text := text_at(best, "text"):
        return text
    parts = [part for field in ("given", "family") for part in items_at(best, field)[:MAX_NAMES]]
    return " ".join(part for part in parts if isinstance(part, str)) or None


def label_of(resource: Json) -> str | None:
    """Return what a resource is about, in its own words or by its first code."""
    if title := text_at(resource, "title"):
        return title
    for field in _LABELS:
        if words := words_of(value_at(resource, field)):
            return words
    return next((code for field in _LABELS if (code := text_at(resource, field, "coding", "code"))), None)


def words_of(value: Json) -> str | None:
    """Return the words of a CodeableConcept, Coding, Reference, CodeableReference or plain text."""
    for each in items_at(value)[:MAX_NAMES]:
        item = value_at(each, "concept") or each
        codings = [text_at(coding, "display") for coding in items_at(item, "coding")[:MAX_NAMES]]
        told = (text_at(item), text_at(item, "text"), *codings, text_at(item, "display"), text_at(item, "name"))
        if words := next(filter(None, told), None):
            return words
    return None


def _first_name(
    resource: Json, fields: tuple[str, ...], names: Mapping[str, tuple[str, str]], *, is_organization: bool
) -> str | None:
    for field in fields:
        for item in items_at(resource, field)[:MAX_NAMES]:
            kind, name = _resolve(_reference(item), names)
            if name and (kind == "Organization" if kind else field not in _WRITERS) == is_organization:
                return name
    return None


def _reference(item: Json) -> Json:
    """Return the reference within a performer, agent or participant, or the item itself."""
    for field in ("actor", "who", "whoReference"):
        if inner := value_at(item, field):
            return inner
    return item


def _resolve(reference: Json, names: Mapping[str, tuple[str, str]]) -> tuple[str, str]:
    """Return type and name of what a reference points to, each empty if it cannot be told."""
    target = text_at(reference, "reference") or ""
    steps = target.split("/")[-2:]
    kind, name = names.get(target) or names.get("/".join(steps)) or ("", "")
    told = text_at(reference, "type") or (steps[0] if is_resource_type(steps[0]) else "")
    return kind or told, text_at(reference, "display") or name
