# SPDX-License-Identifier: Apache-2.0
"""Tests of what is read of Apple Health exports, through the door."""

import io
import random
import re

import pytest

from healthvault.errors import InvalidRequest
from healthvault.records import apple_days
from healthvault.records.apple_days import moment
from healthvault.records.days import Room
from healthvault.records.kinds import Kind
from healthvault.records.reading import read
from healthvault.records.statements import Coding, Item, Left, Passage, Quantity, Statement, Subject, Tally
from tests.hostile_files import zipped

FOLDER = "apple_health_export/"
STEPS = "HKQuantityTypeIdentifierStepCount"
PULSE = "HKQuantityTypeIdentifierHeartRate"
APPLE = "urn:apple:healthkit"


def record(
    kind: str = STEPS, value: str = "10", day: str = "2026-03-01", time: str = "10:00:00", **more: str
) -> str:
    """Return a record as an export writes it."""
    written = {
        "type": kind,
        "sourceName": "Phone",
        "unit": "count",
        "startDate": f"{day} {time} +0100",
        "endDate": f"{day} {time} +0100",
        "value": value,
        **more,
    }
    return "<Record " + " ".join(f'{name}="{text}"' for name, text in written.items()) + "/>"


def export(*elements: str, head: str = "") -> bytes:
    """Return an export of some elements."""
    return f'<?xml version="1.0"?>{head}<HealthData locale="en_GB">{"".join(elements)}</HealthData>'.encode()


def stated(data: bytes, kind: Kind = Kind.APPLE_HEALTH) -> list[Statement]:
    """Read an export."""
    return list(read(io.BytesIO(data), name="export.xml", size_bytes=len(data), kind=kind.value))


def items(data: bytes) -> list[Item]:
    """Return the items of an export."""
    return [each for each in stated(data) if isinstance(each, Item)]


def broken(data: bytes) -> tuple[list[Statement], InvalidRequest]:
    """Return what was stated before a fault, and the fault."""
    found: list[Statement] = []
    with pytest.raises(InvalidRequest) as caught:
        found.extend(read(io.BytesIO(data), name="x", size_bytes=len(data), kind="apple-health"))
    return found, caught.value


def test_the_person_is_without_a_name() -> None:
    """Birth date and sex are taken; a person who says nothing is no subject; the blood type is an item."""
    me = 'HKCharacteristicTypeIdentifierDateOfBirth="1970-02-03"'
    blood = 'HKCharacteristicTypeIdentifierBloodType="HKBloodTypeABNegative"'
    sex = 'HKCharacteristicTypeIdentifierBiologicalSex="HKBiologicalSexFemale"'
    subject, item = stated(export(f"<Me {me} {sex} {blood}/>"))
    assert Subject(birth_date="1970-02-03", sex="female") == subject
    assert isinstance(item, Item)
    assert (0, "AB-", "882-1") == (item.subject, item.text, item.codes[1].code)
    assert [] == stated(export('<Me HKCharacteristicTypeIdentifierDateOfBirth=""/>'))


def test_a_day_of_a_cumulative_type_is_its_sum() -> None:
    """Steps add up over a day as written, and are told with least, most and count."""
    (item,) = items(export(record(value="10"), record(value="30"), record(value="5")))
    assert Quantity(number="45", unit="count", least="5", most="30", count=3) == item.quantity
    assert ("2026-03-01", "Step Count", "Phone") == (item.date, item.title, item.source)
    assert (Coding(system=APPLE, code=STEPS), Coding(system="http://loinc.org", code="55423-8")) == item.codes


def test_a_day_of_an_instantaneous_type_is_its_mean() -> None:
    """Heart rates are no sum."""
    (item,) = items(export(record(PULSE, "60", unit="count/min"), record(PULSE, "61", unit="count/min")))
    assert Quantity(number="60.5", unit="/min", least="60", most="61", count=2) == item.quantity


def test_a_single_record_keeps_its_number_and_time() -> None:
    """Nothing is rounded, no time zone is applied."""
    (item,) = items(export(record(PULSE, "61.50", unit="count/min", time="23:59:00")))
    assert Quantity(number="61.50", unit="/min") == item.quantity
    assert "2026-03-01T23:59:00+01:00" == item.date


def test_a_type_that_is_not_known_is_no_number() -> None:
    """Nobody knows whether to add or to average what is new: the range is told."""
    kind = "HKQuantityTypeIdentifierBrandNewThing"
    (item,) = items(export(record(kind, "1"), record(kind, "3")))
    assert (None, "2 values, 1 to 3 count") == (item.quantity, item.text)
    (alone,) = items(export(record(kind, "1")))
    assert Quantity(number="1", unit="count") == alone.quantity


@pytest.mark.parametrize("name", ["Ana\u2019s\u00a0Watch", "Ana's Watch", "ana\u02bcs  watch"])
def test_a_device_is_one_however_it_is_spelled(name: str) -> None:
    """Apostrophes and spaces make no second device; it is shown as it was first written."""
    first = "Ana\u2019s Watch"
    (item,) = items(export(record(sourceName=first), record(sourceName=name)))
    assert (2, first) == (item.quantity.count if item.quantity else 0, item.source)
    assert f"Observation/{STEPS}/ana's watch/2026-03-01" == item.identity


def test_two_devices_are_two() -> None:
    """Phone and watch count the same steps: they are not added up."""
    assert ["Phone", "Watch"] == [item.source for item in items(export(record(), record(sourceName="Watch")))]


def test_two_units_are_two_series() -> None:
    """Kilometres and miles are not added up, and have identities of their own."""
    kind = "HKQuantityTypeIdentifierDistanceWalkingRunning"
    found = items(export(record(kind, "1", unit="km"), record(kind, "2", unit="mi")))
    assert ["km", "[mi_i]"] == [item.quantity.unit for item in found if item.quantity]
    assert 2 == len({item.identity for item in found})


@pytest.mark.parametrize(
    ("kind", "unit", "value", "code", "ucum"),
    [
        ("BodyMass", "lb", "150", "29463-7", "[lb_av]"),
        ("BloodGlucose", "mg/dL", "90", "2339-0", "mg/dL"),
        ("BloodGlucose", "mmol&lt;180.15588000005408&gt;/L", "5", "15074-8", "mmol/L"),
        ("BloodGlucose", "g", "5", None, "g"),
        ("OxygenSaturation", "%", "97", "59408-5", "%"),
        ("OxygenSaturation", "%", "0.97", None, "%"),
        ("BodyTemperature", "degC", "37", "8310-5", "Cel"),
        ("VO2Max", "mL/min·kg", "48", None, "mL/min·kg"),
    ],
)
def test_codes_and_units(kind: str, unit: str, value: str, code: str | None, ucum: str) -> None:
    """A code is given where it says exactly that, a unit in UCUM where it is the same; else as written."""
    (item,) = items(export(record("HKQuantityTypeIdentifier" + kind, value, unit=unit)))
    assert item.quantity is not None
    assert (code, ucum) == (next((each.code for each in item.codes[1:]), None), item.quantity.unit)


def test_sleep_is_minutes_of_each_sort() -> None:
    """Each word of sleep has its minutes and its count; the day is that of the start, as written."""
    kind, word = "HKCategoryTypeIdentifierSleepAnalysis", "HKCategoryValueSleepAnalysisAsleep"
    found = items(
        export(
            record(kind, word + "Core", "2026-03-01", "23:00:00", endDate="2026-03-02 00:30:00 +0100", unit=""),
            record(kind, word + "Core", "2026-03-01", "23:40:00", endDate="2026-03-01 23:50:30 +0100", unit=""),
            record(kind, word + "REM", "2026-03-02", "01:00:00", endDate="2026-03-02 01:30:00 +0100", unit=""),
        )
    )
    told = [(item.title, item.date, item.quantity) for item in found]
    assert [
        ("Sleep Analysis: Asleep Core", "2026-03-01", Quantity(number="100.5", unit="min", count=2)),
        ("Sleep Analysis: Asleep REM", "2026-03-02T01:00:00+01:00", Quantity(number="30", unit="min")),
    ] == told


def test_other_categories_are_counted() -> None:
    """How often, not how long."""
    kind = "HKCategoryTypeIdentifierHeadache"
    (item,) = items(
        export(record(kind, "HKCategoryValueSeverityMild"), record(kind, "HKCategoryValueSeverityMild"))
    )
    assert Quantity(number="2", count=2) == item.quantity
    assert "Headache: Severity Mild" == item.title


def test_records_in_a_correlation_are_not_counted_twice() -> None:
    """The export says itself that they stand outside too."""
    kind = "HKQuantityTypeIdentifierBloodPressureSystolic"
    inner = record(kind, "120", unit="mmHg")
    data = export(inner, f'<Correlation type="BloodPressure">{inner}</Correlation>', inner.replace("120", "110"))
    (item,) = items(data)
    assert Quantity(number="115", unit="mm[Hg]", least="110", most="120", count=2) == item.quantity
    assert Tally(sort="Correlation", count=1) in stated(data)


def test_workouts_and_rings() -> None:
    """A workout has its duration, and in words its distance and statistics; a day's rings have their goals."""
    workout = (
        '<Workout workoutActivityType="HKWorkoutActivityTypeRunning" duration="30.5" durationUnit="min" '
        'totalDistance="5" totalDistanceUnit="km" sourceName="Watch" startDate="2026-03-01 07:00:00 +0000" '
        'endDate="2026-03-01 07:30:30 +0000"><WorkoutStatistics type="HKQuantityTypeIdentifierHeartRate" '
        'average="140" unit="count/min"/></Workout>'
    )
    rings = '<ActivitySummary dateComponents="2026-03-01" activeEnergyBurned="300" activeEnergyBurnedGoal="400" '
    first, second = items(export(workout, rings + 'activeEnergyBurnedUnit="kcal" appleStandHours="9"/>'))
    assert ("Workout: Running", "distance 5 km, heart rate average 140 count/min") == (first.title, first.text)
    assert (Quantity(number="30.5", unit="min"), "2026-03-01T07:30:30+00:00") == (first.quantity, first.until)
    assert ("2026-03-01", "active energy 300 of 400 kcal, stand 9 h") == (second.date, second.text)


def test_what_has_no_number_or_date_is_left() -> None:
    """It is counted with its type, and named."""
    data = export(record(value="many"), record(day="2026-02-31"), record(PULSE, "1e999999"), record())
    assert Tally(sort=STEPS, count=3) in stated(data)
    left = [each for each in stated(data) if isinstance(each, Left)]
    assert [(f"Record {STEPS}", "2 records without a date or a number")] == [
        (each.place, each.reason) for each in left[:1]
    ]
    assert 1 == len(items(data))


def test_the_same_export_says_the_same() -> None:
    """Identity and digest depend on what was measured, not on the order of the records."""
    records = [record(value=str(number), time=f"10:{number:02}:00") for number in range(20)]
    one = {(item.identity, item.digest) for item in items(export(*records))}
    random.Random(1).shuffle(records)
    assert one == {(item.identity, item.digest) for item in items(export(*records))}


def test_a_later_export_adds_only_what_is_new() -> None:
    """A day that has grown keeps its identity and changes its digest; other days are the same, or new."""
    early = [record(day="2026-03-01"), record(day="2026-03-02", value="5")]
    late = [*early, record(day="2026-03-02", value="7"), record(day="2026-03-03")]
    before = {item.identity: item.digest for item in items(export(*early))}
    after = {item.identity: item.digest for item in items(export(*late))}
    assert before.keys() < after.keys()
    kept = [identity for identity in before if before[identity] == after[identity]]
    assert [f"Observation/{STEPS}/phone/2026-03-01"] == kept


@pytest.mark.parametrize(
    "dtd",
    [
        "<!DOCTYPE HealthData []>",
        "<!DOCTYPE HealthData [<!ELEMENT Record EMPTY><!ATTLIST Record type CDATA #REQUIRED>]>",
        "<!DOCTYPE HealthData [<!ATTLIST VisionPrescription brand CDATA #IMPLIED <!ELEMENT Broken>]>",
    ],
)
def test_dtds_as_apple_writes_them(dtd: str) -> None:
    """An internal DTD is no hindrance, not even one that is malformed, as since iOS 16."""
    data = export(record(), head=dtd)
    assert 1 == len(items(data))
    found = read(io.BytesIO(data), name="e.xml", size_bytes=len(data))  # as what it is recognised
    assert 1 == len([each for each in found if isinstance(each, Item)])


def test_control_characters_are_no_hindrance() -> None:
    """Some notes hold characters that XML forbids."""
    assert 1 == len(items(export('<MetadataEntry key="note" value="a\x0bb"/>', record())))


@pytest.mark.parametrize(
    "dtd",
    [
        '<!DOCTYPE HealthData [<!ENTITY x "y">]>',
        '<!DOCTYPE HealthData SYSTEM "file:///etc/passwd" []>',
        '<!DOCTYPE HealthData [<!ATTLIST Record value CDATA "7">]><!-- -->',
        '<!DOCTYPE Other [<!ENTITY x SYSTEM "http://127.0.0.1/">]>',
    ],
)
def test_nothing_expands(dtd: str) -> None:
    """Entities and external identifiers are refused; a default of an attribute is never taken."""
    data = export("<Record type='t' startDate='2026-01-01' sourceName='&x;'/>", head=dtd)
    assert "reader_failed" == broken(data)[1].code


def test_a_cut_export_keeps_what_was_read() -> None:
    """The days before the cut are stated, and the reading fails."""
    found, fault = broken(export(record(), record(day="2026-03-02"))[:-20])
    assert 1 == len([each for each in found if isinstance(each, Item)])
    assert ("reader_failed", True) == (fault.code, bool(re.search("near byte [0-9]+", fault.message)))


def test_more_days_than_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is stated is complete; what is not kept is counted, and the reading says that it is too large."""
    monkeypatch.setattr(apple_days, "Room", lambda: Room(days=2))
    found, fault = broken(export(*(record(day=f"2026-03-{day:02}") for day in (1, 2, 3, 1))))
    told = [(each.date, each.quantity.count) for each in found if isinstance(each, Item) and each.quantity]
    assert [("2026-03-01", 2), ("2026-03-02T10:00:00+01:00", 1)] == told
    reason = "1 records of more days, types or devices than are kept"
    assert Left(place="Record other records", reason=reason) in found
    assert "too_large" == fault.code


def test_clinical_records_are_found_in_the_zip() -> None:
    """A path with a leading slash leads to the member; one that leads nowhere is left and counted."""
    named = '<ClinicalRecord type="Lab" identifier="{0}" resourceFilePath="/clinical-records/{0}.txt"/>'
    data = zipped({
        f"{FOLDER}clinical-records/a.txt": b"Ferritin 12",
        f"{FOLDER}clinical-records/unnamed.txt": b"Iron 3",
        f"{FOLDER}export.xml": export(named.format("a"), named.format("b")),
    })  # fmt: skip
    found = stated(data)
    assert Passage(words="Ferritin 12", place="clinical-records/a.txt/line 1") in found
    assert Passage(words="Iron 3", place="clinical-records/unnamed.txt/line 1") in found
    assert Left(place="/clinical-records/b.txt", reason="the file is missing") in found
    counts = {each.sort: each.count for each in found if isinstance(each, Tally)}
    assert {"ClinicalRecord": 2, "missing file": 1, "clinical record file": 2} == counts


def test_what_lies_around_an_export() -> None:
    """Electrocardiograms and routes are counted; what an electrocardiogram was found to be is an item."""
    ecg = b'Name,"Ana"\nRecorded Date,2026-02-01 10:00:00 +0100\nClassification,Atrial Fibrillation\n\n0.1\n'
    data = zipped({
        f"{FOLDER}export.xml": export(),
        f"{FOLDER}electrocardiograms/ecg_1.csv": ecg,
        f"{FOLDER}electrocardiograms/ecg_2.csv": b"leadI,value\n0,0.01\n",
        f"{FOLDER}workout-routes/r.gpx": b"<gpx/>",
        f"{FOLDER}attachments/big.txt": b"x" * ((16 << 20) + 1),
    })  # fmt: skip
    found = stated(data)
    (item,) = [each for each in found if isinstance(each, Item)]
    assert ("Atrial Fibrillation", "2026-02-01T10:00:00+01:00") == (item.text, item.date)
    counts = {each.sort: each.count for each in found if isinstance(each, Tally)}
    assert {"electrocardiogram": 2, "workout route": 1, "attachment": 1} == counts
    assert Left(place="attachments/big.txt", reason="larger than is read as a whole") in found


def test_a_fault_in_one_member_costs_that_member() -> None:
    """A broken file beside the export is left; the rest is read."""
    data = zipped({
        f"{FOLDER}export.xml": export(record()),
        f"{FOLDER}attachments/a.json": b"[" * 1000 + b"]",
        f"{FOLDER}attachments/b.txt": b"the end",
    })  # fmt: skip
    found = stated(data)
    assert Left(place="attachments/a.json", reason="reader_failed: no JSON, or nested too deep") in found
    assert Passage(words="the end", place="attachments/b.txt/line 1") in found


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2014-09-13 10:27:54 +0100", "2014-09-13T10:27:54+01:00"),
        ("2014-09-13", "2014-09-13"),
        ("2014-02-30 10:27:54 +0100", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_moments(written: str, expected: str | None) -> None:
    """Apple's times in ISO 8601, with their offset."""
    assert expected == moment(written)
