# SPDX-License-Identifier: Apache-2.0
"""Whose records a FHIR document holds, and what its references mean."""

import json

import pytest

from healthvault.records.statements import Coding, Item, Name, Subject
from tests.fhir_files import Json, bundle, coded, items_of, observation, patient, statements_of

TO_P = {"reference": "Patient/p"}


def subjects_of(data: bytes | Json, name: str = "file.json") -> list[Subject]:
    """Return the subjects that are stated."""
    return [each for each in statements_of(data, name) if isinstance(each, Subject)]


def numbers(*resources: object, **outer: object) -> list[int | None]:
    """Return whose each item of a Bundle is."""
    return [item.subject for item in items_of(bundle(*resources, **outer))]


def lines(*resources: Json) -> bytes:
    """Return resources, one a line."""
    return "\n".join(map(json.dumps, resources)).encode() + b"\n"


def test_a_patient_is_a_subject() -> None:
    """Names with their use, birth date, sex and identifiers; never the id of the resource."""
    told = patient(
        "secret-id",
        name=[
            {"use": "official", "family": "Roe", "given": ["Ann", "B."]},
            {"use": "maiden", "family": ["van", "Doe"]},
            {"use": "old"},
            {"text": "Ann  Roe"},
        ],
        birthDate="1970-05-01",
        gender="female",
        identifier=[{"system": "http://hl7.org/fhir/v2/0203", "value": " 7 "}, {"value": "x"}, {"system": "y"}],
    )
    assert [
        Subject(
            names=(
                Name(family="Roe", given=("Ann", "B."), use="official"),
                Name(family="van Doe", use="maiden"),
                Name(text="Ann Roe"),
            ),
            birth_date="1970-05-01",
            sex="female",
            identifiers=(
                Coding(system="http://terminology.hl7.org/CodeSystem/v2-0203", code="7"),
                Coding(system="", code="x"),
            ),
        )
    ] == subjects_of(told)


def test_wrong_facts_about_a_person_are_left_out() -> None:
    """A birth date that is none and a sex that FHIR does not know are not told."""
    assert [Subject()] == subjects_of(patient(birthDate="1970-13-41", gender="f", name=7, identifier="x"))


@pytest.mark.parametrize(
    ("full_url", "reference"),
    [
        ("urn:uuid:1", "urn:uuid:1"),
        ("http://a.example/fhir/Patient/p", "http://a.example/fhir/Patient/p"),
        ("http://a.example/fhir/Patient/p", "http://a.example/fhir/Patient/p/_history/3"),
        ("http://a.example/fhir/Patient/p", "Patient/p"),
        ("urn:uuid:1", "Patient/p"),
        ("urn:uuid:1", "http://a.example/fhir/Patient/p"),
        ("", "Patient/p"),
        ("resource:0", "resource:0"),
    ],
)
def test_references(full_url: str, reference: str) -> None:
    """Full URL, name, name behind an address of which the document says nothing else."""
    refers = observation(subject={"reference": reference})
    assert [0] == numbers(refers, {"fullUrl": full_url, "resource": patient("p")})


def test_references_by_identifier_and_to_what_is_contained() -> None:
    """A reference may name an identifier of business, or somebody within the resource itself."""
    identifier = {"system": "urn:x", "value": "7"}
    assert [0] == numbers(observation(subject={"identifier": identifier}), patient("p", identifier=[identifier]))
    contained = observation(contained=[patient("p", name=[{"text": "Ann"}])], subject={"reference": "#p"})
    assert [0] == numbers(contained)
    assert [0, 1] == numbers(contained, contained)


def test_another_place_is_another_person() -> None:
    """The same name at another address is not the same patient."""
    here = {"fullUrl": "http://a.example/Patient/1", "resource": patient("1")}
    away = observation(subject={"reference": "http://b.example/Patient/1"})
    near = observation(subject={"reference": "http://a.example/Patient/1"})
    assert [1, 0] == numbers(away, near, here)
    (_, stranger) = subjects_of(bundle(away, near, here))
    assert Subject() == stranger


def test_a_name_that_two_have_names_neither() -> None:
    """Two patients with one id from two places cannot be told apart by it."""
    one, two = ({"fullUrl": f"http://{host}.example/Patient/1", "resource": patient("1")} for host in "ab")
    by_name = observation(subject={"reference": "Patient/1"})
    assert [None] == numbers(one, two, by_name)
    exact = observation(subject={"reference": "http://b.example/Patient/1"})
    assert [1] == numbers(one, two, exact)


def test_versions_of_one_patient_are_one_person() -> None:
    """A history tells of the newest first; who has neither address nor id is somebody of their own."""
    one = {"fullUrl": "http://a.example/Patient/1", "resource": patient("1", gender="male")}
    old = {"fullUrl": "http://a.example/Patient/1", "resource": patient("1")}
    assert [Subject(sex="male")] == subjects_of(bundle(one, old))
    assert 2 == len(subjects_of(bundle(patient(), patient())))


def test_who_is_not_there() -> None:
    """Where several people are spoken of, everybody has a number, also who is not described."""
    refers = [observation(subject={"reference": f"Patient/{name}", "display": name.upper()}) for name in "aba"]
    assert [0, 1, 0] == [item.subject for item in items_of(lines(*refers), "x.ndjson")]
    assert ["A", "B"] == [subject.names[0].text for subject in subjects_of(lines(*refers), "x.ndjson")]
    assert [None, None] == [item.subject for item in items_of(lines(refers[0], refers[2]), "x.ndjson")]
    assert [] == subjects_of(lines(refers[0]), "x.ndjson")


def test_who_is_no_patient() -> None:
    """A group, a device or a place has no number."""
    others = [observation(subject={"reference": f"{kind}/1"}) for kind in ("Group", "Device", "Location")]
    assert [None, None, None, 0] == numbers(*others, observation(subject=TO_P), patient("p"))
    device = {"fullUrl": "urn:uuid:d", "resource": {"resourceType": "Group"}}
    assert [None, 0] == numbers(observation(subject={"reference": "urn:uuid:d"}), observation(subject=TO_P),
                                device, patient("p"))  # fmt: skip


def test_composition_decides_whom_a_document_is_about() -> None:
    """The others are held and not meant; a broken reference in it names nobody."""
    letter = {"resourceType": "Composition", "subject": {"reference": "Patient/q"}}
    document = bundle(
        letter, patient("p"), patient("q"), observation(subject={"reference": "Patient/x"}), kind="document"
    )
    assert [False, True] == [subject.is_main for subject in subjects_of(document)]
    assert [1, None] == [item.subject for item in items_of(document)]
    lost = bundle({"resourceType": "Composition"}, patient("p"), patient("q"), kind="document")
    assert [True, True] == [subject.is_main for subject in subjects_of(lost)]


def test_who_is_insured_is_meant() -> None:
    """A beneficiary is whom a coverage is about, and not who pays."""
    cover = {"resourceType": "Coverage", "subscriber": {"reference": "Patient/a"}, "beneficiary": TO_P}
    assert [False, True] == [each.is_main for each in subjects_of(bundle(patient("a"), patient("p"), cover))]


@pytest.mark.parametrize(
    "fields",
    [
        {"medicationReference": {"reference": "Medication/m", "display": "shown"}},
        {"medicationReference": {"reference": "#m"}, "contained": True},
        {"medication": {"reference": {"reference": "Medication/m"}}},
    ],
)
def test_medicines(fields: Json) -> None:
    """The codes and the name of a medicine are those of the Medication that is referred to."""
    medicine = {"resourceType": "Medication", "id": "m", "code": coded("1", "urn:rx", text="Aspirin")}
    if fields.pop("contained", None):
        fields["contained"] = [medicine]
    request = {"resourceType": "MedicationRequest", **fields}
    first = next(item for item in items_of(bundle(request, medicine)) if item.type == "MedicationRequest")
    assert ("Aspirin", (Coding(system="urn:rx", code="1"),)) == (first.title, first.codes)


def test_a_medicine_that_is_not_there_has_the_name_it_is_given() -> None:
    """Nothing is made up of a reference that leads nowhere."""
    request = {"resourceType": "MedicationRequest", "medicationReference": {"reference": "x/1", "display": "Iron"}}
    (item,) = items_of(bundle(request))
    assert ("Iron", ()) == (item.title, item.codes)


def test_authors_are_named() -> None:
    """Who wrote something is looked up, through a role to the person."""
    doctor = {"resourceType": "Practitioner", "id": "d", "name": [{"text": "Dr. Lee"}]}
    role = {"resourceType": "PractitionerRole", "id": "r", "practitioner": {"reference": "Practitioner/d"},
            "code": [coded("x", text="Doctor")]}  # fmt: skip
    clinic = {"resourceType": "Organization", "id": "c", "name": "Clinic"}
    by_role = observation(performer=[{"reference": "PractitionerRole/r"}, {"reference": "Organization/c"}])
    (item,) = items_of(bundle(by_role, role, doctor, clinic))
    assert ("Dr. Lee", "Clinic") == (item.author, item.source)


def test_labels_of_a_bundle_are_those_of_what_is_in_it() -> None:
    """Sensitivity is inherited, and added to the resource's own."""
    label = {"security": [{"code": "PSY"}]}
    items = items_of(bundle(observation(meta={"security": [{"code": "HIV"}]}), observation(), meta=label))
    assert [("mental-health", "sexual-health"), ("mental-health",)] == [item.sensitivity for item in items]


def test_the_same_name_in_two_kinds() -> None:
    """`Patient/1` is not `Group/1`."""
    items = items_of(
        bundle({"resourceType": "Group", "id": "1"}, patient("1"), observation(subject={"reference": "Group/1"}))
    )
    assert [None] == [item.subject for item in items if isinstance(item, Item)]
