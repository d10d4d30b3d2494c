# SPDX-License-Identifier: Apache-2.0
"""What readers say of a document's content, one statement after the other, and how a statement travels as bytes.

All of it is the file's own word, derived, and made again whenever it is missing: nothing here is sealed, signed or
shared. Numbers stay decimal texts as they were written. Spec: docs/spec/contents.md section 2.
"""

from dataclasses import dataclass, fields
from functools import cache
from types import GenericAlias
from typing import TypeAlias, TypeVar

from healthvault.codec import Value, pack, unpack
from healthvault.errors import FormatError

__all__ = [
    "Card",
    "Coding",
    "Inner",
    "Item",
    "Left",
    "Name",
    "Passage",
    "Quantity",
    "Resource",
    "Statement",
    "Subject",
    "Tally",
    "parse_statement",
    "statement_bytes",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Coding:
    """A code of a code system, as FHIR's Coding."""

    system: str
    """URI of the code system; empty if the file does not say."""
    code: str
    display: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """A measured number with what the file says about it; decimal texts, so that no digit is lost."""

    number: str
    """As written: `6.30` is not `6.3`."""
    unit: str | None = None
    """UCUM code if the file gives one, else the unit's name."""
    comparator: str | None = None
    """`<`, `<=`, `>=` or `>`."""
    low: str | None = None
    """Lower end of the reference range, in the same unit."""
    high: str | None = None
    least: str | None = None
    """Of several measurements told as one: the smallest."""
    most: str | None = None
    count: int = 1
    """How many measurements are told as one, e.g. those of a day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Name:
    """A person's name; parts as the file gives them."""

    family: str | None = None
    given: tuple[str, ...] = ()
    text: str | None = None
    use: str | None = None
    """`official`, `maiden`, `nickname`, … where the file says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A person whose records these are, as the file describes them."""

    names: tuple[Name, ...] = ()
    birth_date: str | None = None
    """ISO 8601, as far as written."""
    sex: str | None = None
    """`male`, `female`, `other` or `unknown`."""
    identifiers: tuple[Coding, ...] = ()
    """System and value of each business identifier; never a resource id."""
    is_main: bool = True
    """False for a patient that the file holds but is not about, e.g. the subscriber of an insurance."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One thing that a document states: a resource, an observation, a day of measurements, a section's entry."""

    type: str
    """The FHIR R4 resource type that it is, or would be."""
    place: str
    """Where in the document, e.g. `entry[3]`; readable and stable."""
    title: str
    subject: int | None = None
    """Number of the `Subject` in this document, from 0 in the order stated; None: it does not say."""
    identity: str | None = None
    """`Type/id` as its source calls it: the same in every export of that source, and not unique elsewhere."""
    digest: bytes | None = None
    """SHA-256 (32 bytes) of the content in one canonical form of its format."""
    date: str | None = None
    """When it happened or holds from: ISO 8601 date or date-time, as far as written."""
    until: str | None = None
    status: str | None = None
    """FHIR's word: `final`, `active`, `completed`, `entered-in-error`, …"""
    category: str = "other"
    """A value of `Category`."""
    codes: tuple[Coding, ...] = ()
    quantity: Quantity | None = None
    text: str | None = None
    """The value in words, a dosage, a reaction."""
    author: str | None = None
    source: str | None = None
    sensitivity: tuple[str, ...] = ()
    """Values of `Sensitivity`, sorted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A line or short paragraph of text that can be searched."""

    words: str
    place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How many things of one sort a document holds, whether or not each became an `Item`."""

    sort: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """Something that was seen and not understood, so that understood + left = all."""

    place: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """A FHIR resource word for word; given only to who asks for it."""

    place: str
    version: str
    """`R4`, `STU3`, `DSTU2` or `R5`."""
    type: str
    id: str | None
    content: bytes
    """Its JSON (UTF-8) with every number as it was written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A SMART Health Card, to be verified by who has keys of issuers: the reader has looked at no signature."""

    place: str
    token: str
    """The compact JWS, as it was signed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inner:
    """A document within the document, e.g. a PDF in a C-CDA: it may be in the vault on its own too."""

    place: str
    digest: bytes
    """SHA-256 (32 bytes) of its bytes."""


Statement: TypeAlias = Subject | Item | Passage | Tally | Left | Resource | Card | Inner
DIGEST_BYTES = 32
_T = TypeVar("_T")
_KINDS: tuple[type[Statement], ...] = (Subject, Item, Passage, Tally, Left, Resource, Card, Inner)
_INNER: dict[str, type] = {"names": Name, "codes": Coding, "identifiers": Coding, "quantity": Quantity}


def statement_bytes(statement: Statement) -> bytes:
    """Return a statement as canonical bytes. Raises FormatError: a text is not valid Unicode."""
    return pack([_KINDS.index(type(statement)), _positions(statement)])


def parse_statement(data: bytes) -> Statement:
    """Return the statement in canonical bytes.

    Args:
        data: *Unverified* bytes, from a reader that may have been taken over by the file that it read.

    Raises:
        FormatError: Not a statement.
    """
    value = unpack(data, max_items=1 << 16)
    if not isinstance(value, list) or len(value) != 2 or not isinstance(value[0], int) or value[0] >= len(_KINDS):
        raise FormatError("bad_schema", "a reader says what is no statement")
    return _made(_KINDS[value[0]], value[1])


def _positions(value: object) -> Value:
    if isinstance(value, tuple):
        return [_positions(each) for each in value]
    if value is None or isinstance(value, bool | int | str | bytes):
        return value
    kind: type = type(value)
    return [_positions(getattr(value, name)) for name, _ in _plan(kind)]


@cache
def _plan(kind: type) -> tuple[tuple[str, object], ...]:
    """Return the names and types of a statement's fields, in order."""
    return tuple((each.name, each.type) for each in fields(kind))


def _made(kind: type[_T], value: Value) -> _T:
    plan = _plan(kind)  # type: ignore[arg-type]  # a class can be hashed
    if not isinstance(value, list) or len(value) != len(plan):
        raise FormatError("bad_schema", "a reader says what is no statement")
    return kind(**{name: _field(name, wanted, each) for (name, wanted), each in zip(plan, value, strict=True)})


def _field(name: str, wanted: object, value: Value) -> object:
    if isinstance(wanted, GenericAlias):
        return _several(name, value)
    if name == "quantity" and value is not None:
        return _made(Quantity, value)
    if name == "digest" and value is not None and (not isinstance(value, bytes) or len(value) != DIGEST_BYTES):
        raise FormatError("bad_schema", "a reader says a digest of the wrong size")
    if not isinstance(value, wanted):  # type: ignore[arg-type]  # a type, or a union of types
        raise FormatError("bad_schema", f"a reader says something of the wrong type ({name})")
    return value


def _several(name: str, value: Value) -> tuple[object, ...]:
    if not isinstance(value, list):
        raise FormatError("bad_schema", f"a reader says something of the wrong type ({name})")
    inner = _INNER.get(name)
    if inner is not None:
        return tuple(_made(inner, each) for each in value)
    if not all(isinstance(each, str) for each in value):
        raise FormatError("bad_schema", f"a reader says something of the wrong type ({name})")
    return tuple(value)
