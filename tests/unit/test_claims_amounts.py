# SPDX-License-Identifier: Apache-2.0
"""The rule `amount_differs`: each way in which papers do not add up."""

from dataclasses import replace

from healthvault.claims.checking import check
from healthvault.claims.findings import Rule
from healthvault.claims.joining import join
from healthvault.claims.money import exactly
from healthvault.claims.paper import Amounts, Paper, Role
from tests.claim_papers import eur, line, paper


def reasons(*papers: Paper) -> list[str]:
    """Return what is said of papers."""
    return [each.reason for each in check(join(papers), []).findings if each.rule is Rule.AMOUNT_DIFFERS]


def test_what_adds_up_is_silent() -> None:
    """To the cent."""
    claim = paper("7", line(billed="0.30"), role=Role.CLAIM, stated={"billed": "0.30"})
    told = {"billed": "0.30", "allowed": "0.30", "paid": "0.20", "patient": "0.10"}
    eob = paper("E1", line(**told), seq=2, claims=("7",), stated=told, payment=eur("0.20"))
    assert [] == reasons(claim, eob)


def test_papers_that_do_not_say_the_same() -> None:
    """What was billed, and what was paid; another currency is another amount."""
    claim = paper("7", line(billed="50"), role=Role.CLAIM)
    eob = paper("E1", line(), seq=2, claims=("7",), stated={"billed": "55", "paid": "40"})
    response = paper("R", role=Role.RESPONSE, seq=3, claims=("7",), stated={"billed": "50", "paid": "41"})
    assert ["the claim bills 50.00 EUR, the explanation of benefits says that 55.00 EUR was submitted"] == reasons(
        claim, eob
    )
    assert 2 == len(reasons(eob, response))
    dollars = replace(eob, stated=Amounts(billed=exactly("50", "USD")))
    assert 1 == len(reasons(claim, dollars))


def test_lines_that_are_not_the_total() -> None:
    """Where each line says an amount; a payment that is not the benefit, unless it was adjusted."""
    assert 1 == len(reasons(paper("1", line(billed="5"), line(billed="6"), stated={"billed": "10"})))
    assert [] == reasons(paper("1", line(billed="5"), line(), stated={"billed": "10"}))
    paid = paper("1", line(paid="5"), payment=eur("6"))
    assert ["the explanation of benefits says a benefit of 5.00 EUR and a payment of 6.00 EUR"] == reasons(paid)
    assert [] == reasons(replace(paid, is_adjusted=True))


def test_more_than_is_allowed() -> None:
    """By the insurer, or left to the patient; a share that is only parts of it is not judged."""
    assert 1 == len(reasons(paper("1", line(allowed="5", paid="6"))))
    share = line(allowed="10", paid="6", patient="5")
    told = (
        "line 1 of the explanation of benefits leaves 5.00 EUR to the patient; of the 10.00 EUR allowed"
        " 6.00 EUR is paid, so 4.00 EUR is left"
    )
    assert [told] == reasons(paper("1", share))
    parts = replace(share, amounts=replace(share.amounts, patient_is_whole=False))
    assert [] == reasons(paper("1", parts))
    assert [] == reasons(paper("1", line(allowed="10", paid="6", patient="1")))  # somebody else may pay the rest


def test_two_versions_of_one_explanation() -> None:
    """What it said before is not forgotten."""
    old, new = (paper("E1", line(paid=paid), seq=seq, created=f"2026-04-0{seq}")
                for seq, paid in enumerate(("5", "4"), 1))  # fmt: skip
    assert ["two versions of the explanation of benefits E1 differ: 5.00 EUR paid, then 4.00 EUR"] == reasons(
        old, new
    )


def test_what_is_unknown_is_not_compared() -> None:
    """No currency, no judgement."""
    claim = replace(paper("7", line(), role=Role.CLAIM), stated=Amounts(billed=exactly("5", None)))
    assert [] == reasons(claim, paper("E", line(), seq=2, claims=("7",), stated={"billed": "6"}))
