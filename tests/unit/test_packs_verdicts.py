# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.packs.verdicts: each question apart, and a sentence that never says too much."""

from datetime import date

import pytest

from healthvault.gs1.recalls import Recall
from healthvault.gs1.trade_items import TradeItem
from healthvault.packs.verdicts import (
    KnownList,
    Result,
    Sighting,
    Verdict,
    age_of,
    check_digit_verdict,
    expiry_verdict,
    recall_verdict,
    seen_verdict,
    sentence,
)

TODAY = date(2026, 11, 20)
ITEM = TradeItem(gtin="00300010123455", lot="A123", serial="11")
HIT = Recall(gtin="00300010123455", lot="A123", reason="particles", place="line 2")
MISS = Recall(gtin="00300010123455", lot="A1234", place="line 2")
SIGHTING = Sighting(document="d_1", role="scan", when=None)
PASS, FAIL, UNKNOWN = Result.PASS, Result.FAIL, Result.UNKNOWN


def known(*recalls: Recall, day: date | None = date(2026, 11, 1), received: bool = False) -> KnownList:
    """Return a list."""
    return KnownList(document="d_abcdefghijkl", day=day, source="", recalls=recalls, is_received=received)


def said(
    lists: list[KnownList], sightings: list[Sighting], item: TradeItem = ITEM, wrong: tuple[str, ...] = ()
) -> str:
    """Return the sentence."""
    return sentence(
        [
            check_digit_verdict(wrong),
            expiry_verdict([item.expiry] if item.expiry else [], today=TODAY),
            recall_verdict([item], lists, today=TODAY),
            seen_verdict(item.serial, sightings),
        ]
    )


def test_the_sentence_for_a_pack_that_nothing_speaks_against() -> None:
    """Word for word; and what it says without any list."""
    assert "well-formed, unrecalled, first seen here: cannot prove this pack is genuine" == said([known(MISS)], [])
    without = "well-formed, no recall list here, first seen here: cannot prove this pack is genuine"
    assert without == said([], [])


def test_every_sentence_ends_alike() -> None:
    """Whatever stands before."""
    old = TradeItem(gtin=ITEM.gtin, lot="A123", expiry=date(2026, 11, 19))
    found = [said([known(HIT)], [SIGHTING]), said([], [], old), said([], [], wrong=("01",))]
    assert [
        "well-formed, recalled, seen before here: cannot prove this pack is genuine",
        "well-formed, expired, no recall list here, without a serial number: cannot prove this pack is genuine",
        "wrong check digit, no recall list here, first seen here: cannot prove this pack is genuine",
    ] == found


@pytest.mark.parametrize(
    ("verdict", "result", "code"),
    [
        (check_digit_verdict([]), PASS, None),
        (check_digit_verdict(["01"]), FAIL, "check_digit"),
        (expiry_verdict([], today=TODAY), UNKNOWN, None),
        (expiry_verdict([TODAY], today=TODAY), PASS, None),
        (expiry_verdict([date(2026, 11, 19)], today=TODAY), FAIL, "expired"),
        (expiry_verdict([date(2027, 1, 1), date(2026, 11, 19)], today=TODAY), FAIL, "expired"),
        (recall_verdict([ITEM], [], today=TODAY), UNKNOWN, None),
        (recall_verdict([ITEM], [known(MISS)], today=TODAY), PASS, None),
        (recall_verdict([ITEM], [known(MISS), known(HIT)], today=TODAY), FAIL, "recalled"),
        (recall_verdict([TradeItem(gtin=ITEM.gtin)], [known(HIT)], today=TODAY), UNKNOWN, None),
        (recall_verdict([TradeItem(gtin=ITEM.gtin, lot="B"), ITEM], [known(HIT)], today=TODAY), FAIL, "recalled"),
        (seen_verdict("11", []), PASS, None),
        (seen_verdict("11", [SIGHTING]), UNKNOWN, "seen_before"),
        (seen_verdict(None, []), UNKNOWN, None),
    ],
)
def test_verdicts(verdict: Verdict, result: Result, code: str | None) -> None:
    """Expired is the day after; of two days the earlier counts; a doubt is no pass."""
    assert (result, code) == (verdict.result, verdict.code)


def test_a_recall_says_whose_word_it_is() -> None:
    """The place in the list, the document, and that somebody else sent it."""
    verdict = recall_verdict([ITEM], [known(HIT, received=True)], today=TODAY)
    assert (
        "lot A123 of 00300010123455 by line 2 of d_abcdefgh (received from somebody): particles" == verdict.detail
    )


def test_the_age_of_lists() -> None:
    """A list of the future has none, and does not make others look new."""
    assert "1 list, the newest of 2026-11-19, 1 day old" == age_of([known(day=date(2026, 11, 19))], today=TODAY)
    lists = [known(day=date(2099, 1, 1)), known(day=date(2026, 11, 1)), known(day=None)]
    assert "3 lists, the newest of 2026-11-01, 19 days old" == age_of(lists, today=TODAY)
    lists = [known(), known(received=True)]
    assert "2 lists (1 received from others), the newest of 2026-11-01, 19 days old" == age_of(lists, today=TODAY)
    lists = [known(day=None)]
    assert "1 list, of unknown date" == age_of(lists[:1], today=TODAY)
