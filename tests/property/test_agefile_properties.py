# SPDX-License-Identifier: Apache-2.0
"""Properties of healthvault.agefile: one reading of every header, and no error but ours for any bytes."""

import io
from functools import partial

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from healthvault.agefile.bech32 import decode_recipient, encode_recipient
from healthvault.agefile.file import decrypt, encrypt
from healthvault.agefile.header import Stanza, check_mac, encode_base64, format_header, mac_input, parse_header
from healthvault.agefile.recipients import ScryptIdentity, X25519Identity, X25519Recipient
from healthvault.agefile.stream import StreamReader, StreamWriter
from healthvault.crypto.agreement import x25519_public
from healthvault.errors import FormatError, IntegrityError, NoMatchingIdentity

REFUSALS = (FormatError, IntegrityError, NoMatchingIdentity)
IDENTITY = X25519Identity(secret=b"a" * 32)
RECIPIENT = X25519Recipient(public=x25519_public(IDENTITY.secret))
FILE_KEY = b"YELLOW SUBMARINE"
GREASE = Stanza(kind="grease", args=("a", "b"), body=bytes(48))
HEADER = format_header([GREASE, RECIPIENT.wrap(FILE_KEY)], FILE_KEY)
KEY = b"k" * 32

bodies = st.binary(max_size=200) | st.sampled_from([48, 96, 144]).map(bytes)
arguments = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1, max_size=12)
stanzas = st.builds(Stanza, kind=arguments, args=st.lists(arguments, max_size=4).map(tuple), body=bodies)
edits = st.tuples(
    st.integers(0, len(HEADER)),
    st.integers(0, 3),
    st.sampled_from([b"", b"\n", b"\r", b" ", b"=", b"-> ", b"--- ", b"A", b"B", b"/", b"\0", b"\xff", b"A" * 64]),
)


def reencoded(data: bytes) -> bytes | None:
    """Return the bytes that the parsed header stands for, or None if it is refused."""
    try:
        header = parse_header(io.BytesIO(data))
    except FormatError:
        return None
    return mac_input(header.stanzas) + b" " + encode_base64(header.mac).encode() + b"\n"


def opens(data: bytes) -> bool:
    """Tell whether a header opens and its MAC holds."""
    try:
        header = parse_header(io.BytesIO(data))
        file_key = IDENTITY.unwrap(header.stanzas)
        check_mac(header, file_key or bytes(16))
    except REFUSALS:
        return False
    return file_key is not None


@given(st.lists(stanzas, min_size=1, max_size=5))
@settings(max_examples=60, deadline=None)
def test_any_stanzas_read_back(given_stanzas: list[Stanza]) -> None:
    """What is written is read as the same values."""
    header = parse_header(io.BytesIO(format_header(given_stanzas, FILE_KEY)))
    assert tuple(given_stanzas) == header.stanzas
    check_mac(header, FILE_KEY)


@given(st.lists(edits, min_size=1, max_size=3))
@settings(max_examples=300, deadline=None)
@example([(0, 0, b"")])
def test_a_header_has_one_encoding(changes: list[tuple[int, int, bytes]]) -> None:
    """Whatever parses is written back as it was read, and what opens is the header that was made."""
    data = HEADER
    for place, removed, added in changes:
        data = data[:place] + added + data[place + removed :]
    again = reencoded(data)
    assert again is None or data.startswith(again)  # behind it the payload begins
    if opens(data):
        assert again == HEADER


@given(st.binary(max_size=300), st.booleans())
@settings(max_examples=200, deadline=None)
def test_any_bytes_are_refused_with_our_errors(tail: bytes, has_version: bool) -> None:
    """No input makes anything but a refusal."""
    data = b"age-encryption.org/v1\n-> scrypt " * has_version + tail
    with pytest.raises(REFUSALS):
        decrypt(io.BytesIO(data), [IDENTITY, ScryptIdentity(passphrase=b"p", max_log_n=1)])


@given(st.binary(max_size=300))
@settings(max_examples=100, deadline=None)
def test_any_bytes_are_no_payload(data: bytes) -> None:
    """Nothing is given out that was not sealed under the key."""
    with pytest.raises(REFUSALS):
        StreamReader(io.BytesIO(data), KEY).read(1)


@given(st.lists(st.integers(0, 150_000), max_size=5), st.integers(1, 200_000))
@settings(max_examples=40, deadline=None)
def test_any_pieces_read_back(sizes: list[int], step: int) -> None:
    """Borders of pieces and of chunks have nothing to do with each other."""
    sink = io.BytesIO()
    writer = encrypt(sink.write, [RECIPIENT])
    expected = b"".join(bytes([place]) * size for place, size in enumerate(sizes))
    for place, size in enumerate(sizes):
        writer.write(bytes([place]) * size)
    writer.finish()
    sink.seek(0)
    reader = decrypt(sink, [IDENTITY]).reader
    assert expected == b"".join(iter(partial(reader.read, step), b""))


@given(st.binary(max_size=40), st.integers(0, 55), st.integers(1, 255))
@settings(max_examples=150, deadline=None)
def test_no_changed_byte_of_a_payload_is_accepted(data: bytes, place: int, change: int) -> None:
    """Ciphertext or tag."""
    sink = io.BytesIO()
    writer = StreamWriter(KEY, sink.write)
    writer.write(data)
    writer.finish()
    sealed = bytearray(sink.getvalue())
    sealed[place % len(sealed)] ^= change
    with pytest.raises(IntegrityError) as caught:
        StreamReader(io.BytesIO(sealed), KEY).read(1)
    assert "tampered" == caught.value.code


@given(st.binary(min_size=32, max_size=32))
@settings(max_examples=60, deadline=None)
def test_any_key_has_one_text(key: bytes) -> None:
    """Read back as written; in capitals it is refused."""
    text = encode_recipient(key)
    assert key == decode_recipient(text)
    with pytest.raises(FormatError):
        decode_recipient(text.upper())


@given(st.text(max_size=80) | st.text("age1qpzry9x8gf2tvdw0s3jn54khce6mua7lAGE", min_size=62, max_size=62))
@settings(max_examples=150, deadline=None)
def test_any_text_is_refused_with_our_error(text: str) -> None:
    """Also one with the right letters and length."""
    with pytest.raises(FormatError):
        decode_recipient(text)
