# SPDX-License-Identifier: Apache-2.0
"""The medication list as of a day: a line for each medicine, with every source and where they differ.

Nothing is decided that a source does not say: of several the newest prescription or statement that is in force
gives dose and prescriber, and all stand beside it. Pure. Spec: docs/spec/medicines.md section 6.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from healthvault.medicines.course import IN_FORCE, NOW, effective_stop, status_on, supply_end, word_on
from healthvault.medicines.linking import Book
from healthvault.medicines.telling import Sign, Sort, Telling, first_day
from healthvault.medicines.wording import normal_words
from healthvault.records.folding import folded

__all__ = ["Line", "SourceLine", "is_prescriber", "medicine_list"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceLine:
    """What one source says of a medicine."""

    sort: Sort
    says: str | None
    """FHIR's word, as the source has it."""
    status: str | None
    """What had become of it by the day; of a dispense None."""
    title: str
    date: str | None
    until: str | None
    dose: str | None
    by: str | None
    days: int | None
    documents: tuple[str, ...]
    signed: tuple[Sign, ...]
    is_prescriber_signed: bool
    """Somebody signed it whom the owner knows by the very name of its prescriber."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A medicine, as of a day."""

    title: str
    concept: str
    patient: str
    status: str
    dose: str | None
    since: str | None
    """None: no source gives a date."""
    until: str | None
    prescriber: str | None
    signed: tuple[Sign, ...]
    is_prescriber_signed: bool
    differs: tuple[str, ...]
    """`status`, `dose`, `medicine`: in what the sources differ."""
    sources: tuple[SourceLine, ...]


@dataclass(frozen=True, slots=True)
class _Course:
    telling: Telling
    status: str


def medicine_list(book: Book, day: str) -> tuple[Line, ...]:
    """Return the lines: the owner's first, what is in force before what is over, then by name.

    Args:
        book: Everything that is said.
        day: As of its end, ISO.
    """
    lines = (_line(book, members, day) for members in book.members.values())
    return tuple(sorted((line for line in lines if line is not None), key=_order))


def is_prescriber(telling: Telling) -> bool:
    """Tell whether somebody who signed it is known to the owner by the name of its prescriber."""
    name = " ".join(folded(telling.by or "").split())
    return telling.sort is Sort.PRESCRIPTION and any(
        name == " ".join(folded(sign.name).split()) for each in telling.tellings for sign in each.signed
    )


def _line(book: Book, members: Sequence[Telling], day: str) -> Line | None:
    courses = [
        _Course(each, status)
        for each in members
        if each.sort is not Sort.DISPENSE and (status := status_on(book, each, day)) is not None
    ]
    handed = [each for each in book.in_group(book.group(members[0])) if first_day(each.date) <= day]
    if not courses and not handed:
        return None
    best = _deciding(courses) if courses else _Course(handed[-1], _supplied(handed, day))
    stop = effective_stop(book, best.telling, day)
    told = best.telling
    newest_first = sorted(courses, key=_age, reverse=True)
    in_force = [each.telling for each in newest_first if each.status in NOW] or [told]
    starts = [each.date for each in in_force if each.date]
    end = stop.day if stop and stop.is_sure else told.until
    told_first = [told, *in_force]  # what it leaves out, another in force may say
    order = next((each for each in told_first if each.sort is Sort.PRESCRIPTION), None)
    return Line(
        title=told.medicine.words,
        concept=told.medicine.concept,
        patient=told.patient and told.patient_name,
        status=best.status,
        dose=next((each.dose for each in told_first if each.dose), None),
        since=min(starts, default=None),
        until=end,
        prescriber=order.by if order else None,
        signed=_signs(order or told),
        is_prescriber_signed=order is not None and is_prescriber(order),
        differs=tuple(_differences(book, courses, members, day)),
        sources=tuple(_sources(courses, handed, day)),
    )


def _deciding(courses: Sequence[_Course]) -> _Course:
    """Return whose word counts: what is in force before what is not; of these the newest."""
    for statuses in (NOW, ("planned",), ("unknown",)):
        if found := [each for each in courses if each.status in statuses]:
            return max(found, key=_age)
    prescribed = [each for each in courses if each.telling.sort is not Sort.STOP] or courses
    return max(prescribed, key=_age)


def _age(course: _Course) -> tuple[str, str, bool, tuple[bool, str, str, str]]:
    told = course.telling
    return told.date or "", told.until or "", told.sort is Sort.PRESCRIPTION, _rank(told)


def _rank(told: Telling) -> tuple[bool, str, str, str]:
    """Return what orders tellings of one day: a key behind it counts for more, then words, an id last."""
    return bool(_signs(told)), told.dose or "", told.by or "", told.id


def _supplied(handed: Sequence[Telling], day: str) -> str:
    """Return the status of a medicine of which only dispenses are known."""
    ends = [supply_end(each) for each in handed]
    if any(end is not None and end.isoformat() > day for end in ends):
        return "active"
    return "unknown" if None in ends else "completed"


def _differences(book: Book, courses: Sequence[_Course], members: Sequence[Telling], day: str) -> Iterable[str]:
    named = {each.status for each in courses if each.status in IN_FORCE and each.status != "unknown"}
    stops = [(each, effective_stop(book, each.telling, day)) for each in courses]
    if len(named) > 1 or any(
        stop is not None and not stop.is_named and word_on(each.telling, day)[0] == "active"
        for each, stop in stops
    ):
        yield "status"
    doses = {_words(each.telling.dose) for each in courses if each.status in NOW and each.telling.dose}
    if len(doses) > 1:
        yield "dose"
    if len({each.medicine.strengths for each in members if each.medicine.strengths}) > 1:
        yield "medicine"


def _sources(courses: Sequence[_Course], handed: Sequence[Telling], day: str) -> Iterable[SourceLine]:
    statuses = {each.telling.id: each.status for each in courses}
    told = [*(each.telling for each in courses), *handed]
    for each in sorted(told, key=_by_day):
        yield SourceLine(
            sort=each.sort,
            says=word_on(each, day)[0],
            status=statuses.get(each.id),
            title=each.medicine.words,
            date=each.date,
            until=each.until,
            dose=each.dose,
            by=each.by,
            days=each.days,
            documents=each.documents,
            signed=_signs(each),
            is_prescriber_signed=is_prescriber(each),
        )


def _by_day(told: Telling) -> tuple[str, str, tuple[str, tuple[str, ...]], tuple[bool, str, str, str]]:
    return told.date or told.until or "", told.sort.value, told.medicine.key, _rank(told)


def _signs(telling: Telling) -> tuple[Sign, ...]:
    return tuple(dict.fromkeys(sign for each in telling.tellings for sign in each.signed))


def _words(text: str | None) -> str:
    return normal_words(text or "")


def _order(line: Line) -> tuple[bool, str, bool, str, str]:
    return bool(line.patient), line.patient, line.status not in IN_FORCE, folded(line.title), line.concept
