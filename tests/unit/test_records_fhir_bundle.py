# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.records.fhir_bundle."""

import pytest

from healthvault.records.fhir_bundle import MAX_NAMES, MAX_TYPES, BundleSummary, found_resource
from healthvault.records.json_walk import Json
from healthvault.records.kinds import Kind

PATIENT: Json = {"resourceType": "Patient", "id": "p", "name": [{"text": "Ann Lee"}]}
OBSERVATION: Json = {"resourceType": "Observation", "code": {"text": "Pulse"}}
REPORT: Json = {
    "resourceType": "DiagnosticReport", "code": {"text": "Lipids"}, "issued": "2011-03-04",
    "performer": [{"reference": "Organization/l"}],
}  # fmt: skip
LAB: Json = {"resourceType": "Organization", "id": "l", "name": "Lab"}
AUTHOR: Json = {"resourceType": "PractitionerRole", "id": "r", "practitioner": {"display": "Dr Kim"}}


def summary(*resources: Json) -> BundleSummary:
    """Return the summary of a Bundle of these resources."""
    bundle = BundleSummary()
    for place, resource in enumerate(resources):
        bundle.add({"fullUrl": f"urn:x:{place}", "resource": resource})
    return bundle


def composition(code: str = "60591-5", system: str = "http://loinc.org", **members: Json) -> Json:
    """Return a Composition of a LOINC type."""
    return {
        "resourceType": "Composition", "type": {"coding": [{"system": system, "code": code, "display": "Note"}]},
        "author": [{"reference": "PractitionerRole/r"}], "custodian": {"reference": "urn:x:1"}, **members,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("resources", "is_complete", "expected"),
    [
        ((PATIENT, OBSERVATION, OBSERVATION), True, "Ann Lee (2 Observation resources)"),
        ((PATIENT, OBSERVATION, REPORT), True, "Ann Lee (3 resources)"),
        ((PATIENT, OBSERVATION), False, "Ann Lee (more than 2 resources)"),
        ((PATIENT, PATIENT), True, "2 patients (2 resources)"),
        ((PATIENT,), True, "Ann Lee (1 resource)"),
        ((OBSERVATION, OBSERVATION, LAB), True, "Observation, Organization (2 Observation resources)"),
        ((None, 7, [], {"resourceType": "x"}, {"resourceType": 3}), True, "Bundle"),
    ],
)
def test_titles_of_bundles(resources: tuple[Json, ...], is_complete: bool, expected: str) -> None:
    """One patient is named, several are only counted, and what was not seen is said."""
    assert expected == summary(*resources).told(is_complete=is_complete)


def test_names_are_bounded() -> None:
    """Very many names, and very long addresses, cost a bounded table."""
    bundle = BundleSummary()
    for place in range(MAX_NAMES + 50):
        long: Json = {"resourceType": "Organization", "id": f"{place}", "name": "Lab"}
        bundle.add({"fullUrl": "x" * 1000, "resource": long})
    bundle.add({"resource": {"resourceType": "Organization"}})
    assert MAX_NAMES == len(bundle.names)


def test_types_are_bounded() -> None:
    """A Bundle of very many invented types costs a bounded table."""
    bundle = BundleSummary()
    for place in range(MAX_TYPES + 50):
        letters = "".join(chr(97 + int(digit)) for digit in str(place))
        bundle.add({"resource": {"resourceType": f"Type{letters}"}})
    assert MAX_TYPES == len(bundle.counts)


def found(members: Json, bundle: BundleSummary) -> tuple[Kind, str | None, str | None, str | None, str | None]:
    """Return what is found in a complete resource."""
    told = found_resource(members, bundle, is_complete=True, media_type="m")
    assert "m" == told.media_type
    return told.kind, told.title, told.date, told.author, told.source


def test_a_patient_summary_is_known_by_its_code() -> None:
    """A document Bundle with a Composition of LOINC 60591-5 is an IPS; the Composition says title and date."""
    members: Json = {"resourceType": "Bundle", "type": "document", "timestamp": "2024-01-02"}
    bundle = summary(composition(title="Summary", date="2023-12-31T23:00:00Z"), LAB, AUTHOR)
    assert (Kind.IPS, "Summary", "2023-12-31", "Dr Kim", "Lab") == found(members, bundle)


@pytest.mark.parametrize(
    ("kind", "code", "system"),
    [("searchset", "60591-5", "http://loinc.org"), ("document", "82593-5", "http://loinc.org"),
     ("document", "60591-5", "http://snomed.info/sct")],
)  # fmt: skip
def test_other_documents_are_bundles(kind: str, code: str, system: str) -> None:
    """Another Bundle type, code or code system makes a Bundle, titled by its Composition all the same."""
    members: Json = {"resourceType": "Bundle", "type": kind, "timestamp": "2024-01-02"}
    expected = (Kind.FHIR_BUNDLE, "Composition: Note", "2024-01-02", "Dr Kim", "Lab")
    assert expected == found(members, summary(composition(code, system), LAB, AUTHOR))


def test_a_report_without_a_patient_names_its_bundle() -> None:
    """A panel of results is told by its report."""
    expected = (Kind.FHIR_BUNDLE, "DiagnosticReport: Lipids", "2011-03-04", None, "Lab")
    assert expected == found({"resourceType": "Bundle", "type": "collection"}, summary(REPORT, OBSERVATION, LAB))


def test_a_collection_is_told_by_patient_and_size() -> None:
    """Without a Composition or a lone report the count tells."""
    expected = (Kind.FHIR_BUNDLE, "Ann Lee (2 resources)", None, None, None)
    assert expected == found({"resourceType": "Bundle"}, summary(PATIENT, LAB))


def test_one_resource_is_no_bundle() -> None:
    """A single resource is told by itself."""
    assert (Kind.FHIR, "Observation: Pulse", None, None, None) == found(OBSERVATION, BundleSummary())
