# SPDX-License-Identifier: Apache-2.0
"""The three forms: a prescription, a dispense and a stop, as FHIR R4 resources; written here, read strictly.

A form may have come from anybody: its bytes are bounded, what has another form than it must is refused, and
unknown members are let be, unless they change what it means. Pure. Spec: docs/spec/medicines.md section 2.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from healthvault.errors import FormatError, InvalidRequest
from healthvault.medicines.fhir import DOCUMENT_SYSTEM, MAX_DAYS, MAX_REPEATS, with_structure
from healthvault.medicines.telling import Sort, Telling, exact_day
from healthvault.medicines.wording import Medicine
from healthvault.records.decimals import decimal_of, plain
from healthvault.records.fhir import words_of
from healthvault.records.fhir_values import codings_of, moment_of, scalar_text
from healthvault.records.json_stream import Broken, as_written, decoded
from healthvault.records.json_walk import Json, Number, items_at, text_at, value_at

__all__ = ["MAX_CHARS", "MAX_FORM_BYTES", "Draft", "form_bytes", "parse_form"]

MAX_FORM_BYTES = 64 << 10
MAX_CHARS = 500  # of a text
UCUM = "http://unitsofmeasure.org"
_TYPES = {
    Sort.PRESCRIPTION: "MedicationRequest",
    Sort.DISPENSE: "MedicationDispense",
    Sort.STOP: "MedicationStatement",
}
_WRONG = "entered-in-error"
_STATUSES = {
    Sort.PRESCRIPTION: {"active", "on-hold", "cancelled", "completed", "stopped", "draft", "unknown", _WRONG},
    Sort.DISPENSE: {"completed", _WRONG},
    Sort.STOP: {"stopped", _WRONG},
}
_CHANGING = ("modifierExtension", "implicitRules", "doNotPerform")


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What is to be written down; texts are the owner's, days whole ISO days."""

    sort: Sort
    medicine: Medicine
    patient: str
    date: str
    """Written, handed over, or stopped."""
    until: str | None = None
    dose: str | None = None
    by: str | None = None
    reason: str | None = None
    quantity: Decimal | None = None
    unit: str | None = None
    days: int | None = None
    repeats: int | None = None
    pack: str | None = None
    about: tuple[str, str | None] | None = None
    """Id of the prescription, with a place where its document states several, and the address of its bytes."""
    source: str | None = None
    """Id of the document that it was taken from."""


def form_bytes(draft: Draft) -> bytes:
    """Return the form. Raises InvalidRequest: `bad_text`, a text is empty, too long, or none."""
    whole = _pruned(_WRITERS[draft.sort](draft))
    data = as_written(whole) + b"\n"
    try:
        parse_form(draft.sort, data)
    except FormatError as err:
        raise InvalidRequest("bad_text", err.message) from err
    return data


def parse_form(sort: Sort, data: bytes) -> Telling:
    """Return what a form says; its ids are for who knows the document.

    Args:
        sort: Which form it is said to be.
        data: *Unverified* bytes.

    Raises:
        FormatError: `bad_schema`, it is none, or breaks a rule of docs/spec/medicines.md section 2.
    """
    if len(data) > MAX_FORM_BYTES:
        raise _bad(sort, "it is too large")
    try:
        resource = decoded(data.decode())
        text_of_all = as_written(resource).decode()
        text_of_all.encode()
    except (Broken, ValueError, RecursionError) as err:
        raise _bad(sort, "it is no JSON text") from err
    for fault in _faults(sort, resource):
        raise _bad(sort, fault)
    concept = items_at(resource, "medicationCodeableConcept")
    told = Telling(
        sort=sort,
        id="",
        document="",
        medicine=Medicine(words=words_of(concept) or "", codes=codings_of(concept)),
        patient=text_at(resource, "subject", "display") or "",
        status=text_at(resource, "status"),
        date=moment_of(value_at(resource, "authoredOn")),
        dose=text_at(resource, "dosageInstruction", "text"),
        by=text_at(resource, "requester", "display"),
    )
    return with_structure(told, resource)


def _bad(sort: Sort, fault: str) -> FormatError:
    return FormatError("bad_schema", f"this is no {sort.value} form: {fault}")


def _faults(sort: Sort, resource: Json) -> Iterator[str]:
    if not isinstance(resource, dict) or resource.get("resourceType") != _TYPES[sort]:
        yield f"it is no {_TYPES[sort]}"
        return
    if any(resource.get(name) not in (None, False, []) for name in _CHANGING):
        yield "it says something that may change its meaning"
    status = resource.get("status")
    if not isinstance(status, str) or status not in _STATUSES[sort]:
        yield "its status is none of such a form"
    if not _is_text(text_at(resource, "medicationCodeableConcept", "text"), 1):
        yield "the medicine has no name of one line, or a long one"
    for path in _TEXTS:
        value = value_at(resource, *path)
        if value is not None and not _is_text(value, 1):
            yield f"{'.'.join(path)} is no line of at most {MAX_CHARS} characters"
    yield from _day_faults(sort, resource)
    yield from _number_faults(resource)


_TEXTS = (
    ("dosageInstruction", "text"),
    ("requester", "display"),
    ("subject", "display"),
    ("performer", "actor", "display"),
    ("statusReason", "text"),
    ("identifier", "value"),
)
_DAY_OF = {
    Sort.PRESCRIPTION: ("authoredOn",),
    Sort.DISPENSE: ("whenHandedOver",),
    Sort.STOP: ("effectivePeriod", "end"),
}
_VALIDITY = (("dispenseRequest", "validityPeriod", "start"), ("dispenseRequest", "validityPeriod", "end"))


def _day_faults(sort: Sort, resource: Json) -> Iterator[str]:
    for path in (_DAY_OF[sort], *_VALIDITY):
        value = value_at(resource, *path)
        if value is None and path in _VALIDITY:
            continue
        text = moment_of(value) if isinstance(value, str) else None
        if exact_day(text) is None or text != value:
            yield f"{'.'.join(path)} is no day"


def _number_faults(resource: Json) -> Iterator[str]:
    for path, is_right in _NUMBERS.items():
        value = value_at(resource, *path)
        number = decimal_of(scalar_text(value)) if isinstance(value, int | float | Number) else None
        if value is not None and (number is None or isinstance(value, bool) or not is_right(number)):
            yield f"{'.'.join(path)} is out of bounds, or no number"


def _whole_to(most: int, least: int) -> Callable[[Decimal], bool]:
    return lambda number: number == number.to_integral_value() and least <= number <= most


def _is_amount(number: Decimal) -> bool:
    return 0 < number <= 10**9


_NUMBERS: dict[tuple[str, ...], Callable[[Decimal], bool]] = {
    ("dispenseRequest", "numberOfRepeatsAllowed"): _whole_to(MAX_REPEATS, 0),
    ("dispenseRequest", "quantity", "value"): _is_amount,
    ("dispenseRequest", "expectedSupplyDuration", "value"): _whole_to(MAX_DAYS, 1),
    ("quantity", "value"): _is_amount,
    ("daysSupply", "value"): _whole_to(MAX_DAYS, 1),
}


def _is_text(value: Json, least: int) -> bool:
    return isinstance(value, str) and least <= len(value.strip()) and len(value) <= MAX_CHARS and "\n" not in value


# --- writing ---


def _common(draft: Draft, status: str) -> dict[str, Json]:
    codes: list[Json] = [{"system": each.system, "code": each.code} for each in draft.medicine.codes]
    return {
        "resourceType": _TYPES[draft.sort],
        "status": status,
        "medicationCodeableConcept": {"coding": codes, "text": draft.medicine.words},
        "subject": {"display": draft.patient},
    }


def _prescription(draft: Draft) -> dict[str, Json]:
    return _common(draft, "active") | {
        "intent": "order",
        "authoredOn": draft.date,
        "requester": {"display": draft.by},
        "dosageInstruction": [{"text": draft.dose}],
        "supportingInformation": [_document(draft.source)],
        "dispenseRequest": {
            "validityPeriod": {"end": draft.until},
            "numberOfRepeatsAllowed": draft.repeats,
            "quantity": _amount(draft),
            "expectedSupplyDuration": _days(draft.days),
        },
    }


def _dispense(draft: Draft) -> dict[str, Json]:
    return _common(draft, "completed") | {
        "identifier": [{"system": f"{DOCUMENT_SYSTEM}:pack", "value": draft.pack}] if draft.pack else None,
        "whenHandedOver": draft.date,
        "performer": [{"actor": {"display": draft.by}}] if draft.by else None,
        "authorizingPrescription": [_prescription_of(draft)],
        "quantity": _amount(draft),
        "daysSupply": _days(draft.days),
    }


def _stop(draft: Draft) -> dict[str, Json]:
    return _common(draft, "stopped") | {
        "statusReason": [{"text": draft.reason}],
        "effectivePeriod": {"end": draft.date},
        "basedOn": [_prescription_of(draft)],
        "derivedFrom": [_document(draft.source)],
    }


_WRITERS = {Sort.PRESCRIPTION: _prescription, Sort.DISPENSE: _dispense, Sort.STOP: _stop}


def _document(id_text: str | None) -> Json:
    return {"identifier": {"system": DOCUMENT_SYSTEM, "value": id_text}} if id_text else None


def _prescription_of(draft: Draft) -> Json:
    """Return the reference to a prescription: its id here, and the address of its bytes for other vaults."""
    if draft.about is None:
        return None
    id_text, content = draft.about
    return {"reference": content, "identifier": {"system": DOCUMENT_SYSTEM, "value": id_text}}


def _amount(draft: Draft) -> Json:
    return None if draft.quantity is None else {"value": Number(plain(draft.quantity)), "unit": draft.unit}


def _days(days: int | None) -> Json:
    return None if days is None else {"value": days, "unit": "days", "system": UCUM, "code": "d"}


def _pruned(value: dict[str, Json]) -> dict[str, Json]:
    """Return an object without what says nothing."""
    found = {name: _pruned_one(each) for name, each in value.items()}
    return {name: each for name, each in found.items() if each not in (None, {}, [])}


def _pruned_one(value: Json) -> Json:
    if isinstance(value, dict):
        return _pruned(value)
    if isinstance(value, list):
        return [each for item in value if (each := _pruned_one(item)) not in (None, {}, [])]
    return value
