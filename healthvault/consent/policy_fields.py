# SPDX-License-Identifier: Apache-2.0
"""Typed reading of an object of a policy file: what is missing, of another type or left over is named.

Pure. Form: docs/schemas/policy.json.
"""

from collections.abc import Iterator, Mapping
from typing import TypeVar, overload

from healthvault.errors import InvalidRequest

__all__ = ["Item"]

_T = TypeVar("_T")
_HINT = "docs/schemas/policy.json says what a file may hold, `hv policy test --help` shows a row"
_REQUIRED = "\0"  # no text of JSON that anybody writes


class Item:
    """An object of decoded JSON; `finish` refuses the keys that nobody asked for."""

    def __init__(self, map: Mapping[str, object], where: str) -> None:  # noqa: A002
        self._map = map
        self._where = where
        self._asked: set[str] = set()

    @classmethod
    def of(cls, value: object, where: str) -> "Item":
        """Return an object as it is read. Raises InvalidRequest: `bad_policy`, it is none."""
        if not isinstance(value, dict):
            raise InvalidRequest("bad_policy", f"{where} is not an object")
        return cls(value, where)

    def has(self, *keys: str) -> bool:
        """Tell whether any of the keys is there."""
        return any(key in self._map for key in keys)

    def skip(self, key: str) -> None:
        """Count a key as asked for."""
        self._asked.add(key)

    @overload
    def text(self, key: str) -> str: ...

    @overload
    def text(self, key: str, default: None) -> str | None: ...

    def text(self, key: str, default: str | None = _REQUIRED) -> str | None:
        """Return the text at a key, or the default if it is not there."""
        value = self._value(key, default)
        if value is _REQUIRED or not (isinstance(value, str) or (value is None and default is None)):
            raise self.wrong(key)
        return value

    def choice(self, key: str, allowed: tuple[str, ...], default: str = _REQUIRED) -> str:
        """Return one of the allowed texts."""
        value = self._value(key, default)
        if value not in allowed:
            raise self.wrong(key)
        return value

    @overload
    def number(self, key: str, default: int, *, least: int = 0) -> int: ...

    @overload
    def number(self, key: str, default: None, *, least: int = 0) -> int | None: ...

    def number(self, key: str, default: int | None, *, least: int = 0) -> int | None:
        """Return the whole number at a key, at least `least`, or the default if it is not there."""
        value = self._value(key, default)
        if value is not None and (type(value) is not int or value < least):
            raise self.wrong(key)
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """Return the texts of an array, no two equal; none if it is not there."""
        value = self._value(key, [])
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self.wrong(key)
        if len(set(value)) != len(value):
            raise self.wrong(key)
        return tuple(value)

    def objects(self, key: str) -> "Iterator[Item]":
        """Yield the objects of an array; none if it is not there."""
        value = self._value(key, [])
        if not isinstance(value, list):
            raise self.wrong(key)
        for number, item in enumerate(value, 1):
            yield Item.of(item, f"{key}, number {number}")

    def looked_up(self, key: str, known: Mapping[str, _T]) -> Iterator[_T]:
        """Yield what the texts of an array name."""
        for name in self.texts(key):
            if name not in known:
                said = f"{self._where}: {key} names {name!r}, which the file does not have"
                raise InvalidRequest("bad_policy", said, hint=_HINT)
            yield known[name]

    def finish(self) -> None:
        """Refuse what is left over."""
        for key in self._map:
            if key not in self._asked:
                raise InvalidRequest(
                    "bad_policy", f"{self._where} has a key {key!r} that means nothing", hint=_HINT
                )

    def wrong(self, key: str) -> InvalidRequest:
        """Return the error that says that a key is missing or not as it should be."""
        return InvalidRequest("bad_policy", f"{self._where}: {key} is missing or not as it should be", hint=_HINT)

    def _value(self, key: str, default: object) -> object:
        self._asked.add(key)
        return self._map.get(key, default)
