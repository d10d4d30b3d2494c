# SPDX-License-Identifier: Apache-2.0
"""Data points of Open mHealth and IEEE 1752: a header, and a body with values and the time that they hold for.

Source: Open mHealth schema library (data-point 1.0, header 1.x), IEEE 1752.1-2021. Spec: docs/spec/contents.md
section 8.
"""

from collections.abc import Callable, Iterator

from healthvault.records.json_written import Written, list_at, map_at, number_at, string_at
from healthvault.records.measured import Measured, iso_moment
from healthvault.records.statements import Coding, Left, Statement, Subject, Tally

__all__ = ["OPEN_MHEALTH_USER", "points_reader"]

OPEN_MHEALTH_USER = "urn:openmhealth:user"
MAX_USERS = 1000
_WORDS = (
    "descriptive_statistic",
    "temporal_relationship_to_physical_activity",
    "temporal_relationship_to_meal",
    "temporal_relationship_to_sleep",
    "body_posture",
    "measurement_location",
    "user_notes",
)


def points_reader(value: Written) -> Callable[[Written], Iterator[Statement]] | None:
    """Return what reads data points, or None if these are none."""
    points = _points(value)
    return (
        _read_points if points and map_at(points[0], "header", "schema_id") and map_at(points[0], "body") else None
    )


def _points(value: Written) -> list[Written]:
    """Return the points: one, an array of them, or an array that a service has wrapped."""
    if isinstance(value, list):
        return value
    return list_at(value, "body") or ([value] if map_at(value, "header") else [])


def _read_points(value: Written) -> Iterator[Statement]:
    users: dict[str, int] = {}
    points = _points(value)
    for number, point in enumerate(points):
        user = string_at(point, "header", "user_id")
        if user and user not in users and len(users) < MAX_USERS:
            users[user] = len(users)
            yield Subject(identifiers=(Coding(system=OPEN_MHEALTH_USER, code=user[:200]),))
        yield from _read_point(point, f"[{number}]", users.get(user or ""))
    yield Tally(sort="data point", count=len(points))


def _read_point(point: Written, place: str, subject: int | None) -> Iterator[Statement]:
    header, body = map_at(point, "header"), map_at(point, "body")
    start, end = _times(body)
    key = string_at(header, "id") or string_at(header, "uuid")
    words = ", ".join(word for word in (string_at(body, name) for name in _WORDS) if word)
    found = False
    for name, value in body.items():
        number, unit = number_at(value, "value"), string_at(value, "unit")
        if number is None and name == "step_count":
            number = number_at(body, name)
        if number is None:
            continue
        found = True
        yield Measured(
            title=name.replace("_", " ").capitalize(),
            measure=name.replace("_", " "),
            place=f"{place}.{name}"[:200],
            source=string_at(header, "acquisition_provenance", "source_name") or "",
            number=number,
            unit=unit,
            date=start,
            until=end,
            key=f"{key[:200]}/{name[:200]}" if key else None,
            text=words,
            subject=subject,
        ).item()
    if not found:
        yield Left(place=place, reason=f"data point of {_schema(header)[:100]}: not understood")


def _times(body: Written) -> tuple[str | None, str | None]:
    frame = map_at(body, "effective_time_frame")
    interval = map_at(frame, "time_interval")
    start = string_at(interval, "start_date_time") or string_at(interval, "date")
    moments = (string_at(frame, "date_time") or start, string_at(interval, "end_date_time"))
    first, last = (iso_moment(moment) for moment in moments)
    return first or last, last if first else None


def _schema(header: Written) -> str:
    return string_at(header, "schema_id", "name") or "an unknown schema"
