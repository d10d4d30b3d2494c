# SPDX-License-Identifier: Apache-2.0
"""One measurement of a device as an item, whoever's format it came in. Spec: docs/spec/contents.md section 8."""

import datetime as dt
import hashlib
import json
from dataclasses import dataclass

from healthvault.records.categories import Category
from healthvault.records.dates import from_iso
from healthvault.records.decimals import decimal_of
from healthvault.records.description import one_line
from healthvault.records.measures import loinc_of, ucum_of
from healthvault.records.statements import Coding, Item, Quantity

__all__ = ["Measured", "from_seconds", "iso_moment"]

MAX_TEXT_CHARS = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """A measurement as a format gives it; texts are raw."""

    title: str
    place: str
    source: str
    number: str | None
    """As written; what is no number is told in words."""
    unit: str | None = None
    measure: str | None = None
    """Its name in `measures`, if it is there."""
    date: str | None = None
    until: str | None = None
    key: str | None = None
    """What its source calls it, without the type."""
    text: str | None = None
    codes: tuple[Coding, ...] = ()
    subject: int | None = None

    def item(self) -> Item:
        """Return it as an item."""
        unit, number = ucum_of(self.unit), decimal_of(self.number)
        quantity = Quantity(number=self.number, unit=unit) if self.number and number is not None else None
        words = [self.text] if quantity else [self.number, self.unit if self.number else None, self.text]
        text = " ".join(word for word in words if word)[:MAX_TEXT_CHARS] or None
        said = [self.title, self.number, unit, self.date, self.until, text]
        return Item(
            type="Observation",
            place=self.place,
            title=one_line(self.title) or "measurement",
            subject=self.subject,
            identity=f"Observation/{self.key}" if self.key else None,
            digest=hashlib.sha256(json.dumps(said, ensure_ascii=True).encode()).digest(),
            date=self.date,
            until=self.until if self.until != self.date else None,
            status="final",
            category=Category.VITALS.value,
            codes=self.codes + (loinc_of(self.measure, unit, number) if quantity else ()),
            quantity=quantity,
            text=text,
            source=one_line(self.source),
        )


def iso_moment(written: str | None) -> str | None:
    """Return a date or a date and time of ISO 8601 as it is written, with `T` between them; else None."""
    if not written or len(written) > 40 or from_iso(written) is None:
        return None
    moment = written[:10] + "T" + written[11:] if len(written) > 10 else written
    try:
        dt.datetime.fromisoformat(moment)
    except ValueError:
        return from_iso(written)
    return moment


def from_seconds(seconds: str | None, offset: str | None = "Z") -> str | None:
    """Return seconds since 1970 as ISO 8601 with an offset behind them, or None if there is no such time.

    Args:
        seconds: Digits; of the clock at that offset, so that nothing is added to them.
        offset: `Z`, `-08:00`, …; None if it is not known.
    """
    number = decimal_of(seconds)
    if number is None or number != number.to_integral_value():
        return None
    try:
        moment = dt.datetime.fromtimestamp(int(number), dt.UTC)
    except (OverflowError, ValueError, OSError):
        return None
    text = moment.replace(tzinfo=None).isoformat()
    return f"{text}{offset or ''}" if from_iso(text[:10]) else None
