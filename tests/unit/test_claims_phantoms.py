# SPDX-License-Identifier: Apache-2.0
"""The rule `phantom`: only where the vault would know."""

import pytest

from healthvault.claims.checking import check
from healthvault.claims.evidence import DOCUMENT, Record
from healthvault.claims.findings import Confidence, Rule
from healthvault.claims.joining import join
from healthvault.records.statements import Coding
from tests.claim_papers import CLINIC, line, paper, visit

NEAR = visit("2026-02-20")


def judged(*records: Record, day: str | None = "2026-03-10", **more: object) -> str:
    """Return what is said of one claim: `fine`, the confidence of a finding, or why nothing is concluded."""
    checked = check(join([paper("1", line(day, billed="5"), **more)]), records)
    for each in checked.findings:
        if each.rule is Rule.PHANTOM:
            return each.confidence.value
    return checked.unjudged[0].reason if checked.unjudged else "fine"


def test_absence_counts_only_where_there_are_records() -> None:
    """Of that time, and of that provider around it."""
    assert "absent" == judged(NEAR)
    assert "no records of that time" == judged()
    assert "no records of that time" == judged(visit("2025-11-01"))
    assert "no records of that provider around that time" == judged(visit("2026-02-20", "Northgate General"))
    assert "the provider is not known" == judged(NEAR, providers=())
    assert "the day of the service is not known" == judged(NEAR, day=None)


@pytest.mark.parametrize("day", ["2026-03-09", "2026-03-10", "2026-03-11", "2026-03-10T23:30:00-05:00"])
def test_a_record_of_the_day_or_next_to_it(day: str) -> None:
    """Zones, nights, closing time."""
    assert "fine" == judged(NEAR, visit(day))


@pytest.mark.parametrize(
    "kind",
    ["Encounter", "Procedure", "Observation", "DiagnosticReport", "Immunization", "MedicationDispense",
     "MedicationAdministration", "Appointment", "ImagingStudy"],
)  # fmt: skip
def test_any_sort_of_record(kind: str) -> None:
    """What says that something was done."""
    assert "fine" == judged(NEAR, visit("2026-03-10", type=kind))


def test_a_letter_counts_if_it_is_by_the_provider() -> None:
    """A note of that day by somebody else does not."""
    assert "fine" == judged(NEAR, visit("2026-03-10", type=DOCUMENT))
    assert "doubtful" == judged(NEAR, visit("2026-03-10", "My own notes", type=DOCUMENT))


def test_what_was_not_done_is_no_record() -> None:
    """Cancelled, or nobody came."""
    for status in ("cancelled", "noshow", "entered-in-error", "not-done"):
        assert "absent" == judged(NEAR, visit("2026-03-10", status=status))


def test_a_stay_holds_for_all_its_days() -> None:
    """From the first to the last; one of years holds for none."""
    assert "fine" == judged(NEAR, visit("2026-03-01", until="2026-03-15"))
    assert "absent" == judged(NEAR, visit("2015-03-01", until="2026-12-15"))


def test_another_providers_record_of_the_same_code() -> None:
    """It may be the same service under another name, unless a claim of that provider tells of it."""
    code = (Coding(system="", code="99213"),)
    other = visit("2026-03-10", "Northgate General", codes=code)
    assert "fine" == judged(NEAR, other)
    its_own = paper("2", line(billed="7"), seq=2, providers=("Northgate General",))
    checked = check(join([paper("1", line(billed="5")), its_own]), [NEAR, other])
    phantoms = [(each.claim, each.confidence) for each in checked.findings if each.rule is Rule.PHANTOM]
    assert [("1", Confidence.DOUBTFUL)] == phantoms


def test_a_record_that_names_nobody_counts() -> None:
    """What is not known does not speak against anybody."""
    assert "fine" == judged(NEAR, visit("2026-03-10", ""))
    assert CLINIC == NEAR.providers[0]


def test_a_day_that_does_not_exist_is_no_record() -> None:
    """Nor is one of which only the month is known; an end that does not exist is none."""
    assert "absent" == judged(NEAR, visit("2026-13-45"), visit("2026-03"))
    assert "fine" == judged(NEAR, visit("2026-03-10", until="2026-99-99"))
