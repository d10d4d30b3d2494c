# SPDX-License-Identifier: Apache-2.0
"""The rule `duplicate`: a service that is billed under two claims, or a claim that is paid twice.

Spec: docs/spec/claims.md section 4.1.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import combinations

from healthvault.claims.evidence import Evidence
from healthvault.claims.findings import Confidence, Finding, Rule, Severity
from healthvault.claims.joining import Case
from healthvault.claims.money import Money, shown
from healthvault.claims.paper import Line, Paper, Role
from healthvault.claims.providers import agree, are_known
from healthvault.claims.totals import stated_by

__all__ = ["find_duplicates"]

MAX_ALIKE = 500  # services of one day, code and amount that are looked at
_Service = tuple[Case, Line, Money]


def find_duplicates(cases: Sequence[Case], evidence: Evidence) -> Iterator[Finding]:
    """Yield what is billed or paid twice, of cases in force.

    Args:
        cases: The owner's, in force.
        evidence: Records: as many as there are of one day, so many times it may have been done.
    """
    by_key: dict[tuple[str, frozenset[str], tuple[str, ...], Money, str], list[_Service]] = defaultdict(list)
    for case in cases:
        for line in case.lines:
            span, amount = case.span(line), _amount(line)
            codes = frozenset(coding.code for coding in line.codes)
            if span is not None and codes and amount is not None:
                key = (span[0], codes, line.modifiers, amount, line.quantity or "1")
                by_key[key].append((case, line, amount))
    told: set[frozenset[str]] = set()
    for services in by_key.values():
        for group in _by_provider(services[:MAX_ALIKE]):
            yield from _billed_twice(group, evidence, told)
    for case in cases:
        yield from _paid_twice(case)


def _amount(line: Line) -> Money | None:
    """Return what was asked for a service; what was paid for it where that is not said."""
    found = (line.amounts.billed, line.amounts.paid)
    return next((amount for amount in found if isinstance(amount, Money) and amount.minor > 0), None)


def _by_provider(services: Sequence[_Service]) -> Iterator[list[_Service]]:
    """Yield services of different claims that one provider billed to one insurer, the first claim first."""
    groups: list[list[_Service]] = []
    for service in services:
        fitting = next((group for group in groups if _fits(group[0], service)), None)
        if fitting is None:
            groups.append([service])
        elif all(service[0] is not case for case, _, _ in fitting):
            fitting.append(service)
    yield from (group for group in groups if len(group) > 1)


def _fits(one: _Service, other: _Service) -> bool:
    names = [line.providers or case.providers for case, line, _ in (one, other)]
    if not agree(*names):
        return False
    insurers = [case.insurers for case, _, _ in (one, other)]
    return not all(map(are_known, insurers)) or agree(*insurers)  # a second insurer pays the rest: no duplicate


def _billed_twice(group: list[_Service], evidence: Evidence, told: set[frozenset[str]]) -> Iterator[Finding]:
    ordered = sorted(group, key=lambda each: min((paper.created or "9", paper.seq) for paper in each[0].papers))
    case, line, amount = ordered[0]
    times = evidence.times(case, line)
    if len(ordered) <= times:
        return
    first = [each[0] for each in ordered[: max(times, 1)]]
    for again, its_line, _ in ordered[max(times, 1) :]:
        pair = frozenset({again.label, *(each.label for each in first)})
        if pair in told:
            continue
        told.add(pair)
        paid = stated_by(again.papers[0]).paid
        is_refused = isinstance(paid, Money) and paid.minor == 0
        codes = ", ".join(sorted({coding.code for coding in its_line.codes}))
        span = again.span(its_line) or ("", "")
        seen = f"; the records say that it was done {times} times" if times > 1 else (
            "; the records say that it was done once" if times else "")  # fmt: skip
        yield Finding(
            rule=Rule.DUPLICATE,
            severity=Severity.LOW if is_refused else Severity.HIGH,
            confidence=Confidence.STATED,
            claim=again.label,
            reason=f"{codes} on {span[0]} for {shown(amount)} is billed under claim"
            f" {', '.join(each.label for each in first)} too{seen}"
            + ("; the insurer paid nothing for this one" if is_refused else ""),
            documents=tuple(dict.fromkeys((*again.documents, *(d for each in first for d in each.documents)))),
            claims=tuple(each.label for each in first),
        )


def _paid_twice(case: Case) -> Iterator[Finding]:
    """Yield two payments of one insurer for one claim that are both said to be made."""
    for role in (Role.EOB, Role.RESPONSE):
        papers = [paper for paper in case.papers if paper.role is role and _pays(paper)]
        for one, other in combinations(papers, 2):
            is_other_insurer = (
                are_known(one.insurers) and are_known(other.insurers) and not agree(one.insurers, other.insurers)
            )
            if is_other_insurer or _codes(one) != _codes(other) or other.replaces or one.replaces:
                continue
            amount = shown(stated_by(other).paid)
            yield Finding(
                rule=Rule.DUPLICATE,
                severity=Severity.HIGH,
                confidence=Confidence.STATED,
                claim=case.label,
                reason=f"the same services are paid twice: {shown(stated_by(one).paid)} as {one.id or one.place},"
                f" {amount} as {other.id or other.place}",
                documents=tuple(dict.fromkeys((one.document, other.document))),
            )
    yield from _rows_twice(case)


def _rows_twice(case: Case) -> Iterator[Finding]:
    """Yield a row of a table that stands there twice with a payment: same line number, day and amounts."""
    for paper in case.papers:
        if paper.role is not Role.TABLE:
            continue
        seen: set[Line] = set()
        for line in paper.lines:
            paid = line.amounts.paid
            if line.number is not None and line in seen and isinstance(paid, Money) and paid.minor > 0:
                yield Finding(
                    rule=Rule.DUPLICATE,
                    severity=Severity.HIGH,
                    confidence=Confidence.STATED,
                    claim=case.label,
                    reason=f"line {line.number} stands twice in the table, with {shown(paid)} paid each time",
                    documents=(paper.document,),
                )
                break
            seen.add(line)


def _pays(paper: Paper) -> bool:
    paid = stated_by(paper).paid
    return isinstance(paid, Money) and paid.minor > 0


def _codes(paper: Paper) -> frozenset[str]:
    return frozenset(coding.code for line in paper.lines for coding in line.codes)
