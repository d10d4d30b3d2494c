# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.agefile.file."""

import io

import pytest

from healthvault.agefile.file import decrypt, encrypt
from healthvault.agefile.header import Stanza, format_header, parse_header
from healthvault.agefile.recipients import (
    DummyRecipient,
    Identity,
    Recipient,
    ScryptIdentity,
    ScryptRecipient,
    X25519Identity,
    X25519Recipient,
)
from healthvault.agefile.source import read_fully
from healthvault.crypto.agreement import x25519_public
from healthvault.errors import FormatError, IntegrityError, NoMatchingIdentity

ANNA, BEN, CARA = (X25519Identity(secret=letter * 32) for letter in (b"a", b"b", b"c"))
TO_ANNA, TO_BEN = (X25519Recipient(public=x25519_public(identity.secret)) for identity in (ANNA, BEN))
PHRASE = ScryptRecipient(passphrase=b"seven words", log_n=1)
PHRASE_IDENTITY = ScryptIdentity(passphrase=b"seven words")
DATA = b"what the document says"


def age_file(*recipients: Recipient, data: bytes = DATA) -> bytes:
    """Return a whole file."""
    sink = io.BytesIO()
    writer = encrypt(sink.write, recipients)
    writer.write(data)
    writer.finish()
    return sink.getvalue()


def content(data: bytes, *identities: Identity) -> bytes:
    """Return the plaintext of a file of less than a chunk, its end included."""
    reader = decrypt(io.BytesIO(data), identities).reader
    plain = read_fully(reader, 1000)
    assert b"" == reader.read(1)
    return plain


def code(data: bytes, *identities: Identity) -> str:
    """Return the code with which a file is refused; every other error fails the test."""
    with pytest.raises((FormatError, IntegrityError, NoMatchingIdentity)) as caught:
        content(data, *identities)
    return caught.value.code


def test_each_recipient_opens_the_file() -> None:
    """Anna and Ben do, Cara does not."""
    data = age_file(TO_ANNA, DummyRecipient(), TO_BEN)
    assert DATA == content(data, ANNA)
    assert DATA == content(data, BEN)
    assert "no_key" == code(data, CARA)
    assert "no_key" == code(data)


def test_what_opened_the_file_is_told() -> None:
    """The first identity that fits, and the kinds of all stanzas."""
    opened = decrypt(io.BytesIO(age_file(TO_ANNA, DummyRecipient(), TO_BEN)), [PHRASE_IDENTITY, CARA, BEN, ANNA])
    assert BEN == opened.identity
    assert ("X25519",) * 3 == opened.stanza_kinds


def test_a_passphrase_opens_the_file() -> None:
    """Keys beside it do not disturb; a wrong one opens nothing."""
    data = age_file(PHRASE)
    opened = decrypt(io.BytesIO(data), [ANNA, PHRASE_IDENTITY])
    assert (PHRASE_IDENTITY, ("scrypt",)) == (opened.identity, opened.stanza_kinds)
    assert "no_key" == code(data, ScryptIdentity(passphrase=b"six words"))


@pytest.mark.parametrize(
    ("recipients", "expected"),
    [
        ((), "malformed"),
        ((PHRASE, TO_ANNA), "malformed"),
        ((PHRASE, PHRASE), "malformed"),
        ((X25519Recipient(public=bytes(32)),), "malformed"),
        ((TO_ANNA,) * 65, "limit_exceeded"),
    ],
)
def test_what_our_reader_would_refuse_is_not_written(recipients: tuple[Recipient, ...], expected: str) -> None:
    """Not one byte of it."""
    sink = io.BytesIO()
    with pytest.raises(FormatError) as caught:
        encrypt(sink.write, recipients)
    assert expected == caught.value.code
    assert b"" == sink.getvalue()


def test_no_two_files_are_alike() -> None:
    """Same recipient, same content: key, nonce and stanza are new."""
    first, second = age_file(TO_ANNA), age_file(TO_ANNA)
    assert len(first) == len(second)
    for ours, theirs in zip(first.split(b"\n")[1:4], second.split(b"\n")[1:4], strict=True):
        assert ours != theirs
    payload_bytes = 16 + len(DATA) + 16
    assert first[-payload_bytes:][:16] != second[-payload_bytes:][:16]


def test_a_changed_header_is_tampering() -> None:
    """A stanza more, which the MAC does not know: unknown kinds are skipped, but not unauthenticated."""
    data = age_file(TO_ANNA)
    grease = b"-> grease\n\n"
    assert "tampered" == code(data.replace(b"-> X", grease + b"-> X"), ANNA)
    assert "tampered" == code(data.replace(b"---", grease + b"---"), ANNA)


def test_stanzas_of_unknown_kinds_are_skipped() -> None:
    """What a later version adds does not keep this one from reading."""
    file_key = b"f" * 16
    later = Stanza(kind="mlkem768x25519", args=("A" * 1494,), body=bytes(32))
    header = format_header([later, TO_ANNA.wrap(file_key)], file_key)
    opened = decrypt(io.BytesIO(header + bytes(16)), [ANNA])
    assert ("mlkem768x25519", "X25519") == opened.stanza_kinds


def test_malformed_stanzas_are_so_for_every_reader() -> None:
    """Whether a file is well formed does not depend on who reads it."""
    file_key = b"f" * 16
    short = Stanza(kind="X25519", args=("AAAA",), body=bytes(32))
    header = format_header([TO_ANNA.wrap(file_key), short], file_key)
    for identity in (ANNA, CARA, PHRASE_IDENTITY):
        assert "malformed" == code(header + bytes(16), identity)


def test_a_file_that_ends_is_truncated_or_tampered() -> None:
    """At every byte; only inside the version line it is no age file yet, and in the last chunk it is changed."""
    data = age_file(TO_ANNA)
    codes = [code(data[:size], ANNA) for size in range(len(data))]
    payload = len(data) - len(DATA)
    assert ["not_a_bundle"] * 22 == codes[:22]
    assert {"truncated"} == set(codes[22:payload])
    assert {"tampered"} == set(codes[payload:])


def test_a_byte_more_is_refused() -> None:
    """Behind a short chunk it looks like a part of it."""
    assert "tampered" == code(age_file(TO_ANNA) + b"\n", ANNA)


@pytest.mark.parametrize(("recipient", "identity"), [(TO_ANNA, ANNA), (PHRASE, PHRASE_IDENTITY)])
def test_no_changed_bit_is_accepted(recipient: Recipient, identity: Identity) -> None:
    """Each bit of a small file: a format or integrity error, or a file for somebody else, and nothing else."""
    data = age_file(recipient)
    codes = set()
    for place in range(len(data)):
        for bit in range(8):
            changed = bytearray(data)
            changed[place] ^= 1 << bit
            codes.add(code(bytes(changed), identity))
    assert codes <= {"not_a_bundle", "malformed", "truncated", "limit_exceeded", "tampered", "no_key"}
    assert codes >= {"not_a_bundle", "malformed", "tampered", "no_key"}


def test_the_header_can_be_made_for_a_stored_payload() -> None:
    """A header in front of a payload with the same file key makes a file that opens: nothing is encrypted anew."""
    source = io.BytesIO(age_file(TO_BEN))
    file_key = BEN.unwrap(parse_header(source).stanzas)
    assert file_key is not None
    assert DATA == content(format_header([TO_ANNA.wrap(file_key)], file_key) + source.read(), ANNA)
