# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.records.emergency."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from healthvault.records.emergency import MAX_PROPOSALS, Proposal, proposals
from healthvault.records.json_walk import Json

PATIENT = {"reference": "Patient/1"}


def concept(text: str, code: str = "c", system: str = "s") -> Json:
    """Return a CodeableConcept."""
    return {"text": text, "coding": [{"code": code, "system": system}]}


def coded(*codes: str) -> Json:
    """Return a concept of codes without words."""
    return {"coding": [{"code": code} for code in codes]}


def told(resource: Json) -> list[tuple[str, str, str]]:
    """Return section, text and detail of what a resource proposes."""
    return [(one.section, one.text, one.detail) for one in proposals(json.dumps(resource))]


ALLERGY = {
    "resourceType": "AllergyIntolerance",
    "clinicalStatus": coded("active"),
    "code": concept("Penicillin"),
    "criticality": "high",
    "reaction": [{"manifestation": [concept("Hives"), concept("Wheeze")]}],
    "patient": PATIENT,
}
MEDICATION = {
    "resourceType": "MedicationRequest",
    "status": "active",
    "intent": "order",
    "medicationCodeableConcept": concept("Metformin"),
    "dosageInstruction": [{"text": "twice a day"}],
    "subject": PATIENT,
}
CONDITION = {
    "resourceType": "Condition",
    "clinicalStatus": coded("active"),
    "verificationStatus": coded("provisional"),
    "code": concept("Asthma"),
    "onsetDateTime": "2011-05-01T10:00:00Z",
}
DEVICE = {
    "resourceType": "Device",
    "status": "active",
    "type": concept("Pacemaker"),
    "serialNumber": "X1",
    "patient": PATIENT,
}
BLOOD = {
    "resourceType": "Observation",
    "status": "final",
    "code": {"coding": [{"system": "http://loinc.org", "code": "882-1"}]},
    "valueCodeableConcept": concept("A Rh positive"),
    "effectiveDateTime": "2020-01-01",
}
CONSENT = {
    "resourceType": "Consent",
    "status": "active",
    "category": [concept("Do not resuscitate", "dnr")],
    "dateTime": "2021-09-01",
}
PERSON = {
    "resourceType": "Patient",
    "id": "1",
    "name": [{"text": "Ana Silva"}],
    "contact": [
        {
            "name": {"given": ["Rui"], "family": "Silva"},
            "relationship": [concept("husband")],
            "telecom": [{"system": "phone", "value": "555"}, {"system": "email", "value": "r@example.org"}],
        }
    ],
}
GOOD = (
    (ALLERGY, ("allergy", "Penicillin", "criticality high; Hives, Wheeze")),
    (MEDICATION, ("medication", "Metformin", "twice a day")),
    (CONDITION, ("condition", "Asthma", "since 2011-05-01; provisional")),
    (DEVICE, ("implant", "Pacemaker", "serial X1")),
    (BLOOD, ("blood-group", "A Rh positive", "ABO and Rh; of 2020-01-01")),
    (CONSENT, ("directive", "Do not resuscitate", "of 2021-09-01")),
    (PERSON, ("contact", "Rui Silva", "husband; 555")),
)


@pytest.mark.parametrize(("resource", "expected"), GOOD, ids=lambda part: str(part)[:30])
def test_each_resource_in_its_own_words(resource: Json, expected: object) -> None:
    """Section, text and detail."""
    assert [expected] == told(resource)


@pytest.mark.parametrize(
    "resource",
    [
        {**ALLERGY, "clinicalStatus": coded("resolved")},
        {**ALLERGY, "verificationStatus": coded("entered-in-error")},
        {**ALLERGY, "clinicalStatus": "inactive"},
        {**ALLERGY, "verificationStatus": coded("refuted")},
        {**MEDICATION, "status": "stopped"},
        {**MEDICATION, "intent": "proposal"},
        {**MEDICATION, "doNotPerform": True},
        {**CONDITION, "clinicalStatus": coded("resolved")},
        {**CONDITION, "clinicalStatus": None},
        {**CONDITION, "verificationStatus": coded("refuted")},
        {**DEVICE, "status": "entered-in-error"},
        {**DEVICE, "patient": None},
        {**BLOOD, "status": "entered-in-error"},
        {**BLOOD, "code": {"coding": [{"system": "http://snomed.info/sct", "code": "882-1"}]}},
        {**BLOOD, "code": {"coding": [{"system": "http://loinc.org", "code": "718-7"}]}},
        {**CONSENT, "status": "inactive"},
        {**CONSENT, "category": [concept("Research", "research")]},
        {**ALLERGY, "code": {}},
        {"resourceType": "Immunization", "code": concept("x")},
        {"resourceType": "DeviceUseStatement", "status": "completed", "device": {"display": "Stent"}},
    ],
)
def test_what_is_past_wrong_or_not_meant_is_left_out(resource: Json) -> None:
    """By what the resource itself says."""
    assert [] == told(resource)


def test_older_and_newer_versions() -> None:
    """DSTU2 and STU3 codes in plain text; R5 references within concepts."""
    assert [("allergy", "Nuts", "")] == told(
        {"resourceType": "AllergyIntolerance", "status": "active", "substance": concept("Nuts")}
    )
    newer = {
        "resourceType": "MedicationStatement",
        "status": "active",
        "medication": {"concept": concept("Aspirin")},
    }
    assert [("medication", "Aspirin", "")] == told(newer)


def test_references_within_a_bundle_are_followed() -> None:
    """By full URL, by type and id, and to what is contained; one that leads nowhere is said to."""
    medicine = {"resourceType": "Medication", "id": "m", "code": concept("Digoxin")}
    taking = {"resourceType": "MedicationStatement", "status": "active", "subject": PATIENT}
    entries = [
        {"fullUrl": "urn:uuid:1", "resource": medicine},
        {"resource": PERSON},
        {"resource": {**taking, "medicationReference": {"reference": "urn:uuid:1"}}},
        {"resource": {**taking, "medicationReference": {"reference": "http://x.example/Medication/m"}}},
        {
            "resource": {
                **taking,
                "medicationReference": {"reference": "#c"},
                "contained": [{**medicine, "id": "c"}],
            }
        },
        {"resource": {**taking, "medicationReference": {"reference": "Medication/none"}}},
        {"resource": {"resourceType": "DeviceUseStatement", "status": "active", "device": {"display": "Stent"}}},
    ]
    found = proposals(json.dumps({"resourceType": "Bundle", "entry": entries}))
    assert ["Rui Silva", "Digoxin", "Digoxin", "Digoxin", "without a name: Medication/none", "Stent"] == [
        one.text for one in found
    ]
    assert ["Ana Silva"] * 5 + [None] == [one.patient for one in found]


def test_lines_are_resources() -> None:
    """NDJSON, a broken line left out; pretty-printed JSON is not NDJSON."""
    lines = "\n".join([json.dumps(ALLERGY), "{broken", json.dumps(CONDITION), ""])
    assert ["Penicillin", "Asthma"] == [one.text for one in proposals(lines)]
    assert ["Penicillin"] == [one.text for one in proposals(json.dumps(ALLERGY, indent=2))]


def test_there_is_an_end() -> None:
    """A document with too much in it fills no page."""
    entries = [{"resource": {**ALLERGY, "code": concept(str(number))}} for number in range(MAX_PROPOSALS + 5)]
    assert MAX_PROPOSALS == len(proposals(json.dumps({"resourceType": "Bundle", "entry": entries})))


WORDS = sorted({word for resource, _ in GOOD for word in [*resource, *map(str, resource.values())]})
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from(WORDS) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(WORDS), inner, max_size=6),
    max_leaves=20,
)


@given(
    VALUES, st.sampled_from([resource for resource, _ in GOOD]), st.dictionaries(st.sampled_from(WORDS), VALUES)
)
def test_any_json_is_survived(value: Json, resource: Json, other: Json) -> None:
    """Whatever stands in whatever place, proposals are text."""
    for text in (json.dumps(value), json.dumps({**resource, **other}), json.dumps(value) + "\n{}"):
        for one in proposals(text):
            assert isinstance(one, Proposal)
            assert isinstance(one.text + one.detail + (one.patient or ""), str)


@given(st.text(max_size=40))
def test_any_text_is_survived(text: str) -> None:
    """What is no JSON proposes nothing."""
    assert () == proposals(text + "x")
