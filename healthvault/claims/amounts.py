# SPDX-License-Identifier: Apache-2.0
"""The rule `amount_differs`: papers of one claim that do not say the same, or that do not add up.

Only amounts that are known, of one currency, are compared. Spec: docs/spec/claims.md section 4.3.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from healthvault.claims.findings import Confidence, Finding, Rule, Severity
from healthvault.claims.joining import Case
from healthvault.claims.money import Amount, Money, added, shown
from healthvault.claims.paper import Amounts, Paper, Role
from healthvault.claims.providers import agree, are_known
from healthvault.claims.totals import stated_by

__all__ = ["find_differences"]

_NAMES = {Role.EOB: "the explanation of benefits", Role.TABLE: "the insurer's table",
          Role.RESPONSE: "the insurer's response", Role.CLAIM: "the claim"}  # fmt: skip


def find_differences(cases: Sequence[Case]) -> Iterator[Finding]:
    """Yield what does not add up, of cases in force."""
    for case in cases:
        yield from _between(case)
        for paper in case.papers:
            yield from _within(case, paper)
        for old in case.older:
            yield from _versions(case, old)


def _between(case: Case) -> Iterator[Finding]:
    """Compare what is billed in all papers, and what is paid in those of one insurer."""
    for one, other in pairwise(case.papers):
        ours, theirs = stated_by(one), stated_by(other)
        this, that = _NAMES[one.role], _NAMES[other.role]
        if _differ(ours.billed, theirs.billed):
            reason = f"{that} bills {shown(theirs.billed)}, {this} says that {shown(ours.billed)} was submitted"
            yield _finding(case, (one, other), Severity.HIGH, reason)
        if one.role is not other.role and _one_insurer(one, other) and _differ(ours.paid, theirs.paid):
            reason = f"{this} says that {shown(ours.paid)} is paid, {that} {shown(theirs.paid)}"
            yield _finding(case, (one, other), Severity.HIGH, reason)


def _within(case: Case, paper: Paper) -> Iterator[Finding]:
    who, stated = _NAMES[paper.role], paper.stated
    lines = [line.amounts for line in paper.lines]
    for name in ("billed", "allowed", "paid"):
        summed, total = added(getattr(line, name) for line in lines), getattr(stated, name)
        if _differ(summed, total):
            reason = f"the lines of {who} add up to {shown(summed)} {name}, its total says {shown(total)}"
            yield _finding(case, (paper,), Severity.MEDIUM, reason)
    benefit = stated.paid if stated.paid is not None else added(line.paid for line in lines)
    if not paper.is_adjusted and _differ(benefit, paper.payment):
        reason = f"{who} says a benefit of {shown(benefit)} and a payment of {shown(paper.payment)}"
        yield _finding(case, (paper,), Severity.MEDIUM, reason)
    for number, amounts in _parts(paper):
        where = f"line {number} of {who}" if number else who
        for reason in _one(where, amounts):
            yield _finding(case, (paper,), Severity.HIGH, reason)


def _parts(paper: Paper) -> Iterator[tuple[int | None, Amounts]]:
    for number, line in enumerate(paper.lines, 1):
        yield line.number or number, line.amounts
    yield None, paper.stated


def _one(where: str, amounts: Amounts) -> Iterator[str]:
    """Yield what is wrong within one line, or one total."""
    allowed, paid, patient = amounts.allowed, amounts.paid, amounts.patient
    if not isinstance(allowed, Money) or not isinstance(paid, Money) or paid.currency != allowed.currency:
        return
    if paid.minor > allowed.minor:
        yield f"{where} pays {shown(paid)}, more than the {shown(allowed)} that it allows"
    elif amounts.patient_is_whole and isinstance(patient, Money) and patient.currency == allowed.currency:
        left = Money(minor=allowed.minor - paid.minor, currency=allowed.currency)
        if patient.minor > left.minor:
            yield (
                f"{where} leaves {shown(patient)} to the patient; of the {shown(allowed)} allowed"
                f" {shown(paid)} is paid, so {shown(left)} is left"
            )


def _versions(case: Case, old: Paper) -> Iterator[Finding]:
    """Compare what a source said before under the same id."""
    new = next((paper for paper in case.papers if (paper.role, paper.id) == (old.role, old.id)), None)
    if new is None or new.document == old.document:
        return
    ours, theirs = stated_by(new), stated_by(old)
    for name in ("billed", "paid", "patient"):
        now, before = getattr(ours, name), getattr(theirs, name)
        if _differ(now, before):
            reason = (
                f"two versions of {_NAMES[new.role]} {new.id} differ: {shown(before)} {name}, then {shown(now)}"
            )
            yield _finding(case, (new, old), Severity.MEDIUM, reason)
            return


def _finding(case: Case, papers: Sequence[Paper], severity: Severity, reason: str) -> Finding:
    return Finding(
        rule=Rule.AMOUNT_DIFFERS,
        severity=severity,
        confidence=Confidence.STATED,
        claim=case.label,
        reason=reason,
        documents=tuple(dict.fromkeys(paper.document for paper in papers)),
    )


def _differ(one: Amount, other: Amount) -> bool:
    """Tell whether both are known and not the same; another currency is another amount."""
    return isinstance(one, Money) and isinstance(other, Money) and one != other


def _one_insurer(one: Paper, other: Paper) -> bool:
    return not (are_known(one.insurers) and are_known(other.insurers)) or agree(one.insurers, other.insurers)
