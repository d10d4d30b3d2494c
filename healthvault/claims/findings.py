# SPDX-License-Identifier: Apache-2.0
"""What a rule found about a claim, in fixed words; no probability. Spec: docs/spec/claims.md section 4."""

from dataclasses import dataclass
from enum import Enum

__all__ = ["Confidence", "Finding", "Rule", "Severity", "Unjudged"]


class Rule(Enum):
    """What may be wrong with a claim."""

    DUPLICATE = "duplicate"
    PHANTOM = "phantom"
    AMOUNT_DIFFERS = "amount_differs"
    NOT_COVERED_PERSON = "not_covered_person"
    AFTER_COVERAGE = "after_coverage"


class Severity(Enum):
    """How much it matters if it is so."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Confidence(Enum):
    """What it rests on."""

    STATED = "stated"
    """Documents that are there say so."""
    ABSENT = "absent"
    """Something is not there that ought to be: it may only be missing from the vault."""
    DOUBTFUL = "doubtful"
    """As `absent`, and something else speaks against it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something to ask about. Nobody is accused by it."""

    rule: Rule
    severity: Severity
    confidence: Confidence
    claim: str
    """Label of the case."""
    reason: str
    """Untrusted words of documents may stand in it."""
    documents: tuple[str, ...]
    """Ids of those that it rests on."""
    claims: tuple[str, ...] = ()
    """Labels of other cases that it rests on."""
    aside: str = ""
    """What her other records say of it: for the owner alone, never for an insurer."""

    @property
    def whole(self) -> str:
        """The reason with what is for the owner's eyes."""
        return f"{self.reason}; {self.aside}" if self.aside else self.reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Unjudged:
    """A claim of which a rule can say nothing."""

    rule: Rule
    claim: str
    reason: str
    documents: tuple[str, ...]
