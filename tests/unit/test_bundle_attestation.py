# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.bundle.attestation: form, limits, whose key, and every changed byte."""

from dataclasses import replace

import pytest

from healthvault.bundle.attestation import (
    MAX_ATTESTATION_BYTES,
    MAX_STATEMENT_BYTES,
    MAX_TEXT_BYTES,
    Attestation,
    armour_attestation,
    dearmour_attestation,
    parse_attestation,
    sign_attestation,
)
from healthvault.codec import Value, pack
from healthvault.crypto.signing import sign
from healthvault.errors import FormatError, IntegrityError, NotEstablished
from healthvault.ledger.keychain import KeyChain, walk
from tests.owners import Owner
from tests.refusals import code_of

OWNER = Owner()
CHAIN: KeyChain = walk([OWNER.raws[0]])
SAID = Attestation(
    vault=OWNER.vault_id, signer=0, leaf=b"l" * 32, commit=b"c" * 32, statement="Seen, and agreed", time_ms=7
)
KEY = OWNER.secrets_now.sign
RAW = sign_attestation(SAID, KEY)


def signed(label: str = "attest", **changes: Value) -> bytes:
    """Return an attestation of any map."""
    body = pack({key: value for key, value in {**SAID.to_map(), **changes}.items() if value is not None})
    return body + sign(KEY, label, body)


def test_there_and_back() -> None:
    """What was signed is what is verified; the text form holds exactly it."""
    read = parse_attestation(dearmour_attestation(armour_attestation(RAW).encode()))
    assert RAW == read.raw
    assert SAID == read.verified(CHAIN, ())


def test_the_length_of_one() -> None:
    """The numbers that the specification gives: a map with these keys, then 64 bytes."""
    assert signed() == RAW
    assert RAW[:-64] == pack(SAID.to_map())
    assert set(SAID.to_map()) == {"v", "vault", "signer", "leaf", "commit", "statement", "time_ms"}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"v": 2}, "unsupported"),
        ({"must": ["until"], "until": 3}, "unsupported"),
        ({"vault": b"short"}, "bad_schema"),
        ({"signer": None}, "bad_schema"),
        ({"leaf": bytes(31)}, "bad_schema"),
        ({"commit": None}, "bad_schema"),
        ({"time_ms": "now"}, "bad_schema"),
        ({"statement": ""}, "bad_schema"),
        ({"statement": "two\nlines"}, "bad_schema"),
        ({"statement": "\x1b[31mred"}, "bad_schema"),
        ({"statement": "\x9b31m"}, "bad_schema"),
        ({"statement": "a" * (MAX_STATEMENT_BYTES + 1)}, "bad_schema"),
        ({"statement": "é" * (MAX_STATEMENT_BYTES // 2 + 1)}, "bad_schema"),
        ({"more": bytes(MAX_ATTESTATION_BYTES)}, "limit_exceeded"),
    ],
)
def test_another_form_is_refused(changes: dict[str, Value], code: str) -> None:
    """Though the signature holds."""
    assert code == code_of(lambda: parse_attestation(signed(**changes)))


def test_what_is_allowed() -> None:
    """The longest statement, signs of writing that run the other way, a key that does not matter."""
    for statement in ("a" * MAX_STATEMENT_BYTES, "\u202eright to left", "Ω"):
        assert statement == parse_attestation(signed(statement=statement)).unverified.statement
    assert SAID == parse_attestation(signed(more="x")).verified(CHAIN, ())


def test_a_statement_that_nobody_would_accept_is_not_signed() -> None:
    """The writer reads it as its readers will."""
    with pytest.raises(FormatError):
        sign_attestation(replace(SAID, statement="a\x00b"), KEY)


def test_it_is_the_key_of_that_epoch_that_counts() -> None:
    """Of another vault, of an epoch beyond the card, of stolen keys, of another label: refused by name."""
    other = Owner()
    assert "unknown_signer" == code_of(lambda: parse_attestation(RAW).verified(walk([other.raws[0]]), ()))
    assert "unknown_signer" == code_of(lambda: parse_attestation(signed(signer=1)).verified(CHAIN, ()))
    assert "key_revoked" == code_of(lambda: parse_attestation(RAW).verified(CHAIN, {0}))
    assert "bad_signature" == code_of(lambda: parse_attestation(signed(label="approval")).verified(CHAIN, ()))
    assert SAID == parse_attestation(RAW).verified(CHAIN, {1})


def test_an_older_epoch_stays_good() -> None:
    """After a rotation that no theft caused."""
    owner = Owner()
    old = owner.secrets_now.sign
    owner.rotate()
    chain = walk([owner.raws[seq] for seq in owner.event_seqs])
    said = replace(SAID, vault=owner.vault_id)
    assert said == parse_attestation(sign_attestation(said, old)).verified(chain, ())
    newer = sign_attestation(replace(said, signer=1), old)
    assert "bad_signature" == code_of(lambda: parse_attestation(newer).verified(chain, ()))


def test_every_changed_byte_is_refused() -> None:
    """Each of them, by another form, another vault, or a signature that does not hold."""
    for place in range(len(RAW)):
        changed = bytearray(RAW)
        changed[place] ^= 1
        with pytest.raises((FormatError, IntegrityError, NotEstablished)):
            parse_attestation(bytes(changed)).verified(CHAIN, ())


def test_every_cut_is_refused() -> None:
    """From either end."""
    for count in range(1, len(RAW)):
        for piece in (RAW[:count], RAW[count:]):
            with pytest.raises((FormatError, IntegrityError)):
                parse_attestation(piece).verified(CHAIN, ())


def test_a_text_that_is_none() -> None:
    """Another marker, a changed line, too long."""
    text = armour_attestation(RAW).encode()
    assert RAW == dearmour_attestation(b"\r\n" + text.replace(b"\n", b"\r\n"))
    assert "bad_encoding" == code_of(lambda: dearmour_attestation(text.replace(b"ATTESTATION", b"CARD")))
    assert "bad_encoding" == code_of(lambda: dearmour_attestation(text[:-9]))
    assert "limit_exceeded" == code_of(lambda: dearmour_attestation(text + b" " * MAX_TEXT_BYTES))
