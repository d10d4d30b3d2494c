# SPDX-License-Identifier: Apache-2.0
"""Messages of a FIT file that are worth an item each: a workout, a weighing, a blood pressure.

Units are those of the FIT profile, in UCUM. Only what LOINC calls exactly so gets a LOINC code.
Spec: docs/spec/contents.md section 3.
"""

import datetime as dt
from collections.abc import Iterator

from healthvault.records.categories import Category
from healthvault.records.statements import Coding, Item, Quantity

__all__ = ["LOINC", "OWN", "date_of", "session_items", "words_of"]

LOINC = "http://loinc.org"
OWN = "urn:healthvault:fit"
MAX_ITEMS = 50_000  # of one kind of message
_MEASURED: dict[str, tuple[tuple[str, str, str, Coding], ...]] = {
    "session": (
        ("total_elapsed_time", "duration", "s", Coding(system=OWN, code="session/total_elapsed_time")),
        ("total_distance", "distance", "m", Coding(system=OWN, code="session/total_distance")),
        ("total_calories", "energy", "kcal", Coding(system=OWN, code="session/total_calories")),
        ("avg_heart_rate", "mean heart rate", "/min", Coding(system=OWN, code="session/avg_heart_rate")),
        ("max_heart_rate", "highest heart rate", "/min", Coding(system=OWN, code="session/max_heart_rate")),
    ),
    "weight_scale": (
        ("weight", "Body weight", "kg", Coding(system=LOINC, code="29463-7")),
        ("percent_fat", "Body fat", "%", Coding(system=LOINC, code="41982-0")),
        ("percent_hydration", "Body water", "%", Coding(system=OWN, code="weight_scale/percent_hydration")),
        ("bone_mass", "Bone mass", "kg", Coding(system=OWN, code="weight_scale/bone_mass")),
        ("muscle_mass", "Muscle mass", "kg", Coding(system=OWN, code="weight_scale/muscle_mass")),
    ),
    "blood_pressure": (
        ("systolic_pressure", "Systolic blood pressure", "mm[Hg]", Coding(system=LOINC, code="8480-6")),
        ("diastolic_pressure", "Diastolic blood pressure", "mm[Hg]", Coding(system=LOINC, code="8462-4")),
        ("heart_rate", "Heart rate", "/min", Coding(system=LOINC, code="8867-4")),
    ),
}
"""Field, words, unit and code of what is measured, by message."""


def session_items(name: str, values: dict[str, object], number: int) -> Iterator[Item]:
    """Yield the items of one message.

    Args:
        name: Of the message, in the FIT profile.
        values: Its fields.
        number: It is so many-th of its name in the file, from 1.
    """
    if number > MAX_ITEMS:
        return
    place = f"{name.replace('_', ' ')} {number}"
    sport = words_of(values.get("sport"))
    if name == "session":
        yield _workout(values, place, sport)
    for field, words, unit, code in _MEASURED.get(name, ()):
        value = values.get(field)
        if isinstance(value, bool) or not isinstance(value, int | float):
            continue
        yield Item(
            type="Observation",
            place=f"{place} {field}",
            title=f"{sport or 'Workout'}: {words}" if name == "session" else words,
            date=date_of(values.get("start_time" if name == "session" else "timestamp")),
            until=date_of(values.get("timestamp")) if name == "session" else None,
            category=Category.VITALS.value,
            codes=(code,),
            quantity=Quantity(number=repr(value), unit=unit),
        )


def words_of(value: object) -> str | None:
    """Return a word of the FIT profile as people write it; None of a number, which names nothing."""
    if not isinstance(value, str) or not value or value.startswith("unknown"):
        return None
    return value.replace("_", " ").capitalize()


def date_of(value: object) -> str | None:
    """Return a moment in UTC as ISO 8601; None of a number, which is relative to nobody knows what."""
    return value.isoformat() if isinstance(value, dt.datetime) else None


def _workout(values: dict[str, object], place: str, sport: str | None) -> Item:
    words = (words_of(values.get("sub_sport")), values.get("sport_profile_name"))
    return Item(
        type="Observation",
        place=place,
        title=sport or "Workout",
        date=date_of(values.get("start_time")),
        until=date_of(values.get("timestamp")),
        category=Category.VITALS.value,
        codes=(Coding(system=OWN, code=f"sport/{values.get('sport', 'unknown')}"),),
        text=", ".join(str(word) for word in words if word and word != "Generic") or None,
    )
