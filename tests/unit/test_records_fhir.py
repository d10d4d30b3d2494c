# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.records.fhir."""

import pytest

from healthvault.records.fhir import (
    Names,
    date_of,
    is_resource_type,
    person_name,
    resource_name,
    title_of,
    writers_of,
)
from healthvault.records.json_walk import Json


def resource(kind: str, **members: Json) -> Json:
    """Return a resource of a type."""
    return {"resourceType": kind, **members}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (
            resource("Observation", code={"text": "Pulse", "coding": [{"display": "Heart rate"}]}),
            "Observation: Pulse",
        ),
        (resource("Observation", code={"coding": [{"code": "1"}, {"display": "Pulse"}]}), "Observation: Pulse"),
        (resource("Observation", code={"coding": [{"code": "8867-4"}]}), "Observation: 8867-4"),
        (resource("Immunization", vaccineCode={"text": "Flu"}), "Immunization: Flu"),
        (resource("MedicationRequest", medication={"concept": {"text": "A"}}), "MedicationRequest: A"),
        (resource("MedicationRequest", medicationReference={"display": "A"}), "MedicationRequest: A"),
        (resource("Encounter", type=[{"coding": []}, {"text": "Visit"}]), "Encounter: Visit"),
        (resource("Patient", name=[{"family": "Doe", "given": ["Jo", "Ann"]}]), "Patient: Jo Ann Doe"),
        (resource("Composition", title="Letter", type={"text": "Note"}), "Composition: Letter"),
        (resource("Basic"), "Basic"),
        (resource("Basic", code=7, type=[[]], title={}), "Basic"),
        ({}, "Resource"),
    ],
)
def test_titles(value: Json, expected: str) -> None:
    """A title is the type and what it is about, in words where there are words."""
    assert expected == title_of(value)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (resource("Observation", issued="2024-02-02", effectiveDateTime="2024-01"), "2024-01"),
        (resource("Observation", effectivePeriod={"start": "2024-01-05"}), "2024-01-05"),
        (resource("Observation", issued="2024-02-02T10:00:00Z"), "2024-02-02"),
        (
            resource("ExplanationOfBenefit", created="IGNORED", billablePeriod={"start": "1999-10-27"}),
            "1999-10-27",
        ),
        (resource("Claim", billablePeriod={"end": "2000"}, created="2014-08-16"), "2014-08-16"),
        (resource("Provenance", occurredPeriod={"start": "2015"}, recorded="2016-01-01"), "2016-01-01"),
        (resource("Immunization", date="2013-01-10"), "2013-01-10"),
        (resource("Patient", birthDate="1980-01-01", date="2000"), None),
        (resource("Observation", birthDate="1980-01-01"), None),
        ([], None),
    ],
)
def test_dates(value: Json, expected: str | None) -> None:
    """Clinical time comes before administrative time; a birth date is never the date of a document."""
    assert expected == date_of(value)


def test_writers_are_told_apart() -> None:
    """A person is the author and an organisation the source, in whichever field they stand."""
    names: Names = {"urn:uuid:1": ("Organization", "Lab"), "Practitioner/2": ("Practitioner", "Dr Lee")}
    by_urn: Json = {"reference": "urn:uuid:1"}
    by_address: Json = {"reference": "https://example.org/fhir/Practitioner/2"}
    expected = ("Dr Lee", "Lab")
    assert expected == writers_of(resource("DiagnosticReport", performer=[by_urn, by_address]), names)
    assert expected == writers_of(resource("Composition", author=[by_address], custodian=by_urn), names)
    assert (None, "Lab") == writers_of(resource("Composition", author=by_urn), names)
    assert (None, None) == writers_of(resource("Composition", author=[7, None, {"reference": 3}]), names)


def test_what_a_resource_contains_has_names() -> None:
    """References to contained resources, and references within performers, are followed."""
    contained: Json = [{"resourceType": "Practitioner", "id": "p", "name": [{"text": "Dr Kim"}]}]
    inner: Json = [{"actor": {"reference": "#p"}}]
    assert ("Dr Kim", None) == writers_of(resource("Immunization", contained=contained, performer=inner), {})
    assert (None, "Site") == writers_of(resource("AuditEvent", source={"observer": {"display": "Site"}}), {})


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ([{"text": "A B"}], "A B"),
        ([{"use": "maiden", "family": "Old"}, {"use": "official", "family": "New", "given": ["X"]}], "X New"),
        ({"family": ["Dstu", "Two"], "given": ["X"]}, "X Dstu Two"),
        ([{"family": 7, "given": [None]}], None),
        ([], None),
        ("text", None),
    ],
)
def test_names_of_persons(names: Json, expected: str | None) -> None:
    """The official name counts, its own text before its parts."""
    assert expected == person_name(names)


def test_names_of_others() -> None:
    """Organisations and devices say their names in their own ways."""
    assert "Clinic" == resource_name(resource("Organization", name="Clinic"))
    assert "Meter" == resource_name(resource("Device", deviceName=[{"name": "Meter"}]))
    assert "Pump" == resource_name(resource("Device", type={"text": "Pump"}))


@pytest.mark.parametrize("name", ["", "patient", "P1", "A" * 65, "Ärzte", 7, None, "A b"])
def test_other_words_are_no_resource_types(name: Json) -> None:
    """A resource type is a capital and letters."""
    assert not is_resource_type(name)
    assert is_resource_type("Patient")
