# SPDX-License-Identifier: Apache-2.0
"""All rules over all cases, and which of it a person should see first. Spec: docs/spec/claims.md section 4."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from healthvault.claims.amounts import find_differences
from healthvault.claims.coverage import Coverage, find_after_coverage, find_other_people
from healthvault.claims.duplicates import find_duplicates
from healthvault.claims.evidence import Evidence, Record
from healthvault.claims.findings import Finding, Severity, Unjudged
from healthvault.claims.joining import Case
from healthvault.claims.phantoms import find_phantoms
from healthvault.claims.totals import counts

__all__ = ["Checked", "check"]

_SEVERITIES = tuple(Severity)


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What the rules found, and of what they could say nothing."""

    findings: tuple[Finding, ...]
    """The gravest first."""
    unjudged: tuple[Unjudged, ...]
    looked_at: int
    """Cases of the owner that are in force."""


def check(cases: Sequence[Case], records: Iterable[Record], coverages: Sequence[Coverage] = ()) -> Checked:
    """Return what all rules say. The same input gives the same answer, in the same order."""
    own = [case for case in cases if counts(case)]
    evidence = Evidence(records, own)
    phantoms = list(find_phantoms(own, evidence))
    findings = [
        *find_duplicates(own, evidence),
        *(each for each in phantoms if isinstance(each, Finding)),
        *find_differences(own),
        *find_other_people(cases),
        *find_after_coverage(own, coverages),
    ]
    findings.sort(key=lambda each: (_SEVERITIES.index(each.severity), each.claim, each.rule.value, each.reason))
    return Checked(
        findings=tuple(findings),
        unjudged=tuple(each for each in phantoms if isinstance(each, Unjudged)),
        looked_at=len(own),
    )
