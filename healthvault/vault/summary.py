# SPDX-License-Identifier: Apache-2.0
"""The summary: problems, medicines, allergies and the rest as of a day, each with the documents that say so.

Nothing is decided here. Where documents differ, what each says stands side by side, the newest word first; that
nothing is said is told as that, which is not the same as that there is nothing. Spec: docs/spec/contents.md 9.3.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from healthvault.records.absence import absence_of
from healthvault.records.decimals import decimal_of, plain
from healthvault.storage.contents import Contents
from healthvault.storage.item_rows import IN_ERROR, ItemRow, ItemRows
from healthvault.storage.item_scope import Scope
from healthvault.vault.content_views import Source, age_of, said_on, source_of, value_text

__all__ = ["Section", "Thing", "Word", "summary"]

MAX_VALUES = 4  # of one moment that are named
_IN_FORCE = frozenset({"active", "recurrence", "relapse", "in-progress", "intended", "on-hold"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """What some documents say of one thing in the same way."""

    status: str | None
    date: str | None
    """The newest date that they give it."""
    until: str | None
    value: str | None
    is_measured: bool
    """The value is a number."""
    said: str
    """The day of the newest of them."""
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """A problem, a medicine, a result: all that is said of it, the newest word first."""

    title: str
    concept: str
    absence: str | None
    """`none_known`, `no_information`, or None: it names something."""
    differs: bool
    """Documents say different things of it; one may say several."""
    words: tuple[Word, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A part of the summary. Without things and documents nothing is said about it."""

    name: str
    things: tuple[Thing, ...]
    differs: bool
    """A document says that nothing is known, and others name something."""
    documents: tuple[Source, ...]
    """Documents about it whose content is not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    name: str
    types: tuple[str, ...]
    category: str | None
    """Of documents about it; of items too where `only` says so."""
    only: bool = False
    is_event: bool = False
    """Two of one kind on two days are two things, such as doses of a vaccine."""


_PARTS = (
    _Part(name="allergies", types=("AllergyIntolerance",), category="allergy"),
    _Part(
        name="medicines",
        types=(
            "MedicationStatement",
            "MedicationRequest",
            "MedicationDispense",
            "MedicationAdministration",
            "MedicationUsage",
            "Medication",
        ),
        category="medication",
    ),
    _Part(name="problems", types=("Condition",), category="condition"),
    _Part(name="immunisations", types=("Immunization",), category="immunisation", is_event=True),
    _Part(name="procedures", types=("Procedure",), category="procedure", is_event=True),
    _Part(name="devices", types=("Device", "DeviceUseStatement"), category=None),
    _Part(name="directives", types=("Consent",), category="directive", only=True),
)
_RESULTS = (("results", "lab"), ("vitals", "vitals"), ("other observations", "other"))


def summary(contents: Contents, scope: Scope) -> tuple[Section, ...]:
    """Return the parts of a summary, those of which nothing is said too.

    Args:
        contents: Brought up.
        scope: Until which day; what has no date is taken in.
    """
    rows = ItemRows(contents)
    silent = [(source_of(label), category) for label, _, category in rows.silent(scope)]
    parts = [_part(rows, scope, part, silent) for part in _PARTS]
    results = [_results(rows, scope, name, category) for name, category in _RESULTS]
    return (*parts, *results)


def _part(rows: ItemRows, scope: Scope, part: _Part, silent: list[tuple[Source, str]]) -> Section:
    found = rows.of_types(scope, part.types, category=part.category if part.only else None)
    newest_first = sorted(_things(found, is_event=part.is_event), key=_newest, reverse=True)
    things = tuple(sorted(newest_first, key=_order))
    absences = {thing.absence for thing in things if thing.absence}
    return Section(
        name=part.name,
        things=things,
        differs=bool(absences) and any(not thing.absence for thing in things),
        documents=tuple(source for source, category in silent if category == part.category),
    )


def _results(rows: ItemRows, scope: Scope, name: str, category: str) -> Section:
    groups: dict[tuple[str, ...], list[ItemRow]] = {}
    for row in rows.newest(scope, "Observation", category):
        unit = (row.item.quantity.unit if row.item.quantity else None) or ""
        groups.setdefault((row.concept, unit), []).append(row)
    things = [_few(_thing(group, _said_value)) for group in groups.values()]
    return Section(name=name, things=tuple(sorted(things, key=_order)), differs=False, documents=())


def _things(found: Iterable[ItemRow], *, is_event: bool) -> Iterator[Thing]:
    groups: dict[tuple[str, str | None], list[ItemRow]] = {}
    for row in found:
        event = row.item.date[:10] if is_event and row.item.date else None
        groups.setdefault((row.concept, event), []).append(row)
    for group in groups.values():
        if any(row.item.status != IN_ERROR for row in group):
            yield _thing(group, _said_status)


def _said_status(row: ItemRow) -> str | None:
    return row.item.status


def _said_value(row: ItemRow) -> str | None:
    """Return the value as it is compared: `57.90 cm` and `57.9 cm` are no difference."""
    quantity = row.item.quantity
    text = value_text(row.item)
    if quantity is None or text is None:
        return text
    number = decimal_of(quantity.number)
    return text if number is None else text.replace(quantity.number, plain(number), 1)


def _thing(group: list[ItemRow], said: Callable[[ItemRow], str | None]) -> Thing:
    """Return what is said of one thing; rows that say the same are one word."""
    ways: dict[str | None, list[ItemRow]] = {}
    for row in group:
        ways.setdefault(said(row), []).append(row)
    words = sorted((_word(rows) for rows in ways.values()), key=lambda word: word.said, reverse=True)
    newest = max(group, key=lambda row: age_of(row.document))
    return Thing(
        title=newest.item.title,
        concept=newest.concept,
        absence=absence_of(newest.item),
        differs=len(words) > 1 and len({row.document.seq for row in group}) > 1,
        words=tuple(words),
    )


def _few(thing: Thing) -> Thing:
    """Return a thing of whose values of one moment not more are named than people read."""
    if len(thing.words) <= MAX_VALUES:
        return thing
    newest = thing.words[0]
    value = f"{len(thing.words)} values of one moment"
    documents = {source.id: source for word in thing.words for source in word.sources}
    word = replace(newest, value=value, is_measured=False, sources=tuple(documents.values()))
    return replace(thing, words=(word,))


def _word(rows: list[ItemRow]) -> Word:
    by_age = sorted(rows, key=lambda row: age_of(row.document), reverse=True)
    newest = by_age[0]
    documents = {row.document.seq: row.document for row in by_age}
    return Word(
        status=newest.item.status,
        date=max((row.item.date for row in rows if row.item.date), default=None),
        until=newest.item.until,
        value=value_text(newest.item),
        is_measured=newest.item.quantity is not None,
        said=said_on(newest.document),
        sources=tuple(map(source_of, documents.values())),
    )


def _newest(thing: Thing) -> str:
    return thing.words[0].date or ""


def _order(thing: Thing) -> tuple[bool, bool, str]:
    newest = thing.words[0]
    return (
        bool(thing.absence),
        newest.status is not None and newest.status not in _IN_FORCE,
        thing.title.casefold(),
    )
