# SPDX-License-Identifier: Apache-2.0
"""Statements that there is nothing: "no known allergies" is a fact that somebody states, no entry of a list.

And "no information" is neither. Pure. Source: HL7 IPS code system absent-unknown-uv-ips; SNOMED CT 716186003 and
what is below it. Spec: docs/spec/contents.md section 9.3.
"""

from healthvault.records.folding import folded
from healthvault.records.statements import Item

__all__ = ["NONE_KNOWN", "NO_INFORMATION", "absence_of"]

NONE_KNOWN = "none_known"
NO_INFORMATION = "no_information"
_NONE_CODES = frozenset(
    {
        "716186003",  # no known allergy
        "409137002",  # no known drug allergy
        "428607008",  # no known environmental allergy
        "429625007",  # no known food allergy
        "428197003",  # no known insect allergy
        "716184000",  # no known latex allergy
        "160244002",  # no known allergies, inactive since 2017
        "160245001",  # no current problems or disability
        "787481004",  # no known medications
        "no-known-allergies",
        "no-known-medication-allergies",
        "no-known-environmental-allergies",
        "no-known-food-allergies",
        "no-known-devices",
        "no-known-immunizations",
        "no-known-medications",
        "no-known-problems",
        "no-known-procedures",
    }
)
_NO_INFORMATION_CODES = frozenset(
    {
        "no-allergy-info",
        "no-device-info",
        "no-immunization-info",
        "no-medication-info",
        "no-problem-info",
        "no-procedure-info",
    }
)
_NONE_WORDS = ("no known ", "none known ", "nka ", "nkda ")
_MAX_CHARS = 60  # of a title that says nothing else


def absence_of(item: Item) -> str | None:
    """Return NONE_KNOWN or NO_INFORMATION if that is all that an item says; None if it names something."""
    codes = {coding.code for coding in item.codes}
    if codes & _NONE_CODES:
        return NONE_KNOWN
    if codes & _NO_INFORMATION_CODES:
        return NO_INFORMATION
    words = f"{folded(item.title)} "
    if len(words) <= _MAX_CHARS and not codes and words.startswith(_NONE_WORDS):
        return NONE_KNOWN
    return None
