# SPDX-License-Identifier: Apache-2.0
"""The lines of `hv export context` as JSON objects. Pure; see `objects` for what holds for all of them."""

from typing import TYPE_CHECKING

from healthvault.cli.clock import rfc3339
from healthvault.cli.context_options import LIMITS, UNTRUSTED
from healthvault.cli.objects import Json, JsonObject, new_object
from healthvault.consent.purposes import purpose_word
from healthvault.feed.redaction import Rule
from healthvault.ledger.ids import bundle_id_text, contact_id_text, grant_id_text

if TYPE_CHECKING:
    from healthvault.areas.context import Context, ContextLine
    from healthvault.feed.fitting import Fitted
    from healthvault.records.statements import Item
    from healthvault.vault.handing import Handed

__all__ = ["context_line_object", "context_object"]

_NO_ID = bundle_id_text(bytes(16))
_MOST = 10**9  # as wide as any count that can stand in its place


def context_object(
    context: "Context", handed: "Handed | None", fit: "Fitted | None", *, max_bytes: int, time_ms: int
) -> JsonObject:
    """Return the header: who gets it, for what, until when, what is not in it, and what it cannot say.

    Args:
        context: What was judged.
        handed: What was logged; None: not yet, then the header is as long as it can become.
        fit: What is in it; None likewise.
        max_bytes: What was asked for.
        time_ms: The clock.
    """
    grant = context.grant
    without_names = Rule.NAMES in context.redaction.rules
    to: list[Json] = [
        {
            "id": "code" if party.is_code else contact_id_text(party.vault) if party.vault else None,
            "name": None if without_names else party.name,
        }
        for party in grant.grantees
    ]
    tally = context.tally
    left: JsonObject = {
        "filtered": tally.filtered,
        "superseded": tally.superseded,
        "redacted": tally.redacted,
        "unread": tally.unread,
        "cut_documents": _MOST if fit is None else fit.left_documents,
        "cut_lines": _MOST if fit is None else fit.left_lines,
        "cut": context.documents[0].id if fit is None else fit.cut,
    }
    return new_object(
        "context",
        {
            "id": _NO_ID if handed is None else handed.id,
            "time": rfc3339(time_ms),
            "grant": grant_id_text(grant.grant_id),
            "to": to,
            "purpose": [purpose_word(code) for code in grant.purposes],
            "until": rfc3339(grant.not_after_ms),
            "documents": _MOST if fit is None else len(fit.documents),
            "lines": _MOST if fit is None else len(fit.lines),
            "max_bytes": max_bytes,
            "left_out": left,
            "redacted": list(context.redaction.words),
            "data": UNTRUSTED,
            **LIMITS.fields(),
        },
    )


def context_line_object(line: "ContextLine") -> JsonObject:
    """Return a line; texts in it are strangers', and stand in JSON strings of ASCII."""
    document = line.document
    said: JsonObject = {"document": document.id, "provenance": line.provenance}
    if line.item is not None:
        return new_object("context_line", {"line": "item", **said, **_item(line.item), "owner": line.is_owners})
    if line.passage is not None:
        return new_object(
            "context_line", {"line": "passage", **said, "date": document.date, "text": line.passage.words}
        )
    return new_object(
        "context_line",
        {
            "line": "document",
            **said,
            "date": document.date,
            "title": document.title,
            "kind": document.kind,
            "category": document.category,
            "sensitivity": list(document.sensitivity),
        },
    )


def _item(item: "Item") -> JsonObject:
    quantity = item.quantity
    value: JsonObject | None = None
    if quantity is not None:
        value = {
            "number": quantity.number,
            "unit": quantity.unit,
            "comparator": quantity.comparator,
            "low": quantity.low,
            "high": quantity.high,
            "count": quantity.count,
        }
    return {
        "date": item.date,
        "until": item.until,
        "resource": item.type,
        "place": item.place,
        "title": item.title,
        "status": item.status,
        "category": item.category,
        "codes": [{"system": each.system, "code": each.code, "display": each.display} for each in item.codes],
        "value": value,
        "text": item.text,
        "author": item.author,
        "source": item.source,
        "identity": item.identity,
    }
