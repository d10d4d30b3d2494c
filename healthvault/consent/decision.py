# SPDX-License-Identifier: Apache-2.0
"""The judgement over a grant: a pure, total function. What it does not know, it denies.

It says nothing of status: whether a grant still stands is proved by `status`, not by its terms.
Spec: docs/spec/grants.md section 4.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from healthvault.consent.grant import Grant
from healthvault.consent.purposes import ACTIONS, PURPOSES, purpose_word
from healthvault.errors import ConsentRefused
from healthvault.ledger.party import Party
from healthvault.ledger.ranges import ranges_contain

__all__ = ["Request", "refusals"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What somebody wants to do under a grant, and when."""

    party: Party | None
    """None: whoever it is is not judged, because the bundle was passed on and says so elsewhere."""
    at_ms: int
    seqs: tuple[int, ...] = ()
    purpose: str | None = None
    """HL7 code; None if nobody asked about a purpose."""
    actions: tuple[str, ...] = ()


def refusals(grant: Grant, request: Request) -> list[ConsentRefused]:
    """Return every rule of the grant that denies the request; an empty list allows it.

    Args:
        grant: The terms, from an entry whose signature and status were checked.
        request: Who, when, which entries, for what, to do what.
    """
    return [*_terms(grant), *_who_and_what(grant, request), *_when(grant, request.at_ms)]


def _terms(grant: Grant) -> Iterable[ConsentRefused]:
    unknown = [
        *grant.conditions,
        *(action for action in grant.actions if action not in ACTIONS),
        *(purpose for purpose in grant.purposes if purpose not in PURPOSES.values()),
    ]
    if unknown:
        yield ConsentRefused("condition_unknown", f"the grant has a term that is not known: {unknown[0]!r}")


def _who_and_what(grant: Grant, request: Request) -> Iterable[ConsentRefused]:
    party = request.party
    if party is not None and not any(grantee.covers(party) for grantee in grant.grantees):
        yield ConsentRefused("not_grantee", "the grant names somebody else")
    outside = sum(not ranges_contain(grant.records, seq) for seq in request.seqs)
    if outside:
        yield ConsentRefused("out_of_scope", f"{outside} of {len(request.seqs)} documents are outside the grant")
    if request.purpose is not None and request.purpose not in grant.purposes:
        yield ConsentRefused("purpose_not_covered", f"the grant does not cover {purpose_word(request.purpose)}")
    missing = [action for action in request.actions if action not in grant.actions]
    if missing:
        yield ConsentRefused("action_not_granted", f"the grant does not allow to {missing[0]}")


def _when(grant: Grant, at_ms: int) -> Iterable[ConsentRefused]:
    if at_ms < grant.not_before_ms:
        yield ConsentRefused("grant_not_yet", "the grant is not valid yet")
    if at_ms >= grant.not_after_ms:
        yield ConsentRefused("grant_expired", "the grant has expired")
