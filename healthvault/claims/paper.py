# SPDX-License-Identifier: Apache-2.0
"""What one document says of one claim: a paper. A claim has several, from the provider and from the insurer.

Texts are a stranger's, unescaped. Spec: docs/spec/claims.md section 1.
"""

from dataclasses import dataclass, field
from enum import Enum

from healthvault.claims.money import Amount
from healthvault.records.statements import Coding

__all__ = ["AMOUNTS", "NOTHING", "Amounts", "Line", "Paper", "Person", "Role"]

AMOUNTS = ("billed", "allowed", "paid", "patient")
"""The fields of `Amounts` that are added up."""


class Role(Enum):
    """Which side says it, in which form; in the order in which they are believed, the first first."""

    EOB = "eob"
    """An ExplanationOfBenefit: the insurer, to the patient."""
    TABLE = "table"
    """Rows of a table of the insurer's."""
    RESPONSE = "response"
    """A ClaimResponse: the insurer, to the provider."""
    CLAIM = "claim"
    """A Claim: the provider."""


class Person(Enum):
    """Whether a paper is about the owner, by the rules of identity."""

    OWNER = "owner"
    """Known to be, or it names nobody who could be told from her."""
    UNSURE = "unsure"
    CONFLICT = "conflict"
    """Something says the owner, and something else that it is not her."""
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Amounts:
    """What a claim, or a line of it, comes to."""

    billed: Amount = None
    allowed: Amount = None
    paid: Amount = None
    """By the insurer."""
    patient: Amount = None
    """What is left to the patient."""
    patient_is_whole: bool = False
    """The patient's share is stated as such; else it is the sum of the parts that are stated."""


NOTHING = Amounts()


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One service."""

    number: int | None
    date: str | None
    """ISO 8601 day; None where it is not said, or can be read in two ways."""
    until: str | None = None
    providers: tuple[str, ...] = ()
    codes: tuple[Coding, ...] = ()
    modifiers: tuple[str, ...] = ()
    description: str | None = None
    quantity: str | None = None
    """As written."""
    amounts: Amounts = NOTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """What one document says of one claim."""

    role: Role
    document: str
    """Id text of the document."""
    seq: int
    """Its entry."""
    place: str
    id: str
    """What its source calls it: unique there, not elsewhere; may be empty."""
    identifiers: tuple[Coding, ...] = ()
    claims: tuple[str, ...] = ()
    """Ids of the claims that it refers to."""
    responses: tuple[str, ...] = ()
    """Ids of ClaimResponses that it refers to."""
    claim_identifiers: tuple[Coding, ...] = ()
    replaces: tuple[str, ...] = ()
    """Ids of claims in whose place it is put."""
    status: str | None = None
    use: str | None = None
    created: str | None = None
    start: str | None = None
    end: str | None = None
    providers: tuple[str, ...] = ()
    insurers: tuple[str, ...] = ()
    coverages: tuple[str, ...] = ()
    person: Person = Person.OWNER
    lines: tuple[Line, ...] = ()
    stated: Amounts = NOTHING
    """The totals that it states itself."""
    payment: Amount = None
    is_adjusted: bool = False
    """The payment is said to differ from the benefit for a reason."""
    digest: bytes | None = field(default=None, repr=False)
