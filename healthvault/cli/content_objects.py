# SPDX-License-Identifier: Apache-2.0
"""What was found in contents as the JSON objects of docs/reference/cli.md. Pure."""

from typing import TYPE_CHECKING

from healthvault.cli.objects import Json, JsonObject, new_object

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from healthvault.records.statements import Item
    from healthvault.vault.content_views import Source, TimelineEntry
    from healthvault.vault.difference import Difference
    from healthvault.vault.search import Found, Line, Sought
    from healthvault.vault.summary import Section, Thing
    from healthvault.vault.trend import Candidate, Point, Trend
    from healthvault.vault.views import Document

__all__ = [
    "candidate_object",
    "difference_object",
    "hit_object",
    "point_objects",
    "summary_object",
    "timeline_object",
]


def hit_object(found: "Found", sought: "Sought", *, is_owners: bool) -> JsonObject:
    """Return a document that was found, with its best lines."""
    return new_object(
        "hit",
        {
            "id": found.id,
            "entry": found.seq,
            "title": found.title,
            "name": found.name,
            "kind": found.type,
            "date": found.date,
            "tags": list(found.tags.split("\n")) if found.tags else [],
            "category": found.category,
            "author": found.author,
            "source": found.source,
            "status": found.status,
            "owner": is_owners,
            "matches": found.matches,
            "lines": [_line(line, sought) for line in found.lines],
        },
    )


def timeline_object(entry: "TimelineEntry") -> JsonObject:
    """Return an entry of the timeline."""
    return new_object(
        "timeline_entry",
        {
            "kind": entry.kind,
            "date": entry.date,
            "title": entry.title,
            "value": entry.value,
            "status": entry.status,
            "resource": entry.type,
            "category": entry.category,
            "since": entry.since,
            "days": entry.days,
            "count": entry.count,
            "documents": [source.id for source in entry.sources],
        },
    )


def summary_object(at: str, sections: "Sequence[Section]", left_out: "Sequence[int]") -> JsonObject:
    """Return a summary as of a day."""
    return new_object(
        "summary", {"at": at, "left_out": len(left_out), "sections": [_section(each) for each in sections]}
    )


def point_objects(trend: "Trend") -> "Iterator[JsonObject]":
    """Yield the values of a trend, one unit after the other."""
    for series in trend.series:
        for point in series.points:
            yield new_object("trend_point", _point(trend, point))


def candidate_object(candidate: "Candidate") -> JsonObject:
    """Return something that is measured and may be meant."""
    said: JsonObject = {"concept": candidate.concept, "title": candidate.title, "count": candidate.count}
    return new_object("trend_candidate", said)


def difference_object(old: "Document", new: "Document", found: "Difference") -> JsonObject:
    """Return what two documents say that differs."""
    changed: list[Json] = [
        {
            **_item(each.item),
            "changes": [{"field": one.field, "old": one.old, "new": one.new} for one in each.changes],
        }
        for each in found.changed
    ]
    return new_object(
        "difference",
        {
            "old": old.id,
            "new": new.id,
            "same_bytes": found.same_bytes,
            "same": None if found.unread and not found.same_bytes else found.is_same,
            "unread": list(found.unread),
            "added": [_item(each) for each in found.added],
            "removed": [_item(each) for each in found.removed],
            "changed": changed,
            "lines": [{"mark": mark, "text": text} for mark, text in found.lines],
            "cut": found.cut,
        },
    )


def _line(line: "Line", sought: "Sought") -> JsonObject:
    from healthvault.vault.search import marks_in

    marks: list[Json] = [[start, end] for start, end in marks_in(line.words, sought)]
    return {"place": line.place, "text": line.words, "date": line.date, "resource": line.type, "marks": marks}


def _section(section: "Section") -> JsonObject:
    return {
        "name": section.name,
        "said": bool(section.things or section.documents),
        "differs": section.differs,
        "things": [_thing(each) for each in section.things],
        "documents": [_source(each) for each in section.documents],
    }


def _thing(thing: "Thing") -> JsonObject:
    words: list[Json] = [
        {
            "status": word.status,
            "date": word.date,
            "until": word.until,
            "value": word.value,
            "said": word.said,
            "documents": [source.id for source in word.sources],
        }
        for word in thing.words
    ]
    return {
        "title": thing.title,
        "concept": thing.concept,
        "absence": thing.absence,
        "differs": thing.differs,
        "words": words,
    }


def _source(source: "Source") -> JsonObject:
    return {"id": source.id, "title": source.title, "date": source.date}


def _point(trend: "Trend", point: "Point") -> JsonObject:
    quantity = point.quantity
    return {
        "concept": trend.concept,
        "title": trend.title,
        "date": point.date,
        "value": f"{quantity.comparator or ''}{quantity.number}",
        "number": quantity.number,
        "comparator": quantity.comparator,
        "unit": quantity.unit,
        "low": quantity.low,
        "high": quantity.high,
        "least": quantity.least,
        "most": quantity.most,
        "count": quantity.count,
        "status": point.status,
        "document": point.sources[0].id,
        "documents": [source.id for source in point.sources],
        "source": point.sources[0].name,
    }


def _item(item: "Item") -> JsonObject:
    from healthvault.vault.content_views import value_text

    return {
        "resource": item.type,
        "title": item.title,
        "date": item.date,
        "value": value_text(item),
        "status": item.status,
        "place": item.place,
        "identity": item.identity,
    }
