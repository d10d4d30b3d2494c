# SPDX-License-Identifier: Apache-2.0
"""What an item means, whatever it came in: equal for the same statement in XML, in JSON, in another version.

It joins what several documents say about the same thing in what is shown, and decides nothing else: no document
is dropped, and no item of another person is joined, because whoever asks looks at one person's items only.
Spec: docs/spec/contents.md section 6.
"""

import datetime as dt
import hashlib
import json
from decimal import Decimal, InvalidOperation

from healthvault.records.statements import Item, Quantity
from healthvault.records.units import unit_key

__all__ = ["SENSE_BYTES", "sense_of"]

SENSE_BYTES = 16
_WITHOUT_TIME = 10  # characters of a date
_DENIED = frozenset({"entered-in-error", "not-done", "not-taken", "refuted"})
"""Of a status that takes a statement back: it must not be joined with the statement itself."""


def sense_of(item: Item) -> bytes:
    """Return the sense (16 bytes) of an item.

    Without a code the title counts, and without a date the identity: what says too little is like nothing else.
    """
    codes = sorted({f"{coding.system}|{coding.code}" for coding in item.codes})
    said = [
        item.type,
        codes or " ".join(item.title.casefold().split()),
        _moment(item.date) if item.date else [item.identity or item.place],
        _number(item.quantity),
        " ".join((item.text or "").casefold().split()) if item.quantity is None else "",
    ]
    if item.status in _DENIED:
        said.append(item.status)
    return hashlib.sha256(json.dumps(said, ensure_ascii=True).encode()).digest()[:SENSE_BYTES]


def _moment(date: str) -> str:
    """Return a date as it is, and a time in UTC to the second if its offset is known."""
    if len(date) <= _WITHOUT_TIME:
        return date
    try:
        moment = dt.datetime.fromisoformat(date)
    except ValueError:
        return date
    return (moment if moment.tzinfo is None else moment.astimezone(dt.UTC)).replace(microsecond=0).isoformat()


def _number(quantity: Quantity | None) -> list[str] | None:
    if quantity is None:
        return None
    try:
        number = format(Decimal(quantity.number).normalize(), "f")
    except InvalidOperation:
        number = quantity.number
    return [quantity.comparator or "", number, unit_key(quantity.unit).casefold()]
