# SPDX-License-Identifier: Apache-2.0
"""The rule `phantom`: a service of which no record tells, at a time and of a provider of which there are records.

Where the vault holds nothing of that time, or of that provider around it, nothing is concluded: that there is no
proof is no proof. Spec: docs/spec/claims.md section 4.2.
"""

from collections.abc import Iterator, Sequence

from healthvault.claims.evidence import WINDOW_DAYS, Evidence
from healthvault.claims.findings import Confidence, Finding, Rule, Severity, Unjudged
from healthvault.claims.joining import Case

__all__ = ["find_phantoms"]


def find_phantoms(cases: Sequence[Case], evidence: Evidence) -> Iterator[Finding | Unjudged]:
    """Yield, for each case in force, what of it has no record; or why that means nothing."""
    for case in cases:
        yield from _of_case(case, evidence)


def _of_case(case: Case, evidence: Evidence) -> Iterator[Finding | Unjudged]:
    missing: dict[str, str] = {}
    reasons: set[str] = set()
    for line in case.lines:
        if evidence.of_line(case, line):
            continue
        why = evidence.holds(case, line)
        span = case.span(line)
        if why is not None or span is None:
            reasons.add(why or "the day of the service is not known")
        else:
            codes = ", ".join(coding.code for coding in line.codes[:1]) or line.description or "a service"
            missing.setdefault(span[0], codes)
    if missing:
        yield _finding(case, evidence, missing)
    elif reasons or not case.lines:
        reason = "; ".join(sorted(reasons)) or "it names no service"
        yield Unjudged(rule=Rule.PHANTOM, claim=case.label, reason=reason, documents=case.documents)


def _finding(case: Case, evidence: Evidence, missing: dict[str, str]) -> Finding:
    others = [record for day in missing for record in evidence.around(day, day, WINDOW_DAYS) if record.providers]
    told = "; ".join(f"{code} on {day}" for day, code in sorted(missing.items()))
    who = ", ".join(case.providers[:2]) or next(
        (name for line in case.lines for name in line.providers), "the provider"
    )
    return Finding(
        rule=Rule.PHANTOM,
        severity=Severity.HIGH,
        confidence=Confidence.DOUBTFUL if others else Confidence.ABSENT,
        claim=case.label,
        reason=f"no record of {told} by {who}, though there are records of that time and provider",
        documents=case.documents,
        aside=f"there is a record of that day by {others[0].providers[0]}" if others else "",
    )
