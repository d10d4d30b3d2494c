# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.records.shc, through the door."""

import io
import json
import zlib
from base64 import urlsafe_b64encode

import pytest

from healthvault.records.describe import describe
from healthvault.records.description import Description

ENTRIES = [
    {
        "fullUrl": "resource:0",
        "resource": {"resourceType": "Patient", "name": [{"family": "Lee", "given": ["Ann"]}]},
    },
    {"fullUrl": "resource:1", "resource": {"resourceType": "Immunization"}},
    {"fullUrl": "resource:2", "resource": {"resourceType": "Immunization"}},
]
PAYLOAD = {
    "iss": "https://issuer.example.org", "nbf": 1715107763.677,
    "vc": {"credentialSubject": {"fhirBundle": {"entry": ENTRIES}}},
}  # fmt: skip
TITLE = "SMART Health Card: Ann Lee (2 Immunization resources)"


def encode(data: bytes) -> str:
    """Return base64url without padding."""
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def card(payload: object = PAYLOAD, *, is_deflated: bool = True) -> str:
    """Return a JWS with a signature that nobody looks at."""
    header: dict[str, str] = {"alg": "ES256"} | ({"zip": "DEF"} if is_deflated else {})
    body = json.dumps(payload).encode()
    if is_deflated:
        deflater = zlib.compressobj(wbits=-15)
        body = deflater.compress(body) + deflater.flush()
    return ".".join((encode(json.dumps(header, separators=(",", ":")).encode()), encode(body), encode(b"s" * 64)))


def described(text: str) -> Description:
    """Describe a text."""
    data = text.encode()
    return describe(io.BytesIO(data), name="card.txt", size_bytes=len(data))


def digits(token: str) -> str:
    """Return the text of a QR code."""
    return "shc:/" + "".join(f"{ord(char) - 45:02}" for char in token)


@pytest.mark.parametrize(
    ("text", "media_type"),
    [
        (json.dumps({"verifiableCredential": [card()]}), "application/smart-health-card"),
        (card(), "application/jose"),
        (f" \n{card(is_deflated=False)}\r\n", "application/jose"),
        (digits(card()), "text/plain"),
    ],
)
def test_a_card_in_any_form_tells_the_same(text: str, media_type: str) -> None:
    """A file, a bare JWS, an uncompressed one and the text of a QR code: issuer, day and whose it is."""
    told = described(text)
    assert ("smart-health-card", media_type, TITLE) == (told.kind, told.media_type, told.title)
    assert ("2024-05-07", "https://issuer.example.org") == (told.date, told.source)


def test_several_cards_name_everybody() -> None:
    """A file may hold cards of one or of several people; each is named once."""
    other = json.loads(json.dumps(PAYLOAD).replace('"Lee"', '"Kim"'))
    text = json.dumps({"verifiableCredential": [card(), card(), card(other)]})
    assert "3 SMART Health Cards: Ann Lee, Ann Kim" == described(text).title
    assert "card" == described('{"verifiableCredential":[7,8]}').title


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("shc:/1/3/5676", "SMART Health Card, part 1 of 3"),
        ("shc:/567", "card"),
        ("shc:/9999", "card"),
        ("shc:/56", "card"),
        ("shc:/1//3", "card"),
        ('{"verifiableCredential":[]}', "card"),
        ('{"verifiableCredential":[7]}', "card"),
        (json.dumps({"verifiableCredential": [card([1])]}), "card"),
        (card(7), "card"),
        (card().partition(".")[0] + ".AAAA.AAAA", "card"),
        (card().partition(".")[0] + ".____.AAAA", "card"),
        (card().partition(".")[0] + ".A.AAAA", "card"),
    ],
)
def test_a_broken_card_has_its_name_for_a_title(text: str, title: str) -> None:
    """What cannot be opened is still recognised."""
    assert ("smart-health-card", title) == (described(text).kind, described(text).title)


@pytest.mark.parametrize(
    "text",
    [
        "shc:56",
        "shc:/",
        "shc:/a",
        "eyJ",
        "eyJ.eyJ.eyJ",
        card({"iss": "x"}, is_deflated=False),
        card() + ".x",
        "eyJ..a",
    ],
)
def test_other_texts_are_no_cards(text: str) -> None:
    """Wrong marks, tokens of other kinds and broken ones are texts."""
    assert "text" == described(text).kind


def test_a_bomb_is_not_inflated() -> None:
    """A payload that inflates beyond 5 MiB is no payload."""
    text = card({"vc": {}, "iss": "A" * 50_000_000})
    assert ("smart-health-card", None) == (described(text).kind, described(text).source)


LINK = "shlink:/" + encode(
    json.dumps({"url": "https://shl.example.org/a", "label": "My record", "key": "k"}).encode()
)


@pytest.mark.parametrize("text", [LINK, f"https://viewer.example.org/#{LINK}", f"{LINK}\n"])
def test_a_link_tells_its_label(text: str) -> None:
    """The label is the title, the host the source; the key appears nowhere."""
    told = described(text)
    assert ("smart-health-link", "My record", "shl.example.org") == (told.kind, told.title, told.source)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("shlink:/AAAA", "smart-health-link"),
        (f"see {LINK}", "text"),
        ("shlink:/a b", "text"),
        (f"x#{LINK}", "text"),
    ],
)
def test_other_links(text: str, kind: str) -> None:
    """A broken payload is still a link; a link within a text is not."""
    assert kind == described(text).kind
