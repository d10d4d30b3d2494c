# SPDX-License-Identifier: Apache-2.0
"""Versions of FHIR by what a document says, and by its shapes."""

import pytest

from healthvault.records.fhir_versions import UNKNOWN, VersionSigns
from tests.fhir_files import Json, coded, observation, patient


def version(*resources: Json, is_xml: bool = False) -> str:
    """Return the version of a document of these resources."""
    signs = VersionSigns(is_xml=is_xml)
    for resource in resources:
        signs.take(resource)
    return signs.version()


@pytest.mark.parametrize(
    ("resource", "expected"),
    [
        ({"resourceType": "MedicationOrder"}, "DSTU2"),
        ({"resourceType": "Encounter", "class": "ambulatory"}, "DSTU2"),
        ({"resourceType": "Immunization", "wasNotGiven": False, "date": "2020"}, "DSTU2"),
        ({"resourceType": "Immunization", "notGiven": False, "date": "2020"}, "STU3"),
        (observation(context={"reference": "Encounter/1"}), "STU3"),
        ({"resourceType": "Condition", "clinicalStatus": "active", "assertedDate": "2020"}, "STU3"),
        ({"resourceType": "Consent", "scope": coded("x"), "dateTime": "2020"}, "R4"),
        ({"resourceType": "AllergyIntolerance", "clinicalStatus": coded("active"), "type": "allergy"}, "R4"),
        ({"resourceType": "MedicationRequest", "medication": {"concept": coded("1")}}, "R5"),
        ({"resourceType": "Encounter", "class": [coded("AMB")], "actualPeriod": {}}, "R5"),
        (observation(valueQuantity={"value": 1}), UNKNOWN),
        (patient("1"), UNKNOWN),
    ],
)
def test_shapes(resource: Json, expected: str) -> None:
    """Each version has shapes of its own; what all have tells nothing."""
    assert expected == version(resource)


@pytest.mark.parametrize(
    ("resource", "expected"),
    [
        ({"resourceType": "CapabilityStatement", "fhirVersion": "4.0.1"}, "R4"),
        ({"resourceType": "CapabilityStatement", "fhirVersion": "4.3.0"}, "R4B"),
        ({"resourceType": "CapabilityStatement", "fhirVersion": "9.9"}, UNKNOWN),
        (observation(meta={"profile": ["http://hl7.org/fhir/3.0/StructureDefinition/Observation"]}), "STU3"),
        (observation(meta={"profile": ["http://hl7.org/fhir/DSTU2/x"]}), "DSTU2"),
        (observation(meta={"profile": ["http://hl7.org/fhir/uv/ips/StructureDefinition/x"]}), "R4"),
        (observation(meta={"profile": [7, "http://example.org/x"]}), UNKNOWN),
    ],
)
def test_marks(resource: Json, expected: str) -> None:
    """What a document says of itself weighs more than its shapes."""
    assert expected == version(resource)
    if expected != UNKNOWN and "meta" in resource:
        assert expected == version(
            resource, *[{"resourceType": "MedicationRequest", "medication": {"a": 1}}] * 3
        ) or (expected == "R4")


def test_a_document_is_of_one_version() -> None:
    """One resource that tells decides for those that do not; one odd member does not outweigh the rest."""
    assert "DSTU2" == version(observation(), {"resourceType": "MedicationOrder"})
    odd = {"resourceType": "Immunization", "notGiven": False, "occurrenceDateTime": "2017", "primarySource": True}
    assert "R4" == version(
        odd, {"resourceType": "Consent", "scope": coded("x")}, {"resourceType": "ServiceRequest"}
    )


def test_xml_does_not_tell_one_from_many() -> None:
    """In XML every element is a list, and so only names and texts count."""
    category = {"resourceType": "Observation", "category": [coded("x")]}
    assert UNKNOWN == version(category, is_xml=True)
    assert "STU3" == version(
        {"resourceType": "Condition", "clinicalStatus": ["active"], "assertedDate": ["2020"]}, is_xml=True
    )
