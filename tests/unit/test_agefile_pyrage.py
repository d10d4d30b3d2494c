# SPDX-License-Identifier: Apache-2.0
"""Files of healthvault.agefile and of pyrage (rage, in Rust) open each other."""

import io

import pytest

from healthvault.agefile.bech32 import decode_identity, decode_recipient, encode_identity, encode_recipient
from healthvault.agefile.file import decrypt, encrypt
from healthvault.agefile.recipients import (
    DummyRecipient,
    Identity,
    Recipient,
    ScryptIdentity,
    ScryptRecipient,
    X25519Identity,
    X25519Recipient,
)
from healthvault.agefile.stream import CHUNK_BYTES
from healthvault.crypto.agreement import x25519_public

pyrage = pytest.importorskip("pyrage")
SIZES = [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 2 * CHUNK_BYTES]
SECRET = bytes(range(32))
RECIPIENT = X25519Recipient(public=x25519_public(SECRET))
IDENTITY = X25519Identity(secret=SECRET)
WORDS = "seven words of the list"


def written(data: bytes, *recipients: Recipient) -> bytes:
    """Return a file of ours."""
    sink = io.BytesIO()
    writer = encrypt(sink.write, recipients)
    writer.write(data)
    writer.finish()
    return sink.getvalue()


def read(age_file: bytes, identity: Identity) -> bytes:
    """Return the plaintext of a file."""
    reader = decrypt(io.BytesIO(age_file), [identity]).reader
    return b"".join(iter(lambda: reader.read(CHUNK_BYTES), b""))


@pytest.mark.parametrize("size", SIZES)
def test_rage_opens_ours_with_a_key(size: int) -> None:
    """Dummies, which it cannot tell from others' stanzas, are passed by."""
    theirs = pyrage.x25519.Identity.from_str(encode_identity(SECRET))
    data = bytes(size)
    assert data == pyrage.decrypt(written(data, DummyRecipient(), RECIPIENT), [theirs])


@pytest.mark.parametrize("size", SIZES)
def test_we_open_theirs_with_a_key(size: int) -> None:
    """Its headers have a stanza of an unknown kind at random, which is skipped."""
    theirs = pyrage.x25519.Recipient.from_str(encode_recipient(RECIPIENT.public))
    data = bytes(size)
    assert data == read(pyrage.encrypt(data, [theirs]), IDENTITY)


@pytest.mark.parametrize("size", SIZES)
def test_rage_opens_ours_with_a_passphrase(size: int) -> None:
    """With little work, since the tests are many."""
    recipient = ScryptRecipient(passphrase=WORDS.encode(), log_n=4)
    data = bytes(size)
    assert data == pyrage.passphrase.decrypt(written(data, recipient), WORDS)


@pytest.mark.slow
def test_we_open_theirs_with_a_passphrase() -> None:
    """One size only: rage chooses the work, a second or more of it."""
    data = bytes(CHUNK_BYTES + 1)
    age_file = pyrage.passphrase.encrypt(data, WORDS)
    assert data == read(age_file, ScryptIdentity(passphrase=WORDS.encode()))


def test_keys_have_the_same_text() -> None:
    """A fresh key of theirs, read and written by us."""
    theirs = pyrage.x25519.Identity.generate()
    secret, public = decode_identity(str(theirs)), decode_recipient(str(theirs.to_public()))
    assert public == x25519_public(secret)
    assert str(theirs) == encode_identity(secret)
    assert str(theirs.to_public()) == encode_recipient(public)
