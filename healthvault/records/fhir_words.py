# SPDX-License-Identifier: Apache-2.0
"""What a FHIR resource says beside its code and number, in words: a value, a dosage, a reaction, a total.

Each type has its own few members; the words are the file's, put together. Spec: docs/spec/contents.md section 3.
"""

from collections.abc import Callable, Iterator

from healthvault.records.fhir import words_of
from healthvault.records.fhir_values import amount_text, joined, moment_of, scalar_text, words_of_all
from healthvault.records.json_walk import Json, items_at, text_at, value_at

__all__ = ["text_of", "value_text"]

MAX_PARTS = 50  # reactions, activities, members … of one resource
_CRITICALITY = {"CRITL": "low", "CRITH": "high", "CRITU": "unable-to-assess"}
_Words = Callable[[Json], Iterator[str | None]]


def text_of(resource: Json) -> str | None:
    """Return what a resource (unverified) says in words; None if nothing."""
    words = _WORDS.get(text_at(resource, "resourceType") or "")
    return joined(words(resource)) if words else None


def value_text(holder: Json) -> str | None:
    """Return the value of an Observation or component in words, unless it is a quantity or a whole number."""
    for name, form in _VALUES.items():
        value = value_at(holder, f"value{name}")
        if value is not None and (text := form(value)):
            return text
    return None


def _observation(resource: Json) -> Iterator[str | None]:
    yield value_text(resource)
    if value_at(resource, "valueQuantity", "value") is None and value_at(resource, "dataAbsentReason"):
        yield words_of_all(items_at(resource, "dataAbsentReason"))
    yield from (_component(each) for each in items_at(resource, "component")[:MAX_PARTS])
    yield words_of_all(items_at(resource, "interpretation"))
    yield from (text_at(each, "text") for each in items_at(resource, "referenceRange")[:1])


def _component(component: Json) -> str | None:
    value = amount_text(value_at(component, "valueQuantity")) or value_text(component)
    name = words_of(value_at(component, "code")) or text_at(component, "code", "coding", "code")
    return f"{name or 'value'}: {value}" if value else None


def _range(value: Json) -> str | None:
    low, high = amount_text(value_at(value, "low")), amount_text(value_at(value, "high"))
    return f"{low or ''} to {high or ''}".strip() if low or high else None


def _ratio(value: Json) -> str | None:
    top, bottom = amount_text(value_at(value, "numerator")), amount_text(value_at(value, "denominator"))
    return f"{top}:{bottom}" if top and bottom else None


def _period(value: Json) -> str | None:
    start, end = moment_of(value_at(value, "start")), moment_of(value_at(value, "end"))
    return f"{start or ''} to {end or ''}".strip() if start or end else None


_VALUES: dict[str, Callable[[Json], str | None]] = {
    "CodeableConcept": lambda value: words_of_all(items_at(value)),
    "String": scalar_text,
    "Boolean": scalar_text,
    "DateTime": scalar_text,
    "Time": scalar_text,
    "Range": _range,
    "Ratio": _ratio,
    "Period": _period,
}


def _allergy(resource: Json) -> Iterator[str | None]:
    for reaction in items_at(resource, "reaction")[:MAX_PARTS]:
        told = words_of_all(items_at(reaction, "manifestation")) or text_at(reaction, "description")
        severity = text_at(reaction, "severity")
        yield f"{told or 'reaction'} ({severity})" if severity else told
    if criticality := text_at(resource, "criticality"):
        yield f"criticality {_CRITICALITY.get(criticality, criticality)}"


def _condition(resource: Json) -> Iterator[str | None]:
    yield words_of_all(items_at(resource, "severity"))
    yield words_of_all(items_at(resource, "bodySite"))
    yield from (words_of_all(items_at(stage, "summary")) for stage in items_at(resource, "stage")[:MAX_PARTS])
    yield amount_text(value_at(resource, "onsetAge"))
    yield text_at(resource, "onsetString")


def _medication(resource: Json) -> Iterator[str | None]:
    doses = items_at(resource, "dosageInstruction") + items_at(resource, "dosage")
    yield from (_dosage(each) for each in doses[:MAX_PARTS])


def _dosage(dosage: Json) -> str | None:
    told = text_at(dosage, "text")
    if told is None:
        told = joined(_dosage_parts(dosage), ", ")
    extra = items_at(dosage, "additionalInstruction") + items_at(dosage, "additionalInstructions")
    return joined((told, text_at(dosage, "patientInstruction"), words_of_all(extra)), ", ")


def _dosage_parts(dosage: Json) -> Iterator[str | None]:
    rates = items_at(dosage, "doseAndRate") or [dosage]
    for rate in rates[:MAX_PARTS]:
        for name in ("doseQuantity", "quantityQuantity", "dose", "quantity", "rateQuantity"):
            yield amount_text(value_at(rate, name))
        for name in ("doseRange", "quantityRange", "rateRange"):
            yield _range(value_at(rate, name))
        yield _ratio(value_at(rate, "rateRatio"))
    yield words_of_all(items_at(dosage, "timing", "code"))
    yield _times(value_at(dosage, "timing", "repeat"))
    yield words_of_all(items_at(dosage, "route"))
    if scalar_text(value_at(dosage, "asNeededBoolean")) == "true" or value_at(dosage, "asNeededCodeableConcept"):
        yield "as needed"


def _times(repeat: Json) -> str | None:
    frequency, period = scalar_text(value_at(repeat, "frequency")), scalar_text(value_at(repeat, "period"))
    unit = text_at(repeat, "periodUnit") or text_at(repeat, "periodUnits")
    return f"{frequency or 1}x per {period or 1} {unit}" if unit and (frequency or period) else None


def _immunization(resource: Json) -> Iterator[str | None]:
    for protocol in items_at(resource, "protocolApplied") + items_at(resource, "vaccinationProtocol"):
        number = next(filter(None, (scalar_text(value_at(protocol, name)) for name in _DOSES)), None)
        yield f"dose {number}" if number else None
    if lot := text_at(resource, "lotNumber"):
        yield f"lot {lot}"
    yield words_of_all(items_at(resource, "site"))


_DOSES = ("doseNumberPositiveInt", "doseNumberString", "doseNumber", "doseSequence")


def _report(resource: Json) -> Iterator[str | None]:
    yield text_at(resource, "conclusion")
    yield words_of_all(items_at(resource, "conclusionCode") + items_at(resource, "codedDiagnosis"))


def _reasons(resource: Json) -> Iterator[str | None]:
    yield words_of_all(items_at(resource, "reasonCode") + items_at(resource, "reason"))
    yield words_of_all(items_at(resource, "bodySite"))
    yield words_of_all(items_at(resource, "outcome"))


def _composition(resource: Json) -> Iterator[str | None]:
    for section in items_at(resource, "section")[:MAX_PARTS]:
        title = text_at(section, "title") or words_of(value_at(section, "code")) or "section"
        why = words_of_all(items_at(section, "emptyReason"))
        entries = len(items_at(section, "entry"))
        yield f"{title} ({entries}{f', {why}' if why else ''})"


def _plan(resource: Json) -> Iterator[str | None]:
    yield text_at(resource, "description")
    for activity in items_at(resource, "activity")[:MAX_PARTS]:
        yield words_of_all(items_at(activity, "detail", "code")) or text_at(activity, "detail", "description")


def _team(resource: Json) -> Iterator[str | None]:
    for participant in items_at(resource, "participant")[:MAX_PARTS]:
        yield joined(
            (words_of_all(items_at(participant, "role")), words_of(value_at(participant, "member"))), ": "
        )


def _goal(resource: Json) -> Iterator[str | None]:
    yield words_of_all(items_at(resource, "achievementStatus"))
    for target in items_at(resource, "target")[:MAX_PARTS]:
        told = amount_text(value_at(target, "detailQuantity")) or _range(value_at(target, "detailRange"))
        yield joined((words_of_all(items_at(target, "measure")), told), ": ")


def _imaging(resource: Json) -> Iterator[str | None]:
    yield words_of_all(items_at(resource, "modality") + items_at(resource, "modalityList"))
    for series in items_at(resource, "series")[:MAX_PARTS]:
        yield joined(
            (words_of_all(items_at(series, "modality")), words_of_all(items_at(series, "bodySite"))), ", "
        )
        yield text_at(series, "description")


def _consent(resource: Json) -> Iterator[str | None]:
    provision = value_at(resource, "provision")
    yield text_at(provision, "type")
    yield words_of_all(items_at(resource, "policyRule"))
    yield words_of_all(items_at(provision, "code"))
    yield _period(value_at(provision, "period") or value_at(resource, "period"))


def _family(resource: Json) -> Iterator[str | None]:
    for condition in items_at(resource, "condition")[:MAX_PARTS]:
        onset = amount_text(value_at(condition, "onsetAge")) or text_at(condition, "onsetString")
        yield joined((words_of_all(items_at(condition, "code")), onset), ", ")


def _claim(resource: Json) -> Iterator[str | None]:
    yield from (text_at(resource, name) for name in ("use", "outcome", "disposition"))
    yield _money("total", value_at(resource, "total")) if _is_single_total(resource) else None
    for total in items_at(resource, "total")[:MAX_PARTS]:
        yield _money(words_of_all(items_at(total, "category")) or "total", value_at(total, "amount"))
    yield _money("payment", value_at(resource, "payment", "amount") or value_at(resource, "paymentAmount"))
    if items := len(items_at(resource, "item")):
        yield f"{items} item{'' if items == 1 else 's'}"


def _is_single_total(resource: Json) -> bool:
    return value_at(resource, "total", "amount") is None


def _money(name: str, value: Json) -> str | None:
    amount = amount_text(value)
    return f"{name} {amount}" if amount else None


def _coverage(resource: Json) -> Iterator[str | None]:
    for each in items_at(resource, "class")[:MAX_PARTS]:
        yield joined((words_of_all(items_at(each, "type")), text_at(each, "name") or text_at(each, "value")), " ")
    if relationship := words_of_all(items_at(resource, "relationship")):
        yield f"relationship {relationship}"


def _event(resource: Json) -> Iterator[str | None]:
    if outcome := text_at(resource, "outcome") or text_at(resource, "outcome", "code", "code"):
        yield f"outcome {outcome}"
    yield text_at(resource, "outcomeDesc")
    yield words_of_all(items_at(resource, "purposeOfEvent"))


def _provenance(resource: Json) -> Iterator[str | None]:
    targets = items_at(resource, "target")[:MAX_PARTS]
    yield from (text_at(each, "display") or text_at(each, "reference") for each in targets)
    yield words_of_all(items_at(resource, "reason"))
    if items_at(resource, "signature"):
        yield "holds a signature, which is not checked"


def _pointer(resource: Json) -> Iterator[str | None]:
    yield text_at(resource, "description")
    yield from (text_at(each, "attachment", "title") for each in items_at(resource, "content")[:MAX_PARTS])


def _study(resource: Json) -> Iterator[str | None]:
    yield text_at(resource, "description")
    yield text_at(resource, "study", "display") or text_at(resource, "study", "reference")
    yield text_at(resource, "assignedArm")


_WORDS: dict[str, _Words] = {
    "AllergyIntolerance": _allergy,
    "AuditEvent": _event,
    "CarePlan": _plan,
    "CareTeam": _team,
    "Claim": _claim,
    "ClaimResponse": _claim,
    "Composition": _composition,
    "Condition": _condition,
    "Consent": _consent,
    "Coverage": _coverage,
    "DiagnosticReport": _report,
    "DocumentReference": _pointer,
    "ExplanationOfBenefit": _claim,
    "FamilyMemberHistory": _family,
    "Goal": _goal,
    "ImagingStudy": _imaging,
    "Immunization": _immunization,
    "MedicationAdministration": _medication,
    "MedicationDispense": _medication,
    "MedicationOrder": _medication,
    "MedicationRequest": _medication,
    "MedicationStatement": _medication,
    "Observation": _observation,
    "Provenance": _provenance,
    "ResearchStudy": _study,
    "ResearchSubject": _study,
    **dict.fromkeys(
        ("DiagnosticOrder", "Encounter", "Procedure", "ProcedureRequest", "ReferralRequest", "ServiceRequest"),
        _reasons,
    ),
}
