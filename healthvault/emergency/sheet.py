# SPDX-License-Identifier: Apache-2.0
"""The emergency sheet: what the owner wants to be known, item by item, each with the day she last confirmed it.

A document of the vault like any other, as JSON. Every edit returns a new sheet; nothing is on it that the owner
did not put there. Pure. Spec: docs/spec/emergency.md section 1.
"""

import json
import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import date
from enum import Enum
from typing import TypeAlias, TypeVar, cast

from healthvault.errors import FormatError, InvalidRequest, NotFound

__all__ = ["EMPTY_SHEET", "OWNER", "Item", "Json", "JsonObject", "Section", "Sheet", "one_line", "parse_sheet"]

Json: TypeAlias = "str | int | bool | list[Json] | dict[str, Json] | None"
JsonObject: TypeAlias = dict[str, Json]

OWNER = "owner"
"""The source of an item that was entered by the owner and by nobody else."""
MAX_CHARS = 200  # of a text or a detail
MAX_ITEMS = 200
MAX_SHEET_BYTES = 1 << 20
TYPE = "emergency_sheet"
SCHEMA = 1
NONE_KNOWN = "none known"  # stands alone in its section, in any case of letters
_Found = TypeVar("_Found")


class Section(Enum):
    """What an item is about, in the order of the page."""

    ALLERGY = "allergy"
    MEDICATION = "medication"
    CONDITION = "condition"
    IMPLANT = "implant"
    BLOOD_GROUP = "blood-group"
    CONTACT = "contact"
    DIRECTIVE = "directive"


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One thing to know. Its texts are untrusted: they may have come from a document."""

    number: int
    """From 1; never given to another item of the same sheet."""
    section: Section
    text: str
    """One line of 1 to `MAX_CHARS` characters."""
    detail: str
    """One line of at most `MAX_CHARS` characters; may be empty."""
    confirmed: date
    """The day on which the owner last said that it is so."""
    source: str
    """Id of the document that it was taken from, or `OWNER`."""

    def to_object(self) -> JsonObject:
        """Return the JSON object."""
        return {
            "number": self.number,
            "section": self.section.value,
            "text": self.text,
            "detail": self.detail,
            "confirmed": self.confirmed.isoformat(),
            "source": self.source,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """All items, and the highest number that was ever given."""

    last_number: int
    items: tuple[Item, ...]
    """In the order of the sections, then of the numbers."""

    def to_bytes(self) -> bytes:
        """Return the document: JSON in ASCII, for people too."""
        items: list[Json] = [item.to_object() for item in self.items]
        whole: JsonObject = {"type": TYPE, "schema": SCHEMA, "last_number": self.last_number, "items": items}
        return (json.dumps(whole, indent=1) + "\n").encode()

    def added(self, section: Section, text: str, detail: str, *, today: date, source: str = OWNER) -> "Sheet":
        """Return the sheet with one item more.

        Raises:
            InvalidRequest: `bad_text`, nothing is said, or too much; `already_there`, it stands there, or there is
                a blood group; `contradicts`, beside `none known`, or the other way round; `too_many`.
        """
        item = Item(
            number=self.last_number + 1,
            section=section,
            text=_short(text, "text", is_needed=True),
            detail=_short(detail, "detail"),
            confirmed=today,
            source=source,
        )
        for other in self.items:
            if other.section is section and (section is Section.BLOOD_GROUP or _same(other, item)):
                hint = f"`hv emergency set {other.number}` says it anew, `confirm {other.number}` that it is so"
                raise InvalidRequest("already_there", f"item {other.number} is that already", hint=hint)
        self._check_alone(item)
        if len(self.items) >= MAX_ITEMS:
            raise InvalidRequest("too_many", f"there are {MAX_ITEMS} items, more than anybody reads")
        return _ordered(item.number, (*self.items, item))

    def changed(self, number: int, text: str, detail: str | None, *, today: date) -> "Sheet":
        """Return the sheet with other words for an item, confirmed today, and from now on the owner's own.

        Raises:
            NotFound: `not_found`.
            InvalidRequest: `bad_text`; `contradicts`, as for `added`.
        """
        old = self.item(number)
        new = replace(
            old,
            text=_short(text, "text", is_needed=True),
            detail=old.detail if detail is None else _short(detail, "detail"),
            confirmed=today,
            source=OWNER,
        )
        self._check_alone(new)
        return _ordered(self.last_number, tuple(new if item is old else item for item in self.items))

    def confirmed(self, numbers: Collection[int], *, today: date) -> "Sheet":
        """Return the sheet with items that are still so. Raises NotFound: `not_found`."""
        for number in numbers:
            self.item(number)
        items = (replace(item, confirmed=today) if item.number in numbers else item for item in self.items)
        return _ordered(self.last_number, tuple(items))

    def without(self, numbers: Collection[int]) -> "Sheet":
        """Return the sheet without some items; older versions of it keep them. Raises NotFound: `not_found`."""
        for number in numbers:
            self.item(number)
        return _ordered(self.last_number, tuple(item for item in self.items if item.number not in numbers))

    def item(self, number: int) -> Item:
        """Return the item of a number. Raises NotFound: `not_found`."""
        for item in self.items:
            if item.number == number:
                return item
        raise NotFound("not_found", f"there is no item {number}", hint="`hv emergency list` shows what there is")

    def _check_alone(self, item: Item) -> None:
        """Check that nobody reads an allergy and "none known" in one section. Raises InvalidRequest."""
        for other in self.items:
            is_beside = other.section is item.section and other.number != item.number
            if is_beside and NONE_KNOWN in {other.text.casefold(), item.text.casefold()}:
                hint = f"`hv emergency remove {other.number}` first, if it is not so any more"
                raise InvalidRequest("contradicts", f"item {other.number} says otherwise", hint=hint)

    def holds(self, section: Section, text: str, source: str) -> bool:
        """Tell whether something of a document was taken over already."""
        said = one_line(text)
        return any((item.section, item.text, item.source) == (section, said, source) for item in self.items)


EMPTY_SHEET = Sheet(last_number=0, items=())


def parse_sheet(data: bytes) -> Sheet:
    """Return the sheet in a document's bytes, which somebody may have written by hand.

    Raises:
        FormatError: `bad_schema`, it is none, or breaks a rule of docs/spec/emergency.md section 1.
    """
    try:
        return _parsed(_loaded(data))
    except (ValueError, RecursionError) as err:
        raise FormatError("bad_schema", f"this is no emergency sheet: {err}") from err


def one_line(text: str) -> str:
    """Return a text on one line, cut to `MAX_CHARS` characters. What cannot be encoded is replaced."""
    line = " ".join(text.encode("utf-8", "replace").decode().split())
    return line if len(line) <= MAX_CHARS else line[: MAX_CHARS - 1] + "…"


def _short(text: str, what: str, *, is_needed: bool = False) -> str:
    line = " ".join(text.split())
    if is_needed and not line:
        raise InvalidRequest("bad_text", "the item says nothing")
    if len(line) > MAX_CHARS:
        raise InvalidRequest("bad_text", f"the {what} has {len(line)} characters; {MAX_CHARS} fit on a card")
    if line.encode("utf-8", "replace").decode() != line:
        raise InvalidRequest("bad_text", f"the {what} is not valid text")
    return line


def _same(one: Item, other: Item) -> bool:
    return (one.text.casefold(), one.detail.casefold()) == (other.text.casefold(), other.detail.casefold())


def _ordered(last_number: int, items: tuple[Item, ...]) -> Sheet:
    order = list(Section)
    return Sheet(
        last_number=last_number,
        items=tuple(sorted(items, key=lambda item: (order.index(item.section), item.number))),
    )


def _loaded(data: bytes) -> Json:
    if len(data) > MAX_SHEET_BYTES:
        raise ValueError("it is too large")
    return cast("Json", json.loads(data.decode()))


def _parsed(whole: Json) -> Sheet:
    if not isinstance(whole, dict) or (whole.get("type"), whole.get("schema")) != (TYPE, SCHEMA):
        raise ValueError("its type or schema is another")
    items = tuple(_item(each) for each in _member(whole, "items", lambda value: isinstance(value, list), list))
    last = _member(whole, "last_number", lambda value: type(value) is int, int)
    numbers = [item.number for item in items]
    if len(items) > MAX_ITEMS or len(set(numbers)) < len(numbers) or not all(0 < one <= last for one in numbers):
        raise ValueError("the numbers of its items are wrong")
    return _ordered(last, items)


def _item(value: Json) -> Item:
    if not isinstance(value, dict):
        raise ValueError("an item is no object")  # noqa: TRY004  a fault of the text like any other
    number = _member(value, "number", lambda found: type(found) is int, int)
    texts = {name: _member(value, name, lambda found: isinstance(found, str), str) for name in _TEXTS}
    for name in ("text", "detail"):
        if texts[name] != " ".join(texts[name].split()) or len(texts[name]) > MAX_CHARS:
            raise ValueError(f"the {name} of item {number} is too long or not one line")
    if not texts["text"] or not _SOURCE.fullmatch(texts["source"]):
        raise ValueError(f"item {number} says nothing, or not where it is from")
    return Item(
        number=number,
        section=Section(texts["section"]),
        text=texts["text"],
        detail=texts["detail"],
        confirmed=date.fromisoformat(texts["confirmed"]),
        source=texts["source"],
    )


_SOURCE = re.compile(r"owner|d_[a-z2-7]{32}")
_TEXTS = ("section", "text", "detail", "confirmed", "source")


def _member(whole: JsonObject, name: str, is_right: Callable[[Json], bool], kind: type[_Found]) -> _Found:
    value = whole.get(name)
    if not is_right(value) or not isinstance(value, kind):
        raise ValueError(f"its {name} is missing or wrong")
    return value
