# SPDX-License-Identifier: Apache-2.0
"""Whether a recall is about a thing: yes, no, or unknown where one of the two does not say enough. Pure.

Spec: docs/spec/packs.md section 5.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import Enum

from healthvault.gs1.trade_items import TradeItem, same_lot

__all__ = ["Answer", "Recall", "is_about"]


class Answer(Enum):
    """Whether a recall is about a thing."""

    YES = "recalled"
    NO = "not_recalled"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recall:
    """One line of a recall list. Its words are untrusted, on one line each."""

    gtin: str
    """14 digits, with the right check digit."""
    lot: str | None
    """None: all lots."""
    serial: str | None = None
    """None: all pieces."""
    expiry: date | None = None
    reason: str = ""
    day: date | None = None
    source: str = ""
    place: str = ""
    """Where it stands in its list."""


def is_about(recall: Recall, item: TradeItem) -> Answer:
    """Tell whether a recall is about a thing.

    What the recall names and the thing does not say is unknown. An expiry that differs although lot or piece are
    the same is unknown too: one of the two is wrong, and it is not for a program to say which.
    """
    if recall.gtin != item.gtin:
        return Answer.NO
    answers = list(_answers(recall, item))
    if Answer.NO in answers:
        return Answer.NO
    is_same_day = recall.expiry is None or recall.expiry == item.expiry
    if not is_same_day and item.expiry is not None and not answers:
        return Answer.NO
    return Answer.YES if is_same_day and Answer.UNKNOWN not in answers else Answer.UNKNOWN


def _answers(recall: Recall, item: TradeItem) -> Iterator[Answer]:
    """Yield an answer for each of lot and serial number that the recall names."""
    if recall.lot is not None:
        yield Answer.UNKNOWN if item.lot is None else _answer(is_same=same_lot(recall.lot, item.lot))
    if recall.serial is not None:
        yield Answer.UNKNOWN if item.serial is None else _answer(is_same=recall.serial == item.serial)


def _answer(*, is_same: bool) -> Answer:
    return Answer.YES if is_same else Answer.NO
