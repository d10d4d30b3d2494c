# SPDX-License-Identifier: Apache-2.0
"""The JSON objects of the pack commands. Pure; see `objects` for what holds for all of them."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from healthvault.cli.exits import EXITS
from healthvault.cli.limits import Limits
from healthvault.cli.objects import Json, JsonObject, new_object
from healthvault.errors import IntegrityError
from healthvault.packs.verdicts import Result, Verdict, sentence

if TYPE_CHECKING:
    from datetime import date

    from healthvault.areas.packs import KnownPack, ScannedPack
    from healthvault.areas.recall_hits import Hit
    from healthvault.gs1.trade_items import TradeItem
    from healthvault.packs.merging import Fact, Pack
    from healthvault.packs.recall_lists import RecallList
    from healthvault.vault.views import Document

__all__ = [
    "LIMITS",
    "RECALL_LIMITS",
    "exit_of_scan",
    "failed_exit",
    "item_fields",
    "pack_object",
    "recall_object",
    "scan_object",
    "verdict_objects",
]

LIMITS = Limits(
    proves="what the code says, whether its form and check digit are right, and what this vault knows of it",
    does_not_prove="that the pack is genuine; copies of genuine codes pass, and what other people scanned is not"
    " known here",
)

RECALL_LIMITS = Limits(
    proves="which of the packs and devices known here the list names, as of the day of the list",
    does_not_prove="that the list is complete, genuine or the newest; or anything of what was never scanned here",
)


def scan_object(place: str, found: "ScannedPack") -> JsonObject:
    """Return what can be said of a code, each verdict apart."""
    exit_code = exit_of_scan(found)
    return new_object(
        "pack_scan",
        {
            "place": place or None,
            "verdict": sentence(found.verdicts),
            **item_fields(found.item),
            "form": found.code.form.value,
            "verdicts": verdict_objects(found.verdicts),
            "seen": [
                {"document": one.document, "role": one.role, "when": one.when, "detail": one.detail}
                for one in found.sightings
            ],
            "known": [] if found.pack is None else _facts(found.pack),
            "recall_lists": [
                {
                    "document": known.document,
                    "date": known.day.isoformat() if known.day else None,
                    "source": known.source,
                    "received": known.is_received,
                }
                for known in found.lists.lists
            ],
            "document": found.document.id if found.document else None,
            "ok": exit_code == 0,
            "exit": exit_code,
            "codes": [one.code for one in found.verdicts if one.code],
            **LIMITS.fields(),
        },
    )


def pack_object(known: "KnownPack") -> JsonObject:
    """Return a pack with all that scans of it said; what they contradict each other in is in `contradictions`."""
    pack = known.pack
    contradictions = pack.contradictions
    return new_object(
        "pack",
        {
            "gtin": pack.gtin,
            "lot": _value(pack.lots),
            "expiry": _value(pack.expiries),
            "serial": pack.serial,
            "expired": known.expiry.code == "expired" if known.expiry.result is not Result.UNKNOWN else None,
            "recall": known.recall.code or known.recall.words,
            "recall_detail": known.recall.detail,
            "scans": len(pack.scans),
            "last_scan": pack.last_scanned,
            "contradictions": list(contradictions),
            "known": _facts(pack),
            "documents": [scan.document for scan in pack.scans],
            **LIMITS.fields(),
        },
    )


def recall_object(
    document: "Document", found: "RecallList", hits: "Sequence[Hit]", *, today: "date"
) -> JsonObject:
    """Return a list of recalls that was taken in, and what it hits."""
    return new_object(
        "recall_import",
        {
            "id": document.id,
            "duplicate_of": document.duplicate_of,
            "date": found.day.isoformat() if found.day else None,
            "age_days": (today - found.day).days if found.day else None,
            "source": found.source,
            "recalls": len(found.recalls),
            "hits": [
                {
                    "what": hit.what,
                    "result": "recalled" if hit.verdict.result is Result.FAIL else "unknown",
                    "gtin": hit.item.gtin,
                    "lot": hit.item.lot,
                    "serial": hit.item.serial,
                    "name": hit.name,
                    "documents": list(hit.documents),
                    "detail": hit.verdict.detail,
                }
                for hit in hits
            ],
            **RECALL_LIMITS.fields(),
        },
    )


def verdict_objects(verdicts: Sequence[Verdict]) -> list[Json]:
    """Return verdicts, each with its result."""
    return [{"name": one.name, "result": one.result.value, "detail": one.detail} for one in verdicts]


def item_fields(item: "TradeItem") -> JsonObject:
    """Return what a code says."""
    return {
        "gtin": item.gtin,
        "lot": item.lot,
        "serial": item.serial,
        "expiry": item.expiry.isoformat() if item.expiry else None,
        "produced": item.produced.isoformat() if item.produced else None,
        "national": [{"ai": one.ai, "value": one.value} for one in item.national],
    }


def exit_of_scan(found: "ScannedPack") -> int:
    """Return the exit code of one scan."""
    return failed_exit(found.verdicts)


def failed_exit(verdicts: Sequence[Verdict]) -> int:
    """Return the exit code of verdicts: 0 unless one of them failed."""
    return EXITS[IntegrityError] if any(one.result is Result.FAIL for one in verdicts) else 0


def _facts(pack: "Pack") -> list[Json]:
    """Return all that scans of a pack said, each with the first that said it."""
    return [
        {"field": field, "value": fact.value, "document": fact.document or None}
        for field, facts in (("lot", pack.lots), ("expiry", pack.expiries))
        for fact in facts
    ]


def _value(facts: "Sequence[Fact]") -> str | None:
    """Return the only value; none where scans contradict each other."""
    return facts[0].value if len(facts) == 1 else None
