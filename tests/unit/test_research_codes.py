# SPDX-License-Identifier: Apache-2.0
"""A code leaves only if it is of a known terminology and has the form of its codes."""

import pytest

from healthvault.records.statements import Coding
from healthvault.research.codes import known_code

LOINC, SNOMED = "http://loinc.org", "http://snomed.info/sct"


@pytest.mark.parametrize(
    ("system", "code", "address"),
    [
        (LOINC, "2276-4", LOINC),
        ("urn:oid:2.16.840.1.113883.6.1", "8480-6", LOINC),
        (SNOMED, "44054006", SNOMED),
        (SNOMED, "900000000000207008", SNOMED),
        ("http://www.whocc.no/atc", "A10BA02", "http://www.whocc.no/atc"),
        ("http://www.nlm.nih.gov/research/umls/rxnorm", "860975", "http://www.nlm.nih.gov/research/umls/rxnorm"),
        ("http://hl7.org/fhir/sid/cvx", "08", "http://hl7.org/fhir/sid/cvx"),
        ("http://hl7.org/fhir/sid/icd-10", "E11.9", "http://hl7.org/fhir/sid/icd-10"),
        (
            "http://terminology.hl7.org/CodeSystem/v3-ActCode",
            "AMB",
            "http://terminology.hl7.org/CodeSystem/v3-ActCode",
        ),
    ],
)
def test_codes_that_leave(system: str, code: str, address: str) -> None:
    """Under the one address that is written, without the display."""
    assert (address, code) == known_code(Coding(system=system, code=code, display="Ana Silva"))


@pytest.mark.parametrize(
    ("system", "code"),
    [
        ("https://clinic.example/codes", "2276-4"),
        ("", "2276-4"),
        (LOINC, "2276-5"),
        (LOINC, "LP29684-5"),
        (LOINC, "Ana Silva"),
        (SNOMED, "44054007"),
        (SNOMED, "4711471147"),
        (SNOMED, "44054006\n"),
        (SNOMED, "44054006|Diabetes of Ana|"),
        ("http://www.nlm.nih.gov/research/umls/rxnorm", "MRN4711"),
        ("http://hl7.org/fhir/sid/icd-10", "SILVA"),
        ("http://terminology.hl7.org/CodeSystem/v3-ActCode", "ANA"),
        ("http://www.ama-assn.org/go/cpt", "99213"),
    ],
)
def test_codes_that_stay(system: str, code: str) -> None:
    """A list of a clinic's own, another form, a check digit that is wrong."""
    assert known_code(Coding(system=system, code=code)) is None
