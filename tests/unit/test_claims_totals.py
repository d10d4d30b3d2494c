# SPDX-License-Identifier: Apache-2.0
"""Totals: each claim once, each amount from one paper, each currency apart."""

from dataclasses import replace

from healthvault.claims.joining import join
from healthvault.claims.money import exactly, shown
from healthvault.claims.paper import Amounts, Person, Role
from healthvault.claims.totals import amounts_of, totals
from tests.claim_papers import eur, line, paper


def test_each_amount_is_of_the_paper_that_is_believed_first() -> None:
    """What the explanation does not say is taken from the response, then from the claim."""
    claim = paper("7", line(billed="50"), role=Role.CLAIM)
    response = paper("R1", role=Role.RESPONSE, seq=2, claims=("7",), stated={"allowed": "45", "paid": "41"})
    eob = paper("E1", role=Role.EOB, seq=3, claims=("7",), stated={"paid": "40"})
    (case,) = join([claim, response, eob])
    amounts = amounts_of(case)
    assert ("50.00 EUR", "45.00 EUR", "40.00 EUR", "") == tuple(
        shown(getattr(amounts, name)) for name in ("billed", "allowed", "paid", "patient")
    )


def test_a_stated_total_goes_before_the_sum_of_lines() -> None:
    """And a sum of which one part is missing is no sum."""
    (stated,) = join([paper("1", line(billed="5"), line(billed="6"), stated={"billed": "10"})])
    (summed,) = join([paper("1", line(billed="5"), line(billed="6"))])
    (partly,) = join([paper("1", line(billed="5"), line())])
    assert ["10.00 EUR", "11.00 EUR", "unknown (incomplete)"] == [
        shown(amounts_of(case).billed) for case in (stated, summed, partly)
    ]


def test_two_insurers_paid_two_parts() -> None:
    """A newer explanation of one insurer stands in the place of its older one."""
    told = {"claims": ("7",)}
    first = paper("E1", line(paid="40"), created="2026-03-12", **told)
    newer = paper("E2", line(paid="42"), seq=2, created="2026-04-01", **told)
    second = paper("E3", line(paid="5"), seq=3, insurers=("Second Mutual",), **told)
    (case,) = join([first, newer, second])
    assert "47.00 EUR" == shown(amounts_of(case).paid)


def test_currencies_are_never_added() -> None:
    """Nor is what has none; both are counted."""
    dollars = Amounts(billed=exactly("7.10", "USD"))
    nothing = Amounts(billed=exactly("9", None))
    found = totals(join([
        paper("1", line(billed="0.10")),
        paper("2", line(billed="0.20"), seq=2),
        replace(paper("3", seq=3), stated=dollars),
        replace(paper("4", seq=4), stated=nothing),
    ]))  # fmt: skip
    assert [("EUR", 30), ("USD", 710)] == [(each.currency, each.sums["billed"]) for each in found.by_currency]
    assert ({"no currency": 1}, 4, 4) == (found.unclear["billed"], found.claims, found.unsaid["paid"])


def test_what_does_not_count() -> None:
    """Cancelled, somebody else's, perhaps somebody else's; and, with a year, of no known day."""
    found = totals(join([
        paper("1", line(billed="1"), status="cancelled"),
        paper("2", line(billed="1"), seq=2, person=Person.OTHER),
        paper("3", line(billed="1"), seq=3, person=Person.UNSURE),
        paper("4", line(None, billed="1"), seq=4),
        paper("5", line("2025-12-31", billed="1"), seq=5),
        paper("6", line("2026-01-01", billed="1"), seq=6),
    ]), 2026)  # fmt: skip
    assert (1, 1, 3) == (found.claims, found.undated, found.not_counted)
    assert [eur("1")] == [exactly(str(total.sums["billed"] // 100), total.currency) for total in found.by_currency]
