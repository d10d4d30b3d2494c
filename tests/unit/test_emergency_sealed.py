# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.emergency.sealed: a card under a code, and under shares."""

import itertools
import json
from functools import cache

import pyrage
import pytest

from healthvault.agefile.file import encrypt
from healthvault.agefile.recipients import ScryptRecipient
from healthvault.crypto.hashing import random_bytes
from healthvault.crypto.shares import join_shares, split_secret
from healthvault.emergency.card import MAX_QR_BYTES, card_text
from healthvault.emergency.sealed import (
    code_passphrase,
    guess_cost,
    open_by_code,
    open_by_shares,
    pieces,
    seal_card,
)
from healthvault.errors import (
    FormatError,
    HealthVaultError,
    IntegrityError,
    InvalidRequest,
    NoMatchingIdentity,
    WrongKey,
)
from tests.unit.test_emergency_card import card

CODE = "abandon-ability-able-about-above-absent-absorb"
SECRET = bytes(range(32))


@cache
def sealed() -> str:
    """Return a card under the code; it costs a second."""
    return seal_card(card(), code_passphrase(CODE))


def test_the_code_opens_it() -> None:
    """As somebody typed it, from the text or from a page around it."""
    typed = "  Abandon ABILITY able about-above absent\n absorb "
    assert card() == open_by_code(f"<pre>{sealed()}</pre>".encode(), typed)


def test_other_age_programs_open_it() -> None:
    """With the code as passphrase; what they get is JSON."""
    opened = pyrage.passphrase.decrypt(sealed().encode(), CODE)
    assert card().to_object() == json.loads(opened)


def test_shares_open_it_and_fewer_do_not() -> None:
    """Any two of three; one is refused by name; those of another set belong to another page."""
    secret = random_bytes(32)
    armour = seal_card(card(), secret.hex().encode())
    shares = split_secret(secret, 2, 3)
    for few in itertools.combinations(shares, 2):
        assert secret == join_shares(few)
    assert card() == open_by_shares(armour.encode(), join_shares(shares[1:]))
    with pytest.raises(WrongKey) as caught:
        join_shares(shares[:1])
    assert "too_few_shares" == caught.value.code
    with pytest.raises(WrongKey) as caught:
        open_by_shares(armour.encode(), join_shares(split_secret(SECRET, 2, 3)[:2]))
    assert "wrong_share" == caught.value.code


def test_a_wrong_code_opens_nothing() -> None:
    """By name."""
    with pytest.raises(NoMatchingIdentity) as caught:
        open_by_code(sealed().encode(), CODE.replace("absorb", "abstract"))
    assert "no_key" == caught.value.code


def tampered(place: float) -> bytes:
    """Return the text with one letter of it changed."""
    at = int(len(sealed()) * place)
    letter = "A" if sealed()[at] != "A" else "B"
    return (sealed()[:at] + letter + sealed()[at + 1 :]).encode()


@pytest.mark.parametrize("place", [0.2, 0.3, 0.5, 0.7, 0.9])
def test_a_changed_payload_is_refused(place: float) -> None:
    """Wherever it was changed."""
    with pytest.raises((FormatError, IntegrityError, NoMatchingIdentity)) as caught:
        open_by_code(tampered(place), CODE)
    assert caught.value.code in {"tampered", "malformed", "no_key"}


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"<html>nothing</html>", "not_a_bundle"),
        (b"age-encryption.org/v1\n", "truncated"),
        (sealed().encode() * 2, "malformed"),
        (sealed().encode()[:-40], "malformed"),
    ],
)
def test_what_is_no_encrypted_card_is_named(data: bytes, code: str) -> None:
    """A page in clear, a cut file, two pages at once."""
    with pytest.raises(HealthVaultError) as caught:
        open_by_code(data, CODE)
    assert code == caught.value.code


def test_it_must_be_a_card_inside() -> None:
    """Somebody who knows the code can write anything."""
    foreign = bytearray()
    stream = encrypt(foreign.extend, [ScryptRecipient(passphrase=CODE.encode(), log_n=10)])
    stream.write(b"not a card")
    stream.finish()
    with pytest.raises(FormatError) as caught:
        open_by_code(bytes(foreign), CODE)
    assert "bad_schema" == caught.value.code


def test_pieces_are_whole_lines_that_fit() -> None:
    """Together they are the text."""
    text = "".join(f"{number:063}\n" for number in range(200))
    found = pieces(text)
    assert text == "".join(found)
    assert all(len(piece) <= MAX_QR_BYTES and piece.endswith("\n") for piece in found)
    with pytest.raises(InvalidRequest):
        pieces(text * 3)


def test_length_is_blurred() -> None:
    """Two cards of nearly the same length have encrypted texts of the same."""
    one, other = card(1, "Latex"), card(1, "Nickel")
    assert len(card_text(one)) != len(card_text(other))
    assert len(seal_card(one, b"x")) == len(seal_card(other, b"x"))


def test_the_estimate_is_that_of_seven_words() -> None:
    """2^76 tries of a second on a million computers."""
    cost = guess_cost()
    assert (77, 1_000_000) == (cost.bits, cost.machines)
    assert 2_300_000_000 < cost.years < 2_500_000_000
