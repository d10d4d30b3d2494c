# SPDX-License-Identifier: Apache-2.0
"""JSON with every number as it was written, and the words of JSON that nobody knows.

Spec: docs/spec/contents.md section 3.
"""

import json
from collections.abc import Iterator
from typing import NoReturn, TypeAlias, cast

from healthvault.errors import InvalidRequest
from healthvault.records.json_walk import is_bounded
from healthvault.records.probe import Probe
from healthvault.records.statements import Left, Passage

__all__ = ["Number", "Written", "list_at", "map_at", "number_at", "parse_written", "string_at", "words_of_json"]

MAX_PASSAGES = 20_000
MAX_PASSAGE_CHARS = 2000
MAX_PLACE_CHARS = 200


class Number(str):
    """A number's digits as they stand in the text; a string of the text is a plain `str`."""

    __slots__ = ()


Written: TypeAlias = "bool | Number | str | list[Written] | dict[str, Written] | None"


def parse_written(probe: Probe) -> Written:
    """Return the JSON text (unverified) of a file.

    Raises:
        InvalidRequest: `reader_failed`, it is no JSON, or nested too deep; `too_large`, more than 16 MiB or a
            million values.
    """
    text = probe.whole_text()
    if text is None or not is_bounded(text):
        code = "reader_failed" if probe.text is None else "too_large"
        raise InvalidRequest(code, "no text" if probe.text is None else "more JSON than is read as a whole")
    try:
        found = json.loads(text, parse_float=Number, parse_int=Number, parse_constant=_refuse)
    except (ValueError, RecursionError) as err:
        raise InvalidRequest("reader_failed", "no JSON, or nested too deep") from err
    return cast("Written", found)


def _refuse(_word: str) -> NoReturn:
    raise ValueError("a number that JSON does not have")


def map_at(value: Written, *path: str) -> dict[str, Written]:
    """Return the object at a path of member names; an empty one if there is none."""
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


def list_at(value: Written, *path: str) -> list[Written]:
    """Return the array at a path of member names; an empty one if there is none."""
    *outer, last = path
    found = map_at(value, *outer).get(last)
    return found if isinstance(found, list) else []


def number_at(value: Written, *path: str) -> str | None:
    """Return the digits of the number at a path, also of one in quotes; None if it is neither."""
    *outer, last = path
    found = map_at(value, *outer).get(last)
    return str(found) if isinstance(found, str) else None


def string_at(value: Written, *path: str) -> str | None:
    """Return the string at a path that is not empty, else None; a number is none."""
    *outer, last = path
    found = map_at(value, *outer).get(last)
    return found if isinstance(found, str) and not isinstance(found, Number) and found.strip() else None


def words_of_json(value: Written) -> Iterator[Passage | Left]:
    """Yield a passage for each string that has words; places are paths of names and numbers from 0."""
    waiting: list[tuple[str, Written]] = [("", value)]
    count = 0
    while waiting:
        place, now = waiting.pop()
        if isinstance(now, dict):
            waiting += reversed([(_below(place, name), each) for name, each in now.items()])
        elif isinstance(now, list):
            waiting += reversed([(f"{place}[{number}]", each) for number, each in enumerate(now)])
        elif isinstance(now, str) and not isinstance(now, Number) and (words := " ".join(now.split())):
            if count == MAX_PASSAGES:
                yield Left(place=place, reason="more texts than are kept of one file")
                return
            count += 1
            yield Passage(words=words[:MAX_PASSAGE_CHARS], place=place or "text")


def _below(place: str, name: str) -> str:
    return f"{place}.{name}"[-MAX_PLACE_CHARS:] if place else name[:MAX_PLACE_CHARS]
