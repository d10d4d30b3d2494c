# SPDX-License-Identifier: Apache-2.0
"""JSON of any size read value by value in bounded memory, and written again with every number as it was.

A stream holds one value at a time. What cannot be read ends it with a `Broken` that says why; a text that is cut
off gives what came before. Depth is bounded by the recursion limit of the standard library's decoder.
Spec: docs/spec/contents.md section 3.
"""

import io
import json
import re
from collections.abc import Iterable, Iterator
from json.encoder import encode_basestring
from typing import cast

from healthvault.records.json_walk import STREAMED, Json, Number, is_bounded

__all__ = ["MAX_VALUE_CHARS", "Broken", "JsonStream", "as_written", "decoded", "lines_of", "number_text"]

MAX_VALUE_CHARS = 32 << 20  # of one value, e.g. an entry of a Bundle with an attachment in it
MAX_MEMBERS = 10_000  # of the outermost object
MAX_DIGITS = 4000  # more are not made into an integer
CUT_CHARS = 2  # of a number may be cut off by themselves: `1` and `e+`
TOO_DEEP = "nested too deep"
NEAR_END_CHARS = 16  # a fault so close to the end of what is there may be a cut
HALVES = ("\\ud", "\\uD")  # an escape of a half of a surrogate pair begins so
_SPACE = re.compile(r"[ \t\r\n\ufeff]*")


class Broken(ValueError):
    """The text cannot be read any further; says why."""


def _float(text: str) -> float | Number:
    number = float(text)
    return number if repr(number) == text else Number(text)


def _int(text: str) -> int | Number:
    return Number(text) if text == "-0" or len(text) > MAX_DIGITS else int(text)


def _refuse(name: str) -> Json:
    raise Broken(f"{name} is no number of JSON")


_DECODER = json.JSONDecoder(parse_float=_float, parse_int=_int, parse_constant=_refuse)


def decoded(text: str) -> Json:
    """Return the value of a text. Raises Broken: it is none, is nested too deep or holds too many values."""
    return JsonStream([text]).whole()


def number_text(value: Json) -> str | None:
    """Return a number as it was written; None if the value is none."""
    if isinstance(value, Number):
        return value.text
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return repr(value)


def as_written(value: Json, *, is_sorted: bool = False) -> bytes:
    """Return compact JSON (UTF-8) of a value that was read here, with its numbers as they were written.

    Args:
        value: The value.
        is_sorted: Members by name instead of in the order of the text.

    Raises:
        Broken: It is nested too deep.
    """
    return _text(value, is_sorted=is_sorted).encode()


def _text(value: Json, *, is_sorted: bool) -> str:
    try:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=is_sorted)
    except TypeError:  # a `Number`
        pass
    except RecursionError as err:
        raise Broken(TOO_DEEP) from err
    try:
        return "".join(_written(value, is_sorted=is_sorted))
    except RecursionError as err:
        raise Broken(TOO_DEEP) from err


def _written(value: Json, *, is_sorted: bool) -> Iterator[str]:
    if isinstance(value, Number):
        yield value.text
    elif isinstance(value, dict):
        members = sorted(value.items()) if is_sorted else value.items()
        mark = "{"
        for name, member in members:
            yield f"{mark}{encode_basestring(name)}:"
            yield from _written(member, is_sorted=is_sorted)
            mark = ","
        yield "}" if value else "{}"
    elif isinstance(value, list):
        mark = "["
        for element in value:
            yield mark
            yield from _written(element, is_sorted=is_sorted)
            mark = ","
        yield "]" if value else "[]"
    else:
        yield json.dumps(value, ensure_ascii=False)


def _without_halves(value: Json) -> Json:
    """Return a value with a question mark for each half of a surrogate pair, which is no text."""
    text = _text(value, is_sorted=False).encode("utf-8", "replace").decode()
    return cast("Json", _DECODER.decode(text))


def lines_of(pieces: Iterable[str]) -> Iterator[str]:
    """Yield the lines of a text; of one that is longer than a value may be, the beginning."""
    ends = io.IncrementalNewlineDecoder(None, translate=True)
    rest = ""
    for piece in pieces:
        *lines, rest = (rest + ends.decode(piece)).split("\n")
        yield from lines
        rest = rest[: MAX_VALUE_CHARS + 1]
    yield from (rest + ends.decode("", final=True)).split("\n")


class JsonStream:
    """One JSON text in pieces (unverified)."""

    def __init__(self, pieces: Iterable[str]) -> None:
        self._pieces = iter(pieces)
        self._buffer = ""
        self._at = 0
        self._is_ended = False

    def starts_with(self) -> str:
        """Return the first character; empty if there is none."""
        return self._peek()

    def whole(self) -> Json:
        """Return the one value that it is. Raises Broken."""
        value = self._value()
        self.check_end()
        return value

    def check_end(self) -> None:
        """Check that nothing follows. Raises Broken."""
        if self._peek():
            raise Broken("more follows after the end of the JSON")

    def members(self) -> Iterator[tuple[str, Json]]:
        """Yield name and value of each member; of `entry`, name and element for each element. Raises Broken."""
        self._expect("{")
        if self._peek() == "}":
            return
        for _ in range(MAX_MEMBERS):
            name = self._value()
            if not isinstance(name, str):
                raise Broken("a member without a name")
            self._expect(":")
            if name == STREAMED and self._peek() == "[":
                for element in self.elements():
                    yield STREAMED, element
            else:
                yield name, self._value()
            if not self._is_comma_before("}"):
                return
        raise Broken("more members than anything has")

    def elements(self) -> Iterator[Json]:
        """Yield the elements of an array. Raises Broken."""
        self._expect("[")
        if self._peek() == "]":
            self._expect("]")
            return
        while True:
            yield self._value()
            if not self._is_comma_before("]"):
                return

    def _is_comma_before(self, end: str) -> bool:
        mark = self._peek()
        self._expect("," if mark == "," else end)
        return mark == ","

    def _peek(self) -> str:
        while True:
            match = _SPACE.match(self._buffer, self._at)
            self._at = match.end() if match else self._at
            if self._at < len(self._buffer) or not self._read_on():
                return self._buffer[self._at : self._at + 1]

    def _expect(self, mark: str) -> None:
        found = self._peek()
        if found != mark:
            raise Broken(f"no JSON: {mark} is missing" if found else "cut off")
        self._at += 1

    def _value(self) -> Json:
        self._peek()
        while True:
            try:
                value, end = _DECODER.raw_decode(self._buffer, self._at)
            except json.JSONDecodeError as err:
                if not self._may_be_cut(err):
                    raise Broken(f"no JSON: {err.msg}") from err
                if not self._read_on():
                    raise Broken("cut off, or no JSON") from err
            except RecursionError as err:
                raise Broken(TOO_DEEP) from err
            else:
                if end + CUT_CHARS < len(self._buffer) or not self._read_on():
                    start, self._at = self._at, end
                    is_whole = not any(self._buffer.find(sign, start, end) >= 0 for sign in HALVES)
                    return cast("Json", value) if is_whole else _without_halves(cast("Json", value))

    def _may_be_cut(self, err: json.JSONDecodeError) -> bool:
        return err.pos >= len(self._buffer) - NEAR_END_CHARS or err.msg.startswith("Unterminated string")

    def _read_on(self) -> bool:
        """Read as much again as is there already, so that a long value costs no more than twice its length."""
        if self._is_ended:
            return False
        kept = self._buffer[self._at :]
        if len(kept) > MAX_VALUE_CHARS or not is_bounded(kept):
            raise Broken("longer, or of more values, than is read at once")
        more, size = [], 0
        while size <= len(kept):
            piece = next(self._pieces, None)
            if piece is None:
                self._is_ended = True
                break
            more.append(piece)
            size += len(piece)
        if size:
            self._buffer, self._at = "".join((kept, *more)), 0
        return size > 0
