# SPDX-License-Identifier: Apache-2.0
"""SMART Health Cards and Links, opened just far enough to name them: issuer, date, whose, what.

This is NOT a verification: no signature, key, expiry or revocation is looked at, and whoever made the file may
have written any name into it. Texts are `.smart-health-card` files, bare JWS, `shc:/` texts of QR codes, and
`shlink:/` with or without a viewer before it. Spec: docs/spec/records.md section 4.
"""

import binascii
import codecs
import zlib
from dataclasses import replace

from healthvault.records.dates import from_unix
from healthvault.records.description import Found
from healthvault.records.fhir_bundle import BundleSummary
from healthvault.records.json_walk import Json, items_at, parse, text_at, value_at
from healthvault.records.kinds import MEDIA_TYPES, Kind
from healthvault.records.probe import Probe

__all__ = ["describe_card_text", "describe_link_text", "found_card_file", "is_card_jws", "is_link"]

INFLATED_BYTES = 5 * 1024 * 1024
RAW_DEFLATE = -15
QR_SIGN = "shc:/"
QR_OFFSET = 45  # two digits are the code of a character less this
LINK_SIGN = "shlink:/"
JWS_PARTS = 3
CARDS_OPENED = 5
MAX_JWS_CHARS = 1024 * 1024
CARD = "SMART Health Card"
_BASE64URL = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


def found_card_file(members: Json) -> Found:
    """Describe a `.smart-health-card` file by its outermost members; it may hold cards of several people."""
    cards = items_at(members, "verifiableCredential")
    media_type = MEDIA_TYPES[Kind.SMART_HEALTH_CARD]
    tokens = [card for card in cards[:CARDS_OPENED] if isinstance(card, str)]
    found = _found_card(tokens[0] if tokens else "", media_type)
    if len(cards) <= 1:
        return found
    people = dict.fromkeys(_subject(_payload(token)).patient for token in tokens)
    told = ", ".join(name for name in people if name)
    return replace(found, title=f"{len(cards)} {CARD}s: {told}" if told else None)


def describe_card_text(probe: Probe) -> Found:
    """Describe a bare JWS or the text of a QR code (unverified)."""
    token = (probe.text or "").strip()
    if not token.startswith(QR_SIGN):
        return _found_card(token, "application/jose")
    *chunk, digits = token.removeprefix(QR_SIGN).split("/")[:JWS_PARTS]
    if chunk:
        title = f"{CARD}, part {' of '.join(chunk)}" if all(map(_is_digits, chunk)) else None
        return Found(kind=Kind.SMART_HEALTH_CARD, media_type="text/plain", title=title)
    return _found_card(_from_digits(digits), "text/plain")


def describe_link_text(probe: Probe) -> Found:
    """Describe a SMART Health Link by the label in its payload; the key in it is not looked at."""
    _, _, encoded = (probe.text or "").strip().partition(LINK_SIGN)
    payload = parse(_base64url(encoded.rstrip("=")).decode("utf-8", "replace"))
    address = text_at(payload, "url") or ""
    host = address.split("/")[2] if address.startswith("https://") else None
    return Found(kind=Kind.SMART_HEALTH_LINK, title=text_at(payload, "label") or "SMART Health Link", source=host)


def is_card_jws(text: str) -> bool:
    """Return whether a text is one compact JWS whose payload is compressed or holds a health card."""
    parts = text.strip().split(".")
    if len(parts) != JWS_PARTS or not all(part and _BASE64URL.issuperset(part) for part in parts):
        return False
    header = parse(_base64url(parts[0]).decode("utf-8", "replace"))
    if text_at(header, "alg") is None:
        return False
    return text_at(header, "zip") == "DEF" or value_at(_payload(text.strip()), "vc") is not None


def is_link(text: str) -> bool:
    """Return whether a text is one SMART Health Link, alone or behind the address of a viewer."""
    before, sign, payload = text.strip().partition(LINK_SIGN)
    is_after_viewer = before.startswith(("https://", "http://")) and before.endswith("#") and " " not in before
    return bool(sign) and (not before or is_after_viewer) and _BASE64URL.issuperset(payload.rstrip("="))


def _found_card(token: str, media_type: str) -> Found:
    payload = _payload(token)
    subject = _subject(payload)
    return Found(
        kind=Kind.SMART_HEALTH_CARD,
        media_type=media_type,
        title=f"{CARD}: {subject.told(is_complete=True)}" if subject.counts else None,
        date=from_unix(value_at(payload, "nbf")),
        source=text_at(payload, "iss"),
        category=subject.category,
        sensitivity=frozenset(subject.sensitivity),
    )


def _subject(payload: Json) -> BundleSummary:
    """Return what a card holds."""
    subject = BundleSummary()
    for entry in items_at(payload, "vc", "credentialSubject", "fhirBundle", "entry"):
        subject.add(entry)
    return subject


def _payload(token: str) -> Json:
    """Return the payload of a JWS, inflated up to a limit if it is compressed; None if it is none."""
    parts = token.split(".")
    if len(token) > MAX_JWS_CHARS or len(parts) != JWS_PARTS:
        return None
    data = _base64url(parts[1])
    if not data.startswith((b"{", codecs.BOM_UTF8)):
        try:
            data = zlib.decompressobj(RAW_DEFLATE).decompress(data, INFLATED_BYTES)
        except zlib.error:
            return None
    return parse(data.decode("utf-8-sig", "replace"))


def _base64url(text: str) -> bytes:
    standard = text.replace("-", "+").replace("_", "/") + "=" * (-len(text) % 4)
    try:
        return binascii.a2b_base64(standard)
    except ValueError:
        return b""


def _from_digits(digits: str) -> str:
    """Return the JWS in the digits of a QR code, or nothing if they are broken."""
    if not _is_digits(digits) or len(digits) % 2:
        return ""
    codes = [int(digits[place : place + 2]) + QR_OFFSET for place in range(0, len(digits), 2)]
    return "".join(map(chr, codes)) if all(chr(code) == "." or chr(code) in _BASE64URL for code in codes) else ""


def _is_digits(text: str) -> bool:
    return text.isascii() and text.isdigit()
