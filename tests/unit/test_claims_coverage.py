# SPDX-License-Identifier: Apache-2.0
"""Whose claim it is, and whether the insurance held."""

import pytest

from healthvault.claims.checking import check
from healthvault.claims.coverage import Coverage, coverage_of
from healthvault.claims.findings import Rule, Severity
from healthvault.claims.joining import join
from healthvault.claims.paper import Person
from tests.claim_papers import line, paper


@pytest.mark.parametrize(
    ("start", "end", "holds"),
    [
        (None, None, True), ("2026-01-01", None, True), ("2026", "2026", True), ("2026-03-10", "2026-03-10", True),
        ("2026-04", None, False), (None, "2026-03-09", False), ("2011-05-23", "2012-05-23", False),
    ],
)  # fmt: skip
def test_a_day_on_which_it_did_not_hold(start: str | None, end: str | None, holds: bool) -> None:
    """Days are compared as far as both are written."""
    coverage = Coverage(id="9", document="d_9", start=start, end=end)
    findings = check(join([paper("1", line(), coverages=("9",))]), [], [coverage]).findings
    assert holds == (not [each for each in findings if each.rule is Rule.AFTER_COVERAGE])


def test_one_of_several_that_holds_is_enough() -> None:
    """And one that nobody has says nothing."""
    old, new = (Coverage(id="9", document="d_9", start=None, end=end) for end in ("2020-01-01", None))
    assert () == check(join([paper("1", line(), coverages=("9",))]), [], [old, new]).findings
    assert () == check(join([paper("1", line(), coverages=("8",))]), [], [old]).findings


def test_a_coverage_is_read_or_is_none() -> None:
    """Its id and period."""
    read = coverage_of({"resourceType": "Coverage", "id": "9", "period": {"start": "2026", "end": "x"}}, "d_1")
    assert Coverage(id="9", document="d_1", start="2026", end=None) == read
    assert coverage_of({"resourceType": "Coverage"}, "d_1") is None
    assert coverage_of([], "d_1") is None


def test_claims_that_name_somebody_else() -> None:
    """Somebody with something of hers is graver than somebody else; neither is in any other finding."""
    findings = check(join([
        paper("1", line(allowed="1", paid="2"), person=Person.CONFLICT),
        paper("2", line(allowed="1", paid="2"), seq=2, person=Person.OTHER),
        paper("3", line(), seq=3, person=Person.UNSURE),
    ]), []).findings  # fmt: skip
    assert [("1", Severity.HIGH), ("2", Severity.LOW)] == [(each.claim, each.severity) for each in findings]
    assert {Rule.NOT_COVERED_PERSON} == {each.rule for each in findings}
