# SPDX-License-Identifier: Apache-2.0
"""What claims come to: exact sums of each currency apart, and counts of what is not in them.

Of the papers of a case each amount is taken from one of them, never from two; only what several insurers paid on
one claim is added. Spec: docs/spec/claims.md section 3.3.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from healthvault.claims.joining import Case
from healthvault.claims.money import Amount, Money, Unclear, added
from healthvault.claims.paper import AMOUNTS, Amounts, Paper, Person, Role
from healthvault.claims.providers import agree, are_known

__all__ = ["Total", "Totals", "amounts_of", "counts", "stated_by", "totals"]

_FOR_THE_INSURER = (Role.EOB, Role.TABLE, Role.RESPONSE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    """What the claims of one currency come to, in minor units."""

    currency: str
    sums: dict[str, int] = field(default_factory=lambda: dict.fromkeys(AMOUNTS, 0))
    """By the names of `AMOUNTS`."""
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(AMOUNTS, 0))
    """How many claims are in each sum."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """What all claims come to."""

    by_currency: tuple[Total, ...]
    claims: int
    """How many were looked at."""
    unclear: dict[str, dict[str, int]]
    """By the names of `AMOUNTS`: of how many claims the amount is not known, by the reason."""
    unsaid: dict[str, int]
    """Likewise: how many say nothing of it."""
    undated: int
    """Of no known day; with a year they are in no sum."""
    not_counted: int
    """Cancelled, replaced, asked for beforehand, or not known to be about the owner."""


def totals(cases: Iterable[Case], year: int | None = None) -> Totals:
    """Return exact sums.

    Args:
        cases: From `join`.
        year: Only claims whose first day of service is in it.
    """
    sums: dict[str, Total] = {}
    unclear: dict[str, dict[str, int]] = {name: {} for name in AMOUNTS}
    unsaid = dict.fromkeys(AMOUNTS, 0)
    looked_at = undated = not_counted = 0
    for case in cases:
        days = case.days
        if year is not None and days is not None and int(days[0][:4]) != year:
            continue
        if not counts(case):
            not_counted += 1
            continue
        undated += days is None
        if year is not None and days is None:
            continue
        looked_at += 1
        amounts = amounts_of(case)
        for name in AMOUNTS:
            _count(getattr(amounts, name), name, sums, unclear[name], unsaid)
    return Totals(
        by_currency=tuple(sums[currency] for currency in sorted(sums)),
        claims=looked_at,
        unclear=unclear,
        unsaid=unsaid,
        undated=undated,
        not_counted=not_counted,
    )


def counts(case: Case) -> bool:
    """Tell whether a case is known to be the owner's, and in force."""
    return case.is_in_force and case.person is Person.OWNER


def amounts_of(case: Case) -> Amounts:
    """Return what a case comes to: each amount from the paper that is believed first, of those that state it."""
    papers = [_newest(case.papers, paper) for paper in case.papers]
    papers = list(dict.fromkeys(papers))
    each = [stated_by(paper) for paper in papers]
    whole = next((one for one in each if isinstance(one.patient, Money)), None)
    return Amounts(
        billed=_known([one.billed for one in each]),
        allowed=_known([one.allowed for one in each]),
        paid=_paid(papers),
        patient=_known([one.patient for one in each]),
        patient_is_whole=whole is not None and whole.patient_is_whole,
    )


def stated_by(paper: Paper) -> Amounts:
    """Return what one paper says: its totals, else the payment, else the sum of its lines if each says one."""
    lines = [line.amounts for line in paper.lines]
    summed = {name: added(getattr(line, name) for line in lines) for name in AMOUNTS}
    stated = paper.stated
    return Amounts(
        billed=_known([stated.billed, summed["billed"]]),
        allowed=_known([stated.allowed, summed["allowed"]]),
        paid=_known([stated.paid, paper.payment, summed["paid"]]),
        patient=_known([stated.patient, summed["patient"]]),
        patient_is_whole=stated.patient_is_whole
        or (stated.patient is None and bool(lines) and all(line.patient_is_whole for line in lines)),
    )


def _known(amounts: Sequence[Amount]) -> Amount:
    """Return the first that is known, else the first of which it is known that it is not."""
    found: list[Amount] = [amount for amount in amounts if isinstance(amount, Money)]
    found += [amount for amount in amounts if isinstance(amount, Unclear)]
    return found[0] if found else None


def _paid(papers: Sequence[Paper]) -> Amount:
    """Return what insurers paid: of each of several insurers once."""
    told = [paper for paper in papers if paper.role in _FOR_THE_INSURER and stated_by(paper).paid is not None]
    if not told:
        return None
    role = told[0].role
    payers: list[Paper] = []
    for paper in (paper for paper in told if paper.role is role):
        if not any(_one_insurer(paper, other) for other in payers):
            payers.append(paper)
    return added(stated_by(paper).paid for paper in payers)


def _newest(papers: Sequence[Paper], paper: Paper) -> Paper:
    """Return the newest paper of the same role and insurer."""
    same = [each for each in papers if each.role is paper.role and _one_insurer(each, paper)]
    return max(same, key=lambda each: (each.created or "", each.seq, each.place))


def _one_insurer(one: Paper, other: Paper) -> bool:
    return not (are_known(one.insurers) and are_known(other.insurers)) or agree(one.insurers, other.insurers)


def _count(
    amount: Amount, name: str, sums: dict[str, Total], unclear: dict[str, int], unsaid: dict[str, int]
) -> None:
    match amount:
        case Money():
            total = sums.setdefault(amount.currency, Total(currency=amount.currency))
            total.sums[name] += amount.minor
            total.counts[name] += 1
        case Unclear():
            unclear[amount.reason] = unclear.get(amount.reason, 0) + 1
        case None:
            unsaid[name] += 1
