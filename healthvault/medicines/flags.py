# SPDX-License-Identifier: Apache-2.0
"""What is odd about dispenses, each by name, with the documents that it rests on; or that it cannot be known.

A flag is `found` where the documents say enough to be sure of the facts, and `unknown` where something is missing;
it is never raised by a guess. Whether it matters is for pharmacists and doctors: two supplies on one day may be
right. Interactions are not looked at. Pure. Spec: docs/spec/medicines.md section 7.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from healthvault.medicines.course import word_on
from healthvault.medicines.linking import Book, is_stop, until_day
from healthvault.medicines.sameness import is_unclear
from healthvault.medicines.telling import Sort, Telling, exact_day, first_day, last_day, pack_text

__all__ = ["Flag", "find_flags"]

UNKNOWN_WINDOW_DAYS = 90  # a supply of unknown length may still be there that long after

MAX_LATER = 100  # later dispenses of a medicine that one is held against


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """Something odd, or something that could not be judged."""

    code: str
    is_found: bool
    """False: it is not known, because something is missing."""
    title: str
    patient: str
    day: str | None
    """Of the dispense that it is about."""
    said: str
    """In one sentence; its figures are those of the documents."""
    documents: tuple[str, ...]


def find_flags(book: Book, day: str) -> tuple[Flag, ...]:
    """Return what is odd by the end of a day (ISO), what was found first, each with the newest dispense first."""
    found: list[Flag] = []
    for members in book.members.values():
        handed = [each for each in book.in_group(book.group(members[0])) if first_day(each.date) <= day]
        for course in members:
            if course.sort is Sort.PRESCRIPTION and first_day(course.date) <= day:
                found += _of_prescription(book, course, handed)
        for dispense in handed:
            found += _after_stop(book, dispense, members)
        found += _twice(handed)
    found += _same_pack([each for each in book.dispenses if first_day(each.date) <= day])
    return tuple(sorted(found, key=lambda flag: (not flag.is_found, _newest(flag), flag.code, flag.documents)))


def _of_prescription(book: Book, course: Telling, handed: Sequence[Telling]) -> Iterator[Flag]:
    ids = {each.id for each in book.of(course)}
    own = [each for each in handed if each.id in ids]
    yield from _too_much(book, course, own, handed)
    for dispense in own:
        yield from _of_one(course, dispense)


def _newest(flag: Flag) -> tuple[int, ...]:
    return tuple(-ord(char) for char in flag.day or "")


def _flag(code: str, said: str, *tellings: Telling, is_found: bool = True) -> Flag:
    documents = tuple(dict.fromkeys(name for each in tellings for name in each.documents))
    newest = max((each.date or "" for each in tellings if each.sort is Sort.DISPENSE), default="")
    first = tellings[0]
    return Flag(
        code=code,
        is_found=is_found,
        title=first.medicine.words,
        patient=first.patient and first.patient_name,
        day=newest or None,
        said=said,
        documents=documents,
    )


# --- more than was prescribed ---


def _too_much(book: Book, course: Telling, own: Sequence[Telling], handed: Iterable[Telling]) -> Iterator[Flag]:
    """Say whether more was handed over than prescribed: more often than 1 + repeats, or more in all."""
    code, count = "over_dispense", len(own)
    allowed = None if course.repeats is None else 1 + course.repeats
    if allowed is not None and count > allowed:
        yield _flag(code, f"dispensed {count} times, and {allowed} allowed", course, *own)
        return
    total, most = _total(own), _most(course, allowed)
    if total is not None and most is not None and total > most:
        yield _flag(code, f"{total} dispensed in all, and {most} allowed", course, *own)
        return
    begun = first_day(course.date)
    others = [each for each in handed if each.id not in book.links and first_day(each.date) >= begun]
    if allowed is None and count > 1:
        yield _flag(code, "how many repeats are allowed is not said", course, *own, is_found=False)
    elif most is not None and own and not _units_known(course, own):
        yield _flag(code, "how much was handed over is not said, or in other units", course, *own, is_found=False)
    elif allowed is not None and others and count + len(others) > allowed:
        said = f"{len(others)} dispenses of the medicine name no prescription, and may be of this one"
        yield _flag(code, said, course, *own, *others, is_found=False)


def _units_known(course: Telling, own: Iterable[Telling]) -> bool:
    unit = course.quantity.unit if course.quantity else None
    return all(each.quantity is not None and each.quantity.unit == unit for each in own)


def _total(own: Sequence[Telling]) -> Decimal | None:
    amounts = [each.quantity for each in own]
    known = [amount for amount in amounts if amount is not None]
    if not known or len({amount.unit for amount in known}) > 1:
        return None
    return sum((amount.number for amount in known), Decimal(0))


def _most(course: Telling, allowed: int | None) -> Decimal | None:
    return None if allowed is None or course.quantity is None else course.quantity.number * allowed


# --- of one dispense, by its prescription ---


def _of_one(course: Telling, dispense: Telling) -> Iterator[Flag]:
    """Say whether a dispense came before its prescription was written, or after its validity ended."""
    day = exact_day(dispense.date)
    pairs = (
        ("expired", course.until, "the validity ended"),
        ("dispensed_before_written", course.date, "the prescription was written"),
    )
    for code, limit, what in pairs:
        if day is None or limit is None:
            missing = "no day of the dispense is known" if day is None else f"it is not said when {what}"
            yield _flag(code, missing, dispense, course, is_found=False)
            continue
        is_late = day.isoformat() > last_day(limit)
        is_early = day.isoformat() < first_day(limit)
        if is_late if code == "expired" else is_early:
            yield _flag(code, f"dispensed {day}, and {what} {limit[:10]}", dispense, course)


# --- after a stop ---


def _after_stop(book: Book, dispense: Telling, members: Sequence[Telling]) -> Iterator[Flag]:
    code = "dispensed_after_stop"
    link = book.links.get(dispense.id)
    day = exact_day(dispense.date)
    courses = [link] if link else [each for each in members if _is_course_before(each, dispense)]
    stops = [(each, stop) for each in courses for stop in book.stops(each)[:1]]
    loose = [each for each in members if is_stop(each) and until_day(each)] if not courses else []
    if len(stops) < len(courses) or not (stops or loose):
        return  # something that was not stopped may be what was dispensed
    days = [*(stop.day for _, stop in stops), *((each.until or "")[:10] for each in loose)]
    tellings = (dispense, *(stop.telling for _, stop in stops), *loose, *courses)
    newest = max(days)
    if day is None or any(not stop.is_sure for _, stop in stops):
        yield _flag(code, "whether it was handed over before the stop is not known", *tellings, is_found=False)
    elif day.isoformat() > newest:
        yield _flag(code, f"dispensed {day}, and stopped {newest}", *tellings)
    elif day.isoformat() == newest:
        yield _flag(
            code, f"dispensed and stopped on {newest}: which was first is not said", *tellings, is_found=False
        )


def _is_course_before(course: Telling, dispense: Telling) -> bool:
    is_course = course.sort is Sort.PRESCRIPTION or (course.sort is Sort.STATEMENT and _is_in_use(course))
    is_before = first_day(course.date) <= (dispense.date or "9999")[:10]
    return is_course and is_before


def _is_in_use(course: Telling) -> bool:
    return word_on(course, "9999")[0] not in {"stopped", "completed", "not-taken"}


# --- twice ---


def _twice(handed: Sequence[Telling]) -> Iterator[Flag]:
    """Say where a supply was handed over while most of an earlier one of the same medicine must be left."""
    for number, one in enumerate(handed):
        for other in handed[number + 1 : number + 1 + MAX_LATER]:
            if _is_far(one, other):
                break
            yield _overlap(one, other)
            if other.date is None:
                break  # one undated dispense is as unknown as ten


def _is_far(one: Telling, other: Telling) -> bool:
    """Tell whether nothing later can overlap: by then half of the supply is used."""
    begin, again = exact_day(one.date), exact_day(other.date)
    if begin is None or again is None:
        return False
    passed = (again - begin).days
    return 2 * passed >= one.days if one.days is not None else passed > UNKNOWN_WINDOW_DAYS


def _overlap(one: Telling, other: Telling) -> Flag:
    """Judge two dispenses of one medicine, the earlier first: most is left in the first half of its days."""
    code, begin, again = "double_dispense", exact_day(one.date), exact_day(other.date)
    if begin is None or again is None:
        return _flag(code, "a dispense has no day", one, other, is_found=False)
    passed = (again - begin).days
    if one.days is None:
        said = f"{passed} days after a supply of which it is not said how long it lasts"
        return _flag(code, said, one, other, is_found=False)
    said = f"dispensed again after {passed} of {one.days} days"
    if is_unclear(one, other):
        said += "; two documents may tell of one dispense"
        return _flag(code, said, one, other, is_found=False)
    return _flag(code, said, one, other)


def _same_pack(handed: Sequence[Telling]) -> Iterator[Flag]:
    packs: dict[str, list[Telling]] = {}
    for each in handed:
        if each.pack:
            packs.setdefault(pack_text(each.pack)[0], []).append(each)
    for text, members in packs.items():
        for one, other in pairwise(members):
            is_found = pack_text(text)[1] and not is_unclear(one, other)
            said = (
                "the same pack was handed over twice"
                if is_found
                else "the same code, which may not be of one pack"
            )
            yield _flag("same_pack_twice", said, one, other, is_found=is_found)
