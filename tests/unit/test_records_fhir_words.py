# SPDX-License-Identifier: Apache-2.0
"""What resources say beside code and number."""

import pytest

from healthvault.records.fhir_words import text_of
from tests.fhir_files import Json, coded, observation

ALLERGY = {
    "resourceType": "AllergyIntolerance",
    "criticality": "CRITH",
    "reaction": [
        {"manifestation": [{"text": "Hives"}, {"text": "Itch"}], "severity": "mild"},
        {"severity": "severe"},
        {"description": "Swelling"},
    ],
}
DOSES = [
    {"text": "one a day", "additionalInstruction": [{"text": "with food"}]},
    {
        "doseAndRate": [{"doseQuantity": {"value": 10, "unit": "U"}}],
        "timing": {"repeat": {"frequency": 2, "period": 1, "periodUnit": "d"}},
        "route": {"text": "oral"},
        "asNeededBoolean": True,
    },
    {"doseRange": {"low": {"value": 1}, "high": {"value": 2}}, "timing": {"code": {"text": "BID"}}},
    {"rateRatio": {"numerator": {"value": 1, "unit": "mL"}, "denominator": {"value": 1, "unit": "h"}}},
    {"quantityQuantity": {"value": 3}, "timing": {"repeat": {"periodUnits": "h", "period": 8}}},
]


@pytest.mark.parametrize(
    ("resource", "expected"),
    [
        (observation(valueCodeableConcept={"text": "Never"}), "Never"),
        (observation(valueCodeableConcept=coded("7")), "7"),
        (observation(valueString="a\n b", interpretation=[{"text": "High"}]), "a b; High"),
        (observation(valueBoolean=False), "false"),
        (observation(valueRange={"low": {"value": 1, "unit": "g"}}), "1 g to"),
        (observation(valueRatio={"numerator": {"value": 1}, "denominator": {"value": 128}}), "1:128"),
        (observation(valuePeriod={"start": "2020", "end": "2021"}), "2020 to 2021"),
        (observation(valueTime="10:00:00"), "10:00:00"),
        (observation(dataAbsentReason={"text": "not asked"}), "not asked"),
        (observation(valueQuantity={"value": 1}, dataAbsentReason={"text": "not asked"}), None),
        (observation(valueQuantity={"value": 1}, referenceRange=[{"text": "below 5"}]), "below 5"),
        (ALLERGY, "Hives, Itch (mild); reaction (severe); Swelling; criticality high"),
        (
            {"resourceType": "Condition", "severity": {"text": "mild"}, "stage": [{"summary": {"text": "II"}}]},
            "mild; II",
        ),
        (
            {"resourceType": "MedicationOrder", "dosageInstruction": DOSES},
            "one a day, with food; 10 U, 2x per 1 d, oral, as needed; 1 to 2, BID; 1 mL:1 h; 3, 1x per 8 h",
        ),
        (
            {
                "resourceType": "Immunization",
                "lotNumber": "A1",
                "protocolApplied": [{"doseNumberPositiveInt": 2}, {}],
            },
            "dose 2; lot A1",
        ),
        (
            {"resourceType": "DiagnosticReport", "conclusion": "ok", "conclusionCode": [{"text": "fine"}]},
            "ok; fine",
        ),
        ({"resourceType": "Encounter", "reasonCode": [{"text": "cough"}]}, "cough"),
        (
            {
                "resourceType": "Composition",
                "section": [
                    {"title": "A", "entry": [{}, {}]},
                    {"code": {"text": "B"}, "emptyReason": {"text": "nil"}},
                    {},
                ],
            },
            "A (2); B (0, nil); section (0)",
        ),
        (
            {
                "resourceType": "CarePlan",
                "description": "x",
                "activity": [{"detail": {"code": {"text": "Diet"}}}, {"detail": {"description": "Walk"}}],
            },
            "x; Diet; Walk",
        ),
        (
            {"resourceType": "CareTeam", "participant": [{"role": [{"text": "GP"}], "member": {"display": "Dr"}}]},
            "GP: Dr",
        ),
        (
            {
                "resourceType": "Goal",
                "achievementStatus": {"text": "on track"},
                "target": [{"measure": {"text": "Weight"}, "detailQuantity": {"value": 70, "unit": "kg"}}],
            },
            "on track; Weight: 70 kg",
        ),
        (
            {
                "resourceType": "ImagingStudy",
                "series": [{"modality": {"display": "CT"}, "bodySite": {"display": "Head"}}],
            },
            "CT, Head",
        ),
        (
            {"resourceType": "Consent", "provision": {"type": "deny", "period": {"start": "2020"}}},
            "deny; 2020 to",
        ),
        (
            {
                "resourceType": "FamilyMemberHistory",
                "condition": [{"code": {"text": "Gout"}, "onsetString": "old"}],
            },
            "Gout, old",
        ),
        (
            {"resourceType": "Claim", "use": "claim", "total": {"value": 1.5, "currency": "USD"}, "item": [{}]},
            "claim; total 1.5 USD; 1 item",
        ),
        (
            {
                "resourceType": "ExplanationOfBenefit",
                "outcome": "complete",
                "item": [{}, {}],
                "payment": {"amount": {"value": 2, "currency": "EUR"}},
                "total": [{"category": {"text": "benefit"}, "amount": {"value": 9, "currency": "EUR"}}],
            },
            "complete; benefit 9 EUR; payment 2 EUR; 2 items",
        ),
        (
            {
                "resourceType": "Coverage",
                "class": [{"type": {"text": "plan"}, "value": "7"}],
                "relationship": {"text": "self"},
            },
            "plan 7; relationship self",
        ),
        ({"resourceType": "AuditEvent", "outcome": "0", "outcomeDesc": "fine"}, "outcome 0; fine"),
        (
            {"resourceType": "Provenance", "target": [{"reference": "Consent/1"}], "signature": [{}]},
            "Consent/1; holds a signature, which is not checked",
        ),
        (
            {"resourceType": "DocumentReference", "description": "x", "content": [{"attachment": {"title": "y"}}]},
            "x; y",
        ),
        ({"resourceType": "ResearchSubject", "study": {"reference": "ResearchStudy/1"}}, "ResearchStudy/1"),
        ({"resourceType": "Basic"}, None),
        ({"resourceType": "Condition", "severity": 7, "stage": "x"}, None),
    ],
)
def test_words(resource: Json, expected: str | None) -> None:
    """Each type says what matters of it in the file's own words and numbers."""
    assert expected == text_of(resource)
