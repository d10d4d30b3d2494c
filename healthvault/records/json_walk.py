# SPDX-License-Identifier: Apache-2.0
"""JSON read with limits: the members of the outermost object one at a time, and safe ways into what they hold.

A walk hands over the elements of the array `entry` one by one, so that a large FHIR Bundle never stands in
memory as objects; it ends quietly at the first fault, and so also reads the head of a file that is too large.
Depth is bounded by the recursion limit of the standard library's decoder, count by `MAX_VALUES`.
Spec: docs/spec/records.md section 3.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias, cast

__all__ = [
    "STREAMED",
    "Json",
    "JsonWalk",
    "Number",
    "is_bounded",
    "items_at",
    "members_once",
    "parse",
    "text_at",
    "value_at",
]

Json: TypeAlias = "bool | int | float | str | Number | list[Json] | dict[str, Json] | None"

STREAMED = "entry"  # the array whose elements are handed over singly
MAX_VALUES = 1_000_000  # objects, arrays and commas in one text: bounds memory at about 100 MiB
MAX_MEMBERS = 10_000  # of the outermost object
SMALL_CHARS = 1024 * 1024  # a text of this size cannot hold too many
_DECODER = json.JSONDecoder()
_SPACE = re.compile(r"[ \t\r\n]*")


@dataclass(frozen=True, slots=True)
class Number:
    """A number that Python would write in another way than it was written, such as `6.30`; see `json_stream`."""

    text: str


def is_bounded(text: str) -> bool:
    """Return whether the text holds few enough values to be decoded."""
    return len(text) <= SMALL_CHARS or sum(map(text.count, "{[,")) <= MAX_VALUES


def members_once(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    """Return the members of an object: an `object_pairs_hook` for what two readers must read alike.

    Raises:
        ValueError: A name stands twice.
    """
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a name stands twice in an object")
    return members


def parse(text: str) -> Json:
    """Return the decoded text; None if it is not JSON, nested too deep or holds too many values."""
    if not is_bounded(text):
        return None
    try:
        return cast("Json", json.loads(text))
    except (ValueError, RecursionError):
        return None


class JsonWalk:
    """The members of the outermost object in the order of the text; nothing if it is no object."""

    def __init__(self, text: str) -> None:
        self.is_complete = False
        """The walk reached the closing brace."""
        self._text = text
        self._place = 0

    def __iter__(self) -> Iterator[tuple[str, Json]]:
        """Yield name and value; for `entry`, name and element for each element."""
        small = parse(self._text) if len(self._text) <= SMALL_CHARS else None  # several times as fast
        try:
            yield from _singly(small) if isinstance(small, dict) else self._members()
        except (ValueError, RecursionError):
            return
        self.is_complete = True

    def _members(self) -> Iterator[tuple[str, Json]]:
        self._expect("{")
        if self._peek() == "}":
            return
        for _ in range(MAX_MEMBERS):
            name = self._value()
            if not isinstance(name, str):
                raise ValueError(name)  # noqa: TRY004 - a fault of the text like any other
            self._expect(":")
            if name == STREAMED and self._peek() == "[":
                for element in self._elements():
                    yield STREAMED, element
            else:
                yield name, self._value()
            if not self._is_comma_before("}"):
                return
        raise ValueError(MAX_MEMBERS)

    def _elements(self) -> Iterator[Json]:
        self._expect("[")
        if self._peek() == "]":
            self._expect("]")
            return
        while True:
            yield self._value()
            if not self._is_comma_before("]"):
                return

    def _is_comma_before(self, end: str) -> bool:
        if self._peek() == ",":
            self._expect(",")
            return True
        self._expect(end)
        return False

    def _peek(self) -> str:
        match = _SPACE.match(self._text, self._place)
        self._place = match.end() if match else self._place
        return self._text[self._place : self._place + 1]

    def _expect(self, mark: str) -> None:
        if self._peek() != mark:
            raise ValueError(mark)
        self._place += 1

    def _value(self) -> Json:
        self._peek()
        value, self._place = _DECODER.raw_decode(self._text, self._place)
        if self._place == len(self._text):
            raise ValueError(self._place)  # a number may go on beyond the cut
        return cast("Json", value)


def _singly(members: dict[str, Json]) -> Iterator[tuple[str, Json]]:
    for name, value in members.items():
        if name == STREAMED and isinstance(value, list):
            yield from ((STREAMED, element) for element in value)
        else:
            yield name, value


def value_at(value: Json, *path: str) -> Json:
    """Return what stands at a path of member names, through the first element of each array; None if nothing."""
    for name in path:
        value = _first(value)
        if not isinstance(value, dict):
            return None
        value = value.get(name)
    return value


def text_at(value: Json, *path: str) -> str | None:
    """Return the text at a path, the first if there are several; None if there is no text."""
    found = _first(value_at(value, *path))
    return found if isinstance(found, str) else None


def items_at(value: Json, *path: str) -> list[Json]:
    """Return the elements at a path; a single value counts as one element, nothing as none."""
    found = value_at(value, *path)
    if found is None:
        return []
    return found if isinstance(found, list) else [found]


def _first(value: Json) -> Json:
    if not isinstance(value, list):
        return value
    return value[0] if value else None
