# SPDX-License-Identifier: Apache-2.0
"""Garmin FIT: workouts, weighings and blood pressure as they stand, steps and heart rate by the day.

`fitdecode` does the parsing. A checksum that does not match is stated and costs nothing else. A time that is no
moment but a small number, as of a watch that was never set, stays without a date. A day is the wearer's where the
file says how far its clock was from UTC, else that of UTC. Spec: docs/spec/contents.md section 3.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from healthvault.errors import InvalidRequest
from healthvault.records.description import Found
from healthvault.records.extras import STUMBLES, extra
from healthvault.records.fit_days import Days
from healthvault.records.fit_items import session_items, words_of
from healthvault.records.kinds import Kind
from healthvault.records.probe import Probe
from healthvault.records.reading import Inside
from healthvault.records.statements import Left, Statement, Tally

if TYPE_CHECKING:
    from types import ModuleType

    from fitdecode import FitReader

__all__ = ["describe_fit", "read_fit"]

LOOK_MESSAGES = 200_000  # that are gone through for a title: what sums a workout up stands at the end
MAX_SORTS = 1000
"""Kinds of messages that are told apart."""


def describe_fit(probe: Probe) -> Found:
    """Describe a FIT file by its sport or its type. Raises InvalidRequest: `extra_missing`."""
    file_id: dict[str, object] = {}
    session: dict[str, object] = {}
    for number, (name, values) in enumerate(_messages(probe, [])):
        if name == "file_id" and not file_id:
            file_id = values
        elif name == "session":
            session = values
        if session or number >= LOOK_MESSAGES:
            break
    made = session.get("start_time") or file_id.get("time_created")
    told = words_of(session.get("sport")) or words_of(str(file_id.get("type") or "").removesuffix("_b"))
    product = file_id.get("garmin_product") or file_id.get("product_name") or file_id.get("product")
    return Found(
        kind=Kind.FIT,
        title=told,
        date=made.date().isoformat() if isinstance(made, dt.datetime) else None,
        source=" ".join(map(str, filter(None, (file_id.get("manufacturer"), product)))) or None,
    )


def read_fit(probe: Probe, _inside: Inside) -> Iterator[Statement]:
    """Yield what a FIT file states. Raises InvalidRequest: `extra_missing`; `reader_failed`, it is no FIT file."""
    left: list[Left] = []
    counts: Counter[str] = Counter()
    days = Days()
    for name, values in _messages(probe, left):
        counts[name if name in counts or len(counts) < MAX_SORTS else "other"] += 1
        days.take(name, values)
        yield from session_items(name, values, counts[name])
    if not counts:
        raise InvalidRequest("reader_failed", "it is no FIT file that can be read")
    yield from days.items()
    yield from (Tally(sort=name, count=count) for name, count in counts.items())
    yield from left


def _messages(probe: Probe, left: list[Left]) -> Iterator[tuple[str, dict[str, object]]]:
    """Yield name and values of each message; what is wrong with the file is noted in `left`."""
    library = extra("fit", "fitdecode")
    probe.stream.seek(0)
    reader = library.FitReader(
        probe.stream, check_crc=library.CrcCheck.READONLY, error_handling=library.ErrorHandling.IGNORE
    )
    try:
        yield from _frames(library, reader, left)
    except (library.FitError, *STUMBLES):
        left.append(Left(place="file", reason="it breaks off, or is damaged"))


def _frames(
    library: "ModuleType", reader: "FitReader", left: list[Left]
) -> Iterator[tuple[str, dict[str, object]]]:
    for frame in reader:
        if isinstance(frame, library.FitDataMessage):
            fields = [(field.name, field.value) for field in frame.fields]
            yield str(frame.name), {name: value for name, value in fields if value is not None}
        elif isinstance(frame, library.FitCRC) and not frame.matched:
            left.append(Left(place="file", reason="its checksum does not match: something in it was changed"))
