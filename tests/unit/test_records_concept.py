# SPDX-License-Identifier: Apache-2.0
"""What an item is about: the one code that counts, or its title."""

from healthvault.records.concept import concept_of, parse_code, system_words
from healthvault.records.statements import Coding, Item


def item(*codes: tuple[str, str], title: str = "Ferritin") -> Item:
    """Return an item with codes: system and code."""
    made = tuple(Coding(system=system, code=code) for system, code in codes)
    return Item(type="Observation", place="x", title=title, codes=made)


def test_the_code_of_a_known_system_counts() -> None:
    """Whatever the order: LOINC before SNOMED CT before a system that nobody knows before none."""
    loinc, snomed, own = ("http://loinc.org", "2276-4"), ("http://snomed.info/sct", "489004"), ("urn:x", "F")
    assert "loinc|2276-4" == concept_of(item(own, snomed, loinc))
    assert "snomed|489004" == concept_of(item(own, snomed))
    assert "urn:x|F" == concept_of(item(("", "F"), own))


def test_without_a_code_the_title_counts() -> None:
    """Folded, and never taken for a code."""
    assert "title|ferritin low" == concept_of(item(title="Ferritin  LOW"))


def test_codes_as_people_type_them() -> None:
    """A short word or an address before the bar; without it any system may be meant."""
    assert ((), "2276-4") == parse_code("2276-4")
    assert "http://loinc.org" == parse_code("LOINC|2276-4")[0][0]
    assert (("urn:x",), "F") == parse_code("urn:x|F")


def test_systems_are_found_by_their_words() -> None:
    """`loinc 2276-4` is in no document as it stands."""
    assert "loinc" == system_words(item(("urn:oid:2.16.840.1.113883.6.1", "2276-4"), ("urn:x", "F")))
