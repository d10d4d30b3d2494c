# SPDX-License-Identifier: Apache-2.0
"""What documents state, for scripts: rows of numbers, items as JSON objects, the mapping report of an export."""

import csv
import io
from collections.abc import Iterable, Iterator
from pathlib import Path

from healthvault.cli.objects import Json, JsonObject
from healthvault.cli.terminal import Terminal, json_line
from healthvault.cli.text import safe
from healthvault.records.statements import Item, Quantity
from healthvault.storage.outputs import OutputFile
from healthvault.vault.export_parsed import Mapping
from healthvault.vault.export_values import StatedValue

__all__ = ["item_object", "tell_mapping", "value_rows"]

_HEADER = (
    "date",
    "title",
    "number",
    "comparator",
    "unit",
    "low",
    "high",
    "least",
    "most",
    "count",
    "system",
    "code",
    "type",
    "status",
    "owner",
    "document",
    "place",
)
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def value_rows(values: Iterable[StatedValue]) -> Iterator[str]:
    """Yield lines of CSV (RFC 4180): a header, then a row for each number.

    A text that a spreadsheet would take for a formula gets an apostrophe in front, and what acts on a terminal is
    made visible; numbers are as written.
    """
    yield _csv_line(_HEADER)
    for stated in values:
        if stated.item.quantity is not None:
            yield _csv_line(_cells(stated, stated.item, stated.item.quantity))


def item_object(stated: StatedValue) -> JsonObject:
    """Return an item as a JSON object."""
    item, quantity = stated.item, stated.item.quantity
    return {
        "type": "item",
        "schema": 1,
        "document": stated.document,
        "place": item.place,
        "resource": item.type,
        "identity": item.identity,
        "title": item.title,
        "date": item.date,
        "until": item.until,
        "status": item.status,
        "category": item.category,
        "codes": [{"system": each.system, "code": each.code, "display": each.display} for each in item.codes],
        "value": None if quantity is None else _quantity(quantity),
        "text": item.text,
        "author": item.author,
        "source": item.source,
        "sensitivity": list(item.sensitivity),
        "owner": stated.is_owners,
    }


def tell_mapping(terminal: Terminal, mappings: list[Mapping], report: Path | None) -> None:
    """Say how much of what documents say is in the export; to a file, of each document what is not and why."""
    mapped, total = sum(each.mapped for each in mappings), sum(each.input for each in mappings)
    if mappings:
        more = "" if report or mapped == total else "; --report FILE says what is not"
        terminal.say(f"{mapped} of {total} things that {len(mappings)} documents say are in it{more}")
    if report is not None:
        with OutputFile(report) as file:
            for mapping in mappings:
                file.write(json_line(_mapping_object(mapping)).encode())
            file.publish()


def _mapping_object(mapping: Mapping) -> JsonObject:
    return {
        "type": "mapping",
        "schema": 1,
        "document": mapping.document,
        "title": mapping.title,
        "input": mapping.input,
        "mapped": mapping.mapped,
        "not_mapped": mapping.not_mapped,
        "reasons": [{"place": place, "reason": reason} for place, reason in mapping.reasons],
    }


def _quantity(quantity: Quantity) -> Json:
    return {
        "number": quantity.number,
        "unit": quantity.unit,
        "comparator": quantity.comparator,
        "low": quantity.low,
        "high": quantity.high,
        "least": quantity.least,
        "most": quantity.most,
        "count": quantity.count,
    }


def _cells(stated: StatedValue, item: Item, quantity: Quantity) -> tuple[str, ...]:
    coding = item.codes[0] if item.codes else None
    return (
        _text(item.date),
        _text(item.title),
        quantity.number,
        quantity.comparator or "",
        _text(quantity.unit),
        quantity.low or "",
        quantity.high or "",
        quantity.least or "",
        quantity.most or "",
        str(quantity.count),
        _text(coding.system if coding else None),
        _text(coding.code if coding else None),
        _text(item.type),
        _text(item.status),
        "yes" if stated.is_owners else "no",
        stated.document,
        _text(item.place),
    )


def _text(text: str | None) -> str:
    shown = safe(text or "")
    return f"'{shown}" if text and text.startswith(_FORMULA_STARTS) else shown


def _csv_line(cells: tuple[str, ...]) -> str:
    buffer = io.StringIO(newline="")
    csv.writer(buffer).writerow(cells)
    return buffer.getvalue()
