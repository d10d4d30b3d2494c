# SPDX-License-Identifier: Apache-2.0
"""SMART Health Cards and Links, opened just far enough to name them: issuer, date, whose, what.

This is NOT a verification: no signature, key, expiry or revocation is looked at, and whoever made the file may
have written any name into it. Texts are `.smart-health-card` files, bare JWS, `shc:/` texts of QR codes, and
`shlink:/` with or without a viewer before it. Spec: docs/spec/records.md section 4.
"""

import binascii
import codecs
import re
import zlib
from dataclasses import replace

from healthvault.records.dates import from_unix
from healthvault.records.description import Found
from healthvault.records.fhir_bundle import BundleSummary
from healthvault.records.json_walk import Json, items_at, parse, text_at, value_at
from healthvault.records.kinds import MEDIA_TYPES, Kind
from healthvault.records.probe import Probe

__all__ = [
    "describe_card_text",
    "describe_link_text",
    "found_card_file",
    "found_link_file",
    "is_card_jws",
    "is_link",
    "is_link_file",
    "is_qr_text",
    "jws_of",
    "link_payload",
    "link_payload_in",
    "payload_text",
    "qr_parts",
]

INFLATED_BYTES = 5 * 1024 * 1024
RAW_DEFLATE = -15
QR_OFFSET = 45  # two digits are the code of a character less this
LINK_SIGN = "shlink:/"
JWS_PARTS = 3
CARDS_OPENED = 5
MAX_JWS_CHARS = 1024 * 1024
MAX_QR_PARTS = 100
CARD = "SMART Health Card"
LINK = "SMART Health Link"
LINK_KEY = re.compile(r"[A-Za-z0-9_-]{43}")
QR_LOOK = re.compile(r"shc:/[0-9][0-9/]*|shc:[0-9]{10,}")
QR_TEXT = re.compile(r"shc:/(?:([0-9]{1,4})/([0-9]{1,4})/)?([0-9]+)")
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
    if not is_qr_text(token):
        return _found_card(token, "application/jose")
    plain = Found(kind=Kind.SMART_HEALTH_CARD, media_type="text/plain")
    try:
        parts = qr_parts(token)
        whole = jws_of(parts)
    except ValueError:
        return plain
    if whole is None:
        return replace(plain, title=f"{CARD}, part {parts[0][1]} of {parts[0][2]}")
    return _found_card(whole, "text/plain")


def describe_link_text(probe: Probe) -> Found:
    """Describe a SMART Health Link by the label in its payload; the key in it is not looked at."""
    return _found_link(link_payload(probe.text or ""), None)


def found_link_file(members: Json) -> Found:
    """Describe a JSON file that holds a link, its payload, or the list of files that it leads to."""
    return _found_link(link_payload_in(members), MEDIA_TYPES[Kind.JSON])


def is_link_file(members: Json) -> bool:
    """Return whether the outermost members of a JSON file are those of a link, or of what it leads to."""
    files = items_at(members, "files")
    return bool(link_payload_in(members)) or (
        bool(files) and all(text_at(each, "contentType") and _leads_on(each) for each in files[:CARDS_OPENED])
    )


def link_payload(text: str) -> Json:
    """Return the payload of a link (unverified), alone or behind the address of a viewer; None if it has none."""
    _, sign, encoded = text.strip().partition(LINK_SIGN)
    return parse(_base64url(encoded.rstrip("=")).decode("utf-8", "replace")) if sign else None


def link_payload_in(members: Json) -> Json:
    """Return the payload of the link in a JSON file (unverified); None if there is none."""
    for payload in (members, value_at(members, "payload"), link_payload(text_at(members, "link") or "")):
        if text_at(payload, "url") and LINK_KEY.fullmatch(text_at(payload, "key") or ""):
            return payload
    return None


def is_qr_text(text: str) -> bool:
    """Return whether each line of a text begins like the text of a card's QR code, right or wrong."""
    lines = text.split()
    return 0 < len(lines) <= MAX_QR_PARTS and all(QR_LOOK.fullmatch(line) for line in lines)


def qr_parts(text: str) -> list[tuple[str, int, int]]:
    """Return digits, number from 1 and count of each QR text, one a line (unverified).

    Raises:
        ValueError: One does not begin as it must, or is numbered wrongly.
    """
    parts = []
    for line in text.split():
        match = QR_TEXT.fullmatch(line)
        if match is None:
            raise ValueError("the text of the QR code does not begin with shc:/ and digits")
        number, count, digits = int(match.group(1) or 1), int(match.group(2) or 1), match.group(3)
        if not 1 <= number <= count <= MAX_QR_PARTS or (match.group(1) and count == 1):
            raise ValueError(f"a QR code that is numbered {number} of {count}")
        parts.append((digits, number, count))
    return parts


def _found_link(payload: Json, media_type: str | None) -> Found:
    address = text_at(payload, "url") or ""
    host = address.split("/")[2] if address.startswith("https://") else None
    title = text_at(payload, "label") or LINK
    return Found(kind=Kind.SMART_HEALTH_LINK, media_type=media_type, title=title, source=host)


def _leads_on(file: Json) -> bool:
    return text_at(file, "location") is not None or text_at(file, "embedded") is not None


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
    return parse(payload_text(token) or "")


def payload_text(token: str) -> str | None:
    """Return the payload of a JWS (unverified), inflated up to a limit if it is compressed; None if it is none."""
    parts = token.split(".")
    if len(token) > MAX_JWS_CHARS or len(parts) != JWS_PARTS:
        return None
    data = _base64url(parts[1])
    if not data.startswith((b"{", codecs.BOM_UTF8)):
        try:
            data = zlib.decompressobj(RAW_DEFLATE).decompress(data, INFLATED_BYTES)
        except zlib.error:
            return None
    return data.decode("utf-8-sig", "replace")


def _base64url(text: str) -> bytes:
    standard = text.replace("-", "+").replace("_", "/") + "=" * (-len(text) % 4)
    try:
        return binascii.a2b_base64(standard)
    except ValueError:
        return b""


def jws_of(parts: list[tuple[str, int, int]]) -> str | None:
    """Return the JWS in the digits of QR codes; None if a part is missing.

    Raises:
        ValueError: The digits are broken, or the parts are not of one card.
    """
    count = parts[0][2]
    by_number = {number: digits for digits, number, _ in parts}
    if any(each != count for _, _, each in parts) or len(by_number) != len(parts):
        raise ValueError("the parts are not of one card")
    if len(by_number) < count:
        return None
    return "".join(_from_digits(by_number[number]) for number in range(1, count + 1))


def _from_digits(digits: str) -> str:
    if len(digits) % 2:
        raise ValueError("the QR code has an odd number of digits")
    codes = [int(digits[place : place + 2]) + QR_OFFSET for place in range(0, len(digits), 2)]
    text = "".join(map(chr, codes))
    if not all(char == "." or char in _BASE64URL for char in text):
        raise ValueError("the QR code has digits that stand for no character of a card")
    return text
