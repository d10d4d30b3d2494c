# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.gs1.recalls: near misses are no hits, and what is not said is unknown."""

from dataclasses import replace
from datetime import date

import pytest

from healthvault.gs1.recalls import Answer, Recall, is_about
from healthvault.gs1.trade_items import TradeItem

GTIN, OTHER = "00300010123455", "07032069804988"
DAY, NEXT = date(2027, 3, 27), date(2027, 3, 28)
ITEM = TradeItem(gtin=GTIN, lot="A123", serial="11", expiry=DAY)
YES, NO, UNKNOWN = Answer.YES, Answer.NO, Answer.UNKNOWN


@pytest.mark.parametrize(
    ("recall", "answer"),
    [
        (Recall(gtin=GTIN, lot="A123"), YES),
        (Recall(gtin=GTIN, lot=" a123"), YES),
        (Recall(gtin=GTIN, lot=None), YES),
        (Recall(gtin=GTIN, lot="A1234"), NO),
        (Recall(gtin=GTIN, lot="A12"), NO),
        (Recall(gtin=OTHER, lot="A123"), NO),
        (Recall(gtin=OTHER, lot=None), NO),
        (Recall(gtin=GTIN, lot="A123", serial="11"), YES),
        (Recall(gtin=GTIN, lot="A123", serial="12"), NO),
        (Recall(gtin=GTIN, lot="B1", serial="11"), NO),
        (Recall(gtin=GTIN, lot=None, serial="11"), YES),
        (Recall(gtin=GTIN, lot="A123", expiry=DAY), YES),
        (Recall(gtin=GTIN, lot="A123", expiry=NEXT), UNKNOWN),
        (Recall(gtin=GTIN, lot=None, expiry=NEXT), NO),
        (Recall(gtin=GTIN, lot=None, expiry=DAY), YES),
    ],
)
def test_a_thing_that_says_all(recall: Recall, answer: Answer) -> None:
    """Lot A123 is not A1234, and another product is another product."""
    assert answer is is_about(recall, ITEM)


@pytest.mark.parametrize(
    ("recall", "answer"),
    [
        (Recall(gtin=GTIN, lot=None), YES),
        (Recall(gtin=GTIN, lot="A123"), UNKNOWN),
        (Recall(gtin=GTIN, lot=None, serial="11"), UNKNOWN),
        (Recall(gtin=GTIN, lot=None, expiry=DAY), UNKNOWN),
        (Recall(gtin=OTHER, lot="A123"), NO),
    ],
)
def test_a_thing_that_says_little(recall: Recall, answer: Answer) -> None:
    """Is not said to be free of a recall that it may be in."""
    assert answer is is_about(recall, replace(ITEM, lot=None, serial=None, expiry=None))
