# SPDX-License-Identifier: Apache-2.0
"""Cards and links read: the token as it was signed, what is in it, and where a link leads without going there."""

import base64
import json
import zlib

import pytest

from healthvault.errors import InvalidRequest
from healthvault.records.statements import Card, Item, Left, Passage, Subject
from tests.fhir_files import Json, bundle, coded, left_of, patient, statements_of

SHOT = {"resourceType": "Immunization", "vaccineCode": coded("207"), "patient": {"reference": "resource:0"}}
KEY = "k" * 43


def b64(data: bytes) -> str:
    """Return base64url without padding."""
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def card(name: str = "Ann", payload: bytes | None = None) -> str:
    """Return the token of a card; its signature is none."""
    inside = bundle({"fullUrl": "resource:0", "resource": patient(name=[{"text": name}])}, SHOT)
    body = payload or json.dumps({"vc": {"credentialSubject": {"fhirBundle": inside}}}).encode()
    packer = zlib.compressobj(wbits=-15)
    packed = packer.compress(body) + packer.flush()
    return f"{b64(json.dumps({'alg': 'ES256', 'zip': 'DEF'}).encode())}.{b64(packed)}.{b64(b'x' * 64)}"


def digits(token: str) -> str:
    """Return a token as the digits of a QR code."""
    return "".join(f"{ord(char) - 45:02}" for char in token)


def link(**more: object) -> Json:
    """Return the payload of a link."""
    return {"url": "https://a.example/x", "key": KEY, "flag": "LPU", "label": "My\n records", **more}


@pytest.mark.parametrize(
    "text",
    [
        card(),
        f"\ufeff \t{card()}\r\n",
        f"shc:/{digits(card())}",
        json.dumps({"verifiableCredential": [card()]}),
    ],
)
def test_a_card_however_it_comes(text: str) -> None:
    """The token is stated as it was signed, and what it holds as of any FHIR document."""
    statements = statements_of(text.encode())
    assert [card()] == [each.token for each in statements if isinstance(each, Card)]
    assert ["Ann"] == [each.names[0].text for each in statements if isinstance(each, Subject)]
    assert [("Immunization", 0)] == [(each.type, each.subject) for each in statements if isinstance(each, Item)]


def test_cards_of_several_people_stay_apart() -> None:
    """`resource:0` is another person in each card."""
    statements = statements_of(json.dumps({"verifiableCredential": [card("Ann"), card("Ben")]}).encode())
    assert ["Ann", "Ben"] == [each.names[0].text for each in statements if isinstance(each, Subject)]
    assert [
        ("verifiableCredential[0].entry[1]", 0),
        ("verifiableCredential[1].entry[1]", 1),
    ] == [(each.place, each.subject) for each in statements if isinstance(each, Item)]


def test_a_broken_card_costs_no_other() -> None:
    """Of several cards those that can be read are."""
    data = json.dumps({"verifiableCredential": [card(), 7, card(payload=b"[1]"), "a.b.c"]}).encode()
    reason = "no SMART Health Card: the payload cannot be read"
    assert [(f"verifiableCredential[{number}]", reason) for number in (1, 2, 3)] == left_of(data)


def test_parts_of_a_card() -> None:
    """One part says which it is; all parts together, in any order, are the card."""
    whole = digits(card())
    half = len(whole) // 4 * 2
    one, two = f"shc:/1/2/{whole[:half]}", f"shc:/2/2/{whole[half:]}"
    assert [("qr", "part 2 of 2 of a card")] == left_of(two.encode())
    both = statements_of(f"{two}\r\n{one}\n".encode())
    assert [card()] == [each.token for each in both if isinstance(each, Card)]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("shc:/567", "odd number"),
        ("shc:/9999", "no character"),
        ("shc:5676290952", "does not begin"),
        ("shc:/1//3", "does not begin"),
        ("shc:/1/1/5676", "numbered 1 of 1"),
        ("shc:/3/2/5676", "numbered 3 of 2"),
        ("shc:/0/2/5676", "numbered 0 of 2"),
        ("shc:/1/2/5676\nshc:/1/2/5676", "not of one card"),
        ("shc:/1/2/5676\nshc:/2/3/5676", "not of one card"),
        ("shc:/5676", "payload cannot be read"),
        (card(payload=b"[" * 100_000), "payload cannot be read"),
        ('{"verifiableCredential":[]}', "payload cannot be read"),
        ('{"verifiableCredential":["', "cut off"),
    ],
)
def test_what_is_no_card_is_refused(text: str, reason: str) -> None:
    """A broken card fails as such, with a reason that helps."""
    with pytest.raises(InvalidRequest, match=reason) as refusal:
        statements_of(text.encode(), kind="smart-health-card")
    assert "reader_failed" == refusal.value.code


@pytest.mark.parametrize("bare", [True, False])
def test_a_link_keeps_its_key(bare: bool) -> None:
    """Label, flags and expiry are told; the key is in no statement, and nothing is fetched."""
    payload = link(exp=1704096000)
    text = f"https://viewer.example/#shlink:/{b64(json.dumps(payload).encode())}" if bare else json.dumps(payload)
    statements = statements_of(text.encode())
    assert Passage(words="My records", place="label") in statements
    (left,) = [each for each in statements if isinstance(each, Left)]
    assert "not fetched; L: goes on being filled; P: asks for a passcode; U: one file" in left.reason
    assert "expires 2024-01-01T08:00:00+00:00" in left.reason
    assert KEY not in repr(statements)


@pytest.mark.parametrize("expiry", ["1767225600000", 1767225600000, -1, True])
def test_an_expiry_that_is_none(expiry: object) -> None:
    """A text, milliseconds and other values are no time, and not made into one."""
    (left,) = [each for each in statements_of(link(exp=expiry, flag="Z")) if isinstance(each, Left)]
    assert ("Z: unknown" in left.reason, "cannot be read" in left.reason) == (True, True)


def test_files_that_hold_a_link() -> None:
    """A link with its files in one JSON is one that is not opened, and so is a list of files."""
    whole = {"link": f"shlink:/{b64(json.dumps(link()).encode())}", "jweFiles": ["x"], "payload": link()}
    assert "jweFiles[0]" in [place for place, _ in left_of(whole)]
    listed = {"files": [{"contentType": "application/fhir+json", "location": "https://a.example/?sas=s3cret"}]}
    assert ["link", "files[0]"] == [place for place, _ in left_of(listed)]
    assert "s3cret" not in repr(statements_of(listed))
    with pytest.raises(InvalidRequest, match="cut off"):
        statements_of(b'{"files":', kind="smart-health-link")


def test_other_json_is_no_link() -> None:
    """A key and an address alone do not make one."""
    for other in ({"key": "x", "url": "y"}, {"files": [{"contentType": "x"}]}, {"contentType": "x", "files": []}):
        assert "link" not in [place for place, _ in left_of(other)]
