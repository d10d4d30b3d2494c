# SPDX-License-Identifier: Apache-2.0
"""What a document is about, in the words that consent is given in, and which of it is sensitive.

A kind says what a file is, a category what it is about: a lab result may be FHIR, PDF or CSV. Both lists are the
file's own word or the owner's; a word that this version does not know is shown, and judged as the strictest.
Source of the codes: HL7 FHIR resource types, v3 ActCode InformationSensitivityPolicy. Spec: docs/spec/records.md
section 5.
"""

from collections.abc import Iterable
from enum import Enum

from healthvault.records.json_walk import Json, items_at, text_at

__all__ = ["SENSITIVITY_CODES", "Category", "Sensitivity", "category_of", "sensitivity_of"]

MAX_LABELS = 20  # labels of one resource that are looked at


class Category(Enum):
    """What a document is about. The strings stand in sealed entries: one may be added, none may change."""

    ALLERGY = "allergy"
    MEDICATION = "medication"
    CONDITION = "condition"
    LAB = "lab"
    IMAGING = "imaging"
    LETTER = "letter"
    """Letters, summaries and reports that tell of several things."""
    IMMUNISATION = "immunisation"
    PROCEDURE = "procedure"
    DIRECTIVE = "directive"
    VITALS = "vitals"
    CLAIM = "claim"
    OTHER = "other"
    PROTOCOL = "protocol"
    """A registered trial: only `hv trial` puts documents here, so that their number can be proved (ADR 0048)."""


class Sensitivity(Enum):
    """What most people would not hand to everybody: denied in a grant unless it names it."""

    MENTAL_HEALTH = "mental-health"
    SEXUAL_HEALTH = "sexual-health"
    GENETICS = "genetics"
    SUBSTANCE_USE = "substance-use"


SENSITIVITY_CODES = {
    Sensitivity.MENTAL_HEALTH: ("MH", "PSY", "PSYTHPN", "BH", "EMOTDIS"),
    Sensitivity.SEXUAL_HEALTH: ("SEX", "HIV", "SDV", "STD"),
    Sensitivity.GENETICS: ("GDIS", "SCA"),
    Sensitivity.SUBSTANCE_USE: ("ETH", "SUD", "ETHUD", "OPIOIDUD"),
}
"""HL7 v3 ActCodes that say so; the first is the one that is written out."""

_OF_RESOURCE = {
    "AllergyIntolerance": Category.ALLERGY,
    "Condition": Category.CONDITION,
    "ClinicalImpression": Category.CONDITION,
    "Immunization": Category.IMMUNISATION,
    "ImmunizationRecommendation": Category.IMMUNISATION,
    "ImagingStudy": Category.IMAGING,
    "Procedure": Category.PROCEDURE,
    "Consent": Category.DIRECTIVE,
    "Composition": Category.LETTER,
    "DocumentReference": Category.LETTER,
    "Claim": Category.CLAIM,
    "ClaimResponse": Category.CLAIM,
    "Coverage": Category.CLAIM,
    "ExplanationOfBenefit": Category.CLAIM,
    "Specimen": Category.LAB,
}
_IMAGING_CODES = frozenset({"imaging", "RAD", "LP29684-5"})


def category_of(resource: Json) -> Category:
    """Return what one FHIR resource (unverified) is about."""
    kind = text_at(resource, "resourceType") or ""
    if kind in {"Observation", "DiagnosticReport"}:
        codes = set(_codes(items_at(resource, "category")))
        if "vital-signs" in codes:
            return Category.VITALS
        if codes & {"social-history", "survey"}:
            return Category.OTHER
        return Category.IMAGING if codes & _IMAGING_CODES else Category.LAB
    if kind.startswith("Medication"):
        return Category.MEDICATION
    return _OF_RESOURCE.get(kind, Category.OTHER)


def sensitivity_of(resource: Json) -> frozenset[Sensitivity]:
    """Return how one FHIR resource (unverified) is labelled, in `meta.security` or `securityLabel`."""
    labels = {text_at(label, "code") for label in items_at(resource, "meta", "security")[:MAX_LABELS]}
    labels |= set(_codes(items_at(resource, "securityLabel")))
    return frozenset(word for word, codes in SENSITIVITY_CODES.items() if labels.intersection(codes))


def _codes(concepts: list[Json]) -> Iterable[str]:
    for concept in concepts[:MAX_LABELS]:
        for coding in items_at(concept, "coding")[:MAX_LABELS]:
            if code := text_at(coding, "code"):
                yield code
