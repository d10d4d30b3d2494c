# SPDX-License-Identifier: Apache-2.0
"""Lists of recalls: a table in CSV, a JSON object of ours, or EPCIS 2.0 events. Pure.

A list is taken as a whole or not at all: what one line says wrongly could be the line that matters. Its words and
its date are those of whoever wrote it. Spec: docs/spec/packs.md section 5.
"""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from healthvault.errors import FormatError
from healthvault.gs1.epcs import item_of_epc
from healthvault.gs1.recalls import Recall
from healthvault.gs1.trade_items import gtin_14, is_code_text
from healthvault.packs.strict_json import loaded, member_text, objects_in, optional_text
from healthvault.records.json_walk import Json, items_at, text_at

__all__ = ["MAX_LIST_BYTES", "RecallList", "parse_recall_list"]

MAX_LIST_BYTES = 8 << 20
MAX_RECALLS = 100_000
MAX_TEXT_CHARS = 500
TYPE, VERSION = "recall_list", 1
_NEEDED = ("gtin", "lot", "reason", "date", "source")
_FIELDS = frozenset({*_NEEDED, "serial", "expiry"})
_RECALLED = frozenset({
    "recalled", "urn:epcglobal:cbv:disp:recalled", "https://ref.gs1.org/cbv/Disp-recalled", "cbv:Disp-recalled",
})  # fmt: skip
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_EPC_LISTS = ("epcList", "childEPCs")
_CLASS_LISTS = ("quantityList", "childQuantityList")


@dataclass(frozen=True, slots=True, kw_only=True)
class RecallList:
    """All that is recalled by one list."""

    day: date | None
    """Of the list; None: it does not say."""
    source: str
    recalls: tuple[Recall, ...]
    """At least one."""


def parse_recall_list(data: bytes) -> RecallList:
    """Return the recalls in the bytes of a list.

    Args:
        data: *Unverified*.

    Raises:
        FormatError: `bad_recall_list`, naming the line, row or event.
    """
    try:
        if len(data) > MAX_LIST_BYTES:
            raise ValueError("it is too large")  # noqa: TRY301  one handler says of all faults what the bytes are not
        found = _json(data) if data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{" else _table(data)
        if not 0 < len(found.recalls) <= MAX_RECALLS:
            raise ValueError("it recalls nothing, or more than a list may")  # noqa: TRY301  likewise
    except (ValueError, csv.Error) as err:  # of which one is that the bytes are no UTF-8
        said = "it is not in UTF-8" if isinstance(err, UnicodeDecodeError) else str(err)
        hint = "nothing of it was taken; a CSV list begins with gtin,lot,serial,expiry,reason,date,source"
        raise FormatError("bad_recall_list", f"this is no list of recalls: {said}", hint=hint) from err
    return found


def _table(data: bytes) -> RecallList:
    text = data.decode("utf-8-sig")
    head = text.split("\n", 1)[0]
    delimiter = next((mark for mark in ",;\t" if mark in head), ",")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    names = [name.strip().lower() for name in next(reader, [])]
    _check_names(names)
    recalls = tuple(_rows(((reader.line_num, cells) for cells in reader), names))
    days = [recall.day for recall in recalls if recall.day]
    sources = {recall.source for recall in recalls if recall.source}
    return RecallList(
        day=max(days, default=None), source=", ".join(sorted(sources))[:MAX_TEXT_CHARS], recalls=recalls
    )


def _check_names(names: Sequence[str]) -> None:
    """Check the names of columns: one that is not known could narrow what is recalled. Raises ValueError."""
    if missing := [name for name in _NEEDED if name not in names]:
        raise ValueError(f"line 1: there is no column {missing[0]}")
    if len(set(names)) < len(names) or not _FIELDS.issuperset(names):
        raise ValueError("line 1: a column comes twice, or is not known")


def _rows(lines: Iterator[tuple[int, list[str]]], names: Sequence[str]) -> Iterator[Recall]:
    for number, cells in lines:
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(names):
            raise ValueError(f"line {number}: {len(cells)} cells under {len(names)} columns")
        yield _recall(dict(zip(names, cells, strict=True)), f"line {number}")


def _json(data: bytes) -> RecallList:
    whole = loaded(data, most_bytes=MAX_LIST_BYTES)
    if whole.get("type") == "EPCISDocument":
        return _events(whole)
    if (whole.get("type"), whole.get("version")) != (TYPE, VERSION):
        raise ValueError("its type or version is another")
    rows = objects_in(whole, "recalls")
    for number, row in enumerate(rows, 1):
        if "lot" not in row or not _FIELDS.issuperset(row):
            raise ValueError(f"row {number}: a field is not known, or lot is missing (null for all lots)")
    recalls = tuple(_recall(row, f"row {number}") for number, row in enumerate(rows, 1))
    day = _day(member_text(whole, "date"), "date")
    return RecallList(day=day, source=optional_text(whole, "source") or "", recalls=recalls)


def _recall(row: Mapping[str, Json], place: str) -> Recall:
    """Return one recall. Raises ValueError, naming the place and field."""
    try:
        said = {name: optional_text(row, name) for name in _FIELDS}
        gtin = gtin_14(said["gtin"] or "")
        if gtin is None:
            raise ValueError("its gtin is none, or its check digit is wrong")  # noqa: TRY301  the place is added once
        for name in ("lot", "serial"):
            text = said[name]
            if text is not None and not is_code_text(text):
                raise ValueError(f"its {name} is none that a code can hold")  # noqa: TRY301  likewise
        return Recall(
            gtin=gtin,
            lot=said["lot"],
            serial=said["serial"],
            expiry=_day(said["expiry"], "expiry"),
            reason=said["reason"] or "",
            day=_day(said["date"], "date"),
            source=said["source"] or "",
            place=place,
        )
    except ValueError as err:
        raise ValueError(f"{place}: {err}") from err


def _day(text: str | None, name: str) -> date | None:
    match = _DAY.fullmatch(text or "")
    try:
        if match is not None:
            return date.fromisoformat(match[0])
    except ValueError:
        match = None
    if text is None:
        return None
    raise ValueError(f"its {name} is no day as YYYY-MM-DD")


def _events(document: dict[str, Json]) -> RecallList:
    """Return the recalls among supply chain events: those whose disposition says so, and all that they name."""
    events = [each for name in ("eventList", "event") for each in items_at(document, "epcisBody", name)]
    recalls: list[Recall] = []
    for number, event in enumerate(events, 1):
        is_recall = text_at(event, "disposition") in _RECALLED
        is_meant = isinstance(event, dict) and "errorDeclaration" not in event and event.get("action") != "DELETE"
        if is_recall and is_meant:
            recalls += _of_event(event, f"event {number}")
    created = (text_at(document, "creationDate") or "")[:10]
    day = _day(created or None, "creationDate")
    return RecallList(day=day, source=(text_at(document, "sender") or "")[:MAX_TEXT_CHARS], recalls=tuple(recalls))


def _of_event(event: Json, place: str) -> Iterator[Recall]:
    names = [each for name in _EPC_LISTS for each in items_at(event, name)]
    names += [text_at(each, "epcClass") for name in _CLASS_LISTS for each in items_at(event, name)]
    day = _day((text_at(event, "eventTime") or "")[:10] or None, "eventTime")
    if not names:
        raise ValueError(f"{place}: it recalls nothing that it names")
    for name in names:
        item = item_of_epc(name) if isinstance(name, str) else None
        if item is None:
            raise ValueError(f"{place}: it names something that is no product, lot or piece")
        source = (text_at(event, "bizLocation", "id") or text_at(event, "readPoint", "id") or "")[:MAX_TEXT_CHARS]
        yield Recall(gtin=item.gtin, lot=item.lot, serial=item.serial, day=day, source=source, place=place)
