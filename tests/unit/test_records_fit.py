# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.records.fit, fit_items and fit_days."""

import pytest

from healthvault.errors import InvalidRequest
from healthvault.records.statements import Quantity
from tests.media import Fit, items, reasons, said, tallies, told

FILE_ID, SESSION, RECORD, WEIGHT, ACTIVITY, PRESSURE, MONITORING, MONITORING_INFO = 0, 18, 20, 30, 34, 51, 55, 103
NOON = 1_000_000_800  # 2021-09-08 02:00 UTC, in seconds since 1989-12-31
DAY = "2021-09-08"


def time(seconds: int = NOON, field: int = 253) -> tuple[int, str, int]:
    """Return a field that holds a time."""
    return field, "uint32", seconds


def run() -> Fit:
    """Return the file of a run of 5.73 m."""
    made = Fit().message(FILE_ID, (0, "enum", 4), (1, "uint16", 15), time(field=4))
    return made.message(
        SESSION, time(NOON + 60), time(field=2), (5, "enum", 1), (7, "uint32", 13749), (9, "uint32", 573)
    )


def test_a_workout() -> None:
    """An item for it, and one for each thing that was measured."""
    found = told(run().bytes(), "1.fit")
    assert ("fit", "Running", DAY, "dynastream") == (found.kind, found.title, found.date, found.source)
    whole, duration, distance = items(said(run().bytes(), "1.fit"))
    assert ("Running", f"{DAY}T02:00:00+00:00", f"{DAY}T02:01:00+00:00") == (whole.title, whole.date, whole.until)
    assert ("Running: duration", Quantity(number="13.749", unit="s")) == (duration.title, duration.quantity)
    assert ("Running: distance", Quantity(number="5.73", unit="m")) == (distance.title, distance.quantity)


def test_what_a_scale_and_a_cuff_say() -> None:
    """With the codes that LOINC has for exactly that."""
    made = Fit().message(WEIGHT, time(), (0, "uint16", 7580), (1, "uint16", 2230))
    made = made.message(PRESSURE, time(), (0, "uint16", 120), (1, "uint16", 80))
    found = {item.codes[0].code: item.quantity for item in items(said(made.bytes(), "1.fit"))}
    assert {
        "29463-7": Quantity(number="75.8", unit="kg"),
        "41982-0": Quantity(number="22.3", unit="%"),
        "8480-6": Quantity(number="120", unit="mm[Hg]"),
        "8462-4": Quantity(number="80", unit="mm[Hg]"),
    } == found


def test_heart_rates_by_the_day() -> None:
    """One item a day, with how many, the lowest and the highest."""
    made = run()
    for number, rate in enumerate((60, 90, 75)):
        made = made.message(RECORD, time(NOON + number), (3, "uint8", rate))
    (rates,) = [item for item in items(said(made.bytes(), "1.fit")) if item.title == "Heart rate"]
    assert DAY == rates.date
    assert Quantity(number="75.0", unit="/min", least="60", most="90", count=3) == rates.quantity


def test_a_day_is_the_wearers() -> None:
    """Where the file says the local time, also at its end, days begin by that."""
    made = run().message(RECORD, time(), (3, "uint8", 60))
    made = made.message(ACTIVITY, time(), time(NOON - 4 * 3600, field=5))
    (rates,) = [item for item in items(said(made.bytes(), "1.fit")) if item.title == "Heart rate"]
    assert "2021-09-07" == rates.date


def test_steps_by_the_day() -> None:
    """The watch counts up: the last count of each movement is the day's; midnight still belongs to the day."""
    midnight = NOON - NOON % 86400 + 86400
    made = Fit().message(MONITORING_INFO, time(midnight - 7200))
    for moment, kind, cycles in (
        (midnight - 3600, 6, 100), (midnight - 1800, 6, 300), (midnight - 900, 1, 50), (midnight, 6, 400),
    ):  # fmt: skip
        made = made.message(MONITORING, time(moment), (5, "enum", kind), (3, "uint32", cycles))
    found = [item for item in items(said(made.bytes(), "1.fit")) if item.title == "Steps"]
    assert [Quantity(number="450", unit="{steps}")] == [item.quantity for item in found]


def test_relative_times_stay_without_a_date() -> None:
    """A watch that was never set counts from when it was switched on: that is no date."""
    made = Fit().message(SESSION, time(17_221_751), time(17_217_864, field=2), (5, "enum", 1), (9, "uint32", 100))
    made = made.message(RECORD, time(17_217_869), (3, "uint8", 93))
    data = made.bytes()
    assert told(data, "1.fit").date is None
    assert {None} == {item.date for item in items(said(data, "1.fit"))}


def test_a_wrong_checksum_is_stated() -> None:
    """Everything is read all the same."""
    statements = said(run().bytes(checksum=0), "1.fit")
    assert items(said(run().bytes(), "1.fit")) == items(statements)
    assert ["file"] == list(reasons(statements))
    assert {} == reasons(said(run().bytes(), "1.fit"))


def test_messages_are_counted() -> None:
    """Each sort by its name in the profile."""
    assert {"file_id": 1, "session": 1} == tallies(said(run().bytes(), "1.fit"))


def test_cut_files() -> None:
    """At any place: what came before counts, and that it breaks off is said, or it is no FIT file."""
    data = run().bytes()
    for end in range(14, len(data) - 2):
        try:
            assert "file" in reasons(said(data[:end], "1.fit"))
        except InvalidRequest as err:
            assert "reader_failed" == err.code  # noqa: PT017


def test_a_header_that_lies() -> None:
    """A size of four gigabytes costs nothing."""
    data = bytearray(run().bytes())
    data[4:8] = b"\xff\xff\xff\xff"
    assert ["file"] == list(reasons(said(bytes(data), "1.fit")))


def test_no_fit() -> None:
    """A sign without a message is none."""
    with pytest.raises(InvalidRequest) as caught:
        said(b"\x0e\x20\x00\x00\x04\x00\x00\x00.FIT\x00\x00abcd", "1.fit")
    assert "reader_failed" == caught.value.code
