# SPDX-License-Identifier: Apache-2.0
"""DICOMDIR, the list of what is on a CD: its patients, their studies, and how many series and images.

The records refer to one another by offset; a record that is met twice ends its chain.
Spec: docs/spec/contents.md section 3.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from healthvault.records.categories import Category
from healthvault.records.description import Found
from healthvault.records.dicom_file import DCM, dates_of, items_in, patient_of, text_of
from healthvault.records.extras import STUMBLES
from healthvault.records.kinds import Kind
from healthvault.records.statements import Coding, Item, Passage, Statement, Tally

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

__all__ = ["described_directory", "directory_statements", "is_directory"]

DIRECTORY = "1.2.840.10008.1.3.10"
MAX_RECORDS = 200_000
MAX_LEVELS = 8
MAX_TITLED = 3
_RECORDS = "DirectoryRecordSequence"
_FIRST = "OffsetOfTheFirstDirectoryRecordOfTheRootDirectoryEntity"
_NEXT = "OffsetOfTheNextDirectoryRecord"
_LOWER = "OffsetOfReferencedLowerLevelDirectoryEntity"


def is_directory(data: "Dataset") -> bool:
    """Tell whether a data set lists other files."""
    try:
        return _RECORDS in data or data.file_meta.get("MediaStorageSOPClassUID") == DIRECTORY
    except STUMBLES:
        return False


def described_directory(data: "Dataset") -> Found:
    """Describe a DICOMDIR by its studies; one of several patients by nobody's study."""
    records = list(_walk(data))
    studies = [record for record, _ in records if _type(record) == "STUDY"]
    patients = sum(_type(record) == "PATIENT" for record, _ in records)
    titles = list(dict.fromkeys(filter(None, (text_of(study, "StudyDescription") for study in studies))))
    dates = sorted(date[:10] for study in studies if (date := dates_of(study, "StudyDate")))
    told = "; ".join(titles[:MAX_TITLED]) if patients == 1 else f"{patients} patients" if patients else ""
    more = f" and {len(titles) - MAX_TITLED} more" if patients == 1 and len(titles) > MAX_TITLED else ""
    return Found(
        kind=Kind.DICOM,
        title=told + more or None,
        date=dates[-1] if dates and patients == 1 else None,
        category=Category.IMAGING,
    )


def directory_statements(data: "Dataset") -> Iterator[Statement]:
    """Yield the patients and studies that a DICOMDIR lists, and how many records of each sort."""
    sorts: Counter[str] = Counter()
    patients = 0
    study: Item | None = None
    modalities: dict[str, None] = {}
    for record, _level in _walk(data):
        sort = _type(record)
        sorts[sort] += 1
        if sort in {"PATIENT", "STUDY"} and study is not None:
            yield _with_modalities(study, modalities)
            study, modalities = None, {}
        if sort == "PATIENT":
            patients += 1
            yield patient_of(record)
        elif sort == "STUDY":
            study = _study(record, sorts[sort], patients - 1 if patients else None)
        elif sort == "SERIES":
            modalities[text_of(record, "Modality") or ""] = None
            yield from _series_words(record, sorts[sort])
    if study is not None:
        yield _with_modalities(study, modalities)
    for sort, count in sorts.items():
        yield Tally(sort=sort.lower() or "record", count=count)


def _walk(data: "Dataset") -> Iterator[tuple["Dataset", int]]:
    """Yield each record with its level, a lower one right after what it belongs to."""
    known: dict[int, Dataset] = {}
    for record in items_in(data, _RECORDS):
        if len(known) == MAX_RECORDS:
            break
        known[int(getattr(record, "seq_item_tell", -1 - len(known)))] = record
    waiting = [(_offset(data, _FIRST), 0)]  # a stack: what comes next in a chain waits below what lies lower
    while waiting:
        offset, level = waiting.pop()
        if offset not in known or level > MAX_LEVELS:
            continue
        record = known.pop(offset)
        yield record, level
        waiting += [(_offset(record, _NEXT), level), (_offset(record, _LOWER), level + 1)]
    yield from ((record, 0) for record in known.values() if _type(record) not in {"PATIENT", "STUDY"})


def _offset(data: "Dataset", keyword: str) -> int:
    text = text_of(data, keyword) or ""
    return int(text) if text.isascii() and text.isdigit() else 0


def _type(record: "Dataset") -> str:
    return text_of(record, "DirectoryRecordType") or ""


def _study(record: "Dataset", number: int, owner: int | None) -> Item:
    uid = text_of(record, "StudyInstanceUID")
    return Item(
        type="ImagingStudy",
        place=f"study {number}",
        title=text_of(record, "StudyDescription") or "Imaging study",
        subject=owner,
        identity=f"ImagingStudy/{uid}" if uid else None,
        date=dates_of(record, "StudyDate", "StudyTime"),
        category=Category.IMAGING.value,
    )


def _with_modalities(study: Item, modalities: dict[str, None]) -> Item:
    return replace(study, codes=tuple(Coding(system=DCM, code=code) for code in modalities if code))


def _series_words(record: "Dataset", number: int) -> Iterator[Passage]:
    if words := text_of(record, "SeriesDescription"):
        yield Passage(words=words, place=f"series {number}")
