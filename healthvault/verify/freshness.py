# SPDX-License-Identifier: Apache-2.0
"""How new the status of a grant is: by the bundle itself, or by the newest word that the reader has on it.

Offline nobody can know that no later revocation exists: a status is always said with its entry and its date.
Spec: docs/spec/grants.md sections 4 and 6.
"""

from collections.abc import Sequence
from datetime import UTC, datetime

from healthvault.consent.grant import Grant
from healthvault.consent.status import Status
from healthvault.errors import ConsentRefused, NotEstablished
from healthvault.verify.context import CLOCK_SLACK_MS, Context
from healthvault.verify.pins import KnownStatus, VaultPins
from healthvault.verify.verdicts import Question, Report

__all__ = ["as_of", "check_age", "check_clock", "known_end", "newest_statuses", "say_status"]

_DAY_MS = 86_400_000
_LAST_MS = 253_402_300_799_999  # the end of the year 9999


def as_of(size: int, time_ms: int, now_ms: int) -> str:
    """Say which entry a status is from, its date by the owner's clock, and how long ago that was."""
    day = datetime.fromtimestamp(time_ms // 1000, UTC).date().isoformat() if time_ms <= _LAST_MS else "a far day"
    days = max(0, now_ms - time_ms) // _DAY_MS
    ago = {0: "today", 1: "1 day ago"}.get(days, f"{days} days ago")
    return f"as of entry {size - 1}, {day}, {ago} by the owner's clock"


def known_end(known: KnownStatus | None) -> ConsentRefused | None:
    """Return the known end of a grant, if there is one: slots never go back, so it holds for ever."""
    if known is None or known.status == Status.ACTIVE:
        return None
    code = "grant_superseded" if known.status == Status.SUPERSEDED else "grant_revoked"
    ended = "replaced" if known.status == Status.SUPERSEDED else "revoked"
    return ConsentRefused(code, f"the grant was {ended} before entry {known.size}", hint="ask the owner")


def newest_statuses(grants: Sequence[Grant], pins: VaultPins) -> tuple[KnownStatus, ...]:
    """Return the newest word on each of the grants that there is one on."""
    found = (pins.newest_status(grant.grant_id) for grant in grants)
    return tuple(known for known in found if known is not None)


def say_status(report: Report, statuses: Sequence[KnownStatus], now_ms: int) -> None:
    """Say what is known of the grants, the oldest word among them: never that they are valid now."""
    oldest = min(statuses, key=lambda known: known.size, default=None)
    if oldest is None:
        report.passed(Question.GRANT, "no grant stands in it, and it has no document")
        return
    said = f"{Status(oldest.status).name.lower()} {as_of(oldest.size, oldest.time_ms, now_ms)}"
    report.passed(Question.GRANT, f"{said}; a later revocation cannot be known from this file")


def check_clock(report: Report, tip_ms: int, now_ms: int) -> None:
    """Step 17, first half: a tip in the future says nothing of time."""
    if tip_ms > now_ms + CLOCK_SLACK_MS:
        said = "the newest entry lies in the future, by your clock or by the owner's"
        report.problem(Question.TIME, NotEstablished("time_unknown", said))


def check_age(report: Report, grants: Sequence[tuple[Grant | None, int]], context: Context, at_ms: int) -> None:
    """Step 17, second half: is the status of each grant as new as its terms and the reader want it.

    Args:
        report: Gets `stale`.
        grants: Each with the time of its newest status; None where the terms are not at hand.
        context: How old the reader lets it be.
        at_ms: The time judged.
    """
    max_age = context.max_age_ms
    is_stale = any(
        (max_age is not None and at_ms - shown_ms > max_age)
        or (
            grant is not None and grant.recheck_after_ms is not None and shown_ms < grant.recheck_after_ms <= at_ms
        )
        for grant, shown_ms in grants
    )
    if is_stale:
        hint = "ask the owner for `hv status-proof`, and verify with --status"
        report.problem(
            Question.TIME, NotEstablished("stale", "the status of the grant is older than asked for", hint=hint)
        )
