# SPDX-License-Identifier: Apache-2.0
"""What the services of Fitbit, iHealth and Withings answer, as their users save it.

Numbers stay as written, those of Withings times ten to the power that stands beside them. A unit is what the
answer or the service's documentation says; Fitbit's depend on who asked and are not in it: they stay unknown.
Source: Fitbit Web API, iHealth Open API, Withings API (Measure - Getmeas). Spec: docs/spec/contents.md section 8.
"""

import re
from collections.abc import Callable, Iterator

from healthvault.records.dates import from_iso
from healthvault.records.decimals import shifted
from healthvault.records.json_written import Written, list_at, map_at, number_at, string_at
from healthvault.records.measured import Measured, from_seconds, iso_moment
from healthvault.records.statements import Item, Left, Statement, Tally

__all__ = ["answer_reader"]

_OFFSET = re.compile(r"([+-]?)(\d{1,2}):?(\d\d)?\Z")
_WITHINGS = {
    "1": ("Body weight", "body weight", "kg"),
    "4": ("Body height", "body height", "m"),
    "5": ("Fat free mass", None, "kg"),
    "6": ("Body fat", "body fat", "%"),
    "8": ("Fat mass", None, "kg"),
    "9": ("Diastolic blood pressure", "diastolic blood pressure", "mmHg"),
    "10": ("Systolic blood pressure", "systolic blood pressure", "mmHg"),
    "11": ("Heart rate", "heart rate", "bpm"),
    "12": ("Temperature", None, "C"),
    "54": ("Oxygen saturation", "oxygen saturation", "%"),
    "71": ("Body temperature", "body temperature", "C"),
    "73": ("Skin temperature", None, "C"),
    "76": ("Muscle mass", None, "kg"),
    "77": ("Hydration", None, "kg"),
    "88": ("Bone mass", None, "kg"),
    "91": ("Pulse wave velocity", None, "m/s"),
}
_WITHINGS_ATTRIBUTES = {"1": "may be of another user", "2": "entered by hand", "4": "entered by hand"}
_GOAL = "2"
_IHEALTH = {
    "BPDataList": (
        ("HP", "Systolic blood pressure", "systolic blood pressure", "BPUnit", ("mmHg", "kPa")),
        ("LP", "Diastolic blood pressure", "diastolic blood pressure", "BPUnit", ("mmHg", "kPa")),
        ("HR", "Heart rate", "heart rate", "", ("bpm",)),
    ),
    "BGDataList": (("BG", "Blood glucose", "blood glucose", "BGUnit", ("mg/dL", "mmol/L")),),
    "BODataList": (
        ("BO", "Oxygen saturation", "oxygen saturation", "", ("%",)),
        ("HR", "Heart rate", "heart rate", "", ("bpm",)),
    ),
    "WeightDataList": (("WeightValue", "Body weight", "body weight", "WeightUnit", ("kg", "lb")),),
}
_SLEEP_WORDS = (
    ("timeInBed", "in bed {} min"),
    ("minutesAwake", "awake {} min"),
    ("efficiency", "efficiency {} %"),
)


def answer_reader(value: Written) -> Callable[[Written], Iterator[Statement]] | None:
    """Return what reads an answer, or None if no service that is known here answers so."""
    if any(list_at(value, name) for name in _IHEALTH):
        return _read_ihealth
    if list_at(value, "body", "measuregrps"):
        return _read_withings
    if any(string_at(log, "dateOfSleep") for log in list_at(value, "sleep")):
        return _read_fitbit_sleep
    return _read_fitbit_series if any(_series(value)) else None


def _read_ihealth(value: Written) -> Iterator[Statement]:
    for name, fields in _IHEALTH.items():
        rows = list_at(value, name)
        for number, row in enumerate(rows):
            place = f"{name}[{number}]"
            known = [field for field in fields if number_at(row, field[0])]
            yield from (_of_ihealth(value, row, field, place) for field in known)
            if not known:
                yield Left(place=place, reason="no measurement that is known")
        if rows:
            yield Tally(sort=name, count=len(rows))


def _of_ihealth(
    value: Written, row: Written, field: tuple[str, str, str, str, tuple[str, ...]], place: str
) -> Item:
    name, title, measure, unit_name, units = field
    choice = (number_at(value, unit_name) or "") if unit_name else "0"
    unit = units[int(choice)] if choice in {"0", "1"} and int(choice) < len(units) else None
    key = string_at(row, "DataID")
    words = ("entered by hand" if string_at(row, "DataSource") == "Manual" else None, string_at(row, "Note"))
    return Measured(
        title=title,
        measure=measure,
        place=f"{place}.{name}",
        source="iHealth",
        number=number_at(row, name),
        unit=unit,
        date=from_seconds(number_at(row, "MDate"), _offset(row)),  # its seconds are of the clock on the wall
        key=f"iHealth/{key}/{name}" if key else None,
        text=", ".join(word for word in words if word),
    ).item()


def _offset(row: Written) -> str | None:
    """Return the offset of iHealth: `-0800`, or hours as a number."""
    found = _OFFSET.match(number_at(row, "TimeZone") or "")
    if found is None or int(found[2]) > 14:
        return None
    return f"{found[1] or '+'}{int(found[2]):02}:{found[3] or '00'}"


def _read_withings(value: Written) -> Iterator[Statement]:
    groups = list_at(value, "body", "measuregrps")
    for number, group in enumerate(groups):
        for place, measure in enumerate(list_at(group, "measures")):
            yield _of_withings(group, measure, f"measuregrps[{number}].measures[{place}]")
    yield Tally(sort="measuregrps", count=len(groups))


def _of_withings(group: Written, measure: Written, place: str) -> Statement:
    kind = number_at(measure, "type") or ""
    number = shifted(number_at(measure, "value"), number_at(measure, "unit"))
    if kind not in _WITHINGS or number is None:
        return Left(place=place, reason=f"measure of type {kind[:20]}: not known")
    if number_at(group, "category") == _GOAL:
        return Left(place=place, reason="a goal, no measurement")
    title, name, unit = _WITHINGS[kind]
    key = number_at(group, "grpid")
    words = (_WITHINGS_ATTRIBUTES.get(number_at(group, "attrib") or ""), string_at(group, "comment"))
    return Measured(
        title=title,
        measure=name,
        place=place,
        source="Withings",
        number=number,
        unit=unit,
        date=from_seconds(number_at(group, "date")),
        key=f"Withings/{key}/{kind}" if key else None,
        text=", ".join(word for word in words if word),
    ).item()


def _read_fitbit_sleep(value: Written) -> Iterator[Statement]:
    logs = list_at(value, "sleep")
    for number, log in enumerate(logs):
        key = number_at(log, "logId")
        words = [said.format(number_at(log, name)) for name, said in _SLEEP_WORDS if number_at(log, name)]
        if map_at(log).get("isMainSleep") is False:
            words.append("not the main sleep")
        yield Measured(
            title="Sleep",
            place=f"sleep[{number}]",
            source="Fitbit",
            number=number_at(log, "minutesAsleep"),
            unit="min",
            date=iso_moment(string_at(log, "startTime")) or iso_moment(string_at(log, "dateOfSleep")),
            until=iso_moment(string_at(log, "endTime")),
            key=f"Fitbit/sleep/{key}" if key else None,
            text=", ".join(words),
        ).item()
    yield Tally(sort="sleep", count=len(logs))


def _series(value: Written) -> Iterator[str]:
    """Yield the names of Fitbit's time series."""
    for name in map_at(value):
        rows = list_at(value, name)
        if (
            name.startswith(("activities-", "body-", "sleep-", "foods-"))
            and rows
            and string_at(rows[0], "dateTime")
        ):
            yield name


def _read_fitbit_series(value: Written) -> Iterator[Statement]:
    for name in _series(value):
        title = name.replace("-", " ").removeprefix("activities ")
        rows = list_at(value, name)
        for number, row in enumerate(rows):
            day = string_at(row, "dateTime")
            resting = number_at(row, "value", "restingHeartRate")
            if from_iso(day) is None or (resting or number_at(row, "value")) is None:
                yield Left(place=f"{name}[{number}]", reason="no date, or no number")
                continue
            yield Measured(
                title="Resting heart rate" if resting else title,
                measure="resting heart rate" if resting else "step count" if title == "steps" else None,
                place=f"{name}[{number}]",
                source="Fitbit",
                number=resting or number_at(row, "value"),
                unit="bpm" if resting else None,
                date=iso_moment(day),
                key=f"Fitbit/{name}/{day}",
            ).item()
        yield Tally(sort=name, count=len(rows))
