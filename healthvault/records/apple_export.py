# SPDX-License-Identifier: Apache-2.0
"""What the XML of an Apple Health export states: the person, days of measurements, workouts, rings, records.

A record inside a correlation is not counted: the export says of itself that it stands outside it as well.
Spec: docs/spec/contents.md section 7.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from typing import BinaryIO

from healthvault.errors import InvalidRequest
from healthvault.records.apple_days import Measurements, moment
from healthvault.records.categories import Category
from healthvault.records.dates import from_iso
from healthvault.records.decimals import decimal_of
from healthvault.records.description import one_line
from healthvault.records.healthkit import HEALTHKIT, SEXES, blood_type, plain_source, spoken
from healthvault.records.measures import LOINC, ucum_of
from healthvault.records.statements import Coding, Item, Quantity, Statement, Subject, Tally
from healthvault.records.xml_stream import stream_xml

__all__ = ["ClinicalFile", "Export"]

BLOOD_GROUP = "882-1"  # ABO and Rh group
MAX_FILES = 20_000  # clinical records with a file
MAX_PARTS = 50  # statistics of one workout
_ME = "HKCharacteristicTypeIdentifier"
_COUNTED = frozenset({
    "ActivitySummary",
    "Audiogram",
    "ClinicalRecord",
    "Correlation",
    "VisionPrescription",
    "Workout",
})  # fmt: skip
_RINGS = (
    ("active energy", "activeEnergyBurned", ""),
    ("move", "appleMoveTime", "min"),
    ("exercise", "appleExerciseTime", "min"),
    ("stand", "appleStandHours", "h"),
)
_Attributes = dict[str, str]


class ClinicalFile:
    """A clinical record that lies in a file of its own, as the export names it."""

    __slots__ = ("identifier", "kind", "path")

    def __init__(self, record: _Attributes) -> None:
        self.path = record.get("resourceFilePath", "")
        self.kind = record.get("type", "")
        self.identifier = record.get("identifier", "")


class Export:
    """Reads one export; what it holds of clinical records is known when `statements` has ended."""

    def __init__(self) -> None:
        self.files: list[ClinicalFile] = []
        self.subject: int | None = None
        self._measurements = Measurements()
        self._counts: Counter[str] = Counter()
        self._ready: list[Statement] = []
        self._workout: _Attributes | None = None
        self._parts: list[str] = []
        self._inside = 0  # correlations that are open

    def statements(self, stream: BinaryIO) -> Iterator[Statement]:
        """Yield what the XML states. Raises as `stream_xml`, after what was understood has been stated."""
        fault: InvalidRequest | None = None
        try:
            for _ in stream_xml(stream, self._start, self._end):
                yield from self._ready
                self._ready.clear()
        except InvalidRequest as err:
            fault = err
        yield from self._ready
        yield from self._measurements.statements(self.subject)
        for sort, count in self._counts.items():
            yield Tally(sort=sort, count=count)
        if fault is not None:
            raise fault

    @property
    def is_too_large(self) -> bool:
        """It holds more days than are kept: those that were stated are complete, and others are missing."""
        return self._measurements.room.is_full

    def _start(self, name: str, attributes: _Attributes) -> None:
        if name == "Record":
            if not self._inside:
                self._measurements.take(attributes)
        elif name in _COUNTED:
            self._counts[name] += 1
            self._start_counted(name, attributes)
        elif name == "Me":
            self._ready += self._me(attributes)
        elif self._workout is not None and name == "WorkoutStatistics" and len(self._parts) < MAX_PARTS:
            self._parts.append(_statistics(attributes))

    def _start_counted(self, name: str, attributes: _Attributes) -> None:
        if name == "Correlation":
            self._inside += 1
        elif name == "Workout":
            self._workout, self._parts = attributes, []
        elif name == "ActivitySummary":
            self._ready.append(_rings(attributes, self.subject))
        elif name == "ClinicalRecord" and len(self.files) < MAX_FILES:
            self.files.append(ClinicalFile(attributes))

    def _end(self, name: str) -> None:
        if name == "Correlation":
            self._inside -= 1
        elif name == "Workout" and self._workout is not None:
            self._ready.append(_workout(self._workout, self._parts, self.subject))
            self._workout = None

    def _me(self, attributes: _Attributes) -> Iterator[Statement]:
        birth_date = from_iso(attributes.get(_ME + "DateOfBirth"))
        sex = SEXES.get(attributes.get(_ME + "BiologicalSex", ""))
        if self.subject is None and (birth_date or sex):
            self.subject = 0
            yield Subject(birth_date=birth_date, sex=sex)
        if group := blood_type(attributes.get(_ME + "BloodType")):
            codes = (Coding(system=HEALTHKIT, code=_ME + "BloodType"), Coding(system=LOINC, code=BLOOD_GROUP))
            yield Item(
                type="Observation",
                place="Me",
                title="Blood type",
                subject=self.subject,
                identity=f"Observation/{_ME}BloodType",
                digest=_digest([group]),
                category=Category.LAB.value,
                codes=codes,
                text=group,
            )


def _rings(attributes: _Attributes, subject: int | None) -> Item:
    """Return the summary of one day, each number with its goal."""
    said = []
    for title, name, unit in _RINGS:
        if number := attributes.get(name, "")[:40]:
            goal = attributes.get(name + "Goal", "")[:40]
            known = unit or attributes.get(name + "Unit", "")[:20]
            said.append(f"{title} {number}{f' of {goal}' if goal else ''} {known}".rstrip())
    day = attributes.get("dateComponents", "")
    return Item(
        type="Observation",
        place=f"ActivitySummary {day[:10]}",
        title="Activity summary",
        subject=subject,
        identity=f"Observation/ActivitySummary/{day[:10]}" if from_iso(day) else None,
        digest=_digest(sorted(attributes.items())),
        date=from_iso(day),
        status="final",
        category=Category.VITALS.value,
        codes=(Coding(system=HEALTHKIT, code="HKActivitySummary"),),
        text=", ".join(said) or None,
    )


def _workout(attributes: _Attributes, parts: list[str], subject: int | None) -> Item:
    """Return a workout with its duration, and in words what else it says."""
    kind = attributes.get("workoutActivityType", "")[:200]
    source = attributes.get("sourceName", "")[:200]
    start, end = (moment(attributes.get(name, "")[:32]) for name in ("startDate", "endDate"))
    said = [_amount(attributes, name) for name in ("totalDistance", "totalEnergyBurned")]
    duration = attributes.get("duration")
    unit = ucum_of(attributes.get("durationUnit"))
    is_number = decimal_of(duration) is not None
    return Item(
        type="Observation",
        place=f"Workout {kind} {start or ''}".strip(),
        title=f"Workout: {spoken(kind)}",
        subject=subject,
        identity=f"Observation/{kind}/{plain_source(source)}/{start}" if start else None,
        digest=_digest([sorted(attributes.items()), parts]),
        date=start,
        until=end,
        status="final",
        category=Category.VITALS.value,
        codes=(Coding(system=HEALTHKIT, code=kind),),
        quantity=Quantity(number=duration, unit=unit) if duration and is_number else None,
        text=", ".join(word for word in (*said, *parts) if word) or None,
        source=one_line(source),
    )


def _amount(attributes: _Attributes, name: str) -> str:
    number, unit = attributes.get(name, "")[:40], attributes.get(name + "Unit", "")[:20]
    return f"{spoken(name[len('total') :]).lower()} {number} {unit}".rstrip() if number else ""


def _statistics(attributes: _Attributes) -> str:
    names = ("sum", "average", "minimum", "maximum")
    said = " ".join(f"{name} {attributes[name][:40]}" for name in names if name in attributes)
    title = spoken(attributes.get("type", "")[:200]).lower()
    return f"{title} {said} {attributes.get('unit', '')[:20]}".rstrip()


def _digest(said: object) -> bytes:
    return hashlib.sha256(json.dumps(said, ensure_ascii=True).encode()).digest()
