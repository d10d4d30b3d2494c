# SPDX-License-Identifier: Apache-2.0
"""Tests of what is read of devices' JSON, through the door."""

import io
import json
from typing import Any

import pytest

from healthvault.errors import InvalidRequest
from healthvault.records.describe import describe
from healthvault.records.measured import from_seconds, iso_moment
from healthvault.records.reading import read
from healthvault.records.statements import Item, Left, Passage, Quantity, Statement, Subject, Tally


def stated(value: object) -> list[Statement]:
    """Read JSON: a value, or text."""
    data = value.encode() if isinstance(value, str) else json.dumps(value).encode()
    return list(read(io.BytesIO(data), name="a.json", size_bytes=len(data), kind="json"))


def items(value: object) -> list[Item]:
    """Return the items."""
    return [each for each in stated(value) if isinstance(each, Item)]


def withings(**group: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    """Return an answer of Withings with one group."""
    return {"body": {"measuregrps": [{"date": 1433052383, "grpid": 7, "category": 1, **group}]}}


def test_withings_numbers_are_shifted() -> None:
    """Value times ten to the power of unit, digit for digit, at a time in UTC."""
    (item,) = items(withings(measures=[{"type": 1, "value": 74120, "unit": -3}]))
    assert Quantity(number="74.120", unit="kg") == item.quantity
    assert ("2015-05-31T06:06:23Z", "Observation/Withings/7/1") == (item.date, item.identity)
    assert ["29463-7"] == [code.code for code in item.codes]


def test_withings_leaves_what_it_does_not_know() -> None:
    """Unknown types, goals and broken numbers are no measurements."""
    unknown = withings(measures=[{"type": 18, "value": -1000, "unit": -3}, {"type": 1, "value": "x", "unit": 0}])
    goal = withings(category=2, measures=[{"type": 1, "value": 60, "unit": 0}])
    for answer, count in ((unknown, 2), (goal, 1)):
        assert [] == items(answer)
        assert count == len([each for each in stated(answer) if isinstance(each, Left)])


@pytest.mark.parametrize(
    ("zone", "expected"),
    [
        ("-0800", "2015-09-17T12:04:23-08:00"),
        (1, "2015-09-17T12:04:23+01:00"),
        ("+0530", "2015-09-17T12:04:23+05:30"),
        (0, "2015-09-17T12:04:23+00:00"),
        (None, "2015-09-17T12:04:23"),
        ("somewhere", "2015-09-17T12:04:23"),
    ],
)
def test_ihealth_seconds_are_of_the_clock_on_the_wall(zone: object, expected: str) -> None:
    """The offset stands beside them and is not added; without one the time has none."""
    answer = {"BPDataList": [{"HP": 120, "MDate": 1442491463, "TimeZone": zone}], "BPUnit": 0}
    assert [expected] == [item.date for item in items(answer)]


@pytest.mark.parametrize(("unit", "expected"), [(0, "mm[Hg]"), (1, "kPa"), (9, None), (None, None)])
def test_ihealth_units_are_numbers(unit: object, expected: str | None) -> None:
    """A number that the documentation does not have leaves the unit unknown."""
    (item,) = items({"BPDataList": [{"HP": 120, "MDate": 1442491463}], "BPUnit": unit})
    assert Quantity(number="120", unit=expected) == item.quantity


def test_ihealth_glucose_has_the_code_of_its_unit() -> None:
    """Milligrams and millimoles have different codes; an unknown unit has none."""
    for unit, code in ((0, ["2339-0"]), (1, ["15074-8"]), (5, [])):
        (item,) = items({"BGDataList": [{"BG": 90, "MDate": 1442491463}], "BGUnit": unit})
        assert code == [each.code for each in item.codes]


def test_fitbit_series() -> None:
    """Numbers in quotes are numbers; resting heart rate stands one level deeper."""
    steps = {"activities-steps": [{"dateTime": "2026-03-01", "value": "8123"}, {"dateTime": "x", "value": "1"}]}
    (item,) = items(steps)
    assert ("2026-03-01", Quantity(number="8123")) == (item.date, item.quantity)
    assert 1 == len([each for each in stated(steps) if isinstance(each, Left)])
    (heart,) = items({"activities-heart": [{"dateTime": "2026-03-01", "value": {"restingHeartRate": 61}}]})
    assert ("Resting heart rate", Quantity(number="61", unit="/min")) == (heart.title, heart.quantity)


def point(name: str, value: object, **more: object) -> dict[str, object]:
    """Return a data point of Open mHealth."""
    schema = {"namespace": "omh", "name": name.replace("_", "-"), "version": "2.0"}
    header = {"id": "123e", "schema_id": schema, "user_id": "u1", **more}
    frame = {"date_time": "2026-03-01T07:25:00+01:00"}
    return {"header": header, "body": {name: value, "effective_time_frame": frame, "user_notes": "dizzy"}}


def test_open_mhealth_points() -> None:
    """Each value of a body is an item of the user that the header names."""
    points = [
        point("heart_rate", {"value": 50, "unit": "beats/min"}),
        point("step_count", 700, user_id="u2"),
        point("mood", "good"),
    ]
    found = stated(points)
    assert ["u1", "u2"] == [each.identifiers[0].code for each in found if isinstance(each, Subject)]
    heart, steps = (each for each in found if isinstance(each, Item))
    assert ("Heart rate", Quantity(number="50", unit="/min"), 0) == (heart.title, heart.quantity, heart.subject)
    assert ("2026-03-01T07:25:00+01:00", "dizzy") == (heart.date, heart.text)
    assert (Quantity(number="700"), 1) == (steps.quantity, steps.subject)
    assert Left(place="[2]", reason="data point of mood: not understood") in found
    assert Tally(sort="data point", count=3) in found


def test_one_point_and_wrapped_points() -> None:
    """A single point, and points that a service has wrapped, are read like an array of them."""
    one = point("body_weight", {"value": 70.50, "unit": "kg"})
    assert items(one) == items([one]) == items({"shim": "x", "body": [one]})
    interval = {"time_interval": {"start_date_time": "2026-03-01", "end_date_time": "2026-03-02"}}
    one["body"]["effective_time_frame"] = interval  # type: ignore[index]
    assert ("2026-03-01", "2026-03-02") == (items(one)[0].date, items(one)[0].until)


def test_numbers_stay_as_written() -> None:
    """No digit passes through a binary fraction."""
    body = '{"weight": {"value": 70.10, "unit": "kg"}}'
    (item,) = items('{"header": {"schema_id": {"name": "x"}}, "body": ' + body + "}")
    assert Quantity(number="70.10", unit="kg") == item.quantity


def test_other_json_is_its_words() -> None:
    """JSON that nobody knows can be searched by its strings."""
    assert [
        Passage(words="Ferritin low", place="a[1].note"),
        Passage(words="x", place="b"),
    ] == stated({"a": [1, {"note": "Ferritin \n low"}], "b": "x", "c": None, "d": " "})
    many = stated([str(number) + "w" for number in range(20_001)])
    assert isinstance(many[-1], Left)
    assert 20_001 == len(many)


@pytest.mark.parametrize("text", ["{", "[1,]", "NaN", '{"a": Infinity}', "[" * 100_000])
def test_no_json(text: str) -> None:
    """What is no JSON is said to be none."""
    with pytest.raises(InvalidRequest) as caught:
        stated(text)
    assert "reader_failed" == caught.value.code


def test_too_much_json() -> None:
    """More values than are decoded are too many."""
    with pytest.raises(InvalidRequest) as caught:
        stated("[" + "1," * 1_100_000 + "1]")
    assert "too_large" == caught.value.code


def test_descriptions() -> None:
    """A service's answer is called by its name and is about vitals; other JSON stays what it was."""
    for value, title, source in (
        ({"BPDataList": []}, "iHealth blood pressure", "iHealth"),
        (withings(), "Withings measurements", "Withings"),
        ([point("mood", "good")], "Open mHealth data points", None),
    ):
        data = json.dumps(value).encode()
        told = describe(io.BytesIO(data), name="a.json", size_bytes=len(data))
        assert ("json", title, source, "vitals") == (told.kind, told.title, told.source, told.category)
    told = describe(io.BytesIO(b'{"a": 1}'), name="a.json", size_bytes=8)
    assert ("json", "a", "other") == (told.kind, told.title, told.category)


def test_times() -> None:
    """Times are checked, and never moved."""
    assert "2016-12-13T09:59:00.000" == iso_moment("2016-12-13T09:59:00.000")
    assert "2017-12-31T06:03:00" == iso_moment("2017-12-31 06:03:00")
    assert "2017-12-31" == iso_moment("2017-12-31 late")
    assert [None, None] == [iso_moment("12/31/2017"), iso_moment("2017-02-30")]
    assert [None, None, None] == [from_seconds("1e30"), from_seconds("x"), from_seconds("1.5")]
