# SPDX-License-Identifier: Apache-2.0
"""What HL7 v2 messages say: the patients, and each segment that is a thing of its own, as items.

What a note (NTE) says is a passage of what it follows; the lines of a text are one item. A segment that is not
read is named. Spec: docs/spec/contents.md section 3; why it is read without a library: docs/adr/0036.
"""

import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from healthvault.records.hl7_items import ITEMS, Around, message_header
from healthvault.records.hl7_messages import Segment, segments
from healthvault.records.hl7_results import enclosed, is_text, observation, text_lines
from healthvault.records.hl7_values import authority, identifier, moment, person_name, plain
from healthvault.records.probe import Probe
from healthvault.records.reading import Inside, Placed
from healthvault.records.statements import Item, Left, Passage, Statement, Subject, Tally

__all__ = ["read_hl7v2", "subject_of"]

MAX_TEXT_CHARS = 100_000  # of one text as an item; each of its lines is a passage in any case
_SEX = {"F": "female", "M": "male", "O": "other", "A": "other", "N": "other", "U": "unknown"}
_SUPPLEMENTS = frozenset({"CTD", "PRT", "TQ1", "TQ2"})  # a note behind them is of what they supplement
_ENVELOPES = frozenset({"FHS", "BHS", "BTS", "FTS"})


def read_hl7v2(probe: Probe, inside: Inside) -> Iterator[Statement | Placed]:
    """Yield what a file of messages states.

    Raises:
        InvalidRequest: `too_large`.
    """
    probe.stream.seek(0)
    reading = _Reading(inside)
    for segment in segments(probe.stream, probe.head):
        yield from reading.states(segment)
    yield from reading.end()


def subject_of(segment: Segment) -> Subject:
    """Return the patient in a PID."""
    names = [name for value in segment.repeats(5) if (name := person_name(segment, value))]
    ids = [coding for value in segment.repeats(3) if (coding := identifier(segment, value))]
    return Subject(
        names=tuple(names),
        birth_date=moment(segment, 7),
        sex=_SEX.get(plain(segment, segment.parts(segment.first(8))[0])),
        identifiers=tuple(dict.fromkeys(ids)),
    )


class _Reading:
    """Where the reading of one file is."""

    def __init__(self, inside: Inside) -> None:
        self._inside = inside
        self._around = Around()
        self._messages = 0
        self._counts: Counter[str] = Counter()
        self._places: Counter[str] = Counter()
        self._subjects: dict[Subject, int] = {}
        self._place = ""
        """Of the last segment that a note can follow."""
        self._text: Item | None = None
        """A text whose lines are still being told."""
        self._lines: list[str] = []
        self._text_chars = 0

    def states(self, segment: Segment) -> Iterator[Statement | Placed]:
        """Yield what a segment states."""
        name = segment.name
        if segment.is_first and name == "MSH":
            self._messages += 1
            self._places.clear()
            self._around = Around(
                message=plain(segment, segment.parts(segment.raw(9))[0]),
                source=authority_name(segment, 4) or authority_name(segment, 3),
            )
        self._counts[name or "none"] += 1
        self._places[name] += 1
        place = f"message[{max(1, self._messages)}]/{name or 'line'}[{self._places[name]}]"
        if not (is_text(segment) and self._goes_on(segment, place)):
            yield from self._told_text()
        yield from self._states(segment, place)

    def end(self) -> Iterator[Statement]:
        """Yield what is left to be said."""
        yield from self._told_text()
        yield Tally(sort="messages", count=self._messages)
        yield from (Tally(sort=f"segment {name}", count=count) for name, count in sorted(self._counts.items()))

    def _states(self, segment: Segment, place: str) -> Iterator[Statement | Placed]:
        name = segment.name
        if name == "NTE":
            yield from self._note(segment, place)
            return
        if name not in _SUPPLEMENTS:
            self._place = place
        if name == "MSH":
            yield message_header(segment, place, self._around)
        elif name == "PID":
            yield from self._patient(segment)
        elif name == "ORC":
            self._around.order = segment
        elif name == "OBX":
            yield from self._observation(segment, place)
        elif name not in _ENVELOPES:
            yield self._other(segment, place)

    def _other(self, segment: Segment, place: str) -> Statement:
        maker = ITEMS.get(segment.name)
        if segment.name == "RXA":
            self._around.date = moment(segment, 3)
        item = maker(segment, place, self._around) if maker else None
        if item is not None:
            return item
        what = "a segment that says nothing" if maker else "a segment that is not read"
        return Left(place=place, reason=what if segment.name else "a line that is no segment")

    def _patient(self, segment: Segment) -> Iterator[Statement]:
        subject = subject_of(segment)
        if subject not in self._subjects:
            self._subjects[subject] = len(self._subjects)
            yield subject
        self._around.subject = self._subjects[subject]

    def _note(self, segment: Segment, place: str) -> Iterator[Statement]:
        told = " ".join(plain(segment, value) for value in segment.repeats(3))
        inner = place.rpartition("/")[2]
        for line in filter(str.strip, told.split("\n")):
            yield Passage(words=line.strip(), place=f"{self._place}/{inner}" if self._place else place)

    def _observation(self, segment: Segment, place: str) -> Iterator[Statement | Placed]:
        if is_text(segment):
            yield from self._line(segment, place)
            return
        item = observation(segment, place, self._around)
        document = enclosed(segment)
        if document is None:
            yield item
        elif document.data is None:
            yield Left(place=place, reason=document.reason)
        else:
            yield replace(item, text=None)
            stream = io.BytesIO(document.data)
            yield from self._inside(stream, name=document.name, size_bytes=len(document.data), place=place)

    def _line(self, segment: Segment, place: str) -> Iterator[Statement]:
        lines = text_lines(segment)
        if self._text is None:
            self._text = replace(observation(segment, place, self._around), text=None)
        if self._text_chars < MAX_TEXT_CHARS:
            self._lines.extend(lines)
            self._text_chars += sum(map(len, lines))
        for line in lines:
            yield Passage(words=line, place=place)

    def _goes_on(self, segment: Segment, place: str) -> bool:
        """Tell whether a line belongs to the text that is being told: of the same codes and name."""
        if self._text is None:
            return False
        item = observation(segment, place, self._around)
        return (item.codes, item.title) == (self._text.codes, self._text.title)

    def _told_text(self) -> Iterator[Statement]:
        item, lines = self._text, self._lines
        self._text, self._lines, self._text_chars = None, [], 0
        if item is None:
            return
        if lines:
            yield replace(item, text="\n".join(lines))
        else:
            yield Left(place=item.place, reason="an observation without a value")


def authority_name(segment: Segment, number: int) -> str | None:
    """Return the name of an application or facility (HD), else its id."""
    parts = segment.parts(segment.first(number))
    value = (segment.marks.subcomponent or "&").join(parts[:3])
    return plain(segment, parts[0]) or authority(segment, value) or None
