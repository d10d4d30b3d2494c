# SPDX-License-Identifier: Apache-2.0
"""The trend: values of one thing over time, as they were written.

Nothing is converted: values in another unit are a series of their own, joined only where units are the same by
their spelling. The same value said by several documents is one point. Spec: docs/spec/contents.md section 9.4.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from healthvault.errors import NotFound
from healthvault.records.concept import parse_code
from healthvault.records.folding import folded
from healthvault.records.statements import Quantity
from healthvault.records.units import unit_key
from healthvault.storage.contents import Contents
from healthvault.storage.item_rows import ItemRow, ItemRows
from healthvault.storage.item_scope import Scope
from healthvault.vault.content_views import Source, source_of

__all__ = ["Candidate", "Point", "Trend", "TrendSeries", "candidates", "trend"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """Something that is measured and may be meant."""

    concept: str
    """A code, or the title of what has none."""
    title: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A value, or a day of values."""

    date: str | None
    quantity: Quantity
    status: str | None
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrendSeries:
    """The values in one unit, the oldest first, what has no date last."""

    unit: str | None
    """As it was written first."""
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend:
    """One thing over time."""

    concept: str
    title: str
    series: tuple[TrendSeries, ...]


def candidates(contents: Contents, scope: Scope, asked: str) -> tuple[Candidate, ...]:
    """Return what a code or words of a title may mean, of what has values; the most frequent first.

    Args:
        contents: Brought up.
        scope: Which items.
        asked: `2276-4`, `loinc|2276-4`, a title, or words of one.

    Raises:
        NotFound: `not_found`, nothing that is measured is called so.
    """
    rows = ItemRows(contents)
    systems, code = parse_code(asked.strip())
    exact = _counted((row.concept, row.item.title, 1) for row in rows.about(scope, asked)) if systems else ()
    if exact:
        return exact
    coded = rows.with_code(scope, code, systems)
    found = _counted((row.concept, row.item.title, 1) for row in coded) if coded else _titled(rows, scope, asked)
    if not found:
        hint = "`hv search` shows what documents say"
        raise NotFound(
            "not_found", "nothing that is measured has this code, or these words in its title", hint=hint
        )
    return found


def trend(contents: Contents, scope: Scope, wanted: Candidate, *, unit: str | None = None) -> Trend:
    """Return the values of one candidate.

    Args:
        contents: Brought up.
        scope: Which items.
        wanted: From `candidates`.
        unit: Only values in this unit, however it is spelled.
    """
    series: dict[str, dict[bytes, list[ItemRow]]] = {}
    for row in ItemRows(contents).about(scope, wanted.concept):
        if row.item.quantity is not None:
            key = unit_key(row.item.quantity.unit)
            series.setdefault(key, {}).setdefault(row.sense, []).append(row)
    chosen = {key: points for key, points in series.items() if unit is None or key == unit_key(unit)}
    return Trend(concept=wanted.concept, title=wanted.title, series=tuple(map(_series, chosen.values())))


def _titled(rows: ItemRows, scope: Scope, asked: str) -> tuple[Candidate, ...]:
    words = folded(asked).split()
    measured = [each for each in rows.measured(scope) if all(word in folded(each[1]) for word in words)]
    return _counted(measured) if words else ()


def _counted(found: Iterable[tuple[str, str, int]]) -> tuple[Candidate, ...]:
    counts: dict[str, tuple[str, int]] = {}
    for concept, title, count in found:
        known, before = counts.get(concept, (title, 0))
        counts[concept] = known, before + count
    made = [Candidate(concept=name, title=title, count=count) for name, (title, count) in counts.items()]
    return tuple(sorted(made, key=lambda each: (-each.count, each.concept)))


def _series(points: dict[bytes, list[ItemRow]]) -> TrendSeries:
    made = sorted(map(_point, points.values()), key=lambda point: (point.date is None, point.date or ""))
    return TrendSeries(unit=made[0].quantity.unit, points=tuple(made))


def _point(rows: list[ItemRow]) -> Point:
    first = rows[0].item
    if first.quantity is None:
        raise TypeError("a point without a value")
    documents = {row.document.seq: row.document for row in rows}
    return Point(
        date=first.date,
        quantity=first.quantity,
        status=first.status,
        sources=tuple(map(source_of, documents.values())),
    )
