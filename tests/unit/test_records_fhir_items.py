# SPDX-License-Identifier: Apache-2.0
"""Resources of any version as items: R4 names, codes, dates, status, values and words."""

import hashlib

import pytest

from healthvault.records.statements import Coding, Item, Quantity
from tests.fhir_files import Json, bundle, coded, items_of, observation

LOINC = "http://loinc.org"


def item_of(resource: Json) -> Item:
    """Return the item of one resource."""
    return items_of(bundle(resource))[0]


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("MedicationOrder", "MedicationRequest"),
        ("DiagnosticOrder", "ServiceRequest"),
        ("ProcedureRequest", "ServiceRequest"),
        ("DeviceUseRequest", "DeviceRequest"),
        ("Observation", "Observation"),
        ("SomethingNew", "SomethingNew"),
    ],
)
def test_types_have_their_r4_names(kind: str, expected: str) -> None:
    """What was renamed is one thing in all versions; its identity is as its source calls it."""
    item = item_of({"resourceType": kind, "id": "1"})
    assert (expected, expected, f"{kind}/1") == (item.type, item.title, item.identity)


def test_people_places_and_envelopes_are_no_items() -> None:
    """They are counted, and what they are called stands in the items."""
    assert [] == items_of(bundle({"resourceType": "Organization"}, {"resourceType": "Binary"}))


@pytest.mark.parametrize(
    ("full_url", "expected"),
    [
        ("urn:uuid:5", "Observation/5"),
        ("http://a.example/fhir/Observation/6", "Observation/6"),
        ("http://a.example/fhir/Patient/6", None),
        ("resource:0", None),
        ("", None),
    ],
)
def test_identity_without_an_id(full_url: str, expected: str | None) -> None:
    """A new resource is known by the address that its Bundle gives it, if that names it."""
    (item,) = items_of(bundle({"fullUrl": full_url, "resource": observation()}))
    assert expected == item.identity


def test_the_digest_is_of_the_content() -> None:
    """Members sorted, numbers as written, and without what a server changes by itself."""
    one = observation(id="o", valueQuantity={"value": 1.5}, meta={"versionId": "1", "lastUpdated": "2020"})
    two = observation(valueQuantity={"value": 1.5}, id="o", meta={"versionId": "2"})
    text = b'{"code":{"coding":[{"code":"8480-6","system":"http://loinc.org"}]},"id":"o","resourceType":"Observation","status":"final","valueQuantity":{"value":1.5}}'
    assert hashlib.sha256(text).digest() == item_of(one).digest == item_of(two).digest
    kept = observation(id="o", valueQuantity={"value": 1.5}, meta={"profile": ["x"]})
    assert item_of(one).digest != item_of(kept).digest


@pytest.mark.parametrize(
    ("system", "expected"),
    [
        ("http://hl7.org/fhir/v3/ActCode", "http://terminology.hl7.org/CodeSystem/v3-ActCode"),
        ("http://hl7.org/fhir/v2/0203", "http://terminology.hl7.org/CodeSystem/v2-0203"),
        ("http://hl7.org/fhir/observation-category", "http://terminology.hl7.org/CodeSystem/observation-category"),
        ("http://hl7.org/fhir/sid/cvx", "http://hl7.org/fhir/sid/cvx"),
        ("http://hl7.org/fhir/request-status", "http://hl7.org/fhir/request-status"),
        ("observation-category", "observation-category"),
        ("", ""),
    ],
)
def test_systems_are_those_of_r4(system: str, expected: str) -> None:
    """HL7 moved its code systems; what it did not move, and what is unknown, stays."""
    assert (Coding(system=expected, code="x"),) == item_of(observation(code=coded("x", system))).codes


def test_codes() -> None:
    """Each code once, with its display; a dash is no code, and another member's code is not the thing's."""
    coding = [
        {"system": "s", "code": "1", "display": "One"},
        {"system": "s", "code": "1"},
        {"code": "-"},
        {"code": 7},
    ]
    item = item_of(observation(code={"coding": coding}, category=[coded("laboratory")]))
    assert ((Coding(system="s", code="1", display="One"),), "One") == (item.codes, item.title)
    assert () == item_of(observation(code={"text": "own"}, category=[coded("laboratory")])).codes


@pytest.mark.parametrize(
    ("resource", "title", "code"),
    [
        (
            {"resourceType": "Encounter", "class": {"code": "AMB"}, "type": [coded("1", text="Visit")]},
            "Visit",
            "1",
        ),
        ({"resourceType": "Encounter", "class": {"code": "AMB"}}, "AMB", "AMB"),
        ({"resourceType": "Consent", "scope": coded("s"), "category": [coded("c", text="Will")]}, "s, Will", "s"),
        ({"resourceType": "AllergyIntolerance", "substance": coded("1", text="Nuts")}, "Nuts", "1"),
        ({"resourceType": "Composition", "title": "Letter", "type": coded("1")}, "Letter", "1"),
        ({"resourceType": "Immunization", "vaccineCode": coded("207")}, "207", "207"),
        ({"resourceType": "Claim", "type": "institutional"}, "institutional", None),
    ],
)
def test_titles(resource: Json, title: str, code: str | None) -> None:
    """The words of what a resource is about, else its first code."""
    item = item_of(resource)
    assert (title, code) == (item.title, item.codes[0].code if item.codes else None)


@pytest.mark.parametrize(
    ("fields", "date", "until"),
    [
        ({"effectiveDateTime": "2020-04-28T21:53:35-04:00"}, "2020-04-28T21:53:35-04:00", None),
        ({"effectiveDateTime": "2020-04-28T21:53"}, "2020-04-28T21:53", None),
        ({"effectiveDateTime": "2020"}, "2020", None),
        ({"effectiveDateTime": "2020-04-28T99"}, "2020-04-28", None),
        ({"effectiveDateTime": "IGNORED_FIELD", "issued": "2020-05"}, "2020-05", None),
        ({"effectivePeriod": {"start": "2020-01-01", "end": "2020-02-01"}}, "2020-01-01", "2020-02-01"),
        ({"effectivePeriod": {"end": "2020-02-01"}}, None, "2020-02-01"),
        ({"effectiveTiming": {"event": ["2020-01-01"]}}, "2020-01-01", None),
        ({"effectiveTiming": {"repeat": {"boundsPeriod": {"start": "2020-01-01"}}}}, "2020-01-01", None),
        (
            {"issued": "2020-05-01T00:00:00Z", "effectiveInstant": "2020-04-01T00:00:00Z"},
            "2020-04-01T00:00:00Z",
            None,
        ),
        (
            {"resourceType": "Condition", "onsetDateTime": "2015", "abatementDateTime": "2016-03"},
            "2015",
            "2016-03",
        ),
        (
            {"resourceType": "Consent", "dateTime": "2016", "provision": {"period": {"end": "2017"}}},
            "2016",
            "2017",
        ),
        ({"resourceType": "Specimen", "collection": {"collectedDateTime": "2020-01"}}, "2020-01", None),
        ({"resourceType": "Specimen", "receivedTime": "2020-02"}, "2020-02", None),
        ({"resourceType": "Immunization", "date": "2019-01-01", "wasNotGiven": False}, "2019-01-01", None),
        ({"valueDateTime": "2020"}, None, None),
    ],
)
def test_dates(fields: Json, date: str | None, until: str | None) -> None:
    """Clinical time first, as it is written, with its offset; what is no time is cut or left out."""
    item = item_of(observation(**fields))
    assert (date, until) == (item.date, item.until)


@pytest.mark.parametrize(
    ("resource", "status"),
    [
        ({"resourceType": "Condition", "clinicalStatus": "active"}, "active"),
        ({"resourceType": "Condition", "clinicalStatus": coded("resolved")}, "resolved"),
        ({"resourceType": "Condition", "verificationStatus": coded("confirmed")}, "confirmed"),
        (
            {
                "resourceType": "Condition",
                "clinicalStatus": coded("active"),
                "verificationStatus": coded("refuted"),
            },
            "refuted",
        ),
        ({"resourceType": "Condition", "verificationStatus": "entered-in-error"}, "entered-in-error"),
        ({"resourceType": "Immunization", "status": "completed", "wasNotGiven": True}, "not-done"),
        ({"resourceType": "Immunization", "status": "completed", "notGiven": True}, "not-done"),
        ({"resourceType": "Procedure", "status": "completed", "notPerformed": True}, "not-done"),
        ({"resourceType": "MedicationStatement", "status": "active", "taken": "n"}, "not-taken"),
        ({"resourceType": "Goal", "lifecycleStatus": "active"}, "active"),
        ({"resourceType": "AuditEvent"}, None),
    ],
)
def test_status(resource: Json, status: str | None) -> None:
    """FHIR's own word, and of a denial or mistake that word."""
    assert status == item_of(resource).status


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        (
            {
                "valueQuantity": {
                    "value": 6.3,
                    "unit": "mmol/l",
                    "system": "http://unitsofmeasure.org",
                    "code": "mmol/L",
                }
            },
            Quantity(number="6.3", unit="mmol/L"),
        ),
        (
            {"valueQuantity": {"value": 5, "unit": "puffs", "system": "http://snomed.info/sct", "code": "7"}},
            Quantity(number="5", unit="puffs"),
        ),
        ({"valueQuantity": {"value": 5, "comparator": "<"}}, Quantity(number="5", comparator="<")),
        ({"valueQuantity": {"value": 5, "comparator": "about"}}, Quantity(number="5")),
        ({"valueQuantity": {"value": "5.10"}}, Quantity(number="5.10")),
        ({"valueQuantity": {"value": "many"}}, None),
        ({"valueQuantity": {"code": "mg"}}, None),
        ({"valueInteger": 3}, Quantity(number="3")),
        ({"valueString": "3"}, None),
    ],
)
def test_quantities(fields: Json, expected: Quantity | None) -> None:
    """The UCUM code if there is one, else the unit's name; what is no number is none."""
    assert expected == item_of(observation(**fields)).quantity


@pytest.mark.parametrize(
    ("ranges", "expected"),
    [
        ([{"low": {"value": 1, "unit": "g"}, "high": {"value": 2.50, "unit": "g"}}], ("1", "2.5")),
        ([{"type": coded("normal"), "high": {"value": 2}}], (None, "2")),
        ([{"type": coded("therapeutic"), "high": {"value": 2}}, {"low": {"value": 1}}], ("1", None)),
        ([{"appliesTo": [coded("x")], "low": {"value": 1}}], (None, None)),
        ([{"age": {}, "low": {"value": 1}}], (None, None)),
        ([{"low": {"value": 1, "unit": "mg"}}], (None, None)),
    ],
)
def test_reference_ranges(ranges: list[Json], expected: tuple[str | None, str | None]) -> None:
    """The range for everybody, in the unit of the value; any other is not told as that."""
    quantity = item_of(observation(valueQuantity={"value": 1, "unit": "g"}, referenceRange=ranges)).quantity
    assert quantity is not None
    assert expected == (quantity.low, quantity.high)


def test_components() -> None:
    """Each is an item at a place of its own, with the time and status of the whole, and no identity."""
    parts = [
        {"code": coded("8480-6"), "valueQuantity": {"value": 120, "unit": "mmHg"}},
        {"code": {"text": "Position"}, "valueCodeableConcept": {"text": "sitting"}},
        {"code": {"text": "Cuff"}, "dataAbsentReason": {"text": "unknown"}},
    ]
    whole, *found = items_of(bundle(observation(id="o", effectiveDateTime="2020", component=parts)))
    assert "8480-6: 120 mmHg; Position: sitting" == whole.text
    assert [
        ("entry[0].component[0]", "8480-6", None, "2020", "final"),
        ("entry[0].component[1]", "Position", "sitting", "2020", "final"),
        ("entry[0].component[2]", "Cuff", "unknown", "2020", "final"),
    ] == [(item.place, item.title, item.text, item.date, item.status) for item in found]
    assert {(None, None)} == {(item.identity, item.digest) for item in found}


def test_a_single_resource_has_its_type_for_a_place() -> None:
    """There is nothing around it."""
    whole, part = items_of(observation(component=[{"code": coded("1")}]), "x.json")
    assert ("Observation", "component[0]") == (whole.place, part.place)
