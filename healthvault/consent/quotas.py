# SPDX-License-Identifier: Apache-2.0
"""How often a grant may be used, and who has to approve first: what the owner's program counts.

Spec: docs/spec/grants.md sections 1.4 and 4.2.
"""

from collections.abc import Iterable, Iterator

from healthvault.consent.conditions import Approvals, Condition, MaxShares
from healthvault.errors import ConsentRefused

__all__ = ["quota_refusals", "still_asked"]


def quota_refusals(
    conditions: Iterable[Condition], shares: int | None, approved: frozenset[bytes] | None
) -> Iterator[ConsentRefused]:
    """Yield why nothing may be shared under the conditions now: `shares_used_up`, `approval_missing`.

    Args:
        conditions: Of one grant.
        shares: How many times documents were shared under it; None: not judged.
        approved: Vault ids of those who have approved; None: not judged.
    """
    held = tuple(conditions)
    most = min((condition.count for condition in held if isinstance(condition, MaxShares)), default=None)
    if shares is not None and most is not None and shares >= most:
        said = f"{shares} of {most} shares were made under the grant"
        yield ConsentRefused("shares_used_up", said, hint="make another grant")
    missing = [] if approved is None else [found for one in held if (found := _missing(one, approved))]
    if missing:
        have, needed, _ = min(missing)
        hint = "`hv grants --why` shows who is asked; `hv import` takes in what they send"
        yield ConsentRefused("approval_missing", f"{have} of {needed} approvals are there", hint=hint)


def still_asked(conditions: Iterable[Condition], approved: frozenset[bytes]) -> tuple[str, ...]:
    """Return the names of those whose approval may still come, of the condition that `quota_refusals` tells of."""
    missing = [found for one in conditions if (found := _missing(one, approved))]
    return min(missing)[2] if missing else ()


def _missing(condition: Condition, approved: frozenset[bytes]) -> tuple[int, int, tuple[str, ...]] | None:
    """Return how many have approved, how many have to, and who has not; None if enough have."""
    if not isinstance(condition, Approvals):
        return None
    asked = tuple(party.name for party in condition.by if party.vault not in approved)
    have = len(condition.by) - len(asked)
    return None if have >= condition.needed else (have, condition.needed, asked)
