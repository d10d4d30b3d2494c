# SPDX-License-Identifier: Apache-2.0
"""A dispute: what the owner says of a claim, to the insurer, as a document of its own (kind `claim-dispute`).

It is her word, and says so; the documents beside it are what they are. One that came from somebody else is hostile
input. Spec: docs/spec/claims.md section 5.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from healthvault.claims.findings import Confidence, Finding
from healthvault.errors import FormatError
from healthvault.records.json_walk import Json, items_at, members_once, text_at, value_at

__all__ = ["MAX_REASON_CHARS", "Dispute", "Ground", "grounds_of", "parse_dispute"]

MAX_DISPUTE_BYTES = 256 << 10
MAX_REASON_CHARS = 2000
MAX_GROUNDS = 100
MAX_DOCUMENTS = 1000
_VERSION = 1
_SAID_BY = "the patient"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """One thing that is wrong, by a rule, and the documents that it rests on."""

    rule: str
    confidence: str
    reason: str
    documents: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispute:
    """What the owner says of a claim. Untrusted texts."""

    claim: str
    day: str
    """ISO 8601, by the owner's clock."""
    reason: str
    """In her own words; may be empty."""
    grounds: tuple[Ground, ...]
    documents: tuple[str, ...]
    """Ids of the documents of the claim itself."""
    withheld: int = 0
    """So many documents that it rests on are not handed out with it."""

    def to_bytes(self) -> bytes:
        """Return the document."""
        value = {
            "type": "claim-dispute",
            "version": _VERSION,
            "claim": self.claim,
            "day": self.day,
            "said_by": _SAID_BY,
            "reason": self.reason,
            "grounds": [
                {
                    "rule": each.rule,
                    "confidence": each.confidence,
                    "reason": each.reason,
                    "documents": list(each.documents),
                }
                for each in self.grounds
            ],
            "documents": list(self.documents),
            "withheld": self.withheld,
        }
        return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode("utf-8", "replace")


def grounds_of(findings: Sequence[Finding]) -> tuple[Ground, ...]:
    """Return what rules found, as grounds: `doubtful` would tell of the owner's other records, and is `absent`."""
    return tuple(
        Ground(
            rule=each.rule.value,
            confidence=(Confidence.ABSENT if each.confidence is Confidence.DOUBTFUL else each.confidence).value,
            reason=each.reason[:MAX_REASON_CHARS],
            documents=each.documents,
        )
        for each in findings[:MAX_GROUNDS]
    )


def parse_dispute(data: bytes) -> Dispute:
    """Return the dispute in a document (unverified).

    Raises:
        FormatError: `bad_schema`, it is none, or of a version that is not known.
    """
    try:
        is_bounded = len(data) <= MAX_DISPUTE_BYTES
        value: Json = json.loads(data.decode(), object_pairs_hook=members_once) if is_bounded else None
    except (ValueError, RecursionError):
        value = None
    version = value_at(value, "version")
    if text_at(value, "type") != "claim-dispute" or version != _VERSION or isinstance(version, bool):
        raise FormatError("bad_schema", "no dispute of a claim, or of a version that is not known")
    grounds = items_at(value, "grounds")
    if len(grounds) > MAX_GROUNDS:
        raise FormatError("bad_schema", "more grounds than a dispute has")
    withheld = value_at(value, "withheld")
    if not isinstance(withheld, int) or isinstance(withheld, bool) or withheld < 0:
        raise FormatError("bad_schema", "`withheld` of a dispute is no number")
    return Dispute(
        claim=_text(value, "claim"),
        day=_text(value, "day"),
        reason=_text(value, "reason"),
        grounds=tuple(
            Ground(
                rule=_text(each, "rule"),
                confidence=_text(each, "confidence"),
                reason=_text(each, "reason"),
                documents=_texts(each, "documents"),
            )
            for each in grounds
        ),
        documents=_texts(value, "documents"),
        withheld=withheld,
    )


def _text(holder: Json, name: str) -> str:
    found = holder.get(name) if isinstance(holder, dict) else None
    if not isinstance(found, str) or len(found) > MAX_REASON_CHARS:
        raise FormatError("bad_schema", f"`{name}` of a dispute is no text, or too long")
    return found


def _texts(holder: Json, name: str) -> tuple[str, ...]:
    found = holder.get(name) if isinstance(holder, dict) else None
    if not isinstance(found, list) or len(found) > MAX_DOCUMENTS:
        raise FormatError("bad_schema", f"`{name}` of a dispute is no list, or too long")
    texts = tuple(each for each in found if isinstance(each, str))
    if len(texts) < len(found):
        raise FormatError("bad_schema", f"`{name}` of a dispute holds what is no text")
    return texts
