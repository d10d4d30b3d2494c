# SPDX-License-Identifier: Apache-2.0
# ruff: noqa: S608  the text of each question is our own; what comes from elsewhere is bound
"""Items in the index: by day, by what they are about, by document.

Documents that are out of force count for nothing here. Spec: docs/spec/contents.md section 9.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import cast

from healthvault.records.statements import Item, parse_statement
from healthvault.storage.contents import Contents
from healthvault.storage.item_scope import Scope

__all__ = ["IN_ERROR", "Group", "ItemRow", "ItemRows", "LabelView", "Series"]

IN_ERROR = "entered-in-error"
_FROM = "from item join label on label.seq = item.seq"
_LABEL = "label.seq, label.id, label.title, label.date, label.added, label.author, label.source"
_COLUMNS = f"{_LABEL}, item.concept, item.sense, item.statement"
_NOT_ALONE = (
    "not ((select count(*) from (select 1 from item where item.seq = label.seq limit 2)) = 1"
    " and exists (select 1 from item where item.seq = label.seq and item.day is not null))"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelView:
    """A document, as it is named where something of it is shown."""

    seq: int
    id: str
    title: str
    date: str | None
    added_ms: int
    author: str | None
    source: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemRow:
    """An item, and the document that states it."""

    item: Item
    document: LabelView
    concept: str
    sense: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The items of one day about one thing."""

    day: str | None
    concept: str
    count: int
    """How many differ."""
    least: float | None
    """The smallest; None if there is none, or the units differ."""
    most: float | None
    unit: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """Days of measurements, each told as one, of one thing in one unit."""

    concept: str
    unit: str | None
    days: int
    first: str | None
    last: str | None
    count: int
    least: float | None
    most: float | None
    title: str
    type: str
    category: str
    documents: tuple[int, ...]


class ItemRows:
    """Items of an open index, of documents in force."""

    def __init__(self, contents: Contents) -> None:
        self._db = contents.connection

    def groups(self, scope: Scope, *, dated: bool, limit: int) -> tuple[Group, ...]:
        """Return single measurements and events by day and what they are about, the newest day first."""
        is_dated = f"item.day is {'not ' if dated else ''}null"
        query = (
            "select item.day, item.concept, count(distinct item.sense), min(least), max(most),"
            f" min(ifnull(unit, '')), max(ifnull(unit, '')) {_FROM} where item.daily = 0 and {is_dated} and"
            f" {_no_error()} and {scope.of_items()} group by item.day, item.concept"
            f" order by item.day desc, item.concept desc limit {limit:d}"
        )
        return tuple(_group(row) for row in self._db.execute(query, scope.values()))

    def of_group(self, scope: Scope, group: Group, *, limit: int) -> tuple[ItemRow, ...]:
        """Return the items of a group, at most so many."""
        where = f"item.daily = 0 and item.day is :day and item.concept = :concept and {_no_error()}"
        return self._items(scope, f"{where} and {scope.of_items()} order by item.id limit {limit:d}", group)

    def of_types(self, scope: Scope, types: Sequence[str], *, category: str | None = None) -> tuple[ItemRow, ...]:
        """Return all items of some FHIR types, those entered in error too, oldest document first."""
        where = "item.type in (select value from json_each(:types))"
        where += " and item.category = :own" if category else ""
        return self._items(
            scope, f"{where} and {scope.of_items()} order by item.seq, item.id", types=types, own=category
        )

    def newest(self, scope: Scope, type_name: str, category: str) -> tuple[ItemRow, ...]:
        """Return the newest items of each thing in each unit, of one type and category; all of one moment."""
        where = f"item.type = :type and item.category = :own and {_no_error()} and {scope.of_items()}"
        newest = f"select item.concept, ifnull(item.unit, ''), max(ifnull(item.date, '')) {_FROM} where {where}"
        query = (
            f"with best(a, b, c) as materialized ({newest} group by 1, 2) select {_COLUMNS} from best"
            " join item on item.concept = a and item.day is nullif(substr(c, 1, 10), '')"
            " and ifnull(item.date, '') = c and ifnull(item.unit, '') = b"
            f" join label on label.seq = item.seq where {where} order by item.seq, item.id"
        )
        rows = self._db.execute(query, {**scope.values(), "type": type_name, "own": category})
        return tuple(map(_item, rows))

    def with_code(self, scope: Scope, code: str, systems: Sequence[str]) -> tuple[ItemRow, ...]:
        """Return the measured items that carry a code, in the order of their dates."""
        where = (
            f"item.id in (select item from code where code = :code{_systems(systems)}) and item.amount is not null"
        )
        tail = f"{where} and {_no_error()} and {scope.of_items()} order by item.date, item.seq, item.id"
        return self._items(scope, tail, code=code, systems=systems)

    def about(self, scope: Scope, concept: str) -> tuple[ItemRow, ...]:
        """Return the measured items about one thing, in the order of their dates."""
        where = f"item.concept = :concept and item.amount is not null and {_no_error()} and {scope.of_items()}"
        return self._items(scope, f"{where} order by item.date, item.seq, item.id", concept=concept)

    def measured(self, scope: Scope) -> tuple[tuple[str, str, int], ...]:
        """Return what is measured at all: concept, a title, and how many values there are."""
        where = f"item.amount is not null and {_no_error()} and {scope.of_items()}"
        query = (
            f"select item.concept, item.title, count(*) {_FROM} where {where} group by item.concept, item.title"
        )
        return tuple(self._db.execute(query, scope.values()).fetchall())

    def same(self, scope: Scope, sense: bytes) -> tuple[LabelView, ...]:
        """Return the documents that state the same."""
        query = f"select distinct {_LABEL} {_FROM} where item.sense = :sense and {scope.of_items()} order by 1"
        return tuple(_label(row) for row in self._db.execute(query, {**scope.values(), "sense": sense}))

    def series(self, scope: Scope) -> tuple[Series, ...]:
        """Return what devices measured day by day, the newest first."""
        query = (
            "select item.concept, item.unit, count(distinct item.day), min(item.day), max(item.day) as last,"
            " sum(item.count), min(least), max(most), max(item.title), max(item.type), max(item.category),"
            f" json_group_array(distinct item.seq) {_FROM} where item.daily = 1 and {_no_error()} and"
            f" {scope.of_items()} group by item.concept, item.unit order by last desc"
        )
        return tuple(_series(row) for row in self._db.execute(query, scope.values()))

    def documents(self, scope: Scope, *, dated: bool, limit: int) -> Iterator[tuple[LabelView, str, str]]:
        """Yield documents with kind and category, the newest first; none whose only item says its date."""
        where = f"label.date is {'not ' if dated else ''}null and {scope.of_documents()} and {_NOT_ALONE}"
        query = (
            f"select {_LABEL}, label.type, label.category from label where {where}"
            f" order by label.date desc, label.seq desc limit {limit:d}"
        )
        for row in self._db.execute(query, scope.values()):
            yield _label(row[:7]), row[7], row[8]

    def silent(self, scope: Scope) -> Iterator[tuple[LabelView, str, str]]:
        """Yield the documents of which no item is known, the newest first, with kind and category."""
        query = (
            f"select {_LABEL}, label.type, label.category from label where {scope.of_documents()}"
            " and not exists (select 1 from item where item.seq = label.seq) order by label.date desc, label.seq"
        )
        for row in self._db.execute(query, scope.values()):
            yield _label(row[:7]), row[7], row[8]

    def labels(self, seqs: Sequence[int]) -> tuple[LabelView, ...]:
        """Return documents by their entries."""
        query = f"select {_LABEL} from label where seq in (select value from json_each(?)) order by seq"
        return tuple(_label(row) for row in self._db.execute(query, (json.dumps(seqs),)))

    def subjects(self, seqs: Sequence[int]) -> tuple[tuple[int, int | None], ...]:
        """Return whom items of some documents are about: document and number of the subject in it."""
        query = "select distinct seq, subject from item where seq in (select value from json_each(?))"
        return tuple(self._db.execute(query, (json.dumps(seqs),)).fetchall())

    def stated(self, seq: int, *, limit: int) -> tuple[Item, ...]:
        """Return the items of one document, at most so many."""
        rows = self._db.execute("select statement from item where seq = ? order by number limit ?", (seq, limit))
        return tuple(cast("Item", parse_statement(blob)) for (blob,) in rows)

    def passages(self, seq: int, *, limit: int) -> tuple[str, ...]:
        """Return the lines of text of one document that are of no item, at most so many."""
        query = "select words from passage where seq = ? and item is null order by id limit ?"
        return tuple(words for (words,) in self._db.execute(query, (seq, limit)))

    def _items(self, scope: Scope, tail: str, group: Group | None = None, **more: object) -> tuple[ItemRow, ...]:
        values: dict[str, object] = {**scope.values()}
        values |= {
            name: json.dumps(each) if isinstance(each, list | tuple) else each for name, each in more.items()
        }
        if group is not None:
            values |= {"day": group.day, "concept": group.concept}
        return tuple(map(_item, self._db.execute(f"select {_COLUMNS} {_FROM} where {tail}", values)))


def _no_error() -> str:
    return f"ifnull(item.status, '') <> '{IN_ERROR}'"


def _systems(systems: Sequence[str]) -> str:
    return " and system in (select value from json_each(:systems))" if systems else ""


def _label(row: tuple) -> LabelView:  # type: ignore[type-arg]  # a database row
    seq, id_text, title, date, added, author, source = row
    return LabelView(seq=seq, id=id_text, title=title, date=date, added_ms=added, author=author, source=source)


def _item(row: tuple) -> ItemRow:  # type: ignore[type-arg]  # a database row
    *label, concept, sense, blob = row
    item = cast("Item", parse_statement(blob))
    return ItemRow(item=item, document=_label(tuple(label)), concept=concept, sense=sense)


def _series(row: tuple) -> Series:  # type: ignore[type-arg]  # a database row
    concept, unit, days, first, last, count, least, most, title, kind, category, seqs = row
    return Series(
        concept=concept,
        unit=unit,
        days=days,
        first=first,
        last=last,
        count=count,
        least=least,
        most=most,
        title=title,
        type=kind,
        category=category,
        documents=tuple(json.loads(seqs)),
    )


def _group(row: tuple) -> Group:  # type: ignore[type-arg]  # a database row
    day, concept, count, least, most, unit, other = row
    if unit != other:
        least = most = None
    return Group(day=day, concept=concept, count=count, least=least, most=most, unit=unit or None)
