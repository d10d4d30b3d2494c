# SPDX-License-Identifier: Apache-2.0
"""Records by their days and providers."""

import time
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from healthvault.claims.checking import check
from healthvault.claims.evidence import Evidence
from healthvault.claims.joining import join, window
from tests.claim_papers import line, paper, visit

_DAYS = st.dates(date(2025, 1, 1), date(2026, 12, 31))


@given(st.lists(st.tuples(_DAYS, st.integers(0, 40))), _DAYS, st.integers(0, 20), st.integers(0, 100))
def test_around_is_every_record_that_overlaps(
    stays: list[tuple[date, int]], first: date, length: int, days: int
) -> None:
    """Held against a search through all of them."""
    records = [visit(str(day), until=str(day + timedelta(days=nights))) for day, nights in stays]
    last = first + timedelta(days=length)
    start, end = window(str(first), str(last), days)
    expected = [record for record in records if record.first <= end and record.last >= start]
    got = list(Evidence(records).around(str(first), str(last), days))
    assert sorted(map(repr, expected)) == sorted(map(repr, got))


def test_how_often_something_was_done() -> None:
    """By the hour where there is one; a dispense of that day beside a visit is no second visit."""
    (case,) = join([paper("1", line(billed="5"))])
    records = [visit("2026-03-10T09:00:00Z"), visit("2026-03-10"), visit("2026-03-10", type="MedicationDispense")]
    assert 1 == Evidence(records).times(case, case.lines[0])
    assert 0 == Evidence([]).times(case, case.lines[0])
    assert 0 == Evidence([visit("2026-03-10", type="Observation")]).times(case, case.lines[0])


def test_thousands_are_judged_in_seconds() -> None:
    """10,000 claims against 10,000 records, and one claim of thousands of equal lines."""
    days = [(date(2016, 1, 1) + timedelta(days=number % 3000)).isoformat() for number in range(10_000)]
    papers = [paper(f"C{n}", line(day, billed=f"{n}"), seq=n) for n, day in enumerate(days)]
    papers.append(paper("L", *[line("2031-01-01", billed="1")] * 2000, seq=99_999))
    began = time.monotonic()
    check(join(papers), [visit(day, f"Clinic {n % 40} Town {n % 40}") for n, day in enumerate(days)])
    assert time.monotonic() - began < 30
