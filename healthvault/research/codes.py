# SPDX-License-Identifier: Apache-2.0
"""Which codes may leave: of the terminologies that everybody knows, and of the form that these give their codes.

A code of a hospital's own list is free text in disguise: `MRN-4711` may stand there as well as `GLU`. LOINC and
SNOMED CT have check digits, which a number that got there by accident does not have. Whether a terminology really
holds a code is not looked up. Pure. Spec: docs/spec/research.md section 4.2.
"""

import re

from healthvault.records.concept import SYSTEMS
from healthvault.records.statements import Coding

__all__ = ["ADDRESSES", "known_code"]

ADDRESSES = {
    **{
        word: SYSTEMS[word][0]
        for word in ("loinc", "snomed", "rxnorm", "atc", "cvx", "icd-10", "icd-10-cm", "ndc")
    },
    "icd-9-cm": "http://hl7.org/fhir/sid/icd-9-cm",
    "v3-actcode": "http://terminology.hl7.org/CodeSystem/v3-ActCode",
}
"""The terminologies by a short word, each by the one address that is written."""
_WORDS = {
    **{address: word for word, addresses in SYSTEMS.items() for address in addresses if word in ADDRESSES},
    **{address: word for word, address in ADDRESSES.items()},
}
_FORMS = {
    "loinc": r"[0-9]{1,7}-[0-9]",
    "snomed": r"[1-9][0-9]{5,17}",
    "rxnorm": r"[1-9][0-9]{0,6}",
    "atc": r"[ABCDGHJLMNPRSV](?:[0-9]{2}(?:[A-Z](?:[A-Z](?:[0-9]{2})?)?)?)?",
    "cvx": r"[0-9]{2,3}",
    "icd-10": r"[A-Z][0-9]{2}(?:\.[0-9]{1,2})?",
    "icd-10-cm": r"[A-Z][0-9][0-9A-Z](?:\.[0-9A-Z]{1,4})?",
    "icd-9-cm": r"(?:[0-9]{3}|V[0-9]{2}|E[0-9]{3})(?:\.[0-9]{1,2})?",
    "ndc": r"[0-9]{4,5}-[0-9]{3,4}-[0-9]{1,2}",
    "v3-actcode": r"AMB|EMER|FLD|HH|IMP|ACUTE|NONAC|OBSENC|PRENC|SS|VR",
}
_DIHEDRAL = (
    "0123456789", "1234067895", "2340178956", "3401289567", "4012395678",
    "5987604321", "6598710432", "7659821043", "8765932104", "9876543210",
)  # fmt: skip
_TURNS = (
    "0123456789", "1576283094", "5803796142", "8916043527", "9453126870", "4286573901", "2793806415", "7046913258",
)  # fmt: skip


def known_code(coding: Coding) -> tuple[str, str] | None:
    """Return address and code of a coding (untrusted) that may leave, else None; its display never does."""
    word = _WORDS.get(coding.system)
    if word is None or re.fullmatch(_FORMS[word], coding.code, re.ASCII) is None:
        return None
    if word == "loinc" and not _has_luhn(coding.code):
        return None
    return None if word == "snomed" and not _has_verhoeff(coding.code) else (ADDRESSES[word], coding.code)


def _has_luhn(code: str) -> bool:
    """Check the digit of a LOINC code. Source: LOINC Users' Guide, Mod 10."""
    total = 0
    for place, digit in enumerate(reversed([int(each) for each in code if each.isdigit()])):
        total += digit if place % 2 == 0 else sum(divmod(2 * digit, 10))
    return total % 10 == 0


def _has_verhoeff(code: str) -> bool:
    """Check the digit of a SNOMED CT identifier. Source: SNOMED CT Release File Specification, section 6.3."""
    check = 0
    for place, digit in enumerate(reversed(code)):
        turned = int(_TURNS[place % 8][int(digit)])
        check = int(_DIHEDRAL[check][turned])
    return check == 0
