# SPDX-License-Identifier: Apache-2.0
"""Patients of FHIR as subjects: names, birth date, sex, and identifiers of business; never the id of a resource.

Spec: docs/spec/contents.md section 3.
"""

from healthvault.records.fhir_values import moment_of, system_uri
from healthvault.records.json_walk import Json, items_at, text_at, value_at
from healthvault.records.statements import Coding, Name, Subject

__all__ = ["PATIENT_FIELDS", "patient_reference", "stranger", "subject_of"]

MAX_NAMES = 20  # names, or parts of a name, or identifiers of one patient
MAX_PART_CHARS = 300
PATIENT_FIELDS = ("subject", "patient", "beneficiary", "individual", "for")
"""Where resources say whose they are, R4's names and those of other versions."""
_SEXES = ("male", "female", "other", "unknown")


def subject_of(patient: Json) -> Subject:
    """Return a Patient (unverified) as a subject."""
    names = [_name(each) for each in items_at(patient, "name")[:MAX_NAMES]]
    gender = text_at(patient, "gender")
    return Subject(
        names=tuple(name for name in names if name != Name(use=name.use)),
        birth_date=moment_of(value_at(patient, "birthDate")),
        sex=gender if gender in _SEXES else None,
        identifiers=_identifiers(items_at(patient, "identifier")),
    )


def stranger(reference: Json) -> Subject:
    """Return somebody whom a document points at and does not hold, as far as the reference says who it is."""
    told = _cut(text_at(reference, "display"))
    return Subject(
        names=(Name(text=told),) if told else (), identifiers=_identifiers(items_at(reference, "identifier"))
    )


def patient_reference(resource: Json) -> Json:
    """Return the reference by which a resource says whose it is; None if it does not say."""
    return next(
        (value for name in PATIENT_FIELDS if isinstance(value := _one(value_at(resource, name)), dict)), None
    )


def _one(value: Json) -> Json:
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def _name(name: Json) -> Name:
    family = [part for part in items_at(name, "family")[:MAX_NAMES] if isinstance(part, str)]
    given = [part for part in items_at(name, "given")[:MAX_NAMES] if isinstance(part, str)]
    return Name(
        family=_cut(" ".join(family)),
        given=tuple(part for each in given if (part := _cut(each))),
        text=_cut(text_at(name, "text")),
        use=_cut(text_at(name, "use")),
    )


def _identifiers(identifiers: list[Json]) -> tuple[Coding, ...]:
    found = [
        Coding(system=system_uri(_cut(text_at(each, "system")) or ""), code=value)
        for each in identifiers[:MAX_NAMES]
        if (value := _cut(text_at(each, "value")))
    ]
    return tuple(dict.fromkeys(found))


def _cut(text: str | None) -> str | None:
    return " ".join(text.split())[:MAX_PART_CHARS] or None if text else None
