# SPDX-License-Identifier: Apache-2.0
"""The judgement over grants: pure, total, deterministic. What it does not know, it denies, and it names its rule.

The owner's program knows everything that it asks for. A reader of a bundle knows the words of a document only
where they were disclosed, and nothing of shares and approvals: what is None here is not judged here.
Spec: docs/spec/grants.md section 4.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from healthvault.consent.conditions import UnknownCondition
from healthvault.consent.exclusion import DocumentWords, denied_word, exclusions, unnamed_label
from healthvault.consent.grant import Grant
from healthvault.consent.purposes import ACTIONS, PURPOSES, purpose_word
from healthvault.consent.quotas import quota_refusals, still_asked
from healthvault.consent.status import Status
from healthvault.errors import ConsentRefused
from healthvault.ledger.ids import grant_id_text
from healthvault.ledger.party import Party
from healthvault.ledger.ranges import ranges_contain

__all__ = ["RULES", "Decision", "KnownGrant", "Request", "Subject", "decide", "document_refusals", "refusals"]

RULES = (
    "not_grantee",
    "out_of_scope",
    "condition_unknown",
    "grant_superseded",
    "grant_revoked",
    "grant_expired",
    "grant_not_yet",
    "denied_by_rule",
    "sensitivity_not_named",
    "purpose_not_covered",
    "action_not_granted",
    "shares_used_up",
    "approval_missing",
)
"""The rules of one grant in their order: the further down the first that denies, the nearer the grant came."""

_TAKES_PART = RULES.index("condition_unknown")  # of a grant that names the party and the document


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """The document that is asked about."""

    seq: int
    """Its entry."""
    words: DocumentWords | None = None
    """What is said of it; None where that is not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What somebody wants to do, with what, and when."""

    party: Party | None
    """None: whoever it is is not judged, because the bundle was passed on and says so elsewhere."""
    at_ms: int
    document: Subject | None = None
    """None if no document is asked about."""
    purpose: str | None = None
    """HL7 code; None if nobody asked about a purpose."""
    actions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownGrant:
    """A grant with what is known of it beyond its terms."""

    grant: Grant
    seq: int = 0
    """Its entry; of several grants that allow the same, the newest is named."""
    status: Status = Status.ACTIVE
    shares: int | None = None
    """How many times documents were shared under it; None if that is not known."""
    approved: frozenset[bytes] | None = None
    """Vault ids of those whose approval holds; None if that is not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """The answer, with the rule that gave it."""

    allowed: bool
    rule: str
    """`granted`, `no_grant`, or the code of the rule that denies."""
    reason: str
    """The same in words, of which some may be a stranger's."""
    grant: str | None
    """Whole id of the grant that allows, or that came nearest."""


def decide(known_grants: Iterable[KnownGrant], request: Request) -> Decision:
    """Return whether any of the grants allows the request.

    Only those that name the party and the document take part. The answer does not depend on their order.
    """
    judged = []
    for known in known_grants:
        refused = {refusal.code: refusal for refusal in refusals(known, request)}
        first = next((place for place, rule in enumerate(RULES) if rule in refused), len(RULES))
        if first >= _TAKES_PART:
            why = "the grant allows it" if not refused else refused[RULES[first]].message
            detail = None if not refused else _detail(RULES[first], known, request)
            judged.append((first, known.seq, known.grant.grant_id, f"{why}: {detail}" if detail else why))
    if not judged:
        return Decision(allowed=False, rule="no_grant", reason="no grant names them and the document", grant=None)
    first, _, grant_id, why = max(judged)
    allowed = first == len(RULES)
    return Decision(
        allowed=allowed, rule="granted" if allowed else RULES[first], reason=why, grant=grant_id_text(grant_id)
    )


def _detail(rule: str, known: KnownGrant, request: Request) -> str | None:
    """Return the word or names that a rule goes by: a person may see them, a log may not."""
    conditions, document = known.grant.conditions, request.document
    if rule == "approval_missing" and known.approved is not None:
        return "still asked: " + ", ".join(still_asked(conditions, known.approved))
    if document is None or document.words is None:
        return None
    if rule == "denied_by_rule":
        return denied_word(conditions, document.words)
    return unnamed_label(conditions, document.words) if rule == "sensitivity_not_named" else None


def refusals(known: KnownGrant, request: Request) -> list[ConsentRefused]:
    """Return every rule of one grant that denies the request; an empty list allows it."""
    grant = known.grant
    return [
        *_terms(grant),
        *_who_and_what(grant, request),
        *_when(known, request.at_ms),
        *([] if request.document is None else document_refusals(grant, request.document)),
        *quota_refusals(grant.conditions, known.shares, known.approved),
    ]


def document_refusals(grant: Grant, document: Subject) -> list[ConsentRefused]:
    """Return the rules of a grant that deny one document, whoever asks for it, when and for what."""
    found = list(exclusions(grant.conditions, document.words)) if document.words is not None else []
    if not ranges_contain(grant.records, document.seq):
        said = f"the grant does not name the document of entry {document.seq}"
        found.insert(0, ConsentRefused("out_of_scope", said))
    return found


def _terms(grant: Grant) -> Iterator[ConsentRefused]:
    unknown = {
        *(condition.kind for condition in grant.conditions if isinstance(condition, UnknownCondition)),
        *(action for action in grant.actions if action not in ACTIONS),
        *(purpose for purpose in grant.purposes if purpose not in PURPOSES.values()),
    }
    if unknown:
        yield ConsentRefused("condition_unknown", f"the grant has a term that is not known: {min(unknown)!r}")


def _who_and_what(grant: Grant, request: Request) -> Iterator[ConsentRefused]:
    party = request.party
    if party is not None and not any(grantee.covers(party) for grantee in grant.grantees):
        yield ConsentRefused("not_grantee", "the grant names somebody else")
    if request.purpose is not None and request.purpose not in grant.purposes:
        yield ConsentRefused("purpose_not_covered", f"the grant does not cover {purpose_word(request.purpose)}")
    missing = [action for action in request.actions if action not in grant.actions]
    if missing:
        yield ConsentRefused("action_not_granted", f"the grant does not allow to {missing[0]}")


def _when(known: KnownGrant, at_ms: int) -> Iterator[ConsentRefused]:
    if known.status != Status.ACTIVE:
        ended = "superseded" if known.status == Status.SUPERSEDED else "revoked"
        yield ConsentRefused(f"grant_{ended}", f"the grant was {ended}", hint="make another grant")
    if at_ms < known.grant.not_before_ms:
        yield ConsentRefused("grant_not_yet", "the grant is not valid yet")
    if at_ms >= known.grant.not_after_ms:
        yield ConsentRefused("grant_expired", "the grant has expired")
