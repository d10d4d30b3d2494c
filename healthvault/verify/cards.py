# SPDX-License-Identifier: Apache-2.0
"""Health cards among the documents of a bundle: step 18 of the verification, by the keys that the reader pinned.

A card carries its own signature, so it needs no word of the sender's. What is found here never changes what is
said of the bundle itself. Spec: docs/spec/issuers.md section 7.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from healthvault.errors import HealthVaultError, InvalidRequest, NotEstablished
from healthvault.records.cards import CardDocument, CardVerdict, check_cards, worst_of
from healthvault.records.issuer_keys import Trust
from healthvault.records.kinds import Kind
from healthvault.verify.context import VerifiedDocument

__all__ = ["JudgedCards", "judge_cards", "seqs_of_cards"]

_CONTRADICTED = {CardVerdict.TAMPERED, CardVerdict.WRONG_ISSUER, CardVerdict.REVOKED}


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedCards:
    """What came of the cards of one document."""

    seq: int
    is_established: bool
    detail: str
    found: CardDocument | None = None
    """None where nothing could be checked."""
    problem: HealthVaultError | None = None
    """Set where an issuer that the reader pinned is contradicted."""


def seqs_of_cards(documents: tuple[VerifiedDocument, ...]) -> frozenset[int]:
    """Return the entries of the documents that are called health cards, by the sender or when they were added."""
    card = Kind.SMART_HEALTH_CARD.value
    return frozenset(each.seq for each in documents if card in {each.type, each.row.claimed_type})


def judge_cards(contents: Mapping[int, bytes], trust: Trust, at_ms: int) -> tuple[JudgedCards, ...]:
    """Judge the documents of cards of a bundle.

    Args:
        contents: Bytes by entry, as they were committed to.
        trust: The issuers that the reader pinned.
        at_ms: The time to judge by.
    """
    return tuple(_judged(seq, data, trust, at_ms) for seq, data in sorted(contents.items()))


def _judged(seq: int, data: bytes, trust: Trust, at_ms: int) -> JudgedCards:
    try:
        found = check_cards(data, trust)
    except InvalidRequest as err:
        said = f"entry {seq}: not checked, {err.message} ({err.hint})"
        return JudgedCards(seq=seq, is_established=False, detail=said)
    verdict = worst_of(found.cards, at_ms)
    names = ", ".join(dict.fromkeys(card.iss for card in found.cards if card.iss)) or "no issuer"
    detail = f"entry {seq}: health card of {names}: {verdict.value}"
    if not found.is_all and verdict is CardVerdict.VALID:
        detail += ", beside what nobody signed"
    return JudgedCards(
        seq=seq,
        is_established=found.is_all and verdict is CardVerdict.VALID,
        detail=detail,
        found=found,
        problem=_problem(seq, found, at_ms),
    )


def _problem(seq: int, found: CardDocument, at_ms: int) -> HealthVaultError | None:
    """Return what is wrong, without the issuer's name, which is private and may end up among errors."""
    verdict = worst_of(found.cards, at_ms)
    is_false = any(card.state is CardVerdict.MALFORMED and card.is_named for card in found.cards)
    if verdict not in _CONTRADICTED and not is_false:
        return None
    hint = "ask who issued it; the bundle itself may hold, and carry what is false"
    said = f"entry {seq}: a health card of an issuer that you pinned is {verdict.value}"
    return NotEstablished("issuer_failed", said, hint=hint)
