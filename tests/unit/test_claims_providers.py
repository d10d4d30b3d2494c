# SPDX-License-Identifier: Apache-2.0
"""Names of providers: of the same, or not."""

import pytest

from healthvault.claims.providers import agree, are_known


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Dr. Maria Oliveira", "Oliveira, María MD"),
        ("LAKESIDE FAMILY PRACTICE LLC", "Lakeside Family Practice"),
        ("Northgate General Hospital", "Northgate Gen. Hospital Inc"),
        ("Sunrise Physiotherapy", "Sunrise Physiotherapie"),
        ("Klinik St. Anna", "St. Anna Klinik"),
        ("1234567890", "1234567890"),
        ("Medical Clinic", "medical clinic"),
    ],
)
def test_the_same_in_other_words(one: str, other: str) -> None:
    """Titles, forms of companies, accents, order and case say nothing."""
    assert agree([one], [other])
    assert agree([other], [one])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("St. Mary Hospital", "St. John Hospital"),
        ("Dr. Lee", "Dr. Leeds"),
        ("1234567890", "1234567891"),
        ("Lakeside Family Practice", "Northgate General Hospital"),
        ("", "Lakeside"),
        ("?", "!"),
    ],
)
def test_others(one: str, other: str) -> None:
    """Half of the words is not enough."""
    assert not agree([one], [other])
    assert not agree([other], [one])


def test_who_is_known() -> None:
    """A name of signs alone tells nobody."""
    assert are_known(["", "Lee"])
    assert not are_known(["", "-", "x"])
