# SPDX-License-Identifier: Apache-2.0
"""The rules `not_covered_person` and `after_coverage`: whose claim it is, and whether the insurance held that day.

Spec: docs/spec/claims.md section 4.4.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from healthvault.claims.findings import Confidence, Finding, Rule, Severity
from healthvault.claims.joining import Case
from healthvault.claims.paper import Person
from healthvault.records.dates import from_iso
from healthvault.records.json_written import Written, map_at, string_at

__all__ = ["Coverage", "coverage_of", "find_after_coverage", "find_other_people"]


_MIXED = "it names somebody who has something of yours and something that is not: `hv id check` says what"
_SOMEBODY_ELSE = "it names somebody else than you: `hv id check` says why"


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """From when to when an insurance held, as a document says."""

    id: str
    document: str
    start: str | None
    end: str | None


def coverage_of(resource: Written, document: str) -> Coverage | None:
    """Return what a FHIR Coverage (unverified) says; None if it is none, or has no id."""
    own = string_at(resource, "id")
    if string_at(resource, "resourceType") != "Coverage" or not own:
        return None
    period = map_at(resource, "period")
    return Coverage(
        id=own,
        document=document,
        start=from_iso(string_at(period, "start")),
        end=from_iso(string_at(period, "end")),
    )


def find_other_people(cases: Sequence[Case]) -> Iterator[Finding]:
    """Yield claims that name somebody who is not the owner."""
    for case in cases:
        if case.person in {Person.CONFLICT, Person.OTHER}:
            is_mixed = case.person is Person.CONFLICT
            yield Finding(
                rule=Rule.NOT_COVERED_PERSON,
                severity=Severity.HIGH if is_mixed else Severity.LOW,
                confidence=Confidence.STATED,
                claim=case.label,
                reason=_MIXED if is_mixed else _SOMEBODY_ELSE,
                documents=tuple(paper.document for paper in case.papers if paper.person is case.person),
            )


def find_after_coverage(cases: Sequence[Case], coverages: Sequence[Coverage]) -> Iterator[Finding]:
    """Yield services on days on which the insurance that the claim names did not hold, as its document says."""
    known: dict[str, list[Coverage]] = {}
    for coverage in coverages:
        known.setdefault(coverage.id, []).append(coverage)
    for case in cases:
        named = [each for paper in case.papers for id_text in paper.coverages for each in known.get(id_text, ())]
        days = case.days
        if days is None or not named or any(_holds(each, days[0]) for each in named):
            continue
        spans = ", ".join(sorted({f"{each.start or '…'} to {each.end or '…'}" for each in named}))
        yield Finding(
            rule=Rule.AFTER_COVERAGE,
            severity=Severity.MEDIUM,
            confidence=Confidence.STATED,
            claim=case.label,
            reason=f"the service is of {days[0]}, the insurance that it names held {spans}",
            documents=tuple(dict.fromkeys((*case.documents, *(each.document for each in named)))),
        )


def _holds(coverage: Coverage, day: str) -> bool:
    """Tell whether a day may be within; days are compared as far as both are written."""
    start, end = coverage.start or "", coverage.end or "9999"
    return day[: len(start)] >= start and day[: len(end)] <= end
