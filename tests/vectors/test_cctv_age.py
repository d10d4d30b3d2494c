# SPDX-License-Identifier: Apache-2.0
"""Files of age, from C2SP CCTV (0BSD): each has one peculiarity and a known outcome.

Left out: armored files, which hv does not read, and those that only a post-quantum identity opens; of the
latter it is checked that their stanzas are skipped as unknown.
"""

import io
import zlib
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import pytest

from healthvault.agefile.bech32 import decode_identity
from healthvault.agefile.file import decrypt
from healthvault.agefile.header import mac_input, parse_header
from healthvault.agefile.recipients import Identity, ScryptIdentity, X25519Identity
from healthvault.agefile.stream import CHUNK_BYTES, StreamReader, payload_key
from healthvault.crypto.aead import chacha_open
from healthvault.errors import FormatError, HealthVaultError, IntegrityError, NoMatchingIdentity

FOLDER = Path(__file__).resolve().parents[2].parent / "shared" / "vectors" / "cctv-age" / "testdata"

HEADER_CODES = {"not_a_bundle", "truncated", "limit_exceeded", "malformed"}
PAYLOAD_CODES = {
    "stream_bad_tag": "tampered",
    "stream_bad_tag_second_chunk_full": "tampered",
    "stream_no_chunks": "truncated",
    "stream_no_final": "truncated",
    "stream_no_final_two_chunks": "truncated",
    "stream_no_final_two_chunks_full": "truncated",
    "stream_short_chunk": "truncated",
    "stream_trailing_garbage_long": "trailing_data",
    "stream_two_final_chunks": "trailing_data",
    "stream_two_final_chunks_second": "trailing_data",
    "stream_two_final_chunks_short": "tampered",
}
LAST_CHUNK_HELD_BACK = {  # age gives out a full chunk before it looks behind it; hv looks first
    "stream_no_final_two_chunks_full": b"\0",
    "stream_trailing_garbage_long": b"\1",
    "stream_two_final_chunks": b"\1",
    "stream_two_final_chunks_second": b"\1",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Vector:
    """One file with what it should do."""

    name: str
    expect: str
    payload: str
    """SHA-256 of all plaintext that is released, in hex; empty if none is expected."""
    identities: tuple[Identity, ...]
    is_armored: bool
    is_post_quantum: bool
    """None of its identities is of a kind that hv knows."""
    age_file: bytes


def load(path: Path) -> Vector:
    """Read one vector: keys and values, an empty line, and the file."""
    head, _, body = path.read_bytes().partition(b"\n\n")
    pairs = [line.split(": ", 1) for line in head.decode().splitlines()]
    fields = dict(pairs)
    secrets = [value for key, value in pairs if key == "identity"]
    phrases = [value for key, value in pairs if key == "passphrase"]
    known = [text for text in secrets if not text.startswith("AGE-SECRET-KEY-PQ-")]
    return Vector(
        name=path.name,
        expect=fields["expect"],
        payload=fields.get("payload", ""),
        identities=(
            *(X25519Identity(secret=decode_identity(text)) for text in known),
            *(ScryptIdentity(passphrase=phrase.encode()) for phrase in phrases),
        ),
        is_armored=fields.get("armored") == "yes",
        is_post_quantum=bool(secrets) and not known,
        age_file=zlib.decompress(body) if fields.get("compressed") == "zlib" else body,
    )


VECTORS = [load(path) for path in sorted(FOLDER.iterdir())] if FOLDER.is_dir() else []
PLAIN = [vector for vector in VECTORS if not vector.is_armored]
APPLICABLE = [vector for vector in PLAIN if not vector.is_post_quantum]
HYBRID = [vector for vector in PLAIN if vector.is_post_quantum]


def released(reader: StreamReader) -> tuple[bytes, HealthVaultError | None]:
    """Return all plaintext that a caller gets, and how reading it ended."""
    plain = b""
    try:
        while chunk := reader.read(CHUNK_BYTES):
            plain += chunk
    except HealthVaultError as err:
        return plain, err
    return plain, None


def held_back(vector: Vector, released_bytes: int) -> bytes:
    """Open, by hand, the chunk that follows what was released."""
    source = io.BytesIO(vector.age_file)
    file_key = vector.identities[0].unwrap(parse_header(source).stanzas)
    assert file_key is not None
    key, place = payload_key(file_key, source.read(16)), released_bytes // CHUNK_BYTES
    source.seek(place * (CHUNK_BYTES + 16), io.SEEK_CUR)
    nonce = place.to_bytes(11, "big") + LAST_CHUNK_HELD_BACK[vector.name]
    return chacha_open(key, nonce, source.read(CHUNK_BYTES + 16))


def of(*expects: str) -> pytest.MarkDecorator:
    """Parametrize over the applicable vectors with these outcomes."""
    chosen = [vector for vector in APPLICABLE if vector.expect in expects]
    return pytest.mark.parametrize("vector", [pytest.param(vector, id=vector.name) for vector in chosen])


def test_there_are_vectors() -> None:
    """The folder, where there is one, holds what the other tests run over."""
    if not FOLDER.is_dir():
        pytest.skip("shared vectors are not here")
    assert 63 <= len(APPLICABLE)
    assert 11 <= len(HYBRID)
    assert 22 == len(VECTORS) - len(PLAIN)  # armored
    outcomes = {"success", "no match", "HMAC failure", "header failure", "payload failure"}
    assert {vector.expect for vector in APPLICABLE} <= outcomes
    assert set(PAYLOAD_CODES) == {vector.name for vector in APPLICABLE if vector.expect == "payload failure"}


@of("success")
def test_good_files_open_to_their_payload(vector: Vector) -> None:
    """All of the plaintext comes out, and its end is authentic."""
    plain, failure = released(decrypt(io.BytesIO(vector.age_file), vector.identities).reader)
    assert failure is None
    assert vector.payload == sha256(plain).hexdigest()


@of("no match")
def test_files_for_others_do_not_open(vector: Vector) -> None:
    """No stanza opens with the identity at hand."""
    with pytest.raises(NoMatchingIdentity) as caught:
        decrypt(io.BytesIO(vector.age_file), vector.identities)
    assert "no_key" == caught.value.code


@of("header failure", "HMAC failure")
def test_bad_headers_are_refused(vector: Vector) -> None:
    """Before any payload is read, and a wrong MAC is told from a wrong form."""
    with pytest.raises((FormatError, IntegrityError)) as caught:
        decrypt(io.BytesIO(vector.age_file), vector.identities)
    expected = {"tampered"} if vector.expect == "HMAC failure" else HEADER_CODES
    assert caught.value.code in expected


@of("payload failure")
def test_bad_payloads_are_refused(vector: Vector) -> None:
    """The header opens, then what is released is authentic and the rest is refused."""
    plain, failure = released(decrypt(io.BytesIO(vector.age_file), vector.identities).reader)
    assert failure is not None
    assert PAYLOAD_CODES[vector.name] == failure.code
    if vector.name in LAST_CHUNK_HELD_BACK:
        plain += held_back(vector, len(plain))
    assert vector.payload == sha256(plain).hexdigest()


@of("success", "no match", "HMAC failure", "payload failure")
def test_good_headers_are_written_back_as_they_were(vector: Vector) -> None:
    """The stanzas hold everything that the MAC covers."""
    header = parse_header(io.BytesIO(vector.age_file))
    assert header.mac_input == mac_input(header.stanzas)
    assert vector.age_file.startswith(header.mac_input)


@pytest.mark.parametrize("vector", [pytest.param(vector, id=vector.name) for vector in HYBRID])
def test_stanzas_of_unknown_kinds_are_skipped(vector: Vector) -> None:
    """A post-quantum file is well formed, and not for us."""
    with pytest.raises(NoMatchingIdentity):
        decrypt(io.BytesIO(vector.age_file), [X25519Identity(secret=b"x" * 32)])
