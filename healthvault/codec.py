# SPDX-License-Identifier: Apache-2.0
"""Canonical bytes: a strict subset of msgpack with exactly one encoding for each value.

Values are None, bool, int (0 to 2^53-1), bytes, str, list and dict with sorted keys `[a-z][a-z0-9_]*`.
Reading decodes, walks the types, encodes again and compares, because msgpack alone accepts duplicate keys,
over-long integers and more. A string is well-formed UTF-8 and nothing more: normal forms and character
categories depend on the Unicode version, and a verdict must not.

The only module that imports msgpack. Spec: docs/spec/encoding.md.
"""

import re
from typing import TypeAlias, cast

import msgpack

from healthvault.errors import FormatError

__all__ = ["LARGE_ITEMS", "MAX_INT", "Fields", "Value", "pack", "pad", "padme", "positional", "unpack", "unpad"]

Value: TypeAlias = bool | int | bytes | str | list["Value"] | dict[str, "Value"] | None

MAX_INT = 2**53 - 1  # the largest integer that every language's numbers hold exactly
MAX_DEPTH = 8
SMALL_ITEMS = 4096  # items in an array or map of an entry
LARGE_ITEMS = 2**20  # items in a manifest, a slice, evidence or pins
_KEY = re.compile(r"[a-z][a-z0-9_]*\Z")


def pack(value: Value) -> bytes:
    """Return the canonical encoding of a value that the caller made.

    Raises:
        FormatError: `bad_schema` or `bad_encoding`, the value is outside the subset; `bad_text`, a text with
            surrogates.
    """
    try:
        ordered = _ordered(value, 0)
        _check(ordered, 0)
        return _encode(ordered)
    except UnicodeEncodeError as err:
        raise FormatError("bad_text", "text is not valid Unicode") from err


def unpack(data: bytes, *, max_items: int = SMALL_ITEMS) -> Value:
    """Decode canonical bytes.

    Args:
        data: Unverified bytes; the caller bounds their length.
        max_items: The most items that one array or map may have.

    Raises:
        FormatError: `bad_encoding`, not the canonical encoding of any value; `bad_text`, a string that is
            not UTF-8; `bad_schema`, a number outside 0 to 2^53-1.
    """
    try:
        value = msgpack.unpackb(
            data,
            raw=False,
            strict_map_key=True,
            use_list=True,
            max_array_len=max_items,
            max_map_len=max_items,
            max_ext_len=0,
            ext_hook=_refuse_extension,
        )
    except UnicodeDecodeError as err:
        raise FormatError("bad_text", "a string is not valid UTF-8") from err
    except (ValueError, TypeError, RecursionError, msgpack.exceptions.UnpackException) as err:
        raise FormatError("bad_encoding", "not canonical msgpack") from err
    _check(value, 0)
    if _encode(value) == data:
        return cast("Value", value)
    raise FormatError("bad_encoding", "not canonical msgpack: another encoding of the same value exists")


def pad(data: bytes, block_bytes: int) -> bytes:
    """Append 0x80 and zeros up to the next multiple of `block_bytes` (always at least one byte)."""
    return data + b"\x80" + bytes(-(len(data) + 1) % block_bytes)


def unpad(data: bytes, block_bytes: int) -> bytes:
    """Undo `pad`; any other padding is refused.

    Raises:
        FormatError: `tampered`, the length or the padding is not what `pad` makes.
    """
    body = data.rstrip(b"\0")
    if not body.endswith(b"\x80") or pad(body[:-1], block_bytes) != data:
        raise FormatError("tampered", "the padding is not canonical")
    return body[:-1]


def padme(length_bytes: int) -> int:
    """Return the padded length that hides all but about log log of `length_bytes`, at most 12 % above it.

    Source: Nikitin et al., "Reducing Metadata Leakage from Encrypted Files", PETS 2019, section 4.
    """
    if length_bytes < 2:
        return length_bytes
    exponent = length_bytes.bit_length() - 1
    free_bits = exponent - exponent.bit_length()
    return -(-length_bytes >> free_bits) << free_bits


def _encode(value: Value) -> bytes:
    return cast("bytes", msgpack.packb(value, use_bin_type=True))


def _refuse_extension(code: int, data: bytes) -> None:
    raise ValueError(f"extension type {code} of {len(data)} bytes")


def _check(value: Value, depth: int) -> None:
    """Refuse what is outside the subset, or a map whose keys do not rise."""
    kind = type(value)
    if kind is bytes or kind is str or kind is bool or value is None:
        return
    if kind is int:
        if not 0 <= cast("int", value) <= MAX_INT:
            raise FormatError("bad_schema", "a number is negative or above 2^53-1")
        return
    if depth >= MAX_DEPTH:
        raise FormatError("bad_encoding", f"nested deeper than {MAX_DEPTH}")
    if kind is list:
        for item in cast("list[Value]", value):
            _check(item, depth + 1)
    elif kind is dict:
        _check_map(cast("dict[str, Value]", value), depth + 1)
    else:
        raise FormatError("bad_encoding", f"type {kind.__name__} is not in the subset")


def _check_map(value: dict[str, Value], depth: int) -> None:
    last = ""
    for key, item in value.items():
        if type(key) is not str or not _KEY.match(key) or key <= last:
            raise FormatError(
                "bad_encoding", "the keys of a map do not rise, or are not of the form [a-z][a-z0-9_]*"
            )
        last = key
        _check(item, depth)


def _ordered(value: Value, depth: int) -> Value:
    """Return the value with the keys of its maps sorted; what is nested too deeply is left for `_check`."""
    if type(value) is list and depth <= MAX_DEPTH:
        return [_ordered(item, depth + 1) for item in value]
    if type(value) is dict and depth <= MAX_DEPTH:
        return {key: _ordered(value[key], depth + 1) for key in sorted(value, key=str)}
    return value


class Fields:
    """Typed reading of a decoded map: each getter returns the type asked for or refuses with `bad_schema`.

    `where` names the map in messages. Unknown keys are ignored, except those listed in the map's own
    `must`, which the reader has to know.
    """

    def __init__(self, value: Value, where: str) -> None:
        if type(value) is not dict:
            raise FormatError("bad_schema", f"{where} is not a map")
        self.map: dict[str, Value] = value
        self.where = where

    def uint(self, key: str, maximum: int = MAX_INT) -> int:
        """Return the integer at `key`, 0 to `maximum`."""
        value = self.map.get(key)
        if type(value) is not int or value > maximum:
            raise self.wrong(key)
        return value

    def bin(self, key: str, size_bytes: int | None = None) -> bytes:
        """Return the bytes at `key`, of exactly `size_bytes` if given."""
        value = self.map.get(key)
        if type(value) is not bytes or (size_bytes is not None and len(value) != size_bytes):
            raise self.wrong(key)
        return value

    def text(self, key: str) -> str:
        """Return the string at `key`: well-formed, but unescaped and untrusted."""
        value = self.map.get(key)
        if type(value) is not str:
            raise self.wrong(key)
        return value

    def flag(self, key: str) -> bool:
        """Return the boolean at `key`."""
        value = self.map.get(key)
        if type(value) is not bool:
            raise self.wrong(key)
        return value

    def array(self, key: str, maximum: int = LARGE_ITEMS) -> list[Value]:
        """Return the array at `key`, of at most `maximum` items."""
        value = self.map.get(key)
        if type(value) is not list or len(value) > maximum:
            raise self.wrong(key)
        return value

    def maps(self, key: str, maximum: int = LARGE_ITEMS) -> "list[Fields]":
        """Return the array of maps at `key`."""
        return [Fields(item, f"{self.where}.{key}") for item in self.array(key, maximum)]

    def bins(self, key: str, size_bytes: int | None = None, maximum: int = LARGE_ITEMS) -> list[bytes]:
        """Return the array of byte strings at `key`, each of exactly `size_bytes` if given."""
        items: list[bytes] = []
        for item in self.array(key, maximum):
            if type(item) is not bytes or (size_bytes is not None and len(item) != size_bytes):
                raise self.wrong(key)
            items.append(item)
        return items

    def texts(self, key: str, maximum: int = SMALL_ITEMS) -> list[str]:
        """Return the array of strings at `key`."""
        items: list[str] = []
        for item in self.array(key, maximum):
            if type(item) is not str:
                raise self.wrong(key)
            items.append(item)
        return items

    def uints(self, key: str, maximum: int = LARGE_ITEMS) -> list[int]:
        """Return the array of integers at `key`."""
        items: list[int] = []
        for item in self.array(key, maximum):
            if type(item) is not int:
                raise self.wrong(key)
            items.append(item)
        return items

    def has(self, key: str) -> bool:
        """Tell whether `key` is there and not nil."""
        return self.map.get(key) is not None

    def refuse_unknown_must(self, known: frozenset[str]) -> None:
        """Refuse a map that says, in `must`, that a key unknown to this reader matters.

        Raises:
            FormatError: `unsupported`, a key in `must` is not in `known`.
        """
        if not self.has("must"):
            return
        unknown = sorted(set(self.texts("must")) - known)
        if unknown:
            raise FormatError(
                "unsupported",
                f"{self.where} needs {', '.join(unknown)!r}, which this version does not know",
                hint="a newer version of hv may read it",
            )

    def wrong(self, key: str) -> FormatError:
        """Return the error that says that `key` is missing or not as the format wants it."""
        return FormatError("bad_schema", f"{self.where}: {key} is missing or not as the format wants it")


def positional(value: Value, names: tuple[str, ...], where: str) -> Fields:
    """Read a decoded array of exactly `len(names)` items as if it were a map with these names.

    Raises:
        FormatError: `bad_schema`, not an array or of another length.
    """
    if type(value) is not list or len(value) != len(names):
        raise FormatError("bad_schema", f"{where} is not an array of {len(names)}")
    return Fields(dict(zip(names, value, strict=True)), where)
