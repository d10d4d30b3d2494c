# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.records.cdisc_read and xpt, through the door."""

import json
import struct

import pytest

from healthvault.records.statements import Item, Passage, Tally
from tests.statements import broken_off, of, stated

LIBRARY = b"HEADER RECORD*******LIBRARY HEADER RECORD!!!!!!!000000000000000000000000000000  "
MEMBER = b"HEADER RECORD*******MEMBER  HEADER RECORD!!!!!!!000000000000000001600000000140  "
DESCRIPTOR = b"HEADER RECORD*******DSCRPTR HEADER RECORD!!!!!!!000000000000000000000000000000  "
NAMES = b"HEADER RECORD*******NAMESTR HEADER RECORD!!!!!!!0000%06d00000000000000000000  "
ROWS = b"HEADER RECORD*******OBS     HEADER RECORD!!!!!!!000000000000000000000000000000  "


def record(text: bytes) -> bytes:
    """Return a record of 80 bytes."""
    return text.ljust(80)


def padded(data: bytes) -> bytes:
    """Return data up to whole records."""
    return data + b" " * (-len(data) % 80)


def data_set(name: bytes, columns: list[tuple[bytes, bytes, int]], rows: list[bytes]) -> bytes:
    """Return one data set of text columns."""
    names, place = b"", 0
    for number, (column, label, length) in enumerate(columns, start=1):
        names += struct.pack(">hhhh8s40s8shhh2x8shhl52x", 2, 0, length, number, column.ljust(8), label.ljust(40),
                             b" " * 8, 0, 0, 0, b" " * 8, 0, 0, place)  # fmt: skip
        place += length
    second = b"04APR12:00:00:00".ljust(32) + b"Demographics".ljust(40)
    head = (MEMBER, DESCRIPTOR, record(b"SAS     " + name.ljust(8)), record(second), NAMES % len(columns))
    return b"".join((*head, padded(names), ROWS, padded(b"".join(rows))))


COLUMNS = [(b"STUDYID", b"Study Identifier", 5), (b"USUBJID", b"Subject", 5)]
ONE = data_set(b"DM", COLUMNS, [b"S1   P1   ", b"S1   P2   ", b"S1   P1   "])
FILE = LIBRARY + record(b"SAS") + record(b"") + ONE


def test_a_transport_file() -> None:
    """Rows, columns with labels, different subjects, study and date; no cell of a patient."""
    told = stated(FILE, "dm.xpt")
    assert [Passage(words="STUDYID: Study Identifier", place="DM/STUDYID"),
            Passage(words="USUBJID: Subject", place="DM/USUBJID")] == of(Passage, told)  # fmt: skip
    counts = {each.sort: each.count for each in of(Tally, told)}
    assert {"rows DM": 3, "columns DM": 2, "subjects DM": 2, "rows": 3, "columns": 2} == counts
    (item,) = of(Item, told)
    assert ("ResearchStudy", "S1 DM: Demographics", "2012-04-04", None) == (
        item.type, item.title, item.date, item.subject)  # fmt: skip


def test_several_data_sets_in_one_file() -> None:
    """Each is told by itself."""
    told = stated(FILE + data_set(b"AE", COLUMNS[:1], [b"S1   "] * 40), "dm.xpt")
    assert ["DM", "AE"] == [each.place for each in of(Item, told)]
    assert 43 == next(each.count for each in of(Tally, told) if each.sort == "rows")


@pytest.mark.parametrize("cut", [80, 320, 410, 500, 640, 900])
def test_a_file_that_is_cut_off(cut: int) -> None:
    """A file that ends before its rows says so, and states no data set."""
    told, code = broken_off(FILE[:cut], "dm.xpt")
    assert [] == of(Item, told)
    assert "reader_failed" == code or cut <= 240


def test_a_row_that_is_cut_off() -> None:
    """A file that ends within a row is not read to its end."""
    long = LIBRARY + record(b"") * 2 + data_set(b"DM", [(b"STUDYID", b"", 100)], [b"S".ljust(99, b"x") + b"x"] * 4)
    assert "reader_failed" == broken_off(long[:-120], "dm.xpt")[1]


@pytest.mark.parametrize("place", [54, 640, 700])
def test_absurd_numbers(place: int) -> None:
    """Sizes and counts that cannot be are refused, whatever they are."""
    start = len(LIBRARY) + 160 + 4 * 80
    data = bytearray(FILE)
    data[start + 52 : start + 58] = b"999999"
    data[place : place + 2] = b"\xff\xff"
    assert "reader_failed" == broken_off(bytes(data), "dm.xpt")[1]


@pytest.mark.parametrize("version", ["1.0.0", "1.1.0"])
def test_dataset_json(version: str) -> None:
    """Both versions tell rows, columns, subjects and study."""
    columns = [{"name": "STUDYID", "label": "Study"}, {"name": "USUBJID", "label": "Subject"}, {"name": "AGE"}]
    rows = [["S1", "P1", 1.0], ["S1", "P2", None], ["S1"]]
    group = {"name": "DM", "label": "Demographics"}
    if version == "1.0.0":
        inner = {**group, "items": columns, "itemData": rows}
        document = {"datasetJSONVersion": version, "clinicalData": {"itemGroupData": {"IG.DM": inner}}}
    else:
        document = {"datasetJSONVersion": version, **group, "columns": columns, "rows": rows}
    told = stated(json.dumps(document).encode(), "dm.json")
    counts = {each.sort: each.count for each in of(Tally, told)}
    assert {"rows DM": 3, "columns DM": 3, "subjects DM": 2, "rows": 3, "columns": 3} == counts
    assert ["S1 DM: Demographics"] == [each.title for each in of(Item, told)]


def test_json_that_is_cut_off() -> None:
    """It breaks off."""
    assert "reader_failed" == broken_off(b'{"datasetJSONVersion":"1.1.0","columns":[', "dm.json", "cdisc")[1]
