# SPDX-License-Identifier: Apache-2.0
"""Criteria for taking part in a trial, as the sponsor publishes them: a small tree in JSON.

The file is a stranger's. A criterion that this version does not understand, or that says something beside what it
understands, is kept as such and counts as unknown: leaving out a word could turn its meaning round. Only a file
that is no list of criteria at all is refused. Pure. Spec: docs/spec/trial-consent.md section 6.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

from healthvault.errors import FormatError, InvalidRequest
from healthvault.records.concept import parse_code
from healthvault.records.decimals import decimal_of
from healthvault.records.folding import folded
from healthvault.records.json_walk import members_once
from healthvault.trials.form_fields import check_line

__all__ = [
    "Age",
    "All",
    "Criteria",
    "Lab",
    "Named",
    "Node",
    "Not",
    "NotUnderstood",
    "Sex",
    "Stated",
    "parse_criteria",
]

MAX_FILE_BYTES = 256 << 10
MAX_DEPTH = 16
MAX_NODES = 1000
MAX_NAMES = 100  # codes or words of one criterion
MAX_CHARS = 200
MAX_AGE_YEARS = 200
MAX_DAYS = 36_600
SEXES = ("female", "male", "other", "unknown")
COMPARATORS = ("<", "<=", "=", ">=", ">")
_SORTS = ("condition", "medicine", "allergy")
_GROUPS = ("all", "any")


@dataclass(frozen=True, slots=True, kw_only=True)
class Age:
    """Completed years, both ends included; None leaves an end open."""

    least: int | None
    most: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sex:
    """One of these words."""

    words: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """A condition, medicine or allergy that the person has."""

    sort: str
    codes: tuple[tuple[tuple[str, ...], str], ...]
    """Addresses of the system (none: any) and code."""
    words: tuple[str, ...]
    """Folded titles."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lab:
    """The newest value of a measurement, compared."""

    codes: tuple[tuple[tuple[str, ...], str], ...]
    comparator: str
    value: Decimal
    unit: str
    """UCUM code; empty for none."""
    within_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class All:
    """Criteria of which all must hold, or one."""

    is_any: bool
    of: "tuple[Named, ...]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Not:
    """A criterion that must not hold."""

    of: "Named"


@dataclass(frozen=True, slots=True, kw_only=True)
class NotUnderstood:
    """Something that this version has no meaning for."""

    reason: str


Node: TypeAlias = Age | Sex | Stated | Lab | All | Not | NotUnderstood
_Json: TypeAlias = "str | int | float | bool | list[_Json] | dict[str, _Json] | None"
_Object: TypeAlias = "dict[str, _Json]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A criterion and how it is called. Untrusted text."""

    name: str
    node: Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Criteria:
    """All criteria of a study; a person is eligible if each holds."""

    study: str
    criteria: tuple[Named, ...]


def parse_criteria(data: bytes) -> Criteria:
    """Return the criteria in a file.

    Args:
        data: *Unverified* bytes.

    Raises:
        FormatError: `too_large`, over 256 KiB, 1,000 criteria or 16 levels; `bad_schema`, no JSON object in UTF-8
            with `version` 1, `study` and a list of 1 to 1,000 `criteria`; a member stands there twice.
    """
    if len(data) > MAX_FILE_BYTES:
        raise FormatError("too_large", f"the criteria are over {MAX_FILE_BYTES >> 10} KiB")
    try:
        whole: _Json = json.loads(data.decode("utf-8-sig"), object_pairs_hook=members_once, parse_float=str)
    except (ValueError, RecursionError) as err:
        raise FormatError("bad_schema", f"the criteria are no JSON: {err}") from err
    if not isinstance(whole, dict) or type(whole.get("version")) is not int or whole["version"] != 1:
        raise FormatError("bad_schema", "these are no criteria of version 1")
    study, nodes = whole.get("study"), whole.get("criteria")
    if not isinstance(study, str) or not isinstance(nodes, list) or not nodes:
        raise FormatError("bad_schema", "the criteria need a `study` and a list of `criteria`")
    reader = _Reader()
    return Criteria(study=_line(study), criteria=tuple(reader.named(each, 1) for each in nodes))


class _Reader:
    """Reads nodes, and counts them."""

    def __init__(self) -> None:
        self._count = 0

    def named(self, value: _Json, depth: int) -> Named:
        self._count += 1
        if self._count > MAX_NODES or depth > MAX_DEPTH:
            raise FormatError("too_large", f"over {MAX_NODES} criteria, or over {MAX_DEPTH} levels of them")
        if not isinstance(value, dict):
            return Named(name="?", node=NotUnderstood(reason="a criterion is no object"))
        members = dict(value)
        kind, name = members.pop("type", None), members.pop("name", None)
        shown = _line(name) if isinstance(name, str) and name.strip() else _line(str(kind))
        return Named(name=shown, node=self._node(kind, members, depth))

    def _node(self, kind: _Json, members: _Object, depth: int) -> Node:
        if kind in _GROUPS:
            return self._group(members, depth, is_any=kind == "any")
        if kind == "not":
            return self._not(members, depth)
        make = _LEAVES.get(kind) if isinstance(kind, str) else None
        if make is None:
            return NotUnderstood(reason=f"this version knows no criterion of type {_line(str(kind))!r}")
        try:
            node = make(members)
        except (ValueError, TypeError, InvalidRequest) as err:
            return NotUnderstood(reason=f"it is not understood: {_line(str(err))}")
        return _without_rest(node, members)

    def _group(self, members: _Object, depth: int, *, is_any: bool) -> Node:
        of = members.pop("of", None)
        if not isinstance(of, list) or not of:
            return NotUnderstood(reason="a group without criteria says nothing")
        return _without_rest(All(is_any=is_any, of=tuple(self.named(each, depth + 1) for each in of)), members)

    def _not(self, members: _Object, depth: int) -> Node:
        if "of" not in members:
            return NotUnderstood(reason="it does not say what must not hold")
        return _without_rest(Not(of=self.named(members.pop("of"), depth + 1)), members)


def _without_rest(node: Node, members: _Object) -> Node:
    """Return a node, unless its object said something more than was understood."""
    if not members:
        return node
    return NotUnderstood(reason=f"it says more than this version understands: {', '.join(map(_line, members))}")


def _age(members: _Object) -> Node:
    least, most = (_whole(members, name, MAX_AGE_YEARS) for name in ("min", "max"))
    if least is None and most is None:
        raise ValueError("neither min nor max")
    if least is not None and most is not None and least > most:
        raise ValueError("min is above max")
    return Age(least=least, most=most)


def _sex(members: _Object) -> Node:
    words = _texts(members, "is")
    if not words or not set(words) <= set(SEXES):
        raise ValueError(f"is must be among {', '.join(SEXES)}")
    return Sex(words=words)


def _stated(sort: str) -> Callable[[_Object], Node]:
    def make(members: _Object) -> Node:
        codes = tuple(map(_code, _texts(members, "codes")))
        words = tuple(" ".join(folded(each).split()) for each in _texts(members, "words"))
        if not codes and not words:
            raise ValueError("neither codes nor words")
        return Stated(sort=sort, codes=codes, words=words)

    return make


def _lab(members: _Object) -> Node:
    codes = tuple(map(_code, _texts(members, "codes")))
    comparator, value, unit = (members.pop(name, None) for name in ("comparator", "value", "unit"))
    number = decimal_of(value if isinstance(value, str) else str(value) if type(value) is int else None)
    days = _whole(members, "within_days", MAX_DAYS)
    if not codes or number is None or not isinstance(unit, str) or len(unit) > MAX_CHARS or not days:
        raise ValueError("codes, value, unit or within_days is missing or wrong")
    if not isinstance(comparator, str) or comparator not in COMPARATORS:
        raise ValueError(f"comparator must be among {', '.join(COMPARATORS)}")
    return Lab(codes=codes, comparator=comparator, value=number, unit=unit, within_days=days)


_LEAVES: dict[str, Callable[[_Object], Node]] = {
    "age": _age,
    "sex": _sex,
    "lab": _lab,
    **{sort: _stated(sort) for sort in _SORTS},
}


def _whole(members: _Object, name: str, most: int) -> int | None:
    value = members.pop(name, None)
    if value is None:
        return None
    if type(value) is not int or not 0 <= value <= most:
        raise ValueError(f"{name} is no number from 0 to {most}")
    return value


def _texts(members: _Object, name: str) -> tuple[str, ...]:
    value = members.pop(name, [])
    if not isinstance(value, list) or len(value) > MAX_NAMES:
        raise ValueError(f"{name} is no list, or too long")
    return tuple(_text(each, name) for each in value)


def _text(value: _Json, name: str) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{name} holds something other than text")  # noqa: TRY004  a fault of the file like any other
    return check_line(value, name, most=MAX_CHARS)


def _code(text: str) -> tuple[tuple[str, ...], str]:
    systems, code = parse_code(text)
    if not code.strip():
        raise ValueError(f"{text!r} is no code")
    return systems, code


def _line(text: str) -> str:
    """Return a stranger's text on one line, cut."""
    return " ".join(text.encode("utf-8", "replace").decode().split())[:MAX_CHARS]
