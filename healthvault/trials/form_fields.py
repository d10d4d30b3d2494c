# SPDX-License-Identifier: Apache-2.0
"""The members of a form in JSON, read strictly: a form may have come from anybody. Pure.

A member that nobody knows is tolerated; one that stands there twice is not, because two readers could take two
meanings from it. Spec: docs/spec/trial-consent.md section 2.
"""

import json
import re
import unicodedata
from collections.abc import Callable
from datetime import date
from typing import TypeAlias, TypeVar, cast

from healthvault.errors import FormatError, InvalidRequest
from healthvault.records.json_walk import members_once

__all__ = [
    "MAX_FORM_BYTES",
    "Fields",
    "JsonValue",
    "check_line",
    "digest_text",
    "document_text",
    "form_bytes",
    "is_blank",
    "parse_day",
    "parse_form",
    "record_text",
    "vault_text",
]

JsonValue: TypeAlias = "str | int | bool | list[JsonValue] | dict[str, JsonValue] | None"
MAX_FORM_BYTES = 256 << 10
FORM_VERSION = 1
_T = TypeVar("_T")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_RECORD = re.compile(r"[0-9a-f]{32}")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_DOCUMENT = re.compile(r"d_[a-z2-7]{32}")
_VAULT = re.compile(r"c_[a-z2-7]+")


class Fields:
    """One JSON object of a form (unverified), and what its members must be."""

    def __init__(self, members: dict[str, JsonValue], where: str) -> None:
        self._members = members
        self._where = where

    def wrong(self, name: str) -> FormatError:
        """Return the error of a member that is missing or wrong."""
        return FormatError("bad_schema", f"{self._where}: `{name}` is missing or wrong")

    def text(self, name: str, rule: Callable[[str], _T]) -> _T:
        """Return a text by its rule. Raises FormatError: `bad_schema`."""
        value = self._members.get(name)
        if not isinstance(value, str):
            raise self.wrong(name)
        try:
            return rule(value)
        except (ValueError, InvalidRequest) as err:
            raise self.wrong(name) from err

    def text_or_none(self, name: str, rule: Callable[[str], _T]) -> _T | None:
        """Return a text by its rule, None where it is null. Raises FormatError: `bad_schema`."""
        if name not in self._members:
            raise self.wrong(name)
        return None if self._members[name] is None else self.text(name, rule)

    def size(self, name: str) -> int:
        """Return a number of bytes, at least 1. Raises FormatError: `bad_schema`."""
        value = self._members.get(name)
        if type(value) is not int or not 0 < value < 1 << 53:
            raise self.wrong(name)
        return value

    def flag(self, name: str) -> bool:
        """Return true or false. Raises FormatError: `bad_schema`."""
        value = self._members.get(name)
        if not isinstance(value, bool):
            raise self.wrong(name)
        return value

    def inner(self, name: str) -> "Fields":
        """Return an object. Raises FormatError: `bad_schema`."""
        value = self._members.get(name)
        if not isinstance(value, dict):
            raise self.wrong(name)
        return Fields(value, f"{self._where}: {name}")

    def several(self, name: str, make: Callable[["Fields"], _T], *, most: int) -> tuple[_T, ...]:
        """Return what a list of 1 to `most` objects holds. Raises FormatError: `bad_schema`."""
        value = self._members.get(name)
        if not isinstance(value, list) or not 0 < len(value) <= most:
            raise self.wrong(name)
        if not all(isinstance(each, dict) for each in value):
            raise self.wrong(name)
        members = cast("list[dict[str, JsonValue]]", value)
        return tuple(make(Fields(each, f"{self._where}: {name}[{place}]")) for place, each in enumerate(members))

    def texts(self, name: str, rule: Callable[[str], _T], *, most: int) -> tuple[_T, ...]:
        """Return a list of 1 to `most` texts by their rule. Raises FormatError: `bad_schema`."""
        value = self._members.get(name)
        if not isinstance(value, list) or not 0 < len(value) <= most:
            raise self.wrong(name)
        return tuple(Fields({name: each}, self._where).text(name, rule) for each in value)


def parse_form(data: bytes, form_type: str) -> Fields:
    """Return the members of a form of some type.

    Args:
        data: *Unverified* bytes.
        form_type: What its `type` must be.

    Raises:
        FormatError: `too_large`, over 256 KiB; `bad_schema`, no JSON object in UTF-8 of this type and version 1, a
            member stands there twice.
    """
    if len(data) > MAX_FORM_BYTES:
        raise FormatError("too_large", f"{form_type}: over {MAX_FORM_BYTES >> 10} KiB")
    try:
        whole = json.loads(data.decode(), object_pairs_hook=members_once)
    except (ValueError, RecursionError) as err:
        raise FormatError("bad_schema", f"this is no {form_type} in JSON") from err
    if not isinstance(whole, dict) or whole.get("type") != form_type:
        raise FormatError("bad_schema", f"this is no {form_type}")
    if type(whole.get("version")) is not int or whole["version"] != FORM_VERSION:
        raise FormatError("unsupported", f"this {form_type} is of a version that this hv does not know")
    return Fields(whole, form_type)


def form_bytes(form_type: str, members: dict[str, JsonValue]) -> bytes:
    """Return a form as JSON in ASCII, for people too."""
    return (json.dumps({"type": form_type, "version": FORM_VERSION, **members}, indent=1) + "\n").encode()


def check_line(text: str, what: str, *, most: int, may_be_blank: bool = False) -> str:
    """Return a text without white space at its ends, once it is one line that says something.

    Raises:
        InvalidRequest: `blank_form`, it says nothing; `bad_text`, too long, several lines, or no valid text.
    """
    line = text.strip()
    if is_blank(line) and not may_be_blank:
        raise InvalidRequest("blank_form", f"the {what} is blank", hint="a form that was not filled in is refused")
    is_text = line.encode("utf-8", "replace").decode() == line
    if not is_text or len(line) > most or any(unicodedata.category(char) in {"Cc", "Zl", "Zp"} for char in line):
        raise InvalidRequest("bad_text", f"the {what} is no line of at most {most} characters")
    return line


def is_blank(text: str) -> bool:
    """Tell whether a text holds no letter and no digit: spaces, dashes and what nobody sees say nothing."""
    return not any(map(str.isalnum, text))


def parse_day(text: str) -> date:
    """Return a day, `2026-11-20`. Raises ValueError: it is none."""
    if not _DAY.fullmatch(text):
        raise ValueError(text)
    return date.fromisoformat(text)


def record_text(text: str) -> str:
    """Return the number of a record: 16 bytes in hexadecimal. Raises ValueError: it is none."""
    return _matching(_RECORD, text)


def digest_text(text: str) -> str:
    """Return a SHA-256 in hexadecimal. Raises ValueError: it is none."""
    return _matching(_DIGEST, text)


def document_text(text: str) -> str:
    """Return the whole id of a document. Raises ValueError: it is none."""
    return _matching(_DOCUMENT, text)


def vault_text(text: str) -> str:
    """Return the id of a vault, as a contact's. Raises ValueError: it is none."""
    return _matching(_VAULT, text)


def _matching(pattern: "re.Pattern[str]", text: str) -> str:
    if not pattern.fullmatch(text):
        raise ValueError(text)
    return text
