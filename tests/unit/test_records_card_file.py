# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.records.card_file: what a document of cards is."""

import pytest

from healthvault.errors import FormatError
from healthvault.records.card_file import MAX_CARD_FILE_BYTES, CardFile, read_card_file
from tests.issuers import card_file, qr_text

TOKEN = "aaaa.bbbb.cccc"


def tokens(found: CardFile) -> list[str]:
    """Return the tokens."""
    return [card.token for card in found.cards]


@pytest.mark.parametrize(
    "data",
    [card_file(TOKEN), TOKEN.encode(), TOKEN.encode() + b"\n", TOKEN.encode() + b"\r\n", qr_text(TOKEN).encode()],
)
def test_each_form_gives_the_token(data: bytes) -> None:
    """A file, a bare JWS with or without a line end, a QR text."""
    found = read_card_file(data)
    assert ([TOKEN], True, None) == (tokens(found), found.is_all, found.cards[0].fault)


def test_several_cards() -> None:
    """In their order, each with its place."""
    found = read_card_file(card_file(TOKEN, "x.y.z"))
    assert ([TOKEN, "x.y.z"], "verifiableCredential[1]") == (tokens(found), found.cards[1].place)


def test_what_stands_beside_cards_is_noticed() -> None:
    """It is signed by nobody."""
    assert not read_card_file(card_file(TOKEN, note="and the patient is allergic to nothing")).is_all


@pytest.mark.parametrize(
    "data", [b"\xef\xbb\xbf" + TOKEN.encode(), b" " + TOKEN.encode(), TOKEN.encode() + b"\n\n"]
)
def test_what_stands_around_a_card_is_a_fault(data: bytes) -> None:
    """The token is found all the same, so that one can say whose it is."""
    found = read_card_file(data)
    assert [TOKEN] == tokens(found)
    assert found.cards[0].fault


def test_the_parts_of_a_qr_code_in_any_order() -> None:
    """All of them, each once."""
    digits = qr_text(TOKEN).removeprefix("shc:/")
    parts = [f"shc:/{n + 1}/3/{digits[n * 10 : n * 10 + 10] if n < 2 else digits[20:]}" for n in range(3)]
    assert [TOKEN] == tokens(read_card_file("\n".join((parts[2], parts[0], parts[1])).encode()))
    for wrong in (parts[:2], [*parts, parts[0]], [parts[0], parts[1].replace("/3/", "/4/"), parts[2]], parts[:1]):
        with pytest.raises(FormatError):
            read_card_file("\n".join(wrong).encode())


@pytest.mark.parametrize(
    "data",
    [
        b"\xff",
        b"{",
        b"{}",
        b'{"verifiableCredential": []}',
        b'{"verifiableCredential": [1]}',
        b'{"verifiableCredential": ["a"], "verifiableCredential": ["b"]}',
        b'{"verifiableCredential":' + b"[" * 100_000,
        card_file(*["a"] * 65),
        b"shc:/1",
        b"shc:/99",
        b"shc:/\xd9\xa1\xd9\xa1",
        b"shc:/1/1/5676",
        b"shc:/0/2/5676",
        b"shc:/999/999/5676",
        b"shc:/1/2/3/5676",
        bytes(MAX_CARD_FILE_BYTES + 1),
    ],
)
def test_what_is_no_document_of_cards(data: bytes) -> None:
    """Refused with one code."""
    with pytest.raises(FormatError) as caught:
        read_card_file(data)
    assert "malformed_card" == caught.value.code
