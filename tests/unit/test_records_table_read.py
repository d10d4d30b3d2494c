# SPDX-License-Identifier: Apache-2.0
"""Tests of what is read of tables, through the door."""

import io

import pytest

from healthvault.errors import InvalidRequest
from healthvault.records import table_read
from healthvault.records.days import Room, Style
from healthvault.records.describe import describe
from healthvault.records.reading import read
from healthvault.records.statements import Item, Left, Passage, Quantity, Statement, Subject, Tally
from healthvault.records.table_columns import columns_of


def stated(text: str | bytes) -> list[Statement]:
    """Read a table."""
    data = text.encode() if isinstance(text, str) else text
    return list(read(io.BytesIO(data), name="a.csv", size_bytes=len(data), kind="csv"))


def items(text: str | bytes) -> list[Item]:
    """Return the items of a table."""
    return [each for each in stated(text) if isinstance(each, Item)]


def test_a_table_of_measurements_is_days() -> None:
    """Several rows of a day are told as one, a single one keeps number and time; there is no identity."""
    text = "Time,Heart Rate [bpm]\n2026-03-01 10:00:00,60\n2026-03-01 11:00:00,63\n2026-03-02 10:00:00,61.0\n"
    first, second = items(text)
    assert Quantity(number="61.5", unit="/min", least="60", most="63", count=2) == first.quantity
    assert ("2026-03-01", "Heart Rate", None, ["8867-4"]) == (
        first.date,
        first.title,
        first.identity,
        [code.code for code in first.codes],
    )
    assert (Quantity(number="61.0", unit="/min"), "2026-03-02T10:00:00") == (second.quantity, second.date)
    assert [Passage(words="Time, Heart Rate [bpm]", place="header"), Tally(sort="row", count=3)] == [
        each for each in stated(text) if not isinstance(each, Item)
    ]


def test_columns_that_nobody_knows_are_ranges() -> None:
    """Neither added up nor averaged."""
    (item,) = items("Date,CHO\n2026-03-01,3\n2026-03-01,9\n")
    assert (None, "2 values, 3 to 9") == (item.quantity, item.text)


def test_a_repeated_row_is_counted_once() -> None:
    """An exact repetition is no second measurement, and is told."""
    found = stated("Date,Steps\n2026-03-01,700\n2026-03-01,700\n2026-03-01,5\n")
    (item,) = [each for each in found if isinstance(each, Item)]
    assert Quantity(number="705", least="5", most="700", count=2) == item.quantity
    assert Tally(sort="repeated row", count=1) in found


def test_fitabase_tables() -> None:
    """Each id is a person, dates are month/day/year, midnight is no time."""
    found = stated("Id,SleepDay,TotalMinutesAsleep\n7,4/12/2016 12:00:00 AM,327\n8,4/1/2016 12:00:00 AM,300\n")
    assert [("urn:fitbit:user", "7"), ("urn:fitbit:user", "8")] == [
        (each.identifiers[0].system, each.identifiers[0].code) for each in found if isinstance(each, Subject)
    ]
    told = [(each.date, each.quantity, each.subject) for each in found if isinstance(each, Item)]
    assert [
        ("2016-04-12", Quantity(number="327", unit="min"), 0),
        ("2016-04-01", Quantity(number="300", unit="min"), 1),
    ] == told


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("4/12/2016", "2016-04-12"),
        ("4/12/2016 1:02:03 PM", "2016-04-12T13:02:03"),
        ("4/12/2016 12:30:00 AM", "2016-04-12T00:30:00"),
        ("13/12/2016", None),
        ("2016-04-12", None),
        ("4/12/2016 1:61:03 PM", None),
    ],
)
def test_dates_of_fitabase(cell: str, expected: str | None) -> None:
    """They are read by the rule of their header alone."""
    columns = columns_of(["Id", "ActivityHour", "StepTotal"])
    assert columns is not None
    assert expected == columns.moment(cell)


def test_no_order_of_day_and_month_is_guessed() -> None:
    """Under any other header only ISO 8601 is a date."""
    found = stated("Date,Steps\n4/12/2016,700\n13/4/2016,5\n")
    assert Left(place="no date that is understood", reason="2 rows") in found
    assert [] == items("Date,Steps\n4/12/2016,700\n")


@pytest.mark.parametrize(
    ("name", "title", "unit", "style"),
    [
        ("Weight (kg)", "Weight", "kg", Style.MEAN),
        (" Heart Rate [bpm]", "Heart Rate", "/min", Style.MEAN),
        ("Glucose Value (mg/dL)", "Glucose Value", "mg/dL", Style.MEAN),
        ("Historic Glucose mg/dL", "Historic Glucose", "mg/dL", Style.UNKNOWN),
        ("TotalSteps", "Total Steps", None, Style.SUM),
        ("VeryActiveMinutes", "Very Active Minutes", "min", Style.UNKNOWN),
        ("BG", "BG", None, Style.MEAN),
    ],
)
def test_columns(name: str, title: str, unit: str | None, style: Style) -> None:
    """A column's name says its unit, or nobody does."""
    columns = columns_of(["Timestamp (YYYY-MM-DDThh:mm:ss)", name])
    assert columns is not None
    (column,) = columns.numbers
    assert (title, unit, style) == (column.title, column.unit, column.style)


def test_a_weight_without_a_unit_has_no_code() -> None:
    """Kilograms or pounds: nobody knows."""
    (item,) = items("Date,Weight\n2026-03-01,70\n")
    assert ((), Quantity(number="70")) == (item.codes, item.quantity)


def test_other_tables_are_their_header() -> None:
    """Without a column that says when, rows are counted."""
    assert [Passage(words="a, b", place="header"), Tally(sort="row", count=2)] == stated("a,b\n1,2\n3,4\n")
    assert [] == stated("\n\n")


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16", "cp1252"])
def test_encodings(codec: str) -> None:
    """Tables come in UTF-8, UTF-16 and Western encodings, with any line end, quoted and with other delimiters."""
    text = 'Date;"Weight (kg)";Größe\r\n2026-03-01;"70.5";1\r\n\r\n2026-03-02;70;2\r\n'
    assert ["70.5", "70"] == [
        each.quantity.number for each in items(text.encode(codec)) if each.quantity and each.title == "Weight"
    ]


def test_cells_that_are_no_numbers() -> None:
    """They are counted by column; empty ones are nothing."""
    found = stated("Date,Glucose [mg/dL]\n2026-03-01,Low\n2026-03-02,\n2026-03-03,90\n")
    assert [Left(place="no number in Glucose [mg/dL]", reason="1 rows")] == [
        each for each in found if isinstance(each, Left)
    ]


def test_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """A line or a cell that is too long, too many rows and too many days end the reading."""
    for text in ("Date,Steps\n" + "7" * 70_000, 'Date,Steps\n"' + "\n" * 200_000):
        with pytest.raises(InvalidRequest) as caught:
            stated(text)
        assert "reader_failed" == caught.value.code
    monkeypatch.setattr(table_read, "MAX_ROWS", 3)
    monkeypatch.setattr(table_read, "Room", lambda: Room(days=1))
    for text in ("a,b\n" + "1,2\n" * 4, "Date,Steps\n2026-03-01,1\n2026-03-02,1\n"):
        with pytest.raises(InvalidRequest) as caught:
            stated(text)
        assert "too_large" == caught.value.code


def test_descriptions() -> None:
    """A table of measurements is about vitals; others are as they were."""
    for text, source, category in (
        ("Id,SleepDay,TotalTimeInBed\n7,4/12/2016,1\n", "Fitbit", "vitals"),
        ("Date,Weight (kg)\n2026-03-01,70\n", None, "vitals"),
        ("Date,Amount\n2026-03-01,70\n", None, "other"),
    ):
        data = text.encode()
        told = describe(io.BytesIO(data), name="a.csv", size_bytes=len(data))
        assert ("csv", source, category) == (told.kind, told.source, told.category)
