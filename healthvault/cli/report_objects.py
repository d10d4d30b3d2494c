# SPDX-License-Identifier: Apache-2.0
"""The JSON objects of `hv report`. Pure; see `objects` for what holds for all of them."""

from typing import TYPE_CHECKING

from healthvault.cli.clock import rfc3339
from healthvault.cli.objects import Json, JsonObject, new_object
from healthvault.cli.report_limits import ACCESS, DATA_MAP, RETENTION

if TYPE_CHECKING:
    from healthvault.areas.reports import Access, Kept, Place, Proposal

__all__ = ["access_object", "kept_object", "place_object", "proposal_object"]


def kept_object(kept: "Kept") -> JsonObject:
    """Return documents of one category and kind."""
    return new_object(
        "data_map_row",
        {
            "what": "documents",
            "name": kept.category,
            "kind": kept.kind,
            "count": kept.count,
            "size_bytes": kept.size_bytes,
            "first": kept.first,
            "last": kept.last,
            "undated": kept.undated,
            "provenance": _counts(kept.provenance),
            "sensitivity": _counts(kept.sensitivity),
            "note": "",
            **DATA_MAP.fields(),
        },
    )


def place_object(place: "Place") -> JsonObject:
    """Return where something is beside the documents."""
    return new_object(
        "data_map_row",
        {
            "what": place.what,
            "name": place.name,
            "kind": None,
            "count": place.count,
            "size_bytes": place.size_bytes,
            "first": None if place.first_ms is None else rfc3339(place.first_ms),
            "last": None if place.last_ms is None else rfc3339(place.last_ms),
            "undated": 0,
            "provenance": [],
            "sensitivity": [],
            "note": place.note,
            **DATA_MAP.fields(),
        },
    )


def access_object(access: "Access") -> JsonObject:
    """Return an entry that handed something out, or says what came of it."""
    event = access.event
    states = {copy.vault or copy.recipient: copy.state for copy in access.copies}
    parties: list[Json] = [
        {"id": party.id, "name": party.name, "state": states.get(party.id, states.get(party.name))}
        for party in event.parties
    ]
    receipts: list[Json] = [
        {"name": said.name, "action": said.action, "time": rfc3339(said.said_ms), "clock": "the reader's"}
        for copy in access.copies
        for said in copy.said
    ]
    return new_object(
        "access",
        {
            "index": event.entry.index,
            "time": rfc3339(event.entry.time_ms),
            "clock": "owner",
            "action": event.action,
            "parties": parties,
            "documents": list(event.documents),
            "grants": list(event.grants),
            "purpose": list(event.purposes),
            "id": event.entry.id,
            "receipts": receipts,
            **ACCESS.fields(),
        },
    )


def proposal_object(proposal: "Proposal") -> JsonObject:
    """Return something that could go, with the command that would do it."""
    command = {
        "old-document": f"hv erase {proposal.id}",
        "ending-grant": "hv grants",
        "idle-contact": f"hv contact remove {proposal.id}",
    }[proposal.reason.value]
    return new_object(
        "retention",
        {
            "proposal": proposal.reason.value,
            "id": proposal.id,
            "name": proposal.name,
            "date": proposal.date,
            "category": proposal.category,
            "note": proposal.note,
            "command": command,
            **RETENTION.fields(),
        },
    )


def _counts(counted: tuple[tuple[str, int], ...]) -> list[Json]:
    return [{"word": word, "count": count} for word, count in counted]
