# SPDX-License-Identifier: Apache-2.0
"""The rule `duplicate`, one case at a time; the labelled set has them together."""

from healthvault.claims.checking import check
from healthvault.claims.evidence import Record
from healthvault.claims.findings import Rule, Severity
from healthvault.claims.joining import join
from healthvault.claims.paper import Paper, Role
from tests.claim_papers import line, paper, visit


def found(*papers: Paper, records: tuple[Record, ...] = ()) -> list[tuple[str, tuple[str, ...], Severity]]:
    """Return claim, the claims that it repeats, and how grave it is."""
    checked = check(join(papers), records)
    return [(each.claim, each.claims, each.severity) for each in checked.findings if each.rule is Rule.DUPLICATE]


def bill(id: str, seq: int = 1, **more: object) -> Paper:  # noqa: A002
    """Return a claim for the same service."""
    return paper(id, line(billed="50", paid="40"), seq=seq, **more)


def test_one_service_under_two_claims() -> None:
    """The later of them is named, with the one that it repeats."""
    assert [("2", ("1",), Severity.HIGH)] == found(bill("1"), bill("2", 2))
    assert [("1", ("2",), Severity.HIGH)] == found(
        bill("1", 2, created="2026-05-01"), bill("2", created="2026-03-11")
    )


def test_what_was_done_twice_may_be_billed_twice() -> None:
    """Two visits of one day, each with its hour; told in two zones or without an hour, one is one."""
    papers = bill("1"), bill("2", 2)
    assert [] == found(*papers, records=(visit("2026-03-10T09:00:00Z"), visit("2026-03-10T16:00:00Z")))
    once = visit("2026-03-10T09:00:00Z"), visit("2026-03-10T10:00:00+01:00"), visit("2026-03-10")
    assert [("2", ("1",), Severity.HIGH)] == found(*papers, records=once)
    assert 1 == len(found(*papers, bill("3", 3), records=(visit("2026-03-10T09:00Z"), visit("2026-03-10T16:00Z"))))


def test_legitimate_repeats() -> None:
    """Another side, unit, amount, day, insurer or provider; a correction; what was cancelled or is another's."""
    others = (
        paper("2", line(billed="50", modifier="LT"), seq=2),
        paper("3", line(billed="50", quantity="2"), seq=3),
        paper("4", line(billed="51"), seq=4),
        paper("5", line("2026-03-11", billed="50"), seq=5),
        paper("6", line(billed="50"), seq=6, insurers=("Second Mutual",)),
        paper("7", line(billed="50"), seq=7, providers=("Northgate General",)),
        paper("8", line(billed="50"), seq=8, status="cancelled"),
        paper("9", line(billed="50", code="80053"), seq=9),
        paper("10", line(billed="50"), seq=10, providers=()),
    )
    assert [] == found(bill("1"), *others)
    corrected = bill("2", 2, role=Role.CLAIM, replaces=("1",))
    assert [] == found(bill("1", role=Role.CLAIM), corrected)


def test_a_repeat_that_the_insurer_refused_is_less() -> None:
    """It is billed twice, and paid once."""
    refused = paper("2", line(billed="50", paid="0"), seq=2)
    assert [("2", ("1",), Severity.LOW)] == found(bill("1"), refused)


def test_a_claim_that_is_paid_twice() -> None:
    """Two explanations of one insurer for the same services; a second insurer, or other services, are none."""
    one = bill("E1", claims=("7",))
    assert [("E1", (), Severity.HIGH)] == found(one, bill("E2", 2, claims=("7",)))
    assert [] == found(one, bill("E2", 2, claims=("7",), insurers=("Second Mutual",)))
    assert [] == found(one, paper("E2", line(code="80053", paid="5"), seq=2, claims=("7",)))


def test_a_row_that_stands_twice() -> None:
    """With the same line number and a payment."""
    row = line(billed="50", paid="40")
    assert [("1", (), Severity.HIGH)] == found(paper("1", row, row, role=Role.TABLE))


def test_many_alike_cost_little() -> None:
    """A table of thousands of equal rows under other ids is not compared for ever."""
    assert len(found(*(bill(str(number), number) for number in range(1, 1500)))) < 500
