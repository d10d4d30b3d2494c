# SPDX-License-Identifier: Apache-2.0
"""What one source says of a medicine: a prescription, a dispense, or a statement such as a stop.

Days are ISO texts as far as written: `2026-03` is some day of March, and is taken for none in particular.
All of it is unverified, but for `signed`. Pure. Spec: docs/spec/medicines.md section 4.
"""

import datetime as dt
from calendar import monthrange
from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum

from healthvault.medicines.wording import Medicine

__all__ = ["Amount", "Sign", "Sort", "Telling", "exact_day", "first_day", "last_day", "pack_text"]

_WHOLE = 10  # characters of a day
_YEAR = 4  # likewise
_MONTHS = 12
_SYMBOLOGY = ("]d2", "]C1", "]Q3", "]e0")
_MIN_SERIAL_CHARS = 16


class Sort(Enum):
    """What a source states."""

    PRESCRIPTION = "prescription"
    DISPENSE = "dispense"
    STATEMENT = "statement"
    STOP = "stop"
    """A statement that a medicine was stopped."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """An exact quantity."""

    number: Decimal
    unit: str
    """As written, folded; empty if none is said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """Who stands behind a document, as proved by their key: verified."""

    name: str
    """The owner's own name for the contact."""
    contact: str
    """Contact id."""
    how: str
    """`bundle`: it came in one of theirs; `passed_on`: it came from them by way of others; `attestation`."""
    statement: str | None = None
    """Of an attestation: what was signed; untrusted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """One thing that a document says."""

    sort: Sort
    id: str
    """Of the document; behind a colon the place in it, where it states several things."""
    document: str
    medicine: Medicine
    patient: str = ""
    """Whom it is about, as it is compared; empty: the owner."""
    patient_name: str = ""
    """The same in the words of the source."""
    status: str | None = None
    """FHIR's word."""
    date: str | None = None
    """Written, handed over, or begun."""
    begins: str | None = None
    """Of a prescription: before this day nothing may be handed over."""
    until: str | None = None
    """The last day of validity of a prescription; the end of what is stated."""
    said: str | None = None
    """The day by which the source had said it for sure."""
    dose: str | None = None
    by: str | None = None
    """Prescriber, or who handed it over: words that anybody may write."""
    reason: str | None = None
    quantity: Amount | None = None
    days: int | None = None
    """How long one supply lasts."""
    repeats: int | None = None
    pack: str | None = None
    about: tuple[str, ...] = ()
    """What it says that it rests on: ids, addresses."""
    identity: str | None = None
    """`Type/id` as its source calls it."""
    digest: bytes | None = None
    content: str | None = None
    """The address of its bytes, whatever vault they are in (`ni:`)."""
    signed: tuple[Sign, ...] = ()
    twins: tuple["Telling", ...] = field(default=(), repr=False)
    """What says the same and is not told apart any more."""

    @property
    def tellings(self) -> tuple["Telling", ...]:
        """Itself and its twins."""
        return (self, *self.twins)

    @property
    def documents(self) -> tuple[str, ...]:
        """Every document that says it."""
        return tuple(dict.fromkeys(each.document for each in self.tellings))


def exact_day(text: str | None) -> dt.date | None:
    """Return a day; None of what is no whole day."""
    if text is None or len(text) < _WHOLE:
        return None
    try:
        return dt.date.fromisoformat(text[:_WHOLE])
    except ValueError:
        return None


def first_day(text: str | None) -> str:
    """Return the first day that is meant; empty of none."""
    return "" if text is None else (text[:_WHOLE] + "-01-01"[len(text[:_WHOLE]) - 4 :])[:_WHOLE]


def last_day(text: str) -> str:
    """Return the last day that is meant."""
    begin = exact_day(first_day(text))
    if begin is None or len(text) >= _WHOLE:
        return text[:_WHOLE]
    month = begin.month if len(text) > _YEAR else _MONTHS
    return begin.replace(month=month, day=monthrange(begin.year, month)[1]).isoformat()


def pack_text(text: str) -> tuple[str, bool]:
    """Return a scanned text without separators, and whether it can be that of one pack and no other.

    A short run of digits is the code of a product, which all its packs carry.
    """
    plain = "".join(char for char in text if char.isprintable() and char not in " ()")
    for mark in _SYMBOLOGY:
        plain = plain.removeprefix(mark)
    return plain, len(plain) >= _MIN_SERIAL_CHARS
