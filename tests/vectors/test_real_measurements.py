# SPDX-License-Identifier: Apache-2.0
"""Real exports of phones and devices: what is read of each is what the collection's MANIFEST records of it.

The facts were made with other readers; the values of the Apple export come from the CSV files that its publisher
made of it. Nothing here was taken from what the readers say.
"""

import csv
import io
import json
import zipfile
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from healthvault.records.describe import describe
from healthvault.records.reading import read
from healthvault.records.statements import Item, Left, Passage, Quantity, Statement, Subject, Tally

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data"
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="shared vectors are not here")
MANIFEST = json.loads((DATA / "MANIFEST.json").read_text("utf-8")) if DATA.is_dir() else []
FACTS = {entry["path"]: entry["facts"] for entry in MANIFEST}
FOLDERS = ("apple-health/", "wearables/api/", "wearables/cgm/", "wearables/fitbit/")
TDDA, SEVERAL, CLINICAL = (
    f"apple-health/{name}"
    for name in ("tdda-export.xml", "multi-source-export.zip", "clinical-records-export.zip")
)
FITBIT_ACTIVITY, FITBIT_SLEEP = "wearables/fitbit/dailyActivity_merged.csv", "wearables/fitbit/sleepDay_merged.csv"
CGM = "wearables/cgm/adult001.csv"
PREFIX = "HKQuantityTypeIdentifier"


def stated(path: str) -> list[Statement]:
    """Read a file of the collection."""
    data = (DATA / path).read_bytes()
    return list(read(io.BytesIO(data), name=Path(path).name, size_bytes=len(data)))


def items(path: str) -> list[Item]:
    """Return the items of a file."""
    return [each for each in stated(path) if isinstance(each, Item)]


def counts(path: str) -> dict[str, int]:
    """Return how many things of each sort a file holds."""
    return {each.sort: each.count for each in stated(path) if isinstance(each, Tally)}


def rows(path: str) -> list[dict[str, str]]:
    """Return the rows of a table of the collection."""
    with (DATA / path).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def measured(found: list[Item]) -> Counter[str]:
    """Return how many records of each Apple type the items stand for."""
    total: Counter[str] = Counter()
    for item in found:
        code = item.codes[0].code if item.codes else ""
        if "TypeIdentifier" in code and item.quantity:
            total[code] += item.quantity.count
    return total


@pytest.mark.parametrize("path", [path for path in FACTS if path.startswith(FOLDERS)])
def test_every_file_is_read(path: str) -> None:
    """Each file states something, each measurement has a date, and it can be read again alike."""
    found = stated(path)
    assert found
    assert found == stated(path)
    for item in found:
        if isinstance(item, Item) and not item.place.startswith("export_cda"):
            assert item.date or item.title == "Blood type"


@pytest.mark.parametrize(("path", "facts"), [(TDDA, None), (SEVERAL, "export_xml")])
def test_records_workouts_and_rings(path: str, facts: str | None) -> None:
    """Records of each type, workouts and summaries are as many as are there; the days hold them all."""
    known: dict[str, Any] = FACTS[path][facts] if facts else FACTS[path]
    told = counts(path)
    types = {sort: count for sort, count in told.items() if sort.startswith("HK")}
    assert known["record_types"] == types
    assert known["records"] == sum(types.values())
    assert (known["workouts"], known["activity_summaries"]) == (told["Workout"], told["ActivitySummary"])
    assert known["clinical_records"] == told.get("ClinicalRecord", 0)
    assert known["record_types"] == measured(items(path))


def test_sources() -> None:
    """Devices are those that are named, one of them in two spellings."""
    for path, known in ((TDDA, FACTS[TDDA]["sources"]), (SEVERAL, FACTS[SEVERAL]["export_xml"]["sources"])):
        told = {item.source for item in items(path) if item.source}
        assert told - {"NJR Apple Watch", "Riley's Watch"} <= {" ".join(name.split()) for name in known} | set(
            known
        )
    resting = [item for item in items(SEVERAL) if item.title == "Resting Heart Rate"]
    assert {"Riley\u2019s Watch"} == {item.source for item in resting}
    assert 4 == len({item.identity for item in resting})
    assert {"riley's watch"} == {(item.identity or "").split("/")[2] for item in resting}


def test_dates_and_persons_of_exports() -> None:
    """The date of the export, and the person as far as it is described."""
    for path, known in ((TDDA, FACTS[TDDA]), (SEVERAL, FACTS[SEVERAL]["export_xml"])):
        data = (DATA / path).read_bytes()
        told = describe(io.BytesIO(data), name="x", size_bytes=len(data))
        assert known["exportDate"][:10] == told.date
        birth_date = known["me"]["HKCharacteristicTypeIdentifierDateOfBirth"]
        persons = [each for each in stated(path) if isinstance(each, Subject)]
        assert [birth_date] * bool(birth_date) == [person.birth_date for person in persons]
    assert [Subject(birth_date="1965-07-31", sex="male")] == [s for s in stated(TDDA) if isinstance(s, Subject)]


@pytest.mark.parametrize("name", ["StepCount", "DistanceWalkingRunning"])
def test_days_are_what_the_records_add_up_to(name: str) -> None:
    """The sum, least, most and count of each day are those of the publisher's own table."""
    days: dict[str, list[Decimal]] = {}
    for row in rows(f"apple-health/tdda-expected-{name}.csv"):
        days.setdefault(row["startDate"][:10], []).append(Decimal(row["value"]))
    told = {
        item.date: item.quantity
        for item in items(TDDA)
        if item.quantity and PREFIX + name in [code.code for code in item.codes]
    }
    assert days.keys() == told.keys()
    for date, numbers in days.items():
        quantity = told[date]
        assert (sum(numbers), min(numbers), max(numbers), len(numbers)) == (
            Decimal(quantity.number),
            Decimal(quantity.least or "NaN"),
            Decimal(quantity.most or "NaN"),
            quantity.count,
        )
        assert {quantity.unit} == {row["unit"] for row in rows(f"apple-health/tdda-expected-{name}.csv")}


def test_the_workout_and_the_rings_are_the_publishers() -> None:
    """Every number of the publisher's tables is told as it is written."""
    (row,) = rows("apple-health/tdda-expected-Workout.csv")
    (item,) = [item for item in items(TDDA) if item.title.startswith("Workout")]
    assert Quantity(number=row["duration"], unit=row["durationUnit"]) == item.quantity
    assert (" ".join(row["sourceName"].split()), "2016-04-02T10:40:38+01:00") == (item.source, item.date)
    for part in ("totalDistance", "totalEnergyBurned"):
        assert f"{row[part]} {row[part + 'Unit']}" in (item.text or "")
    rings = {item.date: item.text or "" for item in items(TDDA) if item.title == "Activity summary"}
    for row in rows("apple-health/tdda-expected-ActivitySummary.csv"):
        text = rings.pop(row["dateComponents"])
        for number, goal in (
            ("activeEnergyBurned", "activeEnergyBurnedGoal"),
            ("appleExerciseTime", "appleExerciseTimeGoal"),
            ("appleStandHours", "appleStandHoursGoal"),
        ):
            assert f"{row[number]} of {row[goal]}" in text
    assert {} == rings


@pytest.mark.parametrize("path", [SEVERAL, CLINICAL])
def test_members(path: str) -> None:
    """The members are those that are recorded, and each sort of them is counted."""
    with zipfile.ZipFile(DATA / path) as archive:
        members = sorted([info.filename, info.file_size] for info in archive.infolist())
    assert sorted(FACTS[path]["members"]) == members
    folders = Counter(name.split("/")[1] for name, _ in members if name.count("/") == 2)
    sorts = {
        "attachments": "attachment",
        "clinical-records": "clinical record file",
        "electrocardiograms": "electrocardiogram",
        "workout-routes": "workout route",
    }
    told = counts(path)
    assert dict(folders) == {name: told[sort] for name, sort in sorts.items() if sort in told}


def test_clinical_records() -> None:
    """Three are named, one file is missing, and the record's time is told with its offset."""
    facts, told = FACTS[CLINICAL], counts(CLINICAL)
    records = told[PREFIX + "HeartRate"]
    assert (facts["records"], facts["clinical_records"]) == (records, told["ClinicalRecord"])
    assert facts["missing_files"] == told["missing file"]
    missing = [each.place for each in stated(CLINICAL) if isinstance(each, Left) and "missing" in each.reason]
    assert ["/clinical-records/AllergyIntolerance-missing.json"] == missing
    (pulse,) = [item for item in items(CLINICAL) if item.title == "Heart Rate"]
    assert ("2024-03-10T03:00:00-04:00", "61") == (pulse.date, pulse.quantity and pulse.quantity.number)


def test_importing_again_adds_nothing() -> None:
    """Every item has an identity and a digest, and both are the same the next time."""
    for path in (TDDA, SEVERAL):
        first, second = (
            [(item.identity, item.digest) for item in items(path) if not item.place.startswith("export_cda")]
            for _ in range(2)
        )
        assert first == second
        assert all(identity and digest for identity, digest in first)
        assert len(first) == len(set(first))


@pytest.mark.parametrize("path", [path for path in FACTS if path.startswith(FOLDERS) and "lines" in FACTS[path]])
def test_tables_have_their_header_and_rows(path: str) -> None:
    """The header's words can be found, and every row is counted."""
    facts = FACTS[path]
    (header,) = [each for each in stated(path) if isinstance(each, Passage)]
    assert facts["header"].split(",")[:3] == header.words.split(", ")[:3]
    assert facts["lines"] - 1 == counts(path)["row"]


@pytest.mark.parametrize("path", [FITBIT_ACTIVITY, FITBIT_SLEEP])
def test_fitbit_tables(path: str) -> None:
    """Each id is a person, and each cell is an item of that person with the number as it is written."""
    persons = [each.identifiers[0].code for each in stated(path) if isinstance(each, Subject)]
    assert FACTS[path]["distinct_ids"] == len(persons) == len(set(persons))
    told = {(persons[item.subject or 0], item.place.split()[1], item.date): item.quantity for item in items(path)}
    expected: dict[tuple[str, str, str], str] = {}
    for row in rows(path):
        month, day, year = row.get("ActivityDate", row.get("SleepDay", "")).split()[0].split("/")
        date = f"{year}-{int(month):02}-{int(day):02}"
        numbers = {name: cell for name, cell in row.items() if name not in {"Id", "ActivityDate", "SleepDay"}}
        expected.update({(row["Id"], name, date): cell for name, cell in numbers.items()})
    assert expected == {key: quantity.number for key, quantity in told.items() if quantity}


def test_repeated_lines_are_told() -> None:
    """Three lines of the sleep table are there twice."""
    assert 3 == counts(FITBIT_SLEEP)["repeated row"]
    assert "repeated row" not in counts(FITBIT_ACTIVITY)


def test_the_glucose_trace() -> None:
    """The days of both sensors hold all values, and their mean is the mean; a unit is not in the file."""
    values: dict[str, list[Decimal]] = {}
    for row in rows(CGM):
        if row["CGM"]:
            values.setdefault(row["Time"][:10], []).append(Decimal(row["CGM"]))
    told = {item.date: item.quantity for item in items(CGM) if item.title == "CGM"}
    assert values.keys() == told.keys()
    for date, numbers in values.items():
        quantity = told[date]
        assert quantity is not None
        assert (len(numbers), min(numbers), max(numbers), None) == (
            quantity.count,
            Decimal(quantity.least or "NaN"),
            Decimal(quantity.most or "NaN"),
            quantity.unit,
        )
        assert abs(Decimal(quantity.number) - sum(numbers) / len(numbers)) < Decimal("1e-9")
    assert () == next(item.codes for item in items(CGM) if item.title == "BG")


def test_withings_numbers() -> None:
    """Every known measure is its value times ten to the power of its unit; type 18 is left."""
    groups = json.loads((DATA / "wearables/api/withings-body-measures.json").read_text())["body"]["measuregrps"]
    measures = [measure for group in groups for measure in group["measures"]]
    expected = [Decimal(each["value"]).scaleb(each["unit"]) for each in measures if each["type"] != 18]
    found = stated("wearables/api/withings-body-measures.json")
    told = [Decimal(each.quantity.number) for each in found if isinstance(each, Item) and each.quantity]
    assert expected == told
    assert sum(each["type"] == 18 for each in measures) == len([e for e in found if isinstance(e, Left)])


def test_ihealth_blood_pressure() -> None:
    """Both measurements with their pulse, at the times that the publisher's own test expects."""
    told = [(item.title.split()[0], item.date, item.quantity) for item in items("wearables/api/ihealth-bp.json")]
    first, second = "2015-09-17T12:04:23-08:00", "2015-09-17T14:07:45-06:00"
    assert [
        ("Systolic", first, Quantity(number="120", unit="mm[Hg]")),
        ("Diastolic", first, Quantity(number="90", unit="mm[Hg]")),
        ("Heart", first, Quantity(number="100", unit="/min")),
        ("Systolic", second, Quantity(number="130", unit="mm[Hg]")),
        ("Diastolic", second, Quantity(number="95", unit="mm[Hg]")),
        ("Heart", second, Quantity(number="75", unit="/min")),
    ] == told


def test_fitbit_sleep() -> None:
    """The two sleeps add up to the summary that the answer has."""
    path = "wearables/api/fitbit-sleep-date.json"
    summary = json.loads((DATA / path).read_text())["summary"]
    numbers = [int(item.quantity.number) for item in items(path) if item.quantity]
    assert (summary["totalMinutesAsleep"], summary["totalSleepRecords"]) == (sum(numbers), len(numbers))
