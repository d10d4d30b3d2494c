# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.records.cards: the verdict on one health card."""

import base64
import json
import zlib

import pytest

from healthvault.records.card_file import CardText
from healthvault.records.cards import CardVerdict, card_verdict, check_card, check_cards, worst_of
from healthvault.records.issuer_keys import NO_TRUST, Trust, parse_issuer_file
from tests.issuers import NBF, Clinic, card_file, deflated, flipped, qr_text

NOW_MS = (NBF + 1000) * 1000
CLINIC = Clinic()
OTHER = Clinic(iss="https://other.example")
V = CardVerdict


def trust(*files: tuple[bytes, str]) -> Trust:
    """Return what a reader believes who pinned these files for these issuers, and the clinic's keys."""
    pinned = ((CLINIC.jwks(), CLINIC.iss), *files)
    return Trust(parse_issuer_file(data).of([iss]) for data, iss in pinned)


def verdict(token: str, believed: Trust | None = None, now_ms: int = NOW_MS) -> CardVerdict:
    """Return the verdict on a token."""
    card = check_card(CardText(place="", token=token), trust() if believed is None else believed)
    return card_verdict(card, now_ms)


def test_a_card_of_a_pinned_issuer() -> None:
    """Valid, and it says whose it is and from when."""
    card = check_card(CardText(place="here", token=CLINIC.card(exp=NBF + 5000, rid="r1")), trust())
    assert (V.VALID, CLINIC.iss, CLINIC.kid, NBF * 1000, (NBF + 5000) * 1000) == (
        card.state, card.iss, card.kid, card.nbf_ms, card.exp_ms
    )  # fmt: skip
    assert (True, True, "here", "") == (card.is_signed, card.is_named, card.place, card.detail)


@pytest.mark.parametrize(
    ("members", "seen"),
    [
        ({"exp": NBF + 1000}, V.EXPIRED),
        ({"exp": NBF + 1001}, V.VALID),
        ({"nbf": NBF + 1000}, V.VALID),
        ({"nbf": NBF + 1001}, V.NOT_YET_VALID),
        ({"nbf": NBF * 1000}, V.NOT_YET_VALID),
        ({"nbf": NBF + 2000, "exp": NBF}, V.EXPIRED),
        ({"nbf": NBF + 0.5}, V.VALID),
    ],
)
def test_times(members: dict, seen: CardVerdict) -> None:
    """Seconds; the second of `exp` is over; an `nbf` in milliseconds is far ahead."""
    assert seen is verdict(CLINIC.card(**members))


@pytest.mark.parametrize(
    "change",
    [
        {"nbf": None},
        {"nbf": "1700000000"},
        {"nbf": True},
        {"nbf": -1},
        {"nbf": 10**16},
        {"nbf": float("nan")},
        {"nbf": float("inf")},
        {"exp": "never"},
        {"iss": None},
        {"iss": CLINIC.iss + "/"},
        {"iss": "http://clinic.example/issuer"},
        {"rid": 5},
        {"rid": "r.1"},
        {"rid": "r" * 25},
        {"vc": None},
        {"vc": {"type": ["VerifiableCredential"]}},
        {"vc": {"type": "https://smarthealth.cards#health-card", "credentialSubject": {"fhirBundle": {}}}},
        {"vc": {"type": ["https://smarthealth.cards#health-card"], "credentialSubject": {}}},
    ],
)
def test_a_signed_card_of_another_form_is_never_valid(change: dict) -> None:
    """Its signature holds, and the form does not."""
    assert V.MALFORMED is verdict(CLINIC.card(**change))


def test_signed_bytes_that_are_no_compressed_object() -> None:
    """Not deflated, deflated with more after, cut off, no JSON, no object: all malformed."""
    good = json.dumps(CLINIC.payload()).encode()
    for payload in (
        good,
        deflated(good) + b"more",
        deflated(good)[:-3],
        zlib.compress(good),
        deflated(b"no JSON"),
        deflated(b"[]"),
        deflated(b"\xff"),
        deflated(b"[" * 100_000),
    ):
        assert V.MALFORMED is verdict(CLINIC.signed(payload))
    assert V.MALFORMED is verdict(CLINIC.signed(deflated(good), zip="GZIP"))


def test_a_bomb_is_malformed_and_never_unpacked_whole() -> None:
    """256 MiB of zeros, packed small: nothing is kept beyond 5 MiB, signed or not."""
    packer = zlib.compressobj(9, wbits=-15)
    bomb = b"".join(packer.compress(bytes(1 << 20)) for _ in range(256)) + packer.flush()
    assert V.MALFORMED is verdict(CLINIC.signed(bomb))
    assert V.MALFORMED is verdict(OTHER.signed(bomb))
    too_long = CLINIC.signed(bytes(1 << 20))
    assert V.MALFORMED is verdict(too_long)


def test_one_bit_of_what_is_signed_or_of_the_signature() -> None:
    """Tampered, even where the payload does not open any more."""
    token = CLINIC.card()
    assert V.TAMPERED is verdict(flipped(token, 1))
    assert V.TAMPERED is verdict(flipped(token, 2))
    header, _, signature = token.split(".")
    assert V.TAMPERED is verdict(f"{header}.{OTHER.card().split('.')[1]}.{signature}")


def test_every_character_of_a_card_matters() -> None:
    """Another one anywhere makes it something else than valid; unused bits of the last one among them."""
    token = CLINIC.card()
    for place in range(0, len(token), 7):
        other = "A" if token[place] != "A" else "B"
        assert V.VALID is not verdict(token[:place] + other + token[place + 1 :])
    last = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    loose = token[:-1] + last[last.index(token[-1]) ^ 1]
    assert V.MALFORMED is verdict(loose)


def test_a_key_that_nobody_pinned() -> None:
    """Neither good nor bad, whoever it says that it is of."""
    assert V.UNKNOWN_KEY is verdict(OTHER.card())
    assert V.UNKNOWN_KEY is verdict(OTHER.card(iss=CLINIC.iss))
    assert V.UNKNOWN_KEY is verdict(CLINIC.card(), NO_TRUST)


def test_the_key_of_another_issuer() -> None:
    """It fits mathematically, and that is no trust: neither for an unknown issuer nor for a known one."""
    assert V.WRONG_ISSUER is verdict(CLINIC.card(iss="https://foreign.example"))
    both = trust((OTHER.jwks(), OTHER.iss))
    assert V.WRONG_ISSUER is verdict(OTHER.card(iss=CLINIC.iss), both)
    assert V.VALID is verdict(OTHER.card(), both)


def test_a_key_id_that_is_taken_over() -> None:
    """A key under the id of another is not taken at all, so it cannot stand before that one."""
    thief = json.dumps({"keys": [{**OTHER.public, "kid": CLINIC.kid}, OTHER.public]}).encode()
    believed = trust((thief, "https://thief.example"))
    assert V.TAMPERED is verdict(OTHER.signed(deflated(b"{}"), kid=CLINIC.kid), believed)
    assert V.VALID is verdict(CLINIC.card(), believed)


@pytest.mark.parametrize(
    "header",
    [{"alg": "none"}, {"alg": "HS256"}, {"alg": None}, {"kid": 5}, {"kid": "short"}, {"crit": []}, {"b64": True}],
)
def test_headers_that_are_not_of_cards(header: dict) -> None:
    """`none`, HMAC, no key id, extensions that change what is signed."""
    parts = CLINIC.card().split(".")
    full = {"alg": "ES256", "zip": "DEF", "kid": CLINIC.kid, **header}
    parts[0] = base64.urlsafe_b64encode(json.dumps(full).encode()).decode().rstrip("=")
    assert V.MALFORMED is verdict(".".join(parts))


def test_what_a_card_brings_along_counts_for_nothing() -> None:
    """A certificate, a key or an address in the header."""
    own = {"jwk": OTHER.public, "x5c": ["AAAA"]}
    assert V.UNKNOWN_KEY is verdict(OTHER.signed(deflated(json.dumps(OTHER.payload()).encode()), **own))
    assert V.VALID is verdict(CLINIC.signed(deflated(json.dumps(CLINIC.payload()).encode()), **own))


def test_a_revoked_card() -> None:
    """By its id, or from before a second; the list of another issuer does not count; nor can one make it valid."""
    card = CLINIC.card(rid="r1")
    for rid, seen in (("r1", V.REVOKED), (f"r1.{NBF + 1}", V.REVOKED), (f"r1.{NBF}", V.VALID), ("r2", V.VALID)):
        assert seen is verdict(card, trust((CLINIC.revoking(rid), CLINIC.iss)))
    assert V.VALID is verdict(card, trust((CLINIC.revoking("r1"), OTHER.iss)))
    assert V.REVOKED is verdict(CLINIC.card(rid="r1", exp=NBF), trust((CLINIC.revoking("r1"), CLINIC.iss)))
    assert V.TAMPERED is verdict(flipped(card, 2), trust((CLINIC.revoking("r1"), CLINIC.iss)))


@pytest.mark.parametrize("token", ["", ".", "..", "a.b.c", "a.b.c.d", "e30.e30.e30", "é.é.é", " " * 10])
def test_what_is_no_card_at_all(token: str) -> None:
    """Malformed, and nobody's."""
    card = check_card(CardText(place="", token=token), trust())
    assert (V.MALFORMED, False) == (card.state, card.is_named)


def test_the_form_around_a_card_can_spoil_it() -> None:
    """A byte order mark: malformed, with the name of its issuer; changed as well: tampered."""
    token = CLINIC.card()
    (card,) = check_cards(b"\xef\xbb\xbf" + token.encode(), trust()).cards
    assert (V.MALFORMED, CLINIC.iss, True) == (card.state, card.iss, card.is_named)
    (card,) = check_cards(b" " + flipped(token, 2).encode(), trust()).cards
    assert V.TAMPERED is card.state


def test_documents_of_cards() -> None:
    """All must be signed, and nothing else may be there; the verdict is the worst."""
    good, bad = CLINIC.card(), OTHER.card()
    both = check_cards(card_file(good, bad), trust())
    assert (False, V.UNKNOWN_KEY) == (both.is_signed, worst_of(both.cards, NOW_MS))
    assert check_cards(card_file(good, CLINIC.card(exp=NBF)), trust()).is_signed
    beside = check_cards(card_file(good, note="x"), trust())
    assert (False, V.VALID) == (beside.is_signed, worst_of(beside.cards, NOW_MS))
    assert check_cards(qr_text(good).encode(), trust()).is_signed
    broken = check_cards(b"{", trust())
    assert (False, V.MALFORMED) == (broken.is_signed, worst_of(broken.cards, NOW_MS))
