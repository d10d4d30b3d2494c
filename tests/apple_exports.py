# SPDX-License-Identifier: Apache-2.0
"""Apple Health exports of any size, made up from a seed and written piece by piece. Nothing here tests anything.

Run as a program it writes one: `python -m tests.apple_exports FILE MEBIBYTES [DAYS]`; a name that ends in `.zip`
gets the export in a zip. What it returns is counted while it is written, by other code than reads it.
"""

import datetime as dt
import io
import random
import sys
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

FIRST_DAY = dt.date(2014, 9, 1)
BYTES_A_RECORD = 420
HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE HealthData [
<!-- HealthKit Export Version: 12 -->
<!ELEMENT HealthData (ExportDate,Me,(Record|Correlation|Workout|ActivitySummary|ClinicalRecord)*)>
<!ATTLIST HealthData
  locale CDATA #REQUIRED
>
<!ELEMENT VisionPrescription EMPTY>
<!ATTLIST VisionPrescription
  type CDATA #REQUIRED
  brand CDATA #IMPLIED
]>
<HealthData locale="en_US">
 <ExportDate value="2026-11-01 09:00:00 -0400"/>
 <Me HKCharacteristicTypeIdentifierDateOfBirth="1970-02-03" HKCharacteristicTypeIdentifierBiologicalSex="\
HKBiologicalSexFemale" HKCharacteristicTypeIdentifierBloodType="HKBloodTypeNotSet"/>
"""
DEVICE = (
    "&lt;&lt;HKDevice: 0x28{number:07x}&gt;, name:Apple Watch, manufacturer:Apple Inc., model:Watch, "
    "hardware:Watch6,2, software:9.1&gt;"
)
WATCH, PHONE = "Ana\u2019s Watch", "Ana's Phone"
SHARES = (
    ("HKQuantityTypeIdentifierHeartRate", "count/min", WATCH, 45, (48, 160), 0),
    ("HKQuantityTypeIdentifierActiveEnergyBurned", "kcal", WATCH, 20, (1, 9000), 3),
    ("HKQuantityTypeIdentifierBasalEnergyBurned", "kcal", WATCH, 10, (1, 9000), 3),
    ("HKQuantityTypeIdentifierStepCount", "count", PHONE, 8, (1, 900), 0),
    ("HKQuantityTypeIdentifierStepCount", "count", WATCH, 8, (1, 900), 0),
    ("HKQuantityTypeIdentifierDistanceWalkingRunning", "km", PHONE, 8, (1, 90000), 5),
)
DAILY = (
    ("HKQuantityTypeIdentifierRestingHeartRate", "count/min", WATCH, (50, 70), 0),
    ("HKQuantityTypeIdentifierHeartRateVariabilitySDNN", "ms", WATCH, (20000, 90000), 3),
    ("HKQuantityTypeIdentifierBodyMass", "kg", "Scale", (650, 700), 1),
    ("HKQuantityTypeIdentifierFlightsClimbed", "count", PHONE, (1, 20), 0),
    ("HKQuantityTypeIdentifierRespiratoryRate", "count/min", WATCH, (120, 180), 1),
    ("HKQuantityTypeIdentifierOxygenSaturation", "%", WATCH, (92, 99), 2),
    ("HKQuantityTypeIdentifierWalkingSpeed", "km/hr", PHONE, (300, 600), 2),
    ("HKQuantityTypeIdentifierAppleStandTime", "min", WATCH, (1, 200), 0),
)


@dataclass(slots=True)
class Written:
    """What an export holds, as its writer counted it."""

    records: Counter[str] = field(default_factory=Counter)
    sums: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    """Sum of the numbers of each type, device and day, times a hundred thousand."""
    counts: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    workouts: int = 0
    summaries: int = 0
    size_bytes: int = 0


def lines(size_bytes: int, days: int, seed: int, written: Written) -> Iterator[str]:
    """Yield an export of about a size, a day of one type at a time."""
    random_ = random.Random(seed)
    yield HEAD
    dates = [(FIRST_DAY + dt.timedelta(days=number)).isoformat() for number in range(days)]
    for kind, unit, source, share, between, places in SHARES:
        a_day = max(1, size_bytes * share // 100 // BYTES_A_RECORD // days)
        for date in dates:
            yield _day(random_, written, (kind, unit, source, date), a_day, between, places)
    for kind, unit, source, between, places in DAILY:
        for date in dates:
            yield _day(random_, written, (kind, unit, source, date), 1, between, places)
    for date in dates:
        written.summaries += 1
        yield f' <ActivitySummary dateComponents="{date}" activeEnergyBurned="300" appleStandHours="9"/>\n'
    for date in dates[::5]:
        written.workouts += 1
        yield (
            f' <Workout workoutActivityType="HKWorkoutActivityTypeWalking" duration="30" durationUnit="min" '
            f'sourceName="{WATCH}" startDate="{date} 12:00:00 -0400" endDate="{date} 12:30:00 -0400"/>\n'
        )
    yield "</HealthData>\n"


def _day(
    random_: random.Random,
    written: Written,
    what: tuple[str, str, str, str],
    count: int,
    between: tuple[int, int],
    places: int,
) -> str:
    kind, unit, source, date = what
    numbers = [random_.randint(*between) for _ in range(count)]
    written.records[kind] += count
    written.counts[kind, source, date] += count
    written.sums[kind, source, date] += sum(numbers) * 10 ** (5 - places)
    device = DEVICE.format(number=len(date) + count)
    said = []
    for place, number in enumerate(numbers):
        time = place * 86399 // count
        clock = f"{time // 3600:02}:{time // 60 % 60:02}:{time % 60:02}"
        value = f"{number // 10**places}.{number % 10**places:0{places}}" if places else str(number)
        said.append(
            f' <Record type="{kind}" sourceName="{source}" sourceVersion="9.1" device="{device}" unit="{unit}" '
            f'creationDate="{date} {clock} -0400" startDate="{date} {clock} -0400" '
            f'endDate="{date} {clock} -0400" value="{value}">\n'
            f'  <MetadataEntry key="HKMetadataKeyHeartRateMotionContext" value="0"/>\n </Record>\n'
        )
    return "".join(said)


def write_export(path: Path, size_bytes: int, *, days: int = 365, seed: int = 1) -> Written:
    """Write an export of about a size and return what it holds."""
    written = Written()
    if path.suffix == ".zip":
        name = "apple_health_export/export.xml"
        with (
            zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
            archive.open(name, "w", force_zip64=True) as member,
        ):
            _pour(member, lines(size_bytes, days, seed, written), written)
    else:
        with path.open("wb") as file:
            _pour(file, lines(size_bytes, days, seed, written), written)
    return written


def export_bytes(size_bytes: int, *, days: int = 3, seed: int = 1) -> bytes:
    """Return a small export."""
    buffer = io.BytesIO()
    written = Written()
    _pour(buffer, lines(size_bytes, days, seed, written), written)
    return buffer.getvalue()


def _pour(file: IO[bytes], pieces: Iterator[str], written: Written) -> None:
    for piece in pieces:
        data = piece.encode()
        written.size_bytes += len(data)
        file.write(data)


if __name__ == "__main__":
    made = write_export(
        Path(sys.argv[1]), int(sys.argv[2]) << 20, days=int(sys.argv[3]) if len(sys.argv) > 3 else 3650
    )
    print(made.size_bytes, sum(made.records.values()))
