# SPDX-License-Identifier: Apache-2.0
"""Frozen results of looking into contents: what the terminal shows. Texts in them are untrusted and unescaped."""

import datetime as dt
import re
from dataclasses import dataclass

from healthvault.records.statements import Item, Quantity
from healthvault.storage.item_rows import LabelView

__all__ = ["Source", "TimelineEntry", "age_of", "range_text", "said_on", "shown_unit", "source_of", "value_text"]

_ANNOTATION = re.compile(r"\{([^{}]+)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A document that says something."""

    id: str
    title: str
    date: str | None
    name: str
    """Who says it: where the document came from, else its author, else its title."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineEntry:
    """Something that happened, or a row of measurements of which the newest day counts."""

    kind: str
    """`item`, `document` or `series`."""
    day: str | None
    date: str | None
    title: str
    value: str | None
    is_measured: bool
    """The value is a number, or a range of numbers."""
    status: str | None
    type: str
    """FHIR type; of a document its kind."""
    category: str
    sources: tuple[Source, ...]
    count: int = 1
    """Of a series: how many measurements."""
    days: int = 1
    since: str | None = None
    """Of a series: its first day."""


def source_of(label: LabelView) -> Source:
    """Return a document as a source."""
    name = label.source or label.author or label.title
    return Source(id=label.id, title=label.title, date=label.date, name=name)


def said_on(label: LabelView) -> str:
    """Return the day of a document: its own date, else the day on which it was added (UTC)."""
    if label.date:
        return label.date[:10]
    return dt.datetime.fromtimestamp(label.added_ms / 1000, dt.UTC).date().isoformat()


def age_of(document: LabelView) -> tuple[str, int]:
    """Return what orders documents by how new their word is: the day it was said, then the entry."""
    return said_on(document), document.seq


def value_text(item: Item) -> str | None:
    """Return the value of an item in one line: number with unit and reference range, else its words."""
    quantity = item.quantity
    if quantity is None:
        return " ".join(item.text.split()) if item.text else None
    said = f"{quantity.comparator or ''}{quantity.number} {shown_unit(quantity.unit)}".strip()
    limits = range_text(quantity)
    return f"{said} ({limits})" if limits else said


def shown_unit(unit: str | None) -> str:
    """Return a unit as people read it: one that is only an annotation, such as `{steps}`, without its braces."""
    found = _ANNOTATION.fullmatch(unit or "")
    return found[1] if found else unit or ""


def range_text(quantity: Quantity) -> str | None:
    """Return the reference range of a value."""
    if quantity.low and quantity.high:
        return f"{quantity.low}\u2013{quantity.high}"
    if quantity.high:
        return f"up to {quantity.high}"
    return f"from {quantity.low}" if quantity.low else None
