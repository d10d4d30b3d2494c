# SPDX-License-Identifier: Apache-2.0
"""What clinical trial data sets say: which columns they have, how many rows, of how many subjects, of which study.

The rows are data of a trial and of no one patient: none of them becomes an item, and no cell but the study's and
the subjects' identifiers is looked at. Spec: docs/spec/contents.md section 3.
"""

import json
from collections.abc import Iterator

from healthvault.errors import InvalidRequest
from healthvault.records.categories import Category
from healthvault.records.cdisc import XPT_SIGNS
from healthvault.records.dates import moment_from_iso
from healthvault.records.json_walk import Json, is_bounded, items_at, text_at, value_at
from healthvault.records.probe import Probe
from healthvault.records.reading import Inside, Placed
from healthvault.records.statements import Item, Passage, Statement, Tally
from healthvault.records.xpt import Columns, Dataset, data_sets

__all__ = ["read_cdisc"]

MAX_STUDIES = 20
_GROUPS = ("clinicalData", "referenceData")


def read_cdisc(probe: Probe, _inside: Inside) -> Iterator[Statement | Placed]:
    """Yield what a SAS transport file, or a Dataset-JSON file, states.

    Raises:
        InvalidRequest: `too_large`; `reader_failed`, it ends too early, or is not what it seems.
    """
    found = data_sets(_rewound(probe)) if probe.head.startswith(XPT_SIGNS) else _of_json(probe)
    rows = columns = 0
    for dataset in found:
        rows, columns = rows + dataset.rows, columns + len(dataset.columns)
        yield from _states(dataset)
    yield Tally(sort="rows", count=rows)
    yield Tally(sort="columns", count=columns)


def _states(dataset: Dataset) -> Iterator[Statement]:
    for name, label in dataset.columns.items():
        yield Passage(words=f"{name}: {label}" if label else name, place=f"{dataset.name}/{name}")
    yield Tally(sort=f"rows {dataset.name}", count=dataset.rows)
    yield Tally(sort=f"columns {dataset.name}", count=len(dataset.columns))
    if dataset.subjects is not None:
        yield Tally(sort=f"subjects {dataset.name}", count=dataset.subjects)
    told = [f"{dataset.rows} rows", f"{len(dataset.columns)} columns"]
    if dataset.subjects is not None:
        told.append(f"{dataset.subjects} subjects")
    named = f"{dataset.name}: {dataset.label}" if dataset.label else dataset.name
    yield Item(
        type="ResearchStudy",
        place=dataset.name,
        title=f"{', '.join(dataset.studies)} {named}".strip()[:500],
        date=dataset.date,
        category=Category.OTHER.value,
        text=", ".join(told),
        source=dataset.source,
    )


def _rewound(probe: Probe) -> Probe:
    probe.stream.seek(0)
    return probe


def _of_json(probe: Probe) -> Iterator[Dataset]:
    text = probe.whole_text()
    if text is None or not is_bounded(text):
        raise InvalidRequest("too_large", "more JSON than is read at once")
    try:
        document: Json = json.loads(text, parse_float=str, parse_int=str)
    except (ValueError, RecursionError) as err:
        raise InvalidRequest("reader_failed", "no well-formed JSON") from err
    for group in _groups(document):
        yield _dataset(document, group)


def _groups(document: Json) -> Iterator[Json]:
    """Yield the data sets: of version 1.1 the document itself, of 1.0 the groups that are keyed by OID."""
    if value_at(document, "columns") is not None:
        yield document
        return
    for part in _GROUPS:
        groups = value_at(document, part, "itemGroupData")
        yield from groups.values() if isinstance(groups, dict) else ()


def _dataset(document: Json, group: Json) -> Dataset:
    named = items_at(group, "columns") or items_at(group, "items")
    columns: Columns = {text_at(each, "name") or "": text_at(each, "label") or "" for each in named}
    rows = items_at(group, "rows") or items_at(group, "itemData")
    created = text_at(document, "datasetJSONCreationDateTime") or text_at(document, "creationDateTime")
    subjects = _distinct(rows, columns, "USUBJID")
    return Dataset(
        name=text_at(group, "name") or "data",
        label=text_at(group, "label") or "",
        columns=columns,
        rows=len(rows),
        subjects=None if subjects is None else len(subjects),
        studies=tuple(sorted(_distinct(rows, columns, "STUDYID") or ())[:MAX_STUDIES]),
        date=moment_from_iso(created),
        source=text_at(document, "originator"),
    )


def _distinct(rows: list[Json], columns: Columns, name: str) -> set[str] | None:
    """Return the different values of a column; None if there is no such column."""
    if name not in columns:
        return None
    place = list(columns).index(name)
    cells = (row[place] for row in rows if isinstance(row, list) and place < len(row))
    return {cell for cell in cells if isinstance(cell, str)}
