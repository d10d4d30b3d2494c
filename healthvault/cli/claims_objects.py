# SPDX-License-Identifier: Apache-2.0
"""Claims as the JSON objects of docs/reference/cli.md. Pure.

An amount is in words (`135.57 USD`, `unknown (no currency)`, null) and, beside it, in minor units if it is known.
"""

from typing import TYPE_CHECKING

from healthvault.claims.money import Money, decimals_of, shown
from healthvault.claims.paper import AMOUNTS
from healthvault.claims.totals import amounts_of
from healthvault.cli.limits import Limits
from healthvault.cli.objects import Json, JsonObject, new_object

if TYPE_CHECKING:
    from healthvault.areas.claims_dispute import Sent
    from healthvault.claims.findings import Finding, Unjudged
    from healthvault.claims.joining import Case
    from healthvault.claims.money import Amount
    from healthvault.claims.paper import Line
    from healthvault.claims.suspects import Suspect
    from healthvault.claims.totals import Totals

__all__ = [
    "CLAIM_LIMITS",
    "DISPUTE_LIMITS",
    "FINDING_LIMITS",
    "SUSPECT_LIMITS",
    "claim_object",
    "dispute_object",
    "finding_object",
    "suspect_object",
    "total_objects",
    "unjudged_object",
]

CLAIM_LIMITS = Limits(
    proves="what the documents in your vault say was billed and paid, added up exactly",
    does_not_prove="that it is so, or that no claim is missing; a file from an insurer is unsigned",
)
FINDING_LIMITS = Limits(
    proves="that documents in your vault contradict each other, or that none of them tells of a service",
    does_not_prove="that somebody did wrong: a record may be missing, and a rule may misread",
)
DISPUTE_LIMITS = Limits(
    proves="which documents you hand to the insurer, unchanged since you added them",
    does_not_prove="that they are genuine, or that the rules are right; the statement in it is your own word",
)
SUSPECT_LIMITS = Limits(
    proves="that documents in your vault tell of something that nothing else there explains",
    does_not_prove="that somebody else was there, or who is holding a bundle: hv is no ID",
)


def claim_object(case: "Case", disputed: str | None = None) -> JsonObject:
    """Return a claim with what its papers say, and the day on which the owner disputed it."""
    amounts, days = amounts_of(case), case.days
    names = [*case.providers, *(name for line in case.lines for name in line.providers)]
    fields: JsonObject = {
        "claim": case.label,
        "date": days[0] if days else None,
        "until": days[1] if days else None,
        "provider": next(iter(names), None),
        "insurer": next(iter(case.insurers), None),
        "services": list(dict.fromkeys(_service(line) for line in case.lines)),
    }
    for name in AMOUNTS:
        fields |= _amount(name, getattr(amounts, name))
    fields |= {
        "patient_whole": amounts.patient_is_whole,
        "status": "in-force" if case.is_in_force else "replaced" if case.is_replaced else "not-in-force",
        "disputed": disputed,
        "whose": case.person.value,
        "papers": [
            {"role": paper.role.value, "id": paper.id, "document": paper.document, "place": paper.place}
            for paper in case.papers
        ],
    }
    return new_object("claim", {**fields, **CLAIM_LIMITS.fields()})


def total_objects(totals: "Totals", year: int | None) -> list[JsonObject]:
    """Return a row for each currency, and one of what is in none of them."""
    rows = []
    for total in totals.by_currency:
        fields: JsonObject = {"year": year, "currency": total.currency, "decimals": decimals_of(total.currency)}
        for name in AMOUNTS:
            fields |= _amount(name, Money(minor=total.sums[name], currency=total.currency))
        counted: dict[str, Json] = dict(total.counts)
        fields |= {"claims": max(total.counts.values()), "counted": counted, "unknown": None, "unsaid": None}
        rows.append(new_object("claim_total", {**fields, **CLAIM_LIMITS.fields()}))
    return [*rows, _unknown(totals, year)]


def finding_object(finding: "Finding") -> JsonObject:
    """Return what a rule found."""
    return new_object(
        "claim_finding",
        {
            "result": "found",
            "rule": finding.rule.value,
            "severity": finding.severity.value,
            "confidence": finding.confidence.value,
            "claim": finding.claim,
            "claims": list(finding.claims),
            "reason": finding.whole,
            "documents": list(finding.documents),
            **FINDING_LIMITS.fields(),
        },
    )


def unjudged_object(each: "Unjudged") -> JsonObject:
    """Return of what a rule can say nothing."""
    return new_object(
        "claim_finding",
        {
            "result": "unknown",
            "rule": each.rule.value,
            "severity": None,
            "confidence": None,
            "claim": each.claim,
            "claims": [],
            "reason": each.reason,
            "documents": list(each.documents),
            **FINDING_LIMITS.fields(),
        },
    )


def dispute_object(sent: "Sent", claim: str) -> JsonObject:
    """Return a dispute that was written."""
    return new_object(
        "claim_dispute",
        {
            "claim": claim,
            "statement": sent.statement.id,
            "bundle": sent.bundle.id,
            "path": sent.bundle.path,
            "grant": sent.bundle.grant,
            "documents": list(sent.bundle.documents),
            "size_bytes": sent.bundle.size_bytes,
            **DISPUTE_LIMITS.fields(),
        },
    )


def suspect_object(suspect: "Suspect") -> JsonObject:
    """Return what may be another's use of the owner's identity."""
    return new_object(
        "suspect",
        {
            "suspicion": suspect.suspicion.value,
            "confidence": suspect.confidence.value,
            "about": suspect.about,
            "date": suspect.day,
            "reason": suspect.reason,
            "documents": list(suspect.documents),
            **SUSPECT_LIMITS.fields(),
        },
    )


def _unknown(totals: "Totals", year: int | None) -> JsonObject:
    unclear: dict[str, Json] = {name: dict(reasons) for name, reasons in totals.unclear.items()}
    unsaid: dict[str, Json] = dict(totals.unsaid)
    fields: JsonObject = {"year": year, "currency": None, "decimals": None}
    for name in AMOUNTS:
        count = sum(totals.unclear[name].values())
        fields |= {name: f"{count} unknown, {totals.unsaid[name]} unsaid", f"{name}_minor": None}
    fields |= {"claims": totals.claims, "counted": None, "unknown": unclear, "unsaid": unsaid}
    return new_object("claim_total", {**fields, **CLAIM_LIMITS.fields()})


def _amount(name: str, amount: "Amount") -> JsonObject:
    return {
        name: shown(amount) or None,
        f"{name}_minor": amount.minor if isinstance(amount, Money) else None,
    }


def _service(line: "Line") -> str:
    codes = " ".join(coding.code for coding in line.codes[:1])
    return " ".join(filter(None, (codes, line.description))) or "unnamed"
