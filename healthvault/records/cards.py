# SPDX-License-Identifier: Apache-2.0
"""What may be said of one SMART Health Card: which issuer's key signed it, and whether it counts now.

First the signature, by a key that the reader pinned and never by one that the card brings along; then the form;
then whose key it is. Time and revocation are judged apart, so that the dear part can be kept.
Spec: docs/spec/issuers.md section 3. Source: spec.smarthealth.cards.
"""

import base64
import json
import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum

from healthvault.crypto.jose import MAX_TOKEN_CHARS, check_es256
from healthvault.errors import FormatError, IntegrityError
from healthvault.records.card_file import MALFORMED, CardText, read_card_file
from healthvault.records.issuer_keys import Trust, is_issuer

__all__ = ["CardDocument", "CardVerdict", "CheckedCard", "card_verdict", "check_card", "check_cards", "worst_of"]

INFLATED_BYTES = 5 << 20
MAX_HEADER_CHARS = 4096
MAX_SECONDS = 9 * 10**12  # as milliseconds still a number of codec.py
CARD_TYPE = "https://smarthealth.cards#health-card"
_RAW_DEFLATE = -15
_BASE64URL = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)
_KID = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)
_RID = re.compile(r"[A-Za-z0-9_-]{1,24}", re.ASCII)


class CardVerdict(Enum):
    """From the best to the worst."""

    VALID = "valid"
    EXPIRED = "expired"
    """Signed by its issuer, who says that it ended."""
    NOT_YET_VALID = "not_yet_valid"
    UNKNOWN_KEY = "unknown_key"
    """Nobody whose keys are pinned: neither good nor bad."""
    MALFORMED = "malformed"
    REVOKED = "revoked"
    """Signed by its issuer, who took it back."""
    WRONG_ISSUER = "wrong_issuer"
    """The key is known, and not that of the issuer that the card names."""
    TAMPERED = "tampered"
    """The known key did not sign this."""


_ORDER = tuple(CardVerdict)


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedCard:
    """What is known of a card whatever the time is; texts are the card's own word."""

    place: str
    state: CardVerdict
    """`VALID`: signed by the key of its issuer, and of the right form. Never `EXPIRED` or `NOT_YET_VALID`."""
    iss: str | None = None
    kid: str | None = None
    nbf_ms: int | None = None
    exp_ms: int | None = None
    detail: str = ""
    """What is wrong, if anything."""
    is_named: bool = False
    """It names an issuer or a key that is pinned, so that a fault is somebody's."""

    @property
    def is_signed(self) -> bool:
        """Whether its issuer signed it and did not take it back, in force or not."""
        return self.state is CardVerdict.VALID


@dataclass(frozen=True, slots=True, kw_only=True)
class CardDocument:
    """What is known of the cards of one document, whatever the time is."""

    cards: tuple[CheckedCard, ...]
    is_all: bool
    """The document holds nothing but cards."""

    @property
    def is_signed(self) -> bool:
        """Whether all of the document is signed by issuers."""
        return self.is_all and all(card.is_signed for card in self.cards)


def card_verdict(card: CheckedCard, now_ms: int) -> CardVerdict:
    """Return the verdict on a card at a time."""
    if card.state is not CardVerdict.VALID:
        return card.state
    if card.exp_ms is not None and card.exp_ms <= now_ms:
        return CardVerdict.EXPIRED
    if card.nbf_ms is not None and now_ms < card.nbf_ms:
        return CardVerdict.NOT_YET_VALID
    return CardVerdict.VALID


def worst_of(cards: tuple[CheckedCard, ...], now_ms: int) -> CardVerdict:
    """Return the verdict on several cards as one: the worst of theirs."""
    return max((card_verdict(card, now_ms) for card in cards), key=_ORDER.index)


def check_cards(data: bytes, trust: Trust) -> CardDocument:
    """Check all cards of a document; one that cannot be read as cards is one malformed card.

    Raises:
        InvalidRequest: `extra_missing`, a signature would have to be checked.
    """
    try:
        file = read_card_file(data)
    except FormatError as err:
        broken = CheckedCard(place="", state=CardVerdict.MALFORMED, detail=err.message)
        return CardDocument(cards=(broken,), is_all=False)
    return CardDocument(cards=tuple(check_card(card, trust) for card in file.cards), is_all=file.is_all)


def check_card(text: CardText, trust: Trust) -> CheckedCard:
    """Check one card against pinned keys and lists.

    Args:
        text: *Unverified*.
        trust: Whose keys the reader believes.

    Raises:
        InvalidRequest: `extra_missing`, its signature would have to be checked.
    """
    card = CheckedCard(place=text.place, state=CardVerdict.MALFORMED, detail=text.fault or "")
    try:
        header, data = _opened(text.token)
        kid = _kid(header)
        card = replace(card, kid=kid, is_named=bool(trust.owners(kid)))
        is_good = _is_signed(text.token, kid, trust)
        payload = None if is_good is False else _payload(data)
        told = _with_claims(card, trust, payload if payload is not None else _lenient_payload(data))
    except FormatError as err:
        return replace(card, detail=err.message)
    if payload is None:
        said = "its signature does not verify with the key that it names"
        return replace(told, state=CardVerdict.TAMPERED, detail=said)
    if text.fault:
        return told
    return _judged(told, trust, payload, is_compressed=header.get("zip") == "DEF" and not _is_json(data))


def _is_signed(token: str, kid: str, trust: Trust) -> bool | None:
    """Return whether the pinned key with this id signed a token; None if there is no such key."""
    key = trust.key(kid)
    if key is None:
        return None
    try:
        check_es256(token, key.x, key.y)
    except IntegrityError:
        return False
    return True


def _with_claims(card: CheckedCard, trust: Trust, payload: Mapping[str, object] | None) -> CheckedCard:
    """Return a card with what its payload says of it; one that is forged may say anything, or nothing."""
    iss = None if payload is None else payload.get("iss")
    if not isinstance(iss, str) or not is_issuer(iss):
        return card
    return replace(card, iss=iss, is_named=card.is_named or iss in trust.issuers)


def _judged(card: CheckedCard, trust: Trust, payload: Mapping[str, object], *, is_compressed: bool) -> CheckedCard:
    """Judge a card whose signature holds, or cannot be checked, in form and in whose key it is."""
    try:
        rid = _check_form(payload, is_compressed=is_compressed)
        nbf_ms, exp = _milliseconds(payload.get("nbf")), payload.get("exp")
        card = replace(card, nbf_ms=nbf_ms, exp_ms=None if exp is None else _milliseconds(exp))
    except FormatError as err:
        return replace(card, detail=err.message)
    iss, kid = card.iss or "", card.kid or ""
    if not trust.owners(kid):
        said = "its issuer is pinned, without this key" if card.is_named else "its issuer is not pinned"
        return replace(card, state=CardVerdict.UNKNOWN_KEY, detail=said)
    if not trust.is_of(iss, kid):
        said = "the key that signed it is pinned for another issuer"
        return replace(card, state=CardVerdict.WRONG_ISSUER, detail=said)
    revoked = trust.lists.get((iss, kid))
    if revoked is not None and revoked.is_revoked(rid, nbf_ms):
        return replace(card, state=CardVerdict.REVOKED, detail=f"on list {revoked.ctr} of its issuer")
    return replace(card, state=CardVerdict.VALID, detail="")


def _opened(token: str) -> tuple[Mapping[str, object], bytes]:
    """Return header and payload as encoded, of a token whose form is checked as far as a signature needs it."""
    parts = token.split(".")
    if len(token) > MAX_TOKEN_CHARS or len(parts) != 3 or len(parts[0]) > MAX_HEADER_CHARS:
        raise FormatError(MALFORMED, "no compact JWS")
    header, data, _ = map(_decoded, parts)
    return _object(header, "header"), data


def _kid(header: Mapping[str, object]) -> str:
    if header.get("alg") != "ES256":
        raise FormatError(MALFORMED, "signed under another algorithm than ES256, or not at all")
    kid = header.get("kid")
    if not isinstance(kid, str) or _KID.fullmatch(kid) is None or "crit" in header or "b64" in header:
        raise FormatError(MALFORMED, "the header is not that of a card")
    return kid


def _is_json(data: bytes) -> bool:
    return data.startswith(b"{")


def _payload(data: bytes) -> Mapping[str, object]:
    """Return what a card says, compressed as it has to be or not."""
    return _object(data if _is_json(data) else _inflated(data), "payload")


def _lenient_payload(data: bytes) -> Mapping[str, object] | None:
    try:
        return _payload(data)
    except FormatError:
        return None


def _check_form(payload: Mapping[str, object], *, is_compressed: bool) -> str | None:
    """Check what a card must be beyond its signature, and return its revocation id."""
    if not is_compressed:
        raise FormatError(MALFORMED, "the payload is not compressed as cards are")
    vc, iss = payload.get("vc"), payload.get("iss")
    if not isinstance(iss, str) or not is_issuer(iss):
        raise FormatError(MALFORMED, "its issuer is no https address in the form that cards have")
    if not isinstance(vc, dict) or not _is_health_card(vc):
        raise FormatError(MALFORMED, "the payload is no health card")
    rid = vc.get("rid")
    if rid is not None and (not isinstance(rid, str) or _RID.fullmatch(rid) is None):
        raise FormatError(MALFORMED, "its revocation id is not of the form that cards have")
    return rid


def _is_health_card(vc: Mapping[str, object]) -> bool:
    types, subject = vc.get("type"), vc.get("credentialSubject")
    bundle = subject.get("fhirBundle") if isinstance(subject, dict) else None
    return isinstance(types, list) and CARD_TYPE in types and isinstance(bundle, dict)


def _inflated(data: bytes) -> bytes:
    unpacker = zlib.decompressobj(_RAW_DEFLATE)
    try:
        unpacked = unpacker.decompress(data, INFLATED_BYTES)
    except zlib.error as err:
        raise FormatError(MALFORMED, "the payload cannot be decompressed") from err
    if not unpacker.eof or unpacker.unused_data:
        raise FormatError(MALFORMED, "the compressed payload is too large, cut off, or goes on")
    return unpacked


def _object(data: bytes, what: str) -> Mapping[str, object]:
    try:
        value = json.loads(data.decode("utf-8"))
    except (ValueError, RecursionError) as err:
        raise FormatError(MALFORMED, f"the {what} is not JSON") from err
    if not isinstance(value, dict):
        raise FormatError(MALFORMED, f"the {what} is no object")
    return value


def _milliseconds(seconds: object) -> int:
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 <= seconds <= MAX_SECONDS:
        raise FormatError(MALFORMED, "a time is missing, or no number of seconds")
    return int(seconds * 1000)


def _decoded(text: str) -> bytes:
    """Return what a part of a token encodes; of the several texts for the same bytes only one is taken."""
    if _BASE64URL.fullmatch(text) is None:
        raise FormatError(MALFORMED, "no base64url")
    try:
        data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError as err:
        raise FormatError(MALFORMED, "no base64url") from err
    if base64.urlsafe_b64encode(data).decode().rstrip("=") != text:
        raise FormatError(MALFORMED, "no canonical base64url")
    return data
