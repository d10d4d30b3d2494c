# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.bundle.card: the worked card of docs/spec/card.md, and wrong ones (row 69 and others)."""

from hashlib import sha256

import pytest

from healthvault.bundle.card import MAX_CARD_BYTES, armour, dearmour, make_card, open_card
from healthvault.codec import Value, pack, unpack
from healthvault.crypto.signing import SigningKey, sign, signing_key
from healthvault.errors import FormatError, IntegrityError
from tests.owners import GROUP_ORDER, ORDER_FOUR, Hooks, Owner, flip, merge, put
from tests.worked import SIGN, worked_entries

STRANGER = signing_key(b"\x09" * 32)
WORKED = make_card("Ana Silva", [worked_entries()[0].raw], SIGN)


def code_of(raw: bytes) -> tuple[type[Exception], str]:
    """Return the class and code with which a card is refused."""
    with pytest.raises((FormatError, IntegrityError)) as caught:
        open_card(raw)
    return type(caught.value), caught.value.code


def signed(items: list[Value], key: SigningKey = SIGN, label: str = "card") -> bytes:
    """Return a card of any items."""
    body = pack(items)
    return body + sign(key, label, body)


def test_the_worked_card() -> None:
    """Length, digest and first bytes are those that the specification prints."""
    assert 1040 == len(WORKED)
    assert "617f683d01d0ae6c0f46be231840bb4c51d08e34bf0e7995fd9792942914d966" == sha256(WORKED).hexdigest()
    assert WORKED.startswith(b"\x95\xa6hvcard\x01\xa9Ana Silva\x91\xc5\x03\xb8\x9b\x01")
    card = open_card(WORKED)
    assert ("Ana Silva", SIGN.public) == (card.name, card.chain.newest.keys.sign_pk)
    assert WORKED == card.raw


def test_a_card_with_every_event() -> None:
    """The newest key signs; all keys come from the events."""
    owner = Owner()
    for change in (owner.rotate, owner.change_root, owner.rotate, owner.restart):
        change()
    card = open_card(owner.card())
    assert owner.secrets_now.keys == card.chain.newest.keys
    assert owner.vault_id == card.chain.vault_id
    assert owner.root.public == card.chain.root_pk


def test_unknown_keys_are_ignored() -> None:
    """Unless `must` names them."""
    items = unpack(WORKED[:-64])
    assert "Ana Silva" == open_card(signed(put(4, {"later": 1})(items))).name
    assert "Ana Silva" == open_card(signed(put(4, {"must": ["must"]})(items))).name
    assert (FormatError, "unsupported") == code_of(signed(put(4, {"later": 1, "must": ["later"]})(items)))


@pytest.mark.parametrize(
    ("place", "value", "code"),
    [
        (0, "hvcarb", "bad_card"),
        (0, b"hvcard", "bad_card"),
        (1, 2, "unsupported"),
        (1, True, "bad_card"),
        (2, b"Ana", "bad_card"),
        (2, None, "bad_card"),
        (3, {"a": 1}, "bad_card"),
        (3, ["text"], "bad_card"),
        (3, None, "bad_card"),
        (4, None, "bad_card"),
        (4, [], "bad_card"),
        (4, {"must": "later"}, "bad_card"),
    ],
)
def test_signed_nonsense_is_refused(place: int, value: Value, code: str) -> None:
    """A right signature does not make a wrong item right."""
    assert (FormatError, code) == code_of(signed(put(place, value)(unpack(WORKED[:-64]))))


@pytest.mark.parametrize("count", [0, 4, 6])
def test_a_card_has_five_items(count: int) -> None:
    """No more and no fewer."""
    assert (FormatError, "bad_card") == code_of(signed([*unpack(WORKED[:-64]), None][:count]))


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        WORKED[:64],
        WORKED[:-1],
        WORKED + b"\0",
        b"\x81\xa1a\x01" + bytes(64),
        b"\xc1" + bytes(64),
        WORKED[:8] + b"\xcc" + WORKED[8:],
        bytes(MAX_CARD_BYTES + 1),
    ],
    ids=["empty", "cut to a signature", "cut", "longer", "map", "c1", "long number", "over 1 MiB"],
)
def test_other_bytes_are_no_card(raw: bytes) -> None:
    """Too short, too long, not canonical."""
    assert (FormatError, "bad_card") == code_of(raw)


def test_text_that_is_not_utf8_is_no_card() -> None:
    """A name is well-formed text."""
    body = WORKED[:-64].replace(b"Ana Silva", b"Ana Silv\xe1")
    assert (FormatError, "bad_card") == code_of(body + sign(SIGN, "card", body))


@pytest.mark.parametrize(
    "raw",
    [
        flip(WORKED),
        WORKED[:-64] + bytes(64),
        WORKED[:-64] + ORDER_FOUR + WORKED[-32:],
        WORKED[:-32] + (int.from_bytes(WORKED[-32:], "little") + GROUP_ORDER).to_bytes(32, "little"),
        signed(unpack(WORKED[:-64]), STRANGER),
        signed(unpack(WORKED[:-64]), label="entry"),
        WORKED.replace(b"Ana Silva", b"Eva Silva"),
    ],
    ids=["changed", "zeros", "R of small order", "S + L", "other key", "other label", "other name"],
)
def test_a_card_is_signed_by_its_newest_key(raw: bytes) -> None:
    """By no other key, as nothing else, and over this very name."""
    assert (IntegrityError, "bad_card") == code_of(raw)


def test_an_old_key_signs_no_card() -> None:
    """After a rotation only the new key does."""
    owner = Owner()
    old = owner.secrets_now.sign
    owner.rotate()
    entries = [owner.raws[seq] for seq in owner.event_seqs]
    assert (IntegrityError, "bad_card") == code_of(make_card("Ana", entries, old))
    assert "Ana" == open_card(make_card("Ana", entries[:1], old)).name


def test_somebody_in_the_mail_puts_in_his_keys() -> None:
    """He cannot: ROOT signs the keys, and the words are over ROOT."""
    forged = Owner(hooks=Hooks(event=merge(sign_pk=STRANGER.public), root=STRANGER, key=STRANGER))
    raw = make_card("Ana", forged.raws, STRANGER)
    assert (IntegrityError, "bad_key") == code_of(raw)
    forged = Owner(hooks=Hooks(event=merge(root_pk=STRANGER.public), root=STRANGER))
    assert (IntegrityError, "wrong_vault") == code_of(make_card("Ana", forged.raws, forged.secrets_now.sign))


def test_faults_of_entries_keep_their_codes() -> None:
    """What is wrong with an event is said as it is."""
    owner = Owner()
    seq = owner.rotate()
    genesis, rotate = owner.raws[0], owner.raws[seq]
    key = owner.secrets_now.sign
    assert (IntegrityError, "bad_key") == code_of(make_card("Ana", [rotate], key))
    assert (IntegrityError, "bad_key") == code_of(make_card("Ana", [rotate, genesis], key))
    assert (IntegrityError, "bad_key") == code_of(make_card("Ana", [genesis, flip(rotate)], key))
    assert (IntegrityError, "bad_signature") == code_of(make_card("Ana", [genesis, b"short"], key))
    assert (FormatError, "bad_encoding") == code_of(make_card("Ana", [genesis, bytes(100)], key))


def test_the_text_form_comes_back() -> None:
    """Lines of 64 characters between two marks; CRLF and white space around are let pass."""
    text = armour(WORKED)
    lines = text.splitlines()
    assert ("-----BEGIN HEALTHVAULT CARD-----", "-----END HEALTHVAULT CARD-----") == (lines[0], lines[-1])
    assert {64} == {len(line) for line in lines[1:-2]}
    for form in (text, text.replace("\n", "\r\n"), " \n\n" + text + "\n  \n", text.rstrip()):
        assert WORKED == dearmour(form.encode())


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        armour(WORKED).replace("BEGIN", "BEGAN"),
        armour(WORKED).replace("-----END HEALTHVAULT CARD-----\n", ""),
        armour(WORKED).replace("\n", "", 2),
        armour(WORKED).replace("A", "*", 1),
        armour(WORKED) + armour(WORKED),
        armour(WORKED).replace("\n", "\n\n", 1),
        armour(WORKED).replace("\n", " \n", 2),
        "é" + armour(WORKED),
        armour(b"ab").replace("YWI=", "YWJ="),
        armour(b"ab").replace("YWI=", "YWI"),
    ],
)
def test_other_texts_are_refused(text: str) -> None:
    """Marks, line lengths and base64 are exactly so."""
    with pytest.raises(FormatError) as caught:
        open_card(dearmour(text.encode()))
    assert "bad_card" == caught.value.code
