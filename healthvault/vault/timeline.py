# SPDX-License-Identifier: Apache-2.0
"""The timeline: what happened by the day, the newest first, each thing once with every document that says it.

Days of measurements by devices are told as one row for each thing measured, at its newest day, so that they do not
drown the rest; so are more than a handful of values of one thing on one day.
Spec: docs/spec/contents.md section 9.2.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from healthvault.storage.contents import Contents
from healthvault.storage.item_rows import Group, ItemRow, ItemRows, LabelView, Series
from healthvault.storage.item_scope import Scope
from healthvault.vault.content_views import TimelineEntry, shown_unit, source_of, value_text

__all__ = ["timeline"]

ONE_BY_ONE = 4  # values of one thing on one day that are shown singly
_MAX_SOURCES = 1000  # items of one day and thing that are looked at for their documents


def timeline(contents: Contents, scope: Scope, *, limit: int) -> tuple[TimelineEntry, ...]:
    """Return what happened, the newest day first, what has no date last.

    Args:
        contents: Brought up.
        scope: What is asked for.
        limit: At most so many entries, and one more where there are more.
    """
    telling = _Telling(rows=ItemRows(contents), scope=scope, limit=limit + 1)
    dated = sorted(telling.dated(), key=_newest_last, reverse=True)
    if len(dated) > limit or scope.since or scope.until:
        return tuple(dated[: limit + 1])
    return tuple([*dated, *telling.undated()][: limit + 1])


@dataclass(slots=True)
class _Telling:
    rows: ItemRows
    scope: Scope
    limit: int
    told: set[bytes] = field(default_factory=set)
    """The sense of what is among the entries already, for what two documents date on neighbouring days."""

    def dated(self) -> Iterator[TimelineEntry]:
        yield from map(self._of_series, self.rows.series(self.scope))
        yield from self._events(dated=True)

    def undated(self) -> Iterator[TimelineEntry]:
        yield from self._events(dated=False)

    def _events(self, *, dated: bool) -> Iterator[TimelineEntry]:
        for group in self.rows.groups(self.scope, dated=dated, limit=self.limit):
            yield from self._of_group(group)
        for label, kind, category in self.rows.documents(self.scope, dated=dated, limit=self.limit):
            yield _of_document(label, kind, category)

    def _of_group(self, group: Group) -> Iterator[TimelineEntry]:
        if group.count > ONE_BY_ONE:
            rows = self.rows.of_group(self.scope, group, limit=_MAX_SOURCES)
            yield _of_many(group, rows)
            return
        for row in self.rows.of_group(self.scope, group, limit=_MAX_SOURCES):
            if row.sense not in self.told:
                self.told.add(row.sense)
                yield self._of_item(row)

    def _of_item(self, row: ItemRow) -> TimelineEntry:
        item = row.item
        return TimelineEntry(
            kind="item",
            day=item.date[:10] if item.date else None,
            date=item.date,
            title=item.title,
            value=value_text(item),
            is_measured=item.quantity is not None,
            status=item.status,
            type=item.type,
            category=item.category,
            sources=tuple(map(source_of, self.rows.same(self.scope, row.sense))),
        )

    def _of_series(self, series: Series) -> TimelineEntry:
        return TimelineEntry(
            kind="series",
            day=series.last,
            date=series.last,
            title=series.title,
            value=_span(series.least, series.most, series.unit),
            is_measured=True,
            status=None,
            type=series.type,
            category=series.category,
            sources=tuple(map(source_of, self.rows.labels(series.documents))),
            count=series.count,
            days=series.days,
            since=series.first,
        )


def _of_document(label: LabelView, kind: str, category: str) -> TimelineEntry:
    return TimelineEntry(
        kind="document",
        day=label.date[:10] if label.date else None,
        date=label.date,
        title=label.title,
        value=None,
        is_measured=False,
        status=None,
        type=kind,
        category=category,
        sources=(source_of(label),),
    )


def _of_many(group: Group, rows: tuple[ItemRow, ...]) -> TimelineEntry:
    item = rows[0].item
    documents = {row.document.seq: row.document for row in rows}
    return TimelineEntry(
        kind="series",
        day=group.day,
        date=group.day,
        title=item.title,
        value=_span(group.least, group.most, group.unit),
        is_measured=True,
        status=None,
        type=item.type,
        category=item.category,
        sources=tuple(map(source_of, documents.values())),
        count=group.count,
        since=group.day,
    )


def _span(least: float | None, most: float | None, unit: str | None) -> str | None:
    if least is None or most is None:
        return None
    ends = f"{least:g}" if least == most else f"{least:g}\u2013{most:g}"
    return f"{ends} {shown_unit(unit)}".rstrip()


def _newest_last(entry: TimelineEntry) -> tuple[str, str, str]:
    return entry.day or "", entry.date or "", entry.title
