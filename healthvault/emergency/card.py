# SPDX-License-Identifier: Apache-2.0
"""The emergency card: what one page shows of a sheet, on one day, as one JSON object that stays together.

The same object is printed by `--json`, drawn as QR codes, and encrypted into a protected page. Pure: the day is an
argument. Spec: docs/spec/emergency.md section 2.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import cast

from healthvault.emergency.sheet import OWNER, Item, Json, JsonObject, Section, Sheet, one_line
from healthvault.errors import FormatError, InvalidRequest

__all__ = [
    "MAX_PARTS",
    "MAX_QR_BYTES",
    "Card",
    "CardItem",
    "Wish",
    "card_text",
    "make_card",
    "parse_card",
    "split_card",
]

TYPE = "emergency_card"
SCHEMA = 1
MAX_QR_BYTES = 2331  # ISO/IEC 18004, version 40, error correction M, bytes
MAX_PARTS = 9
CURRENT = "current"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What the owner wants a card to show."""

    stale_after_months: int
    sections: tuple[Section, ...]
    """In the order of the page."""
    with_name: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class CardItem:
    """An item as a card shows it. Texts are untrusted."""

    section: Section
    text: str
    detail: str
    confirmed: str
    """A day, ISO 8601."""
    source: str
    is_stale: bool
    source_status: str = CURRENT
    """Of the document it was taken from: `current`, `superseded`, `retracted`, `erased`."""

    def to_object(self) -> JsonObject:
        """Return the JSON object; the status of the source only where there is something to say of it."""
        said: JsonObject = {} if self.source_status == CURRENT else {"source_status": self.source_status}
        return {
            "section": self.section.value,
            "text": self.text,
            "detail": self.detail,
            "confirmed": self.confirmed,
            "source": self.source,
            "stale": self.is_stale,
            **said,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """What one page shows."""

    id: str
    """`e_…`, random; the journal's entry about the page has it too."""
    name: str | None
    """As the owner calls herself, cut to one line; untrusted."""
    as_of: str
    """A day, ISO 8601, by the owner's clock."""
    stale_after_months: int
    sections: tuple[Section, ...]
    """What the card speaks of at all; a section without items is empty, one that is not here is left out."""
    items: tuple[CardItem, ...]

    def to_object(self) -> JsonObject:
        """Return the JSON object."""
        return {
            "type": TYPE,
            "schema": SCHEMA,
            "id": self.id,
            "name": self.name,
            "as_of": self.as_of,
            "stale_after_months": self.stale_after_months,
            "sections": [section.value for section in self.sections],
            "items": [item.to_object() for item in self.items],
        }


def make_card(
    sheet: Sheet, wish: Wish, *, id_text: str, name: str, today: date, source_status: Mapping[str, str]
) -> Card:
    """Return what a page shows of a sheet.

    Args:
        sheet: The owner's sheet.
        wish: What to show.
        id_text: The page's id.
        name: The owner's.
        today: The day, by the owner's clock.
        source_status: The status of each document that is a source; one that is not in it is `erased`.
    """

    def shown(item: Item) -> CardItem:
        status = CURRENT if item.source == OWNER else source_status.get(item.source, "erased")
        return CardItem(
            section=item.section,
            text=item.text,
            detail=item.detail,
            confirmed=item.confirmed.isoformat(),
            source=item.source,
            is_stale=is_stale(item.confirmed, today, wish.stale_after_months),
            source_status=status,
        )

    return Card(
        id=id_text,
        name=one_line(name) if wish.with_name else None,
        as_of=today.isoformat(),
        stale_after_months=wish.stale_after_months,
        sections=wish.sections,
        items=tuple(shown(item) for item in sheet.items if item.section in wish.sections),
    )


def is_stale(confirmed: date, today: date, months: int) -> bool:
    """Tell whether so many whole months have passed since a day; a day that has not come yet proves nothing."""
    passed = (today.year - confirmed.year) * 12 + today.month - confirmed.month - (today.day < confirmed.day)
    return passed >= months or confirmed > today


def card_text(card: Card) -> str:
    """Return the card as compact JSON in which every character can be seen."""
    return _text(card.to_object())


def split_card(card: Card) -> tuple[str, ...]:
    """Return the text of each QR code: the card, or parts of it that are cards with fewer items.

    Raises:
        InvalidRequest: `too_large`, an item fits no code, or more than `MAX_PARTS` are needed.
    """
    whole = card_text(card)
    if _fits(whole):
        return (whole,)
    groups: list[tuple[CardItem, ...]] = [()]
    for item in card.items:
        if not _fits(_part(card, (*groups[-1], item), MAX_PARTS, MAX_PARTS)):
            groups.append(())
        groups[-1] = (*groups[-1], item)
    groups = [group for group in groups if group]
    parts = [_part(card, group, number, len(groups)) for number, group in enumerate(groups, 1)]
    if not 0 < len(parts) <= MAX_PARTS or not all(map(_fits, parts)):
        hint = "shorten or remove items, leave sections out with --only, or the name with --without-name"
        raise InvalidRequest("too_large", "the card does not fit into QR codes", hint=hint)
    return tuple(parts)


def parse_card(data: bytes) -> Card:
    """Return the card in decrypted bytes: nobody has said who wrote them.

    Raises:
        FormatError: `bad_schema`, it is none.
    """
    try:
        return _parsed(cast("Json", json.loads(data.decode())))
    except (ValueError, RecursionError) as err:
        raise FormatError("bad_schema", "what was decrypted is no emergency card") from err


def _text(whole: JsonObject) -> str:
    text = json.dumps(whole, ensure_ascii=False, separators=(",", ":"))
    return text if text.isprintable() else "".join(map(_seen, text))


def _seen(char: str) -> str:
    return char if char.isprintable() else json.dumps(char)[1:-1]


def _part(card: Card, items: Iterable[CardItem], number: int, count: int) -> str:
    few = replace(card, items=tuple(items)).to_object()
    return _text({**few, "part": number, "parts": count})


def _fits(text: str) -> bool:
    return len(text.encode()) <= MAX_QR_BYTES


def _parsed(whole: Json) -> Card:
    if not isinstance(whole, dict) or (whole.get("type"), whole.get("schema")) != (TYPE, SCHEMA):
        raise ValueError("its type or schema is another")
    id_text, name, as_of = whole.get("id"), whole.get("name"), whole.get("as_of")
    months, sections, items = whole.get("stale_after_months"), whole.get("sections"), whole.get("items")
    if not (isinstance(id_text, str) and isinstance(as_of, str) and (name is None or isinstance(name, str))):
        raise ValueError("its id, name or day is wrong")
    if not (isinstance(months, int) and isinstance(sections, list) and isinstance(items, list)):
        raise ValueError("its sections or items are wrong")  # noqa: TRY004  a fault of the text like any other
    return Card(
        id=id_text,
        name=name,
        as_of=as_of,
        stale_after_months=months,
        sections=tuple(Section(each) for each in sections),
        items=tuple(map(_parsed_item, items)),
    )


def _parsed_item(item: Json) -> CardItem:
    if not isinstance(item, dict):
        raise ValueError("an item is no object")  # noqa: TRY004  a fault of the text like any other
    texts = [item.get(name, CURRENT if name == "source_status" else None) for name in _TEXTS]
    text, detail, confirmed, source, status = (each if isinstance(each, str) else None for each in texts)
    if text is None or detail is None or confirmed is None or source is None or status is None:
        raise ValueError("an item lacks a text")
    return CardItem(
        section=Section(item.get("section")),
        text=text,
        detail=detail,
        confirmed=confirmed,
        source=source,
        is_stale=item.get("stale") is not False,
        source_status=status,
    )


_TEXTS = ("text", "detail", "confirmed", "source", "source_status")
