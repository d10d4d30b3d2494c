# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.agefile.recipients."""

from dataclasses import replace

import pytest

from healthvault.agefile.bech32 import decode_identity
from healthvault.agefile.header import Stanza, decode_base64, encode_base64
from healthvault.agefile.recipients import (
    DummyRecipient,
    ScryptIdentity,
    ScryptRecipient,
    X25519Identity,
    X25519Recipient,
    check_stanzas,
)
from healthvault.crypto.agreement import x25519_public
from healthvault.errors import FormatError

FILE_KEY = b"YELLOW SUBMARINE"
SECRET = b"s" * 32
OURS = X25519Recipient(public=x25519_public(SECRET))
THEIRS = X25519Recipient(public=x25519_public(b"t" * 32))
IDENTITY = X25519Identity(secret=SECRET)
PHRASE = ScryptRecipient(passphrase=b"seven words", log_n=1)
GREASE = Stanza(kind="grease-5", args=(), body=b"")
ZERO_SHARE = encode_base64(bytes(32))
SALT = encode_base64(bytes(16))


def refused(*stanzas: Stanza) -> str:
    """Return the code with which the form of stanzas is refused."""
    with pytest.raises(FormatError) as caught:
        check_stanzas(stanzas)
    return caught.value.code


def x25519_stanza(*args: str, body: bytes = bytes(32)) -> Stanza:
    """Return an X25519 stanza as its parts say."""
    return Stanza(kind="X25519", args=args, body=body)


def scrypt_stanza(*args: str, body: bytes = bytes(32)) -> Stanza:
    """Return a passphrase stanza as its parts say."""
    return Stanza(kind="scrypt", args=args, body=body)


def test_a_key_opens_its_own_stanza_among_others() -> None:
    """Dummies, stanzas for others and unknown kinds are passed by."""
    stanzas = [GREASE, *(item.wrap(FILE_KEY) for item in (DummyRecipient(), THEIRS, OURS, DummyRecipient()))]
    check_stanzas(stanzas)
    assert FILE_KEY == IDENTITY.unwrap(stanzas)


def test_a_known_stanza_opens() -> None:
    """A stanza that hv did not write, and the file key that it is known to hold."""
    # C2SP CCTV, age/testdata/x25519
    identity = X25519Identity(
        secret=decode_identity("AGE-SECRET-KEY-1EGTZVFFV20835NWYV6270LXYVK2VKNX2MMDKWYKLMGR48UAWX40Q2P2LM0")
    )
    stanza = x25519_stanza(
        "TEiF0ypqr+bpvcqXNyCVJpL7OuwPdVwPL7KQEbFDOCc",
        body=decode_base64(b"hjabGXwSLQ9c3S6Lw2i+S2Tu2fiwQHHslbBN6B41FLE"),
    )
    assert FILE_KEY == identity.unwrap([stanza])


def test_a_key_does_not_open_what_is_for_others() -> None:
    """No stanza of the kind, or none that opens."""
    assert IDENTITY.unwrap([GREASE]) is None
    assert IDENTITY.unwrap([THEIRS.wrap(FILE_KEY), DummyRecipient().wrap(FILE_KEY)]) is None


def test_each_wrapping_is_fresh() -> None:
    """Equal inputs never give equal stanzas."""
    for recipient in (OURS, PHRASE, DummyRecipient()):
        first, second = recipient.wrap(FILE_KEY), recipient.wrap(FILE_KEY)
        assert first.args != second.args
        assert first.body != second.body


def test_a_dummy_looks_like_a_stanza_for_somebody() -> None:
    """Same kind, one argument of 32 bytes, body of 32 bytes."""
    real, dummy = OURS.wrap(FILE_KEY), DummyRecipient().wrap(FILE_KEY)
    assert (real.kind, len(real.args[0]), len(real.body)) == (dummy.kind, len(dummy.args[0]), len(dummy.body))
    check_stanzas([dummy])


def test_a_passphrase_opens_its_stanza_and_another_does_not() -> None:
    """The stanza names the work that was done."""
    stanza = PHRASE.wrap(FILE_KEY)
    assert "1" == stanza.args[1]
    assert FILE_KEY == ScryptIdentity(passphrase=b"seven words").unwrap([stanza])
    assert ScryptIdentity(passphrase=b"six words").unwrap([stanza]) is None
    assert ScryptIdentity(passphrase=b"seven words").unwrap([OURS.wrap(FILE_KEY)]) is None


def test_a_passphrase_stands_alone() -> None:
    """Beside another stanza, known or not, even one like itself, it is malformed for every reader."""
    phrase = PHRASE.wrap(FILE_KEY)
    for other in (OURS.wrap(FILE_KEY), phrase, GREASE):
        assert "malformed" == refused(phrase, other)
        assert "malformed" == refused(other, phrase)
        with pytest.raises(FormatError) as caught:
            ScryptIdentity(passphrase=b"seven words").unwrap([other, phrase])
        assert "malformed" == caught.value.code


@pytest.mark.parametrize(
    "stanza",
    [
        x25519_stanza(),
        x25519_stanza(ZERO_SHARE, ZERO_SHARE),
        x25519_stanza(encode_base64(bytes(31))),
        x25519_stanza(encode_base64(bytes(33))),
        x25519_stanza(ZERO_SHARE[:-1] + "B"),
        x25519_stanza(ZERO_SHARE + "="),
        x25519_stanza("!" * 43),
        x25519_stanza(ZERO_SHARE, body=b""),
        x25519_stanza(ZERO_SHARE, body=bytes(31)),
        x25519_stanza(ZERO_SHARE, body=bytes(48)),
        scrypt_stanza(),
        scrypt_stanza(SALT),
        scrypt_stanza(SALT, "10", "10"),
        scrypt_stanza(SALT, "10", body=bytes(33)),
        scrypt_stanza(encode_base64(bytes(15)), "10"),
        scrypt_stanza(SALT[:-1] + "B", "10"),
        scrypt_stanza("10", SALT),
        *(scrypt_stanza(SALT, work) for work in ("0", "010", "+10", "-1", "1.0", "0x10", "10a", "1_0", "\u0661")),
    ],
)
def test_a_known_kind_of_another_form_is_malformed(stanza: Stanza) -> None:
    """Whoever reads it, with a key or a passphrase of any kind."""
    assert "malformed" == refused(stanza)


def test_shares_of_low_order_are_malformed() -> None:
    """Also behind a stanza that would open, so that the verdict does not depend on the order."""
    low_order = x25519_stanza(ZERO_SHARE)
    for stanzas in ([low_order], [OURS.wrap(FILE_KEY), low_order]):
        with pytest.raises(FormatError) as caught:
            IDENTITY.unwrap(stanzas)
        assert "malformed" == caught.value.code


def test_a_recipient_of_low_order_gets_no_file_key() -> None:
    """Its shared secret would be known to everybody."""
    with pytest.raises(FormatError) as caught:
        X25519Recipient(public=bytes(32)).wrap(FILE_KEY)
    assert "malformed" == caught.value.code


@pytest.mark.parametrize("work", ["21", "99", "100", "9" * 5000])
def test_too_large_work_is_refused_before_it_is_done(work: str) -> None:
    """However long the number is."""
    stanza = scrypt_stanza(SALT, work)
    check_stanzas([stanza])
    with pytest.raises(FormatError) as caught:
        ScryptIdentity(passphrase=b"p").unwrap([stanza])
    assert "limit_exceeded" == caught.value.code


def test_the_cap_on_work_is_the_readers_choice() -> None:
    """What is over it is refused, what is at it is done."""
    stanza = replace(PHRASE, log_n=2).wrap(FILE_KEY)
    assert FILE_KEY == ScryptIdentity(passphrase=b"seven words", max_log_n=2).unwrap([stanza])
    with pytest.raises(FormatError):
        ScryptIdentity(passphrase=b"seven words", max_log_n=1).unwrap([stanza])


def test_secrets_are_not_shown() -> None:
    """A value in a message or a traceback does not tell them."""
    shown = f"{IDENTITY} {PHRASE} {ScryptIdentity(passphrase=b'seven words')}"
    assert "seven" not in shown
    assert "ssss" not in shown
