# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.storage.document_rows."""

from dataclasses import replace

import pytest

from healthvault.storage.catalogue import Catalogue
from healthvault.storage.document_rows import DocumentRow, DocumentRows, Filter, PartRow

ROW = DocumentRow(
    seq=1,
    id="d_aaaa2222",
    title="Ferritin",
    type="fhir",
    name="ferritin.json",
    media_type="application/json",
    size_bytes=17,
    date="2026-03-05",
    added_ms=1000,
    tags=("2026", "blood"),
    author="Dr Lee",
    source="Lab",
    provenance="patient",
    status="current",
    actions=None,
)
PART = PartRow(
    seq=1,
    number=0,
    name="ferritin.json",
    media_type="application/json",
    size_bytes=17,
    coding=0,
    dedupe=b"d" * 32,
    oid=b"o" * 32,
    stored_bytes=4128,
    pack=1,
    position=0,
)


@pytest.fixture
def rows() -> DocumentRows:
    """An empty table."""
    return DocumentRows(Catalogue.in_memory())


def ids(rows: DocumentRows, wanted: Filter) -> list[str]:
    """Return the ids of the documents asked for."""
    return [row.id for row in rows.list(wanted)]


def test_a_row_comes_back_as_it_was(rows: DocumentRows) -> None:
    """Every field, of the document and of its parts."""
    second = replace(PART, number=1, position=4128)
    rows.insert(ROW, [PART, second])
    assert ROW == rows.at(1)
    assert (PART, second) == rows.parts(1)
    assert 1 == rows.count()


def test_what_is_unknown_stays_unknown(rows: DocumentRows) -> None:
    """None is not an empty text, and no action is not all actions."""
    bare = replace(ROW, date=None, author=None, source=None, tags=(), actions=())
    rows.insert(bare, [])
    assert bare == rows.at(1)


def test_received_actions(rows: DocumentRows) -> None:
    """What a sender's grant allows is kept with the document."""
    rows.insert(replace(ROW, actions=("keep", "view")), [])
    found = rows.at(1)
    assert found is not None
    assert ("keep", "view") == found.actions


def test_nothing_there(rows: DocumentRows) -> None:
    """An entry that is no document has no row, no parts and no content."""
    assert (None, (), 0) == (rows.at(7), rows.parts(7), rows.count())
    assert rows.with_content(b"x" * 32) is None


def test_the_newest_first(rows: DocumentRows) -> None:
    """Documents are listed by when they were added, and no more than asked for."""
    for seq in (3, 1, 2):
        rows.insert(replace(ROW, seq=seq, id=f"d_{seq}"), [])
    assert ["d_3", "d_2", "d_1"] == ids(rows, Filter())
    assert ["d_3"] == ids(rows, Filter(limit=1))


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (Filter(since="2026"), ["year", "time", "day"]),
        (Filter(since="2026-03"), ["time", "day"]),
        (Filter(since="2026-03-06"), ["time"]),
        (Filter(until="2026"), ["year", "time", "day", "old"]),
        (Filter(until="2026-03-05"), ["year", "day", "old"]),
        (Filter(until="2025"), ["old"]),
        (Filter(since="2026-03-05", until="2026-03-05"), ["day"]),
        (Filter(kind="pdf"), ["old"]),
        (Filter(author="Dr Lee"), ["year", "time", "day", "old", "none"]),
        (Filter(author="dr lee"), []),
    ],
)
def test_filters(rows: DocumentRows, wanted: Filter, expected: list[str]) -> None:
    """Dates compare as far as both are known; a document without a date is in no range."""
    dates = {
        "none": None,
        "old": "2024-12-31",
        "day": "2026-03-05",
        "time": "2026-03-06T10:00:00Z",
        "year": "2026",
    }
    for seq, (name, date) in enumerate(dates.items()):
        rows.insert(replace(ROW, seq=seq, id=name, date=date, type="pdf" if name == "old" else "fhir"), [])
    assert expected == ids(rows, wanted)


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        ("blood", ["a"]),
        ("bloo", []),
        ("Blood", []),
        ("100%", ["b"]),
        ("100x", []),
        ("%", []),
        ("b_ood", []),
        ("'", ["b"]),
        ("", []),
    ],
)
def test_a_tag_is_a_whole_word(rows: DocumentRows, tag: str, expected: list[str]) -> None:
    """It matches exactly: no part of it, no other case, and no sign in it means anything else."""
    rows.insert(replace(ROW, seq=1, id="a"), [])
    rows.insert(replace(ROW, seq=2, id="b", tags=("100%", "'")), [])
    assert expected == ids(rows, Filter(tag=tag))


def test_an_empty_tag_finds_what_has_none(rows: DocumentRows) -> None:
    """Asking for the empty tag is asking for documents without tags."""
    rows.insert(replace(ROW, tags=()), [])
    assert [ROW.id] == ids(rows, Filter(tag=""))


def test_prefixes(rows: DocumentRows) -> None:
    """The beginning of an id finds all that begin so, at most nine."""
    for seq in range(12):
        rows.insert(replace(ROW, seq=seq, id=f"d_ab{'abcdefghijkl'[seq]}"), [])
    assert ["d_abc"] == [row.id for row in rows.with_prefix("d_abc")]
    assert 9 == len(rows.with_prefix("d_ab"))
    assert () == rows.with_prefix("d_b")


def test_content_is_found_by_its_tag(rows: DocumentRows) -> None:
    """The oldest document with these bytes in any part."""
    for seq in (5, 4):
        rows.insert(replace(ROW, seq=seq, id=f"d_{seq}"), [replace(PART, seq=seq)])
    found = rows.with_content(PART.dedupe)
    assert found is not None
    assert 4 == found.seq


def test_content_that_counts(rows: DocumentRows) -> None:
    """One in force before an older version; what was retracted may come again."""
    rows.insert(ROW, [PART])
    rows.insert(replace(ROW, seq=2, id="d_2", supersedes=1), [replace(PART, seq=2)])
    rows.settle_replaced_by(2)
    found = rows.with_content(PART.dedupe)
    assert found is not None
    assert 2 == found.seq
    rows.retract(2)
    rows.retract(1)
    assert rows.with_content(PART.dedupe) is None


def test_describe_changes_what_is_given(rows: DocumentRows) -> None:
    """Other fields stay; an empty text or list of tags takes away what was there."""
    rows.insert(ROW, [PART])
    rows.describe(1, {"title": "Iron"}, {"tags": ()})
    assert replace(ROW, title="Iron", tags=()) == rows.at(1)
    rows.describe(1, {"date": "2027", "type": "pdf", "source": "Ward"}, {"tags": ("x",)})
    changed = replace(ROW, title="Iron", date="2027", type="pdf", source="Ward", tags=("x",))
    assert changed == rows.at(1)
    rows.describe(1, {"title": "", "date": "", "author": "", "source": "", "type": ""}, {"tags": None})
    assert replace(changed, title="", date=None, author=None, source=None, type="") == rows.at(1)


def statuses(rows: DocumentRows) -> str:
    """Return the first letter of the status of each document, in the order of their entries."""
    return "".join(row.status[0] for row in reversed(list(rows.list(Filter()))))


def test_versions(rows: DocumentRows) -> None:
    """An older version is superseded as long as a newer one stands, also through retracted ones in between."""
    for seq, older in ((1, None), (2, 1), (3, 2)):
        rows.insert(replace(ROW, seq=seq, id=f"d_{seq}", supersedes=older), [])
        rows.settle_replaced_by(seq)
    assert "ssc" == statuses(rows)
    rows.retract(2)
    assert "src" == statuses(rows)
    newest = rows.replaced_by(1)
    assert newest is not None
    assert 3 == newest.seq
    rows.retract(3)
    assert "crr" == statuses(rows)
    assert rows.replaced_by(1) is None
    rows.insert(replace(ROW, seq=4, id="d_4", supersedes=1), [])
    rows.settle_replaced_by(4)
    rows.erase(2)
    assert "serc" == statuses(rows)
    rows.erase(4)
    assert "cere" == statuses(rows)
    rows.retract(4)
    assert "cere" == statuses(rows)


def test_an_erased_version_in_between(rows: DocumentRows) -> None:
    """Nobody knows any more what it replaced: that is in force again."""
    for seq, older in ((1, None), (2, 1), (3, 2)):
        rows.insert(replace(ROW, seq=seq, id=f"d_{seq}", supersedes=older), [])
        rows.settle_replaced_by(seq)
    rows.erase(2)
    assert "cec" == statuses(rows)


def test_erasing_leaves_place_and_id(rows: DocumentRows) -> None:
    """Nothing that was said of it is left, and its content is not known any more."""
    rows.insert(ROW, [PART])
    rows.erase(1)
    found = rows.at(1)
    assert found is not None
    assert (1, "d_aaaa2222", "erased", 1000) == (found.seq, found.id, found.status, found.added_ms)
    assert ("", "", "", "", 0) == (found.title, found.type, found.name, found.media_type, found.size_bytes)
    assert (None, None, None, (), None) == (found.date, found.author, found.source, found.tags, found.actions)
    assert () == rows.parts(1)
    assert rows.with_content(PART.dedupe) is None
