# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.records.categories."""

import io
import json

import pytest

from healthvault.records.categories import SENSITIVITY_CODES, Category, Sensitivity, category_of, sensitivity_of
from healthvault.records.describe import describe
from healthvault.records.description import Description


def described(data: bytes | object, name: str = "a.json") -> Description:
    """Describe bytes, or a value as JSON."""
    raw = data if isinstance(data, bytes) else json.dumps(data).encode()
    return describe(io.BytesIO(raw), name=name, size_bytes=len(raw))


def concept(code: str) -> list[object]:
    """Return a CodeableConcept list with one code."""
    return [{"coding": [{"code": code}]}]


@pytest.mark.parametrize(
    ("resource", "expected"),
    [
        ({"resourceType": "AllergyIntolerance"}, Category.ALLERGY),
        ({"resourceType": "MedicationRequest"}, Category.MEDICATION),
        ({"resourceType": "MedicationStatement"}, Category.MEDICATION),
        ({"resourceType": "Condition"}, Category.CONDITION),
        ({"resourceType": "Observation"}, Category.LAB),
        ({"resourceType": "Observation", "category": concept("vital-signs")}, Category.VITALS),
        ({"resourceType": "Observation", "category": concept("social-history")}, Category.OTHER),
        ({"resourceType": "DiagnosticReport", "category": concept("RAD")}, Category.IMAGING),
        ({"resourceType": "Immunization"}, Category.IMMUNISATION),
        ({"resourceType": "ExplanationOfBenefit"}, Category.CLAIM),
        ({"resourceType": "Patient"}, Category.OTHER),
        ({"category": 7}, Category.OTHER),
        ([], Category.OTHER),
        (None, Category.OTHER),
    ],
)
def test_the_category_of_a_resource(resource: object, expected: Category) -> None:
    """It follows from the type and, for observations and reports, from their own category."""
    assert expected is category_of(resource)  # type: ignore[arg-type]


def test_labels_are_read() -> None:
    """Each code of the table gives its label; other codes and shapes give none."""
    for word, codes in SENSITIVITY_CODES.items():
        for code in codes:
            assert {word} == sensitivity_of({"meta": {"security": [{"code": code}]}})
    assert set() == sensitivity_of({"meta": {"security": [{"code": "R"}, 7, None]}})
    assert set() == sensitivity_of({"meta": 5})


def test_a_bundle_is_about_what_all_of_it_is_about() -> None:
    """Persons do not count, a second category makes it `other`, and every label of an entry is the Bundle's."""
    patient = {"resource": {"resourceType": "Patient"}}
    allergy = {"resource": {"resourceType": "AllergyIntolerance", "meta": {"security": [{"code": "PSY"}]}}}
    medicine = {"resource": {"resourceType": "MedicationRequest"}}
    told = described({"resourceType": "Bundle", "entry": [patient, allergy, allergy]})
    assert ("allergy", (Sensitivity.MENTAL_HEALTH.value,)) == (told.category, told.sensitivity)
    assert "other" == described({"resourceType": "Bundle", "entry": [allergy, medicine]}).category
    assert "other" == described({"resourceType": "Bundle", "entry": [patient]}).category


def test_other_kinds() -> None:
    """A kind that is about one thing says so; where nothing is known it is `other`."""
    assert "lab" == described(b"MSH|^~\\&|A|B|C|D|20260101||ORU^R01|1|P|2.5\rOBR|1|||x\r", "a.hl7").category
    assert (
        "immunisation" == described(b'{"resourceType":"Immunization"}\n{"resourceType":"Immunization"}\n').category
    )
    assert "other" == described(b"a note", "a.txt").category
