# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.records.text_subject."""

import pytest

from healthvault.records.text_subject import labelled_subject


def test_name_with_birth_date_or_number() -> None:
    """Either stands beside the name."""
    born = labelled_subject("Patient name:  Jane  Public\nDate of birth: 2000-01-01")
    assert born is not None
    assert ("Jane Public", "2000-01-01") == (born.names[0].text, born.birth_date)
    numbered = labelled_subject("Patient: Jane Public\nMRN: 00-17")
    assert numbered is not None
    assert ["00-17"] == [each.code for each in numbered.identifiers]


@pytest.mark.parametrize(
    "text",
    [
        "Patient: Jane Public",
        "DOB: 2000-01-01",
        "Patient: Jane Public\nDOB: 01/02/2000",
        "Patient: Jane Public\nDOB: 2000-02-31",
        "the Patient: Jane Public\nDOB: 2000-01-01",
        "Patient: Jane Public\nPatient: John Public\nDOB: 2000-01-01",
        "Patient: Jane Public\nDOB: 2000-01-01\nDOB: 2001-01-01",
        "Patient: Jane Public\nMRN: 1\nMRN: 2",
        "",
    ],
)
def test_nobody(text: str) -> None:
    """A name alone, a date that could be two, a label inside a line, two people: nobody."""
    assert labelled_subject(text) is None
