# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.emergency.sheet."""

import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from healthvault.emergency.sheet import (
    EMPTY_SHEET,
    MAX_CHARS,
    MAX_ITEMS,
    OWNER,
    Section,
    Sheet,
    one_line,
    parse_sheet,
)
from healthvault.errors import FormatError, InvalidRequest, NotFound

SCHEMA = json.loads(
    (Path(__file__).resolve().parents[2] / "docs/schemas/emergency_sheet.json").read_text(encoding="utf-8")
)
TODAY, LATER = date(2026, 11, 20), date(2027, 1, 3)
DOCUMENT = "d_" + "a" * 32


def sheet() -> Sheet:
    """Return a contact, then two allergies, one of them from a document."""
    made = EMPTY_SHEET.added(Section.CONTACT, "Rui", "555", today=TODAY)
    made = made.added(Section.ALLERGY, " Penicillin \n G ", "", today=TODAY)
    return made.added(Section.ALLERGY, "Latex", "rash", today=TODAY, source=DOCUMENT)


def test_items_stand_in_the_order_of_the_page() -> None:
    """By section, then by number, on one line each."""
    found = [(item.number, item.section.value, item.text, item.source) for item in sheet().items]
    expected = [
        (2, "allergy", "Penicillin G", OWNER),
        (3, "allergy", "Latex", DOCUMENT),
        (1, "contact", "Rui", OWNER),
    ]
    assert expected == found


def test_bytes_give_the_sheet_back() -> None:
    """As the schema describes them."""
    data = sheet().to_bytes()
    Draft202012Validator(SCHEMA).validate(json.loads(data))
    assert sheet() == parse_sheet(data)
    assert EMPTY_SHEET == parse_sheet(EMPTY_SHEET.to_bytes())


@given(st.text(), st.text())
def test_any_text_that_fits_comes_back(text: str, detail: str) -> None:
    """Whatever somebody types."""
    if not text.split() or len(text) > MAX_CHARS or len(detail) > MAX_CHARS:
        return
    made = EMPTY_SHEET.added(Section.CONDITION, text, detail, today=TODAY)
    assert made == parse_sheet(made.to_bytes())


def test_a_number_is_never_given_twice() -> None:
    """Not even after its item was removed."""
    made = sheet().without([3]).added(Section.ALLERGY, "Nuts", "", today=TODAY)
    assert [2, 4, 1] == [item.number for item in made.items]
    assert 4 == parse_sheet(made.to_bytes()).last_number


def test_confirming_changes_the_day_alone() -> None:
    """Of the items that are named."""
    made = sheet().confirmed([2], today=LATER)
    assert [LATER, TODAY, TODAY] == [item.confirmed for item in made.items]
    assert [item.text for item in sheet().items] == [item.text for item in made.items]


def test_other_words_are_the_owners() -> None:
    """The document is no longer named; a detail stays unless another is given."""
    kept = sheet().changed(3, "Latex gloves", None, today=LATER).item(3)
    assert ("Latex gloves", "rash", LATER, OWNER) == (kept.text, kept.detail, kept.confirmed, kept.source)
    assert "" == sheet().changed(3, "Latex", "", today=LATER).item(3).detail


def test_what_is_there_is_known() -> None:
    """By section, words and document."""
    assert sheet().holds(Section.ALLERGY, " Latex", DOCUMENT)
    assert not sheet().holds(Section.ALLERGY, "Latex", OWNER)
    assert not sheet().holds(Section.CONDITION, "Latex", DOCUMENT)


def test_none_known_stands_alone() -> None:
    """Nobody reads "none known" beside an allergy, whichever came first; another section may say it."""
    none = EMPTY_SHEET.added(Section.ALLERGY, "None known", "", today=TODAY)
    some = EMPTY_SHEET.added(Section.ALLERGY, "Latex", "", today=TODAY)
    both = some.added(Section.IMPLANT, "none known", "", today=TODAY)
    for edit in (
        lambda: none.added(Section.ALLERGY, "Latex", "", today=TODAY),
        lambda: both.added(Section.ALLERGY, "NONE KNOWN", "", today=TODAY),
        lambda: both.added(Section.ALLERGY, "Nuts", "", today=TODAY).changed(1, "none known", "", today=TODAY),
    ):
        with pytest.raises(InvalidRequest) as caught:
            edit()
        assert "contradicts" == caught.value.code


def test_one_blood_group() -> None:
    """A second one is refused, and so is the same thing twice."""
    made = EMPTY_SHEET.added(Section.BLOOD_GROUP, "A", "", today=TODAY)
    for section, text in ((Section.BLOOD_GROUP, "B"), (Section.BLOOD_GROUP, "a")):
        with pytest.raises(InvalidRequest) as caught:
            made.added(section, text, "", today=TODAY)
        assert "already_there" == caught.value.code
    with pytest.raises(InvalidRequest):
        sheet().added(Section.ALLERGY, "PENICILLIN g", "", today=TODAY)


@pytest.mark.parametrize("edit", [lambda it: it.without([9]), lambda it: it.confirmed([2, 9], today=TODAY)])
def test_an_unknown_number_is_not_found(edit: object) -> None:
    """And nothing is done about the others."""
    with pytest.raises(NotFound) as caught:
        edit(sheet())
    assert "not_found" == caught.value.code


def test_too_many_or_too_long() -> None:
    """There is an end to what a card takes."""
    made = EMPTY_SHEET
    for number in range(MAX_ITEMS):
        made = made.added(Section.CONDITION, f"number {number}", "", today=TODAY)
    for text in ("one more", "x" * (MAX_CHARS + 1), "", " \n", "\ud800"):
        with pytest.raises(InvalidRequest):
            made.added(Section.CONDITION, text, "", today=TODAY)


def test_text_of_a_document_is_cut() -> None:
    """To one line of so many characters, the last of which says so."""
    assert "a b" == one_line(" a\t\nb ")
    assert ("x" * (MAX_CHARS - 1) + "…", "x" * MAX_CHARS) == (one_line("x" * 10_000), one_line("x" * MAX_CHARS))
    assert "?" == one_line("\ud800")


def changed(**fields: object) -> bytes:
    """Return a sheet whose first item has other fields."""
    whole = json.loads(sheet().to_bytes())
    whole["items"][0] |= fields
    return json.dumps(whole).encode()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff",
        b"[" * 100_000,
        b"[]",
        b'{"type":"emergency_sheet","schema":2,"last_number":0,"items":[]}',
        b'{"type":"emergency_sheet","schema":1,"last_number":true,"items":[]}',
        b'{"type":"emergency_sheet","schema":1,"last_number":0,"items":{}}',
        b'{"type":"emergency_sheet","schema":1,"last_number":0,"items":[1]}',
        sheet().to_bytes() + b" " * (1 << 20) + b"}",
        changed(number=0),
        changed(number=1),
        changed(number=4),
        changed(number="2"),
        changed(section="horoscope"),
        changed(text=""),
        changed(text="two\nlines"),
        changed(text="x" * 201),
        changed(detail=None),
        changed(detail=" x"),
        changed(confirmed="yesterday"),
        changed(confirmed=7),
        changed(source="somebody"),
        changed(source=""),
    ],
)
def test_anything_else_is_no_sheet(data: bytes) -> None:
    """Somebody may have written it by hand."""
    with pytest.raises(FormatError) as caught:
        parse_sheet(data)
    assert "bad_schema" == caught.value.code
