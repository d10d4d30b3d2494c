# SPDX-License-Identifier: Apache-2.0
"""Records say what a field lets in, and nothing that names somebody or is text of its own."""

from dataclasses import replace

import pytest
from studies import DIABETES, FERRITIN, making, record, study

from healthvault.codec import pack
from healthvault.errors import FormatError
from healthvault.records.statements import Coding, Item, Quantity
from healthvault.research.record import LeftOut, parse_record, person_record, record_of

STUDY = study()


def made(item: Item, *fields: str) -> tuple[dict[str, object] | None, list[str]]:
    """Return what a record says, without its id, and what was left out."""
    found, lost = record_of(item, making(STUDY.keys, *fields))
    said = None if found is None else {name: value for name, value in found.to_json().items() if name != "id"}
    return said, [reason.value for reason in lost]


def test_a_measured_value() -> None:
    """Code, number to four digits, unit, moved day; no title, display, text, author, place or id of its source."""
    said, lost = made(FERRITIN)
    assert [] == lost
    assert said is not None
    day = said.pop("date")
    assert {
        "record": "Observation",
        "codes": [{"system": "http://loinc.org", "code": "2276-4"}],
        "value": "12.35",
        "unit": "ng/mL",
        "status": "final",
        "category": "lab",
    } == said
    assert day != "2026-03-01"
    raw = record(STUDY).to_bytes()
    assert not [word for word in (b"Silva", b"4711", b"Lee", b"river", b"tired", b"09:30") if word in raw]


def test_only_the_fields_that_were_named() -> None:
    """The type is always there."""
    said, _ = made(FERRITIN, "code")
    assert {"record", "codes"} == set(said or {})
    said, _ = made(DIABETES, "date", "status")
    assert {"record", "date", "status"} == set(said or {})


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"type": "DocumentReference"}, LeftOut.TYPE),
        ({"type": "Ana Silva"}, LeftOut.TYPE),
        ({"codes": ()}, LeftOut.CODE),
        ({"codes": (Coding(system="https://clinic.example", code="MRN-4711"),)}, LeftOut.CODE),
        ({"quantity": None}, LeftOut.VALUE),
        ({"quantity": Quantity(number="1", unit="Ana Silva")}, LeftOut.VALUE),
        ({"quantity": Quantity(number="Ana", unit="mg/dL")}, LeftOut.VALUE),
        ({"quantity": Quantity(number="1e99999999", unit="mg/dL")}, LeftOut.VALUE),
        ({"quantity": Quantity(number="NaN", unit="mg/dL")}, LeftOut.VALUE),
        ({"quantity": Quantity(number="9876543210", unit="mg/dL", count=3)}, LeftOut.SEVERAL),
        ({"sensitivity": ("genetics",)}, LeftOut.SENSITIVE),
        ({"status": "entered-in-error"}, LeftOut.IN_ERROR),
        ({"date": "1930-01-01"}, LeftOut.OLD),
    ],
)
def test_what_makes_no_record(changes: dict[str, object], reason: LeftOut) -> None:
    """Each with its reason, for the owner."""
    assert (None, [reason.value]) == made(replace(FERRITIN, **changes))  # type: ignore[arg-type]


def test_words_in_disguise_are_left_out() -> None:
    """A status or category of no list, a month where a day is needed."""
    said, lost = made(replace(DIABETES, status="Ana Silva", category="Ana", date="2019-05"))
    assert {"record", "codes"} == set(said or {})
    assert ["date"] == lost


def test_a_label_that_is_allowed() -> None:
    """Lets it in."""
    item = replace(FERRITIN, sensitivity=("genetics",))
    found, _ = record_of(item, making(STUDY.keys, sensitivity=frozenset({"genetics"})))
    assert found is not None


def test_zero_keeps_its_digits() -> None:
    """A number is rounded, never made another."""
    assert "6.30" == (made(replace(FERRITIN, quantity=Quantity(number="6.30", unit="g/dL")))[0] or {})["value"]
    assert "0" == (made(replace(FERRITIN, quantity=Quantity(number="0", unit="g/dL")))[0] or {})["value"]
    said = made(replace(FERRITIN, quantity=Quantity(number="2500.7", unit="g/dL", comparator="<")))[0] or {}
    assert ("2501", "<") == (said["value"], said["comparator"])


def test_the_person() -> None:
    """Sex and decade, what of them is known and let in; else there is no such record."""
    found = person_record("1974-05-01", "female", making(STUDY.keys))
    assert found is not None
    assert ("female", "1970-1979") == (found.sex, found.birth)
    by_year = person_record("1974-05-01", "woman Ana", making(STUDY.keys, "birth-year"))
    assert by_year is not None
    assert (None, "1974") == (by_year.sex, by_year.birth)
    assert person_record(None, None, making(STUDY.keys)) is None
    assert person_record("1974-05-01", "female", making(STUDY.keys, "code")) is None


def test_records_are_read_back() -> None:
    """As they were; a key that is not known is passed over."""
    found = record(STUDY)
    assert found == parse_record(found.to_bytes())
    assert parse_record(pack({"id": b"\0" * 16, "type": "Observation", "newer": "x"})).type == "Observation"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "bad_encoding"),
        (pack({"id": b"\0" * 16}), "bad_schema"),
        (pack({"id": b"\0", "type": "Observation"}), "bad_schema"),
        (pack({"id": b"\0" * 16, "type": "x" * 201}), "bad_schema"),
        (pack({"id": b"\0" * 16, "type": "x", "value": 1}), "bad_schema"),
        (pack({"id": b"\0" * 16, "type": "x", "codes": [["a"]]}), "bad_schema"),
        (pack({"id": b"\0" * 16, "type": "x", "codes": [["a", 1]]}), "bad_schema"),
        (b"x" * 5000, "limit_exceeded"),
    ],
)
def test_what_is_no_record(data: bytes, code: str) -> None:
    """Is refused by name."""
    with pytest.raises(FormatError) as refused:
        parse_record(data)
    assert code == refused.value.code
