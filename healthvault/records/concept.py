# SPDX-License-Identifier: Apache-2.0
"""What an item is about: the one code, or the title, by which values are put in a row and statements side by side.

An item may carry codes of several systems; which of them counts is fixed, so that two documents that both have it
agree. Codes of different systems are never taken for the same. Pure. Spec: docs/spec/contents.md section 9.
"""

from healthvault.records.folding import folded
from healthvault.records.statements import Coding, Item

__all__ = ["SYSTEMS", "code_text", "concept_of", "parse_code", "system_words"]

SYSTEMS = {
    "loinc": ("http://loinc.org", "urn:oid:2.16.840.1.113883.6.1"),
    "snomed": ("http://snomed.info/sct", "urn:oid:2.16.840.1.113883.6.96"),
    "rxnorm": ("http://www.nlm.nih.gov/research/umls/rxnorm", "urn:oid:2.16.840.1.113883.6.88"),
    "atc": ("http://www.whocc.no/atc", "urn:oid:2.16.840.1.113883.6.73"),
    "cvx": ("http://hl7.org/fhir/sid/cvx", "urn:oid:2.16.840.1.113883.12.292"),
    "icd-10": ("http://hl7.org/fhir/sid/icd-10", "urn:oid:2.16.840.1.113883.6.3"),
    "icd-10-cm": ("http://hl7.org/fhir/sid/icd-10-cm", "urn:oid:2.16.840.1.113883.6.90"),
    "ndc": ("http://hl7.org/fhir/sid/ndc", "urn:oid:2.16.840.1.113883.6.69"),
    "cpt": ("http://www.ama-assn.org/go/cpt", "urn:oid:2.16.840.1.113883.6.12"),
}
"""Short words for code systems, in the order in which their codes count; each with its addresses."""
_SHORT = {address: word for word, addresses in SYSTEMS.items() for address in addresses}
_RANK = {word: place for place, word in enumerate(SYSTEMS)}


def concept_of(item: Item) -> str:
    """Return `system|code` of the code that counts, a known system by its short word; else `title|` and title."""
    codes = [coding for coding in item.codes if coding.code]
    if not codes:
        return f"title|{' '.join(folded(item.title).split())}"
    return code_text(min(codes, key=_place))


def code_text(coding: Coding) -> str:
    """Return a code as people type it: `loinc|2276-4`; with the address of a system that has no short word."""
    return f"{_SHORT.get(coding.system, coding.system)}|{coding.code}"


def parse_code(text: str) -> tuple[tuple[str, ...], str]:
    """Return the addresses of the system (none: any may be meant) and the code of `loinc|2276-4` or `2276-4`."""
    system, mark, code = text.rpartition("|")
    if not mark:
        return (), text
    return SYSTEMS.get(system.casefold(), (system,)), code


def system_words(item: Item) -> str:
    """Return the short words of the systems of an item's codes, by which `loinc 2276-4` is found."""
    return " ".join(sorted({_SHORT[coding.system] for coding in item.codes if coding.system in _SHORT}))


def _place(coding: Coding) -> tuple[int, bool, str, str]:
    rank = _RANK.get(_SHORT.get(coding.system, ""), len(_RANK))
    return rank, not coding.system, coding.system, coding.code
