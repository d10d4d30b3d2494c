# SPDX-License-Identifier: Apache-2.0
"""Segments of HL7 v2 as items: visits, diagnoses, allergies, procedures, vaccines, medicines, orders, reports.

One function a segment; each takes the segment and what stands around it, and returns the item or nothing. What was
not done says so in its title as well as in its status. Source: HL7 v2.9 chapters 3, 4, 4A, 6, 7, 9.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from healthvault.records.categories import Category, category_of
from healthvault.records.hl7_messages import Segment
from healthvault.records.hl7_values import codings, id_text, label, moment, number, person, plain, unit, words
from healthvault.records.statements import Item

__all__ = ["ITEMS", "Around", "base", "message_header"]

_ENCOUNTERS = {"E": "Emergency visit", "I": "Inpatient stay", "O": "Outpatient visit", "P": "Preadmission",
               "R": "Recurring visit", "B": "Obstetric visit"}  # fmt: skip
_REPORTED = {"F": "final", "P": "preliminary", "C": "corrected", "A": "partial", "R": "preliminary",
             "X": "cancelled", "I": "registered", "O": "registered", "S": "registered"}  # fmt: skip
_ORDERED = {"NW": "active", "CA": "revoked", "OC": "revoked", "DC": "revoked", "HD": "on-hold", "CM": "completed",
            "IP": "active", "SC": "active"}  # fmt: skip
_GIVEN = {"CP": "completed", "PA": "completed", "NA": "not-done", "RE": "not-done"}
_AVAILABLE = {"AV": "current", "OB": "superseded", "CA": "entered-in-error"}
_ORDER_MESSAGES = frozenset({"ORM", "OML", "OMG", "OMI", "OMP", "OPL", "OMB", "OMD", "OMN", "OMS"})
_NO_VACCINE = "998"  # CVX
_UNKNOWN_AMOUNT = "999"  # of RXA-6
_NONE_KNOWN = frozenset({"NKA", "NKDA", "716186003", "409137002", "160244002", "160245001"})
_DELETED = frozenset({"D", "DE"})


@dataclass(slots=True)
class Around:
    """What earlier segments of the same message say."""

    message: str = ""
    """Type of the message, e.g. `ORU`."""
    source: str | None = None
    subject: int | None = None
    order: Segment | None = None
    """The last ORC."""
    date: str | None = None
    """Of the last report or vaccination."""


def base(kind: str, segment: Segment, place: str, around: Around, number_of_field: int) -> Item:
    """Return an item of a type, named and coded by a field."""
    value = segment.first(number_of_field)
    return Item(
        type=kind,
        place=place,
        title=label(segment, value)[:500] or kind,
        subject=around.subject,
        category=category_of({"resourceType": kind}).value,
        codes=codings(segment, value),
        source=around.source,
    )


def message_header(segment: Segment, place: str, around: Around) -> Item:
    """Return the message itself: its type, version, time and control id."""
    kind = segment.raw(9)
    number_of_message = id_text(segment, 10)
    return Item(
        type="MessageHeader",
        place=place,
        title=plain(segment, kind)[:200] or "message",
        identity=f"MessageHeader/{number_of_message}" if number_of_message else None,
        date=moment(segment, 7),
        text=f"HL7 {plain(segment, segment.parts(segment.raw(12))[0])}".strip(),
        source=around.source,
    )


def _encounter(segment: Segment, place: str, around: Around) -> Item | None:
    begin, end = moment(segment, 44), moment(segment, 45)
    kind = plain(segment, segment.first(2))
    if not (begin or kind in _ENCOUNTERS):
        return None
    return replace(
        base("Encounter", segment, place, around, 2),
        title=_ENCOUNTERS.get(kind, "Visit"),
        codes=codings(segment, segment.first(2), "HL70004"),
        identity=_identity("Encounter", segment, 19),
        date=begin,
        until=end,
        status="finished" if end else None,
        author=person(segment, 7, 17),
        text=plain(segment, segment.parts(segment.first(10))[0]) or None,
    )


def _allergy(segment: Segment, place: str, around: Around) -> Item | None:
    item = base("AllergyIntolerance", segment, place, around, 3)
    if not item.codes and item.title == item.type:
        return None
    when, action = (6, "") if segment.name == "AL1" else (11, segment.raw(6))
    reactions = words(segment, 5)
    item = replace(item, date=moment(segment, when), text=reactions or None)
    return _taken_back(_denied(item), segment, action)


def _diagnosis(segment: Segment, place: str, around: Around) -> Item | None:
    item = _described("Condition", segment, place, around)
    return item and _denied(replace(item, author=person(segment, 16)))


def _problem(segment: Segment, place: str, around: Around) -> Item | None:
    item = base("Condition", segment, place, around, 3)
    if not item.codes:
        return None
    end = moment(segment, 9)
    item = replace(
        item,
        identity=_identity("Condition", segment, 4),
        date=moment(segment, 16, 7, 2),
        until=end,
        status="resolved" if end else None,
    )
    return _taken_back(_denied(item), segment, segment.raw(1))


def _procedure(segment: Segment, place: str, around: Around) -> Item | None:
    item = _described("Procedure", segment, place, around)
    return item and replace(item, author=person(segment, 11, 12, 8))


def _vaccine(segment: Segment, place: str, around: Around) -> Item | None:
    item = base("Immunization", segment, place, around, 5)
    if not item.codes:
        return None
    if not (around.message == "VXU" or any(each.system.endswith(("/cvx", "/ndc")) for each in item.codes)):
        item = replace(item, type="MedicationAdministration", category=Category.MEDICATION.value)
    status = "entered-in-error" if segment.raw(21) == "D" else _GIVEN.get(segment.raw(20))
    end = moment(segment, 4)
    item = replace(
        item,
        date=moment(segment, 3),
        until=None if end == moment(segment, 3) else end,
        status=status,
        author=person(segment, 10),
        text="; ".join(filter(None, (_amount(segment, 6, 7), words(segment, 18)))) or None,
        identity=_identity(item.type, around.order, 3, 2) if around.order else None,
    )
    if any(each.code == _NO_VACCINE and each.system.endswith("/cvx") for each in item.codes):
        return replace(item, type="Observation", identity=None)
    return replace(item, title=f"Not given: {item.title}") if status == "not-done" else item


def _prescription(segment: Segment, place: str, around: Around) -> Item | None:
    code, amounts = (1, (2, 4)) if segment.name == "RXO" else (2, (3, 5))
    item = base("MedicationRequest", segment, place, around, code)
    return _ordered(replace(item, text=_amount(segment, *amounts) or None), around) if item.codes else None


def _dispense(segment: Segment, place: str, around: Around) -> Item | None:
    item = base("MedicationDispense", segment, place, around, 2)
    if not item.codes:
        return None
    return replace(item, date=moment(segment, 3), text=_amount(segment, 4, 5) or None,
                   identity=_identity("MedicationDispense", segment, 7))  # fmt: skip


def _report(segment: Segment, place: str, around: Around) -> Item | None:
    is_order = around.message in _ORDER_MESSAGES
    item = base("ServiceRequest" if is_order else "DiagnosticReport", segment, place, around, 4)
    item = replace(item, identity=_identity(item.type, segment, 3, 2))
    if is_order:
        return _ordered(replace(item, author=person(segment, 16), date=moment(segment, 6, 7)), around)
    category = Category.LETTER if around.message == "MDM" else Category.LAB
    date = moment(segment, 7, 22)
    around.date = date
    return replace(item, date=date, status=_REPORTED.get(segment.raw(25)), author=person(segment, 32, 16),
                   category=category.value)  # fmt: skip


def _document(segment: Segment, place: str, around: Around) -> Item | None:
    item = base("DocumentReference", segment, place, around, 2)
    name = plain(segment, segment.raw(16))
    return replace(
        item,
        title=(name or item.title)[:500],
        codes=codings(segment, segment.first(2), "HL70270"),
        identity=_identity("DocumentReference", segment, 12),
        date=moment(segment, 4, 6),
        status=_AVAILABLE.get(segment.raw(19)),
        author=person(segment, 9, 5),
    )


def _specimen(segment: Segment, place: str, around: Around) -> Item | None:
    return replace(base("Specimen", segment, place, around, 4), date=moment(segment, 17))


ITEMS: dict[str, Callable[[Segment, str, Around], Item | None]] = {
    "AL1": _allergy,
    "DG1": _diagnosis,
    "IAM": _allergy,
    "OBR": _report,
    "PR1": _procedure,
    "PRB": _problem,
    "PV1": _encounter,
    "RXA": _vaccine,
    "RXD": _dispense,
    "RXE": _prescription,
    "RXO": _prescription,
    "SPM": _specimen,
    "TXA": _document,
}
"""What makes an item of each segment; None of a segment that says nothing."""


def _described(kind: str, segment: Segment, place: str, around: Around) -> Item | None:
    """Return a diagnosis or procedure: code in field 3, its system also in field 2, words in field 4."""
    item = base(kind, segment, place, around, 3)
    method = plain(segment, segment.raw(2))
    told = plain(segment, segment.parts(segment.first(4))[0])
    codes = codings(segment, segment.first(3), method)
    if not (codes or told):
        return None
    named = item.title if any(each.display for each in codes) else told or item.title
    return replace(item, codes=codes, title=named[:500], date=moment(segment, 5))


def _denied(item: Item) -> Item:
    """Return "no known allergies" and the like as what it is: an observation, and no allergy."""
    is_denied = item.title.casefold().startswith(("no known", "nka", "nkda"))
    if not is_denied and not any(each.code in _NONE_KNOWN for each in item.codes):
        return item
    return replace(item, type="Observation", identity=None)


def _taken_back(item: Item, segment: Segment, action: str) -> Item:
    code = plain(segment, segment.parts(action)[0])
    return replace(item, status="entered-in-error") if code in _DELETED else item


def _ordered(item: Item, around: Around) -> Item:
    """Return an order with what its ORC says."""
    order = around.order
    if order is None:
        return item
    return replace(
        item,
        status=_ORDERED.get(order.raw(1)) or _ORDERED.get(order.raw(5)),
        date=moment(order, 9) or item.date,
        author=person(order, 12) or item.author,
        identity=_identity(item.type, order, 3, 2) or item.identity,
    )


def _identity(kind: str, segment: Segment, *numbers: int) -> str | None:
    told = id_text(segment, *numbers)
    return f"{kind}/{told}" if told else None


def _amount(segment: Segment, amount: int, unit_field: int) -> str:
    told = plain(segment, segment.first(amount))
    if number(told) is None or told == _UNKNOWN_AMOUNT:
        return ""
    return " ".join(filter(None, (told, unit(segment, unit_field))))
