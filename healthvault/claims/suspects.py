# SPDX-License-Identifier: Apache-2.0
"""Uses of the owner's identity that she may not know of, each with what it rests on.

Nobody is accused, and nothing here proves who was where. Spec: docs/spec/claims.md section 6.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from healthvault.claims.evidence import ANY_DAYS, DOCUMENT, Evidence, Record
from healthvault.claims.findings import Confidence, Finding, Rule
from healthvault.claims.joining import Case
from healthvault.claims.providers import agree, are_known
from healthvault.claims.totals import counts

__all__ = ["Mixed", "Suspect", "Suspicion", "find_suspects"]


class Suspicion(Enum):
    """Why somebody else may have used her identity."""

    PHANTOM_CLAIM = "phantom_claim"
    """A claim for a service of which no record tells, at a provider of hers."""
    UNKNOWN_PROVIDER = "unknown_provider"
    """A claim or visit at a provider of whom nothing else in the vault tells."""
    MIXED_PERSON = "mixed_person"
    """A document with her name or number, and a birth date or sex that is not hers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspect:
    """Something to look at."""

    suspicion: Suspicion
    confidence: Confidence
    about: str
    """Label of the claim, or id of the document."""
    day: str | None
    reason: str
    documents: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mixed:
    """A document that names her and somebody else in one person."""

    document: str
    day: str | None
    reasons: tuple[str, ...]


def find_suspects(
    cases: Sequence[Case], records: Sequence[Record], findings: Iterable[Finding], mixed: Iterable[Mixed] = ()
) -> Iterator[Suspect]:
    """Yield what may be another's use of her identity, the surest first.

    Args:
        cases: All.
        records: The owner's.
        findings: Of `checking.check` over the same.
        mixed: Documents whose verdict is `conflict`, with its reasons.
    """
    for each in mixed:
        yield Suspect(
            suspicion=Suspicion.MIXED_PERSON,
            confidence=Confidence.STATED,
            about=each.document,
            day=each.day,
            reason="; ".join(each.reasons),
            documents=(each.document,),
        )
    days = {case.label: case.days for case in cases}
    for finding in findings:
        if finding.rule is Rule.PHANTOM:
            span = days.get(finding.claim)
            yield Suspect(
                suspicion=Suspicion.PHANTOM_CLAIM,
                confidence=finding.confidence,
                about=finding.claim,
                day=span[0] if span else None,
                reason=finding.whole,
                documents=finding.documents,
            )
    evidence = Evidence(records)
    own = [case for case in cases if counts(case)]
    yield from _unknown_claims(own, evidence)
    yield from _unknown_visits(own, records)


def _unknown_claims(cases: Sequence[Case], evidence: Evidence) -> Iterator[Suspect]:
    """Yield claims of providers of whom no record tells, on days around which there are records."""
    for case in cases:
        names = tuple(dict.fromkeys((*case.providers, *(name for line in case.lines for name in line.providers))))
        span = case.days
        if span is None or not are_known(names) or evidence.knows(names):
            continue
        if any(record.type != DOCUMENT for record in evidence.around(*span, ANY_DAYS)):
            yield Suspect(
                suspicion=Suspicion.UNKNOWN_PROVIDER,
                confidence=Confidence.ABSENT,
                about=case.label,
                day=span[0],
                reason=f"a claim of {', '.join(names[:2])}, of whom no record of yours tells",
                documents=case.documents,
            )


def _unknown_visits(cases: Sequence[Case], records: Sequence[Record]) -> Iterator[Suspect]:
    """Yield visits that are the only thing that tells of a provider."""
    known = [record for record in records if are_known(record.providers)]
    claimed = [name for case in cases for name in case.providers]
    for record in {record.digest: record for record in reversed(known)}.values():  # a copy is no second visit
        if record.type != "Encounter" or agree(record.providers, claimed):
            continue
        if any(other.digest != record.digest and agree(other.providers, record.providers) for other in known):
            continue
        yield Suspect(
            suspicion=Suspicion.UNKNOWN_PROVIDER,
            confidence=Confidence.DOUBTFUL,
            about=record.document,
            day=record.first,
            reason=f"a visit at {', '.join(record.providers[:2])}, of whom nothing else tells",
            documents=(record.document,),
        )
