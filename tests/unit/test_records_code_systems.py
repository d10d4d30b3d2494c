# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.records.code_systems."""

import pytest

from healthvault.records.code_systems import system_of_name, system_of_oid


@pytest.mark.parametrize(
    ("root", "expected"),
    [
        ("2.16.840.1.113883.6.1", "http://loinc.org"),
        ("2.16.840.1.113883.6.96", "http://snomed.info/sct"),
        ("2.16.840.1.113883.6.88", "http://www.nlm.nih.gov/research/umls/rxnorm"),
        ("2.16.840.1.113883.12.292", "http://hl7.org/fhir/sid/cvx"),
        ("2.16.840.1.113883.6.90", "http://hl7.org/fhir/sid/icd-10-cm"),
        ("1.2.3", "urn:oid:1.2.3"),
        ("36E3E930-7B14-11DB-9FE1-0800200C9A66", "urn:uuid:36e3e930-7b14-11db-9fe1-0800200c9a66"),
        ("1..2", "1..2"),
        ("", ""),
    ],
)
def test_systems_by_oid(root: str, expected: str) -> None:
    """A known OID has the URI that FHIR uses, another is a URN, and words stay as they are."""
    assert expected == system_of_oid(root)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("LN", "http://loinc.org"),
        ("cvx", "http://hl7.org/fhir/sid/cvx"),
        ("HL70004", "http://terminology.hl7.org/CodeSystem/v2-0004"),
        ("HL7nnnn", "HL7nnnn"),
        ("I9", "I9"),
        ("1.2.3", "urn:oid:1.2.3"),
        ("L", "L"),
    ],
)
def test_systems_by_name(name: str, expected: str) -> None:
    """Names of HL7 v2 are found; those that could be several systems are left as they are."""
    assert expected == system_of_name(name)
