# SPDX-License-Identifier: Apache-2.0
"""Medicines as the JSON objects of docs/reference/cli.md, and what each of them shows and cannot. Pure."""

from typing import TYPE_CHECKING

from healthvault.cli.limits import Limits
from healthvault.cli.objects import Json, JsonObject, new_object

if TYPE_CHECKING:
    from collections.abc import Sequence

    from healthvault.areas.medicine_forms import Written
    from healthvault.cli.terminal import Terminal
    from healthvault.medicines.flags import Flag
    from healthvault.medicines.listing import Line, SourceLine
    from healthvault.medicines.telling import Amount, Sign, Telling

__all__ = [
    "CHECKED",
    "LISTED",
    "MEDICINES",
    "UNSAID",
    "dispense_object",
    "finding_object",
    "medicine_object",
    "prescription_object",
    "say_flags",
    "sign_text",
    "stop_object",
]

UNSAID = ("proves", "does_not_prove")  # said after the result
_CLINICIANS = "interactions and doses are left to clinicians"
LISTED = Limits(
    proves="what documents say was prescribed, and whose keys stand behind which of them",
    does_not_prove="that a name in a document wrote it, that nothing else was prescribed, or that it is right;"
    f" {_CLINICIANS}",
)
MEDICINES = Limits(
    proves="what the documents say of each medicine by that day, and where they differ",
    does_not_prove=f"that something is taken, that the list is whole, or that two of them fit; {_CLINICIANS}",
)
CHECKED = Limits(
    proves="what documents say of dispenses, held against fixed rules",
    does_not_prove="that nothing was dispensed elsewhere, that a pack is genuine, or that anybody did wrong;"
    f" {_CLINICIANS}",
)
RECORDED = Limits(
    proves="what was recorded, and that it has not changed since",
    does_not_prove=f"that it happened as it was recorded; {_CLINICIANS}",
)


def prescription_object(
    telling: "Telling", dispenses: "Sequence[Telling]", *, duplicate_of: str | None = None
) -> JsonObject:
    """Return a prescription with how often it was dispensed."""
    from healthvault.medicines.listing import is_prescriber

    signs = tuple(dict.fromkeys(sign for each in telling.tellings for sign in each.signed))
    return new_object(
        "prescription",
        {
            "id": telling.id,
            "medicine": telling.medicine.words,
            "concept": telling.medicine.concept,
            "patient": telling.patient_name or None,
            "status": telling.status,
            "date": telling.date,
            "valid_until": telling.until,
            "dose": telling.dose,
            "prescriber": telling.by,
            "signed_by": list(map(sign_text, signs)),
            "prescriber_signed": is_prescriber(telling),
            "repeats": telling.repeats,
            **_amount(telling.quantity),
            "days": telling.days,
            "dispensed": len(dispenses),
            "allowed": None if telling.repeats is None else 1 + telling.repeats,
            "documents": list(telling.documents),
            "duplicate_of": duplicate_of,
            **LISTED.fields(),
        },
    )


def dispense_object(written: "Written") -> JsonObject:
    """Return a dispense that was recorded, with what is odd about it."""
    telling = written.telling
    return new_object(
        "dispense",
        {
            "id": telling.id,
            "prescription": written.prescription.id if written.prescription else None,
            "medicine": telling.medicine.words,
            "patient": telling.patient_name or None,
            "date": telling.date,
            **_amount(telling.quantity),
            "days": telling.days,
            "by": telling.by,
            "pack": telling.pack,
            "duplicate_of": written.document.duplicate_of,
            "flags": list(map(_flag, written.flags)),
            **RECORDED.fields(),
        },
    )


def stop_object(written: "Written") -> JsonObject:
    """Return a stop that was recorded, with what is odd about what was dispensed."""
    telling = written.telling
    return new_object(
        "medication_stop",
        {
            "id": telling.id,
            "prescription": written.prescription.id if written.prescription else None,
            "medicine": telling.medicine.words,
            "patient": telling.patient_name or None,
            "date": telling.until,
            "reason": telling.reason,
            "duplicate_of": written.document.duplicate_of,
            "flags": list(map(_flag, written.flags)),
            **RECORDED.fields(),
        },
    )


def finding_object(flag: "Flag") -> JsonObject:
    """Return something odd, or what could not be judged."""
    return new_object("medicine_finding", {**_flag(flag), **CHECKED.fields()})


def medicine_object(line: "Line", day: str) -> JsonObject:
    """Return a line of the medication list."""
    documents = dict.fromkeys(name for source in line.sources for name in source.documents)
    return new_object(
        "medicine",
        {
            "at": day,
            "status": line.status,
            "title": line.title,
            "concept": line.concept,
            "patient": line.patient or None,
            "dose": line.dose,
            "since": line.since,
            "until": line.until,
            "prescriber": line.prescriber,
            "signed_by": list(map(sign_text, line.signed)),
            "prescriber_signed": line.is_prescriber_signed,
            "differs": list(line.differs),
            "documents": list(documents),
            "sources": list(map(_source, line.sources)),
            **MEDICINES.fields(),
        },
    )


def sign_text(sign: "Sign") -> str:
    """Return by whom, and which way it is known."""
    ways = {
        "bundle": "in a bundle of theirs",
        "passed_on": "from their vault, passed on",
        "attestation": "attested",
    }
    said = f"{sign.name}: {ways[sign.how]}"
    return f"{said} ({sign.statement})" if sign.statement else said


def say_flags(terminal: "Terminal", written: "Written") -> None:
    """Say what is odd about what was recorded."""
    if written.document.duplicate_of:
        terminal.say(f"The very same was recorded before: {written.document.duplicate_of}.")
    if not terminal.settings.json:
        for flag in written.flags:
            if flag.is_found:
                terminal.warn(f"{flag.code}: {flag.said} ({', '.join(flag.documents)})")
            else:
                terminal.say(f"{flag.code} is not known: {flag.said}")
    RECORDED.say(terminal)


def _flag(flag: "Flag") -> JsonObject:
    return {
        "code": flag.code,
        "result": "found" if flag.is_found else "unknown",
        "medicine": flag.title,
        "patient": flag.patient or None,
        "day": flag.day,
        "said": flag.said,
        "documents": list(flag.documents),
    }


def _source(source: "SourceLine") -> Json:
    return {
        "kind": source.sort.value,
        "title": source.title,
        "says": source.says,
        "status": source.status,
        "date": source.date,
        "until": source.until,
        "dose": source.dose,
        "by": source.by,
        "days": source.days,
        "signed_by": list(map(sign_text, source.signed)),
        "prescriber_signed": source.is_prescriber_signed,
        "documents": list(source.documents),
    }


def _amount(amount: "Amount | None") -> JsonObject:
    from healthvault.records.decimals import plain

    if amount is None:
        return {"quantity": None, "unit": None}
    return {"quantity": plain(amount.number), "unit": amount.unit or None}
