# SPDX-License-Identifier: Apache-2.0
"""Statements that there is nothing, and that nothing is known."""

import pytest

from healthvault.records.absence import NO_INFORMATION, NONE_KNOWN, absence_of
from healthvault.records.statements import Coding, Item


@pytest.mark.parametrize(
    ("code", "title", "expected"),
    [
        ("716186003", "No known allergy", NONE_KNOWN),
        ("no-known-medications", "x", NONE_KNOWN),
        ("no-allergy-info", "x", NO_INFORMATION),
        ("", "NKDA", NONE_KNOWN),
        ("", "No known drug allergies", NONE_KNOWN),
        ("91936005", "No known words, but a code", None),
        ("", "Nkabinde syndrome", None),
        ("", "No known cause was found for the rash that came after the second dose of penicillin", None),
    ],
)
def test_absence(code: str, title: str, expected: str | None) -> None:
    """A code decides; a title only where it says nothing else and there is no code."""
    codes = (Coding(system="http://snomed.info/sct", code=code),) if code else ()
    assert expected == absence_of(Item(type="AllergyIntolerance", place="x", title=title, codes=codes))
