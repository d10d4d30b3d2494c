# SPDX-License-Identifier: Apache-2.0
"""The objects of `hv audit`, as docs/reference/cli.md describes them. Pure."""

from typing import TYPE_CHECKING

from healthvault.cli.clock import rfc3339
from healthvault.cli.objects import SCHEMA, JsonObject, failures_object

if TYPE_CHECKING:
    from healthvault.storage.attempts import FailedUnlocks
    from healthvault.vault.trail import Event

__all__ = ["event_object", "failed_unlocks_object"]


def event_object(event: "Event") -> JsonObject:
    """Return who did what with what; lists are empty and texts null where an entry does not say it."""
    return {
        "type": "event",
        "schema": SCHEMA,
        "index": event.entry.index,
        "time": rfc3339(event.entry.time_ms),
        "clock": "owner",
        "kind": event.entry.kind,
        "action": event.action,
        "documents": list(event.documents),
        "parties": [{"id": party.id, "name": party.name} for party in event.parties],
        "grants": list(event.grants),
        "purpose": list(event.purposes),
        "id": event.entry.id,
        "about": event.about,
        "signer": event.entry.signer,
        "accepted": list(event.accepted),
        "detail": event.entry.detail,
    }


def failed_unlocks_object(failures: "FailedUnlocks | None") -> JsonObject:
    """Return how often unlocking failed; all is null where that is not known."""
    known = failures_object(failures) if failures else {"count": None, "since": None, "last": None}
    return {"type": "failed_unlocks", "schema": SCHEMA, **known}
