# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.emergency.card."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from healthvault.emergency.card import (
    MAX_PARTS,
    MAX_QR_BYTES,
    Card,
    Wish,
    card_text,
    is_stale,
    make_card,
    parse_card,
    split_card,
)
from healthvault.emergency.sheet import EMPTY_SHEET, Section
from healthvault.errors import FormatError, InvalidRequest

SCHEMA = Draft202012Validator(
    json.loads(
        (Path(__file__).resolve().parents[2] / "docs/schemas/emergency_card.json").read_text(encoding="utf-8")
    )
)
TODAY = date(2026, 11, 20)
DOCUMENT, OTHER = "d_" + "a" * 32, "d_" + "b" * 32
ID = "e_" + "a" * 26
ALL = Wish(stale_after_months=6, sections=tuple(Section))


def card(count: int = 2, text: str = "Penicillin", wish: Wish = ALL) -> Card:
    """Return a card with so many allergies and one old condition of a document."""
    sheet = EMPTY_SHEET.added(Section.CONDITION, "Asthma", "", today=date(2026, 1, 1), source=DOCUMENT)
    for number in range(count):
        sheet = sheet.added(Section.ALLERGY, f"{text} {number}", "", today=TODAY)
    return make_card(sheet, wish, id_text=ID, name="Ana", today=TODAY, source_status={DOCUMENT: "current"})


def test_the_text_is_the_object() -> None:
    """Compact, as the schema describes it, and read again."""
    text = card_text(card())
    assert card().to_object() == json.loads(text)
    assert ": " not in text
    SCHEMA.validate(json.loads(text))
    assert card() == parse_card(text.encode() + b"   ")


@given(st.text(min_size=1, max_size=30), st.text(max_size=30))
def test_any_text_can_be_seen_and_comes_back(text: str, name: str) -> None:
    """Control, bidirectional and invisible characters are written by their numbers."""
    one = replace(card(1), name=name.encode("utf-8", "replace").decode())
    one = replace(one, items=(replace(one.items[0], text=text.encode("utf-8", "replace").decode()),))
    assert card_text(one).isprintable()
    assert one == parse_card(card_text(one).encode())


def test_only_what_is_asked_for_is_on_it() -> None:
    """Sections that are left out, and a name that is."""
    few = card(wish=Wish(stale_after_months=6, sections=(Section.ALLERGY,), with_name=False))
    assert ({Section.ALLERGY}, None) == ({item.section for item in few.items}, few.name)
    assert ["allergy"] == few.to_object()["sections"]


@pytest.mark.parametrize(
    ("confirmed", "months", "expected"),
    [
        (date(2026, 11, 20), 1, False),
        (date(2026, 10, 21), 1, False),
        (date(2026, 10, 20), 1, True),
        (date(2026, 5, 21), 6, False),
        (date(2026, 5, 20), 6, True),
        (date(2016, 5, 20), 120, True),
        (date(2026, 11, 21), 6, True),
    ],
)
def test_old_is_so_many_whole_months(confirmed: date, months: int, expected: object) -> None:
    """Counted by the calendar; a day that has not come yet proves nothing."""
    assert expected is is_stale(confirmed, TODAY, months)


def test_what_became_of_a_document_is_said() -> None:
    """Where it is not in force any more; one that nobody knows counts as erased."""
    sheet = EMPTY_SHEET.added(Section.ALLERGY, "a", "", today=TODAY, source=DOCUMENT)
    sheet = sheet.added(Section.ALLERGY, "b", "", today=TODAY, source=OTHER)
    made = make_card(sheet, ALL, id_text=ID, name="Ana", today=TODAY, source_status={DOCUMENT: "retracted"})
    assert ["retracted", "erased"] == [item.source_status for item in made.items]
    SCHEMA.validate(made.to_object())


def test_a_long_name_is_cut() -> None:
    """Ten thousand characters do not push the allergies off the page."""
    made = make_card(EMPTY_SHEET, ALL, id_text=ID, name="x" * 10_000, today=TODAY, source_status={})
    assert 200 == len(made.name or "")


def test_a_card_that_fits_is_one_text() -> None:
    """Up to the last byte."""
    assert (card_text(card()),) == split_card(card())
    free = MAX_QR_BYTES - len(card_text(card(0)).encode())
    full = replace(card(0), name="Ana" + "x" * free)
    assert MAX_QR_BYTES == len(split_card(full)[0].encode())
    assert 1 == len(split_card(full))


@pytest.mark.parametrize("text", ["Penicillin", "молоко", "\u202e" * 50])
def test_parts_are_cards_and_give_the_whole(text: str) -> None:
    """Each fits, says which it is, and holds the next items; together they hold all."""
    whole = card(30, text)
    parts = [json.loads(part) for part in split_card(whole)]
    assert 1 < len(parts) <= MAX_PARTS
    assert all(len(part.encode()) <= MAX_QR_BYTES for part in split_card(whole))
    assert [(number, len(parts)) for number in range(1, len(parts) + 1)] == [
        (part["part"], part["parts"]) for part in parts
    ]
    for part in parts:
        SCHEMA.validate(part)
    assert whole.to_object()["items"] == [item for part in parts for item in part["items"]]


@pytest.mark.parametrize(("count", "text"), [(199, "x" * 190), (1, "\U000e0001" * 190)])
def test_what_does_not_fit_is_refused(count: int, text: str) -> None:
    """Too many parts, or one item that no code can hold."""
    with pytest.raises(InvalidRequest) as caught:
        split_card(card(count, text))
    assert "too_large" == caught.value.code


def broken(**fields: object) -> bytes:
    """Return the text of a card with other fields."""
    return json.dumps({**card().to_object(), **fields}).encode()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"\xff",
        b"[" * 100_000,
        broken(type="other"),
        broken(schema=2),
        broken(id=1),
        broken(name=1),
        broken(as_of=None),
        broken(stale_after_months="6"),
        broken(sections=["horoscope"]),
        broken(items=[1]),
        broken(items=[{"section": "allergy"}]),
        broken(items=[{**card().to_object()["items"][0], "section": "other"}]),
    ],
)
def test_anything_else_is_no_card(data: bytes) -> None:
    """Whoever wrote it knew the code, and no more."""
    with pytest.raises(FormatError) as caught:
        parse_card(data)
    assert "bad_schema" == caught.value.code
