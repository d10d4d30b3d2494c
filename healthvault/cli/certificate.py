# SPDX-License-Identifier: Apache-2.0
"""What an erasure certificate says, as JSON, and in plain words what it cannot say. Loads the vault's types."""

from healthvault.bundle.erasure import Trace
from healthvault.cli.clock import rfc3339
from healthvault.cli.objects import Json, JsonObject
from healthvault.ledger.ids import bundle_id_text, document_id_text
from healthvault.verify.context import Erasure

__all__ = ["ERASURE_LIMITS", "erasure_fields", "traces"]

ERASURE_LIMITS = (
    "Shows what the owner's log says. That bytes are gone from a disk cannot be shown by any file.",
    "What was reached, and what was not, is the owner's word. Copies that others hold stay readable by them.",
)


def erasure_fields(erasure: Erasure) -> JsonObject:
    """Return the fields that a verification has for a certificate only."""
    return {
        "erasure": {
            "entry": erasure.seq,
            "reason": erasure.reason,
            "time": rfc3339(erasure.erased_ms),
            "certified": rfc3339(erasure.certified_ms),
        },
        "erased": [{"id": document_id_text(item.leaf), "entry": item.seq} for item in erasure.documents],
        "reached": traces(erasure.reached),
        "unreached": traces(erasure.unreached),
    }


def traces(found: tuple[Trace, ...]) -> list[Json]:
    """Return the places where an erased document was, or may be still."""
    return [_trace(trace) for trace in found]


def _trace(trace: Trace) -> Json:
    return {
        "kind": trace.kind,
        "id": bundle_id_text(trace.bundle_id) if trace.bundle_id else None,
        "recipients": list(trace.recipients),
        "place": trace.place,
        "time": rfc3339(trace.time_ms) if trace.time_ms is not None else None,
    }
