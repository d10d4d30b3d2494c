# SPDX-License-Identifier: Apache-2.0
"""What ending a grant would take away: pure, by the very judgement that will answer afterwards.

Spec: docs/spec/grants.md section 4.4.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product

from healthvault.consent.decision import KnownGrant, Request, Subject, decide
from healthvault.consent.status import Status
from healthvault.ledger.party import Party
from healthvault.ledger.ranges import ranges_contain

__all__ = ["Loss", "losses"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """A document that somebody could get now or later, and could not after the end of a grant."""

    party: Party
    seq: int
    uses: tuple[tuple[str, str], ...]
    """Pairs of purpose (HL7 code) and action that would be lost; others may stay by another grant."""


def losses(
    known_grants: Sequence[KnownGrant], ended: KnownGrant, documents: Iterable[Subject], now_ms: int
) -> Iterator[Loss]:
    """Yield what the grantees of a grant would lose with it, by grantee and document.

    Args:
        known_grants: All grants that name any of its grantees, itself among them.
        ended: The grant that would end.
        documents: Those that it names.
        now_ms: From when on; windows that open later count.
    """
    held = [subject for subject in documents if ranges_contain(ended.grant.records, subject.seq)]
    for party, subject in product(ended.grant.grantees, held):
        about = [one for one in known_grants if ranges_contain(one.grant.records, subject.seq)]
        uses = tuple(
            (purpose, action)
            for purpose, action in product(ended.grant.purposes, ended.grant.actions)
            if _is_lost(
                about,
                ended,
                Request(party=party, at_ms=now_ms, document=subject, purpose=purpose, actions=(action,)),
            )
        )
        if uses:
            yield Loss(party=party, seq=subject.seq, uses=uses)


def _is_lost(known_grants: Sequence[KnownGrant], ended: KnownGrant, request: Request) -> bool:
    """Tell whether at any time from now on the answer would be another: it changes only where a window does."""
    after = [replace(one, status=Status.REVOKED) if one.seq == ended.seq else one for one in known_grants]
    edges = {edge for one in known_grants for edge in (one.grant.not_before_ms, one.grant.not_after_ms)}
    times = sorted({request.at_ms, *(edge for edge in edges if edge > request.at_ms)})
    asked = [replace(request, at_ms=at_ms) for at_ms in times]
    return any(decide(known_grants, one).allowed and not decide(after, one).allowed for one in asked)
