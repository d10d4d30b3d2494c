# SPDX-License-Identifier: Apache-2.0
"""What FHIR resources say that somebody should know in an emergency: proposals, each in the resource's own words.

Reads Bundles, NDJSON and single resources in JSON, of DSTU2 to R5 as far as members of these names are there.
Nothing is inferred, looked up or dropped for being unlikely: a person takes over what is right. Left out is only
what the resource itself calls wrong, past or not meant. Spec: docs/spec/emergency.md section 6.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice

from healthvault.records.fhir import person_name, resource_name, words_of
from healthvault.records.json_walk import STREAMED, Json, JsonWalk, items_at, parse, text_at, value_at

__all__ = ["MAX_PROPOSALS", "Proposal", "proposals"]

MAX_RESOURCES = 200_000
MAX_PROPOSALS = 1000  # of one document
MAX_NAMES = 20_000  # of medicines, devices and people that references may point at
MAX_WORDS = 10  # items of one list that are told
LOINC = frozenset({"http://loinc.org", None})
BLOOD_GROUPS = {"882-1": "ABO and Rh", "883-9": "ABO only", "10331-7": "Rh only"}
DIRECTIVES = frozenset({"acd", "dnr", "polst", "hcd", "adr", "42348-3", "57016-8", "64298-3", "75320-2"})
_WRONG = frozenset({"entered-in-error", "refuted"})
_NAMED = ("Medication", "Device", "Patient")


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """One thing that a resource says. Untrusted text, not cut."""

    section: str
    """`allergy`, `medication`, `condition`, `implant`, `blood-group`, `contact` or `directive`."""
    text: str
    detail: str
    patient: str | None
    """Of whom, as the resource says: a name if the document gives one, else the reference."""


def proposals(text: str) -> tuple[Proposal, ...]:
    """Return what a document in JSON says, in its order; nothing where it is no FHIR.

    Args:
        text: Unverified; the caller bounds its length. Above `MAX_PROPOSALS` the rest is left out.
    """
    names = _names(text)
    found = (one for _, resource in _resources(text) for one in _proposals(resource, names))
    return tuple(islice(found, MAX_PROPOSALS))


_Place = tuple[str, Json]
"""Full URL of an entry, or nothing, and its resource."""


def _resources(text: str) -> Iterator[_Place]:
    lines = (line for line in text.splitlines() if line.strip())
    first = parse(next(lines, ""))
    is_ndjson = isinstance(first, dict) and next(lines, None) is not None
    return islice(_of_lines(text) if is_ndjson else _of_one(text), MAX_RESOURCES)


def _of_lines(text: str) -> Iterator[_Place]:
    return (("", parse(line)) for line in text.splitlines() if line.strip())


def _of_one(text: str) -> Iterator[_Place]:
    """Yield the resources of a Bundle singly, or the one that there is."""
    members: dict[str, Json] = {}
    for name, value in JsonWalk(text):
        if name == STREAMED:
            yield text_at(value, "fullUrl") or "", value_at(value, "resource")
        else:
            members[name] = value
    yield "", members


def _names(text: str) -> dict[str, str]:
    """Return what references may point at: medicines, devices and patients by full URL and by `Type/id`."""
    names: dict[str, str] = {}
    for url, resource in _resources(text):
        kind = text_at(resource, "resourceType")
        if kind in _NAMED and len(names) < MAX_NAMES and (name := resource_name(resource)):
            names |= {url: name, f"{kind}/{text_at(resource, 'id')}": name}
    names.pop("", None)
    return names


def _proposals(resource: Json, names: dict[str, str]) -> Iterator[Proposal]:
    read = _READERS.get(text_at(resource, "resourceType") or "")
    if read is None:
        return
    own = {f"#{text_at(item, 'id')}": resource_name(item) or "" for item in items_at(resource, "contained")[:50]}
    known = names | own if own else names
    patient = _patient(resource, known)
    for section, text, details in read(resource, known):
        if text and text.strip():
            said = "; ".join(detail for detail in details if detail)
            yield Proposal(section=section, text=text, detail=said, patient=patient)


def _patient(resource: Json, names: dict[str, str]) -> str | None:
    if text_at(resource, "resourceType") == "Patient":
        return resource_name(resource)
    found = (_pointed_at(resource, field, names) for field in ("patient", "subject"))
    name, reference = next((one for one in found if any(one)), (None, None))
    return name or reference


_Found = tuple[str, str | None, list[str | None]]


def _allergy(resource: Json, _names: dict[str, str]) -> Iterator[_Found]:
    status = _codes(resource, "clinicalStatus", "verificationStatus", "status")
    if status & (_WRONG | {"inactive", "resolved"}):
        return
    risk = text_at(resource, "criticality")
    reactions = [
        words
        for reaction in items_at(resource, "reaction")[:MAX_WORDS]
        for each in items_at(reaction, "manifestation")[:MAX_WORDS]
        if (words := words_of(each))
    ]
    details = [f"criticality {risk}" if risk else None, ", ".join(reactions), *_doubts(status)]
    yield "allergy", _code(resource, "code", "substance"), details


def _medication(resource: Json, names: dict[str, str]) -> Iterator[_Found]:
    intent = text_at(resource, "intent")
    if text_at(resource, "status") != "active" or intent in {"proposal", "option"}:
        return
    if value_at(resource, "doNotPerform") is True:
        return
    fields = ("medicationCodeableConcept", "medication", "medicationReference")
    name = _code(resource, *fields[:2]) or _target(resource, names, *fields[1:])
    doses = [*items_at(resource, "dosage"), *items_at(resource, "dosageInstruction")][:MAX_WORDS]
    details = [text_at(dose, "text") or words_of(value_at(dose, "route")) for dose in doses]
    yield "medication", name, list(details)


def _condition(resource: Json, _names: dict[str, str]) -> Iterator[_Found]:
    doubt = _codes(resource, "verificationStatus")
    if doubt & _WRONG or not _codes(resource, "clinicalStatus") & {"active", "recurrence", "relapse"}:
        return
    onset = text_at(resource, "onsetDateTime") or text_at(resource, "onsetPeriod", "start")
    since = f"since {onset[:10]}" if onset else text_at(resource, "onsetString")
    yield "condition", _code(resource, "code"), [since, *_doubts(doubt)]


def _device(resource: Json, _names: dict[str, str]) -> Iterator[_Found]:
    if text_at(resource, "status") not in {"active", "available", None} or not value_at(resource, "patient"):
        return
    yield "implant", resource_name(resource), _device_details(resource)


def _device_details(resource: Json) -> list[str | None]:
    fields = {"manufacturer": "by", "modelNumber": "model", "lotNumber": "lot", "serialNumber": "serial"}
    told = [(word, text_at(resource, field)) for field, word in fields.items()]
    return [f"{word} {text}" for word, text in told if text]


def _device_use(resource: Json, names: dict[str, str]) -> Iterator[_Found]:
    if text_at(resource, "status") == "active":
        name = _target(resource, names, "device") or _code(value_at(resource, "device"), "concept")
        yield "implant", name, [words_of(value_at(resource, "bodySite"))]


def _blood_group(resource: Json, _names: dict[str, str]) -> Iterator[_Found]:
    if text_at(resource, "status") in {"entered-in-error", "cancelled"}:
        return
    for coding in items_at(resource, "code", "coding")[:MAX_WORDS]:
        what = BLOOD_GROUPS.get(text_at(coding, "code") or "")
        if what and text_at(coding, "system") in LOINC:
            value = words_of(value_at(resource, "valueCodeableConcept")) or text_at(resource, "valueString")
            day = (text_at(resource, "effectiveDateTime") or "")[:10]
            yield "blood-group", value, [what, f"of {day}" if day else None]
            return


def _directive(resource: Json, _names: dict[str, str]) -> Iterator[_Found]:
    codes = _codes(resource, "category", "scope", "type")
    if text_at(resource, "status") != "active" or not codes & DIRECTIVES:
        return
    title = text_at(resource, "title") or _code(resource, "category", "type", "scope")
    day = (text_at(resource, "dateTime") or text_at(resource, "date") or "")[:10]
    where = text_at(resource, "sourceAttachment", "title") or text_at(resource, "sourceReference", "display")
    yield "directive", title or "Advance directive", [f"of {day}" if day else None, where]


def _contacts(resource: Json, _names: dict[str, str]) -> Iterator[_Found]:
    for contact in items_at(resource, "contact")[:MAX_WORDS]:
        phones = [
            text_at(telecom, "value")
            for telecom in items_at(contact, "telecom")[:MAX_WORDS]
            if text_at(telecom, "system") in {"phone", "sms", None}
        ]
        relation = words_of(value_at(contact, "relationship")) or _first_code(contact, "relationship")
        name = person_name(value_at(contact, "name")) or text_at(contact, "organization", "display")
        yield "contact", name or relation, [relation if name else None, *phones]


_Reader = Callable[[Json, dict[str, str]], Iterator[_Found]]
_READERS: dict[str, _Reader] = {
    "AllergyIntolerance": _allergy,
    "MedicationStatement": _medication,
    "MedicationRequest": _medication,
    "MedicationOrder": _medication,
    "Condition": _condition,
    "Device": _device,
    "DeviceUseStatement": _device_use,
    "DeviceUsage": _device_use,
    "Observation": _blood_group,
    "Consent": _directive,
    "Patient": _contacts,
}


def _codes(resource: Json, *fields: str) -> set[str]:
    """Return the codes of concepts, or plain codes as DSTU2 and STU3 have them."""
    found: set[str] = set()
    for each in [item for field in fields for item in items_at(resource, field)[:MAX_WORDS]]:
        codings = [text_at(coding, "code") for coding in items_at(each, "coding")[:MAX_WORDS]]
        found |= {code.lower() for code in (text_at(each), *codings) if code}
    return found


def _first_code(resource: Json, field: str) -> str | None:
    return text_at(resource, field, "coding", "code")


def _code(resource: Json, *fields: str) -> str | None:
    """Return the words of the first of these concepts that has any, else a code."""
    words = (words_of(value_at(resource, field)) for field in fields)
    return next(filter(None, words), None) or next(
        filter(None, (_first_code(resource, one) for one in fields)), None
    )


def _target(resource: Json, names: dict[str, str], *fields: str) -> str | None:
    """Return the name of what one of these references points at, or that it gives none."""
    found = [_pointed_at(resource, field, names) for field in fields]
    named = next((name for name, _ in found if name), None)
    return named or next((f"without a name: {reference}" for _, reference in found if reference), None)


def _pointed_at(resource: Json, field: str, names: dict[str, str]) -> tuple[str | None, str | None]:
    """Return name and text of a reference, or of the reference within a CodeableReference."""
    value = value_at(resource, field)
    inner = value_at(value, "reference")
    value = inner if isinstance(inner, dict) else value
    reference = text_at(value, "reference") or ""
    name = names.get(reference) or names.get("/".join(reference.split("/")[-2:]))
    return text_at(value, "display") or name, reference or None


def _doubts(status: set[str]) -> list[str | None]:
    return [*sorted(status & {"unconfirmed", "provisional", "differential"})]
