# SPDX-License-Identifier: Apache-2.0
"""What a FHIR resource says beside what its item says: amounts, days, repeats, validity, what it rests on.

Of any version; what has another form than FHIR gives it is left out, and so is what is not known. Unverified.
Pure. Spec: docs/spec/medicines.md section 4.
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from healthvault.medicines.telling import Amount, Sort, Telling, exact_day
from healthvault.records.decimals import decimal_of
from healthvault.records.fhir_values import moment_of, period_of, quantity_of, scalar_text
from healthvault.records.folding import folded
from healthvault.records.json_walk import Json, items_at, text_at, value_at

__all__ = ["DOCUMENT_SYSTEM", "MAX_DAYS", "MAX_REPEATS", "amount_of", "with_structure"]

DOCUMENT_SYSTEM = "urn:healthvault:document"
"""System of the id of a document, where a form names one."""
MAX_DAYS = 3660
MAX_REPEATS = 999
MAX_REFERENCES = 20
MAX_TEXT_CHARS = 1000
_DAYS = {"d": 1, "day": 1, "days": 1, "wk": 7, "week": 7, "weeks": 7}
_WHOLE = re.compile(r"\d{1,6}")
_RESTS_ON = {
    Sort.PRESCRIPTION: (),
    Sort.DISPENSE: ("authorizingPrescription",),
    Sort.STATEMENT: ("basedOn",),
    Sort.STOP: ("basedOn",),
}
_NOT_AN_ORDER = frozenset({"proposal", "plan", "option"})


def with_structure(told: Telling, resource: Json) -> Telling:
    """Return what an item says with what its resource (unverified) says beside it.

    `said` becomes the day on which the source says that it said so; None if it does not.
    """
    asserted = moment_of(value_at(resource, "dateAsserted")) or moment_of(
        value_at(resource, "meta", "lastUpdated")
    )
    told = replace(told, said=asserted[:10] if exact_day(asserted) and asserted else None)
    about = tuple(_references(resource, _RESTS_ON[told.sort]))
    if told.sort is Sort.DISPENSE:
        return replace(
            told,
            about=about,
            date=moment_of(value_at(resource, "whenHandedOver")),  # prepared is not handed over
            quantity=amount_of(value_at(resource, "quantity")),
            days=_days(value_at(resource, "daysSupply")),
            pack=_pack(resource),
            by=_short(text_at(resource, "performer", "actor", "display")) or told.by,
        )
    if told.sort is Sort.PRESCRIPTION:
        return _prescription(told, resource)
    start, end = period_of(value_at(resource, "effectivePeriod"))
    reasons = [text_at(each, "text") or text_at(each, "coding", "display")
               for name in ("statusReason", "reasonNotTaken") for each in items_at(resource, name)]  # fmt: skip
    return replace(
        told,
        about=about,
        date=start or told.date,
        until=end or told.until,
        reason=_short(next(iter(reasons), None)),
    )


def amount_of(value: Json) -> Amount | None:
    """Return an exact quantity above nothing; None of anything else, and of one that is only a bound."""
    quantity = quantity_of(value)
    number = decimal_of(quantity.number) if quantity and not quantity.comparator else None
    if quantity is None or number is None or number <= 0:
        return None
    return Amount(number=number, unit=" ".join(folded(quantity.unit or "").split()))


def _prescription(told: Telling, resource: Json) -> Telling:
    request = value_at(resource, "dispenseRequest")
    begins, until = period_of(value_at(request, "validityPeriod"))
    status = told.status
    if text_at(resource, "intent") in _NOT_AN_ORDER:
        status = "draft" if status not in {"entered-in-error", "cancelled"} else status
    if scalar_text(value_at(resource, "doNotPerform")) == "true":
        status = "not-taken"
    return replace(
        told,
        status=status,
        begins=begins,
        until=until,
        repeats=_whole(value_at(request, "numberOfRepeatsAllowed"), MAX_REPEATS),
        quantity=amount_of(value_at(request, "quantity")),
        days=_days(value_at(request, "expectedSupplyDuration")),
    )


def _references(resource: Json, names: tuple[str, ...]) -> Iterator[str]:
    for reference in [each for name in names for each in items_at(resource, name)][:MAX_REFERENCES]:
        if text := text_at(reference, "reference"):
            yield text[:MAX_TEXT_CHARS]
        if text_at(reference, "identifier", "system") == DOCUMENT_SYSTEM:
            yield (text_at(reference, "identifier", "value") or "")[:MAX_TEXT_CHARS]


def _pack(resource: Json) -> str | None:
    """Return a pack as it was scanned; only our own forms say it so."""
    for each in items_at(resource, "identifier")[:MAX_REFERENCES]:
        if text_at(each, "system") == f"{DOCUMENT_SYSTEM}:pack":
            return (text_at(each, "value") or "")[:MAX_TEXT_CHARS] or None
    return None


def _days(value: Json) -> int | None:
    """Return a number of days; a unit that is none, and one that is not said, is not known."""
    quantity = quantity_of(value)
    unit = folded(quantity.unit or "").strip() if quantity else ""
    number = decimal_of(quantity.number) if quantity else None
    if number is None or unit not in _DAYS or number != number.to_integral_value():
        return None
    days = int(number) * _DAYS[unit]
    return days if 0 < days <= MAX_DAYS else None


def _whole(value: Json, most: int) -> int | None:
    text = scalar_text(value)
    return int(text) if text and _WHOLE.fullmatch(text) and int(text) <= most else None


def _short(text: str | None) -> str | None:
    return " ".join(text.split())[:MAX_TEXT_CHARS] or None if text else None
