# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.agefile.stream."""

import io
from collections.abc import Callable

import pytest

from healthvault.agefile.source import Source, read_fully
from healthvault.agefile.stream import CHUNK_BYTES, StreamReader, StreamWriter, payload_key, sealed_size
from healthvault.crypto.aead import chacha_seal
from healthvault.crypto.hashing import sha256
from healthvault.errors import FormatError, HealthVaultError, IntegrityError

KEY = b"k" * 32
SEALED = CHUNK_BYTES + 16
SIZES = [0, 1, 100, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 2 * CHUNK_BYTES, 2 * CHUNK_BYTES + 1]


def plaintext(size: int) -> bytes:
    """Return bytes of which no two chunks are equal."""
    return b"".join(number.to_bytes(4, "big") for number in range(size // 4 + 1))[:size]


def sealed(data: bytes) -> bytes:
    """Return the payload of a plaintext that is written at once."""
    sink = io.BytesIO()
    writer = StreamWriter(KEY, sink.write)
    writer.write(data)
    writer.finish()
    return sink.getvalue()


def chunk(counter: int, data: bytes, *, is_last: bool) -> bytes:
    """Seal one chunk by hand."""
    return chacha_seal(KEY, counter.to_bytes(11, "big") + bytes([is_last]), data)


def opened(source: bytes | Source, size_bytes: int | None = None, step: int = CHUNK_BYTES) -> bytes:
    """Read a payload to its end."""
    reader = StreamReader(io.BytesIO(source) if isinstance(source, bytes) else source, KEY, size_bytes)
    pieces = []
    while piece := reader.read(step):
        pieces.append(piece)
    return b"".join(pieces)


def failure(source: bytes, size_bytes: int | None = None) -> tuple[type[HealthVaultError], str]:
    """Return class and code of the error that ends reading."""
    with pytest.raises(HealthVaultError) as caught:
        opened(source, size_bytes)
    return type(caught.value), caught.value.code


TAMPERED = (IntegrityError, "tampered")
TRUNCATED = (FormatError, "truncated")
TRAILING = (IntegrityError, "trailing_data")


@pytest.mark.parametrize("size", SIZES)
def test_a_payload_reads_back(size: int) -> None:
    """Around each border of chunks; the size is known before."""
    data = plaintext(size)
    payload = sealed(data)
    assert sealed_size(size) == len(payload)
    assert data == opened(payload)
    assert data == opened(payload, len(payload))


@pytest.mark.parametrize("step", [1, 1000, CHUNK_BYTES, CHUNK_BYTES + 1, 3 * CHUNK_BYTES])
def test_the_bytes_do_not_depend_on_how_they_are_written_and_read(step: int) -> None:
    """Pieces of any size give the same payload and the same plaintext."""
    data = plaintext(CHUNK_BYTES + 5000 if step == 1 else 3 * CHUNK_BYTES + 5000)
    sink = io.BytesIO()
    writer = StreamWriter(KEY, sink.write)
    for start in range(0, len(data), step):
        writer.write(memoryview(data)[start : start + step])
        writer.write(b"")
    writer.finish()
    assert sealed(data) == sink.getvalue()
    assert data == opened(sink.getvalue(), step=step)


def test_the_chunks_are_those_of_the_specification() -> None:
    """Counter in eleven bytes, then 1 for the last chunk, which may be full but not empty after another."""
    data = plaintext(2 * CHUNK_BYTES)
    first, second = data[:CHUNK_BYTES], data[CHUNK_BYTES:]
    assert chunk(0, first, is_last=False) + chunk(1, second, is_last=True) == sealed(data)
    assert chunk(0, b"", is_last=True) == sealed(b"")


def test_the_payload_key_is_that_of_age() -> None:
    """HKDF with the nonce as salt; file key and nonce both matter."""
    keys = {
        payload_key(b"a" * 16, b"n" * 16),
        payload_key(b"b" * 16, b"n" * 16),
        payload_key(b"a" * 16, b"m" * 16),
    }
    assert {32} == {len(key) for key in keys}
    assert 3 == len(keys)


def test_a_stored_object_is_that_of_the_specification() -> None:
    """The example of docs/spec/age.md section 6: its id is the hash of nonce and chunks."""
    nonce, sink = b"\x30" * 16, io.BytesIO()
    sink.write(nonce)
    writer = StreamWriter(payload_key(bytes.fromhex("146afa523588ad2fe8ca6fe05417906c"), nonce), sink.write)
    writer.write(b"Ferritin 41 ug/L\n" + bytes(4096 - 17))
    writer.finish()
    assert "651db3e95fc391987a509ad3d3bb188622134131c567cd6871a6d1596aa8dd10" == sha256(sink.getvalue()).hex()


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_a_buffer_may_be_used_again(kind: Callable[[bytearray], bytes | bytearray | memoryview]) -> None:
    """What was written is copied if it could still change."""
    buffer = bytearray(b"before")
    sink = io.BytesIO()
    writer = StreamWriter(KEY, sink.write)
    writer.write(kind(buffer))  # a memoryview looks into the buffer, the others copy it
    buffer[:] = b"behind"
    writer.finish()
    assert b"before" == opened(sink.getvalue())


def test_buffers_of_wider_items_are_bytes_too() -> None:
    """A view of 32-bit numbers is written as the bytes it stands on."""
    data = plaintext(CHUNK_BYTES + 400)
    sink = io.BytesIO()
    writer = StreamWriter(KEY, sink.write)
    writer.write(memoryview(data).cast("I"))
    writer.finish()
    assert sealed(data) == sink.getvalue()


def test_a_finished_payload_takes_no_more() -> None:
    """A second last chunk would be a mistake of the caller."""
    writer = StreamWriter(KEY, io.BytesIO().write)
    writer.finish()
    with pytest.raises(ValueError, match="finished"):
        writer.write(b"")
    with pytest.raises(ValueError, match="finished"):
        writer.finish()


def test_a_failed_sink_never_gets_two_chunks_under_one_nonce() -> None:
    """Writing on after a full disk makes a file that does not open, not one that leaks."""
    sealed_chunks: list[bytes] = []

    def full_disk(data: bytes) -> None:
        sealed_chunks.append(data)
        if len(sealed_chunks) == 1:
            raise OSError(28, "No space left on device")

    writer = StreamWriter(KEY, full_disk)
    writer.write(bytes(CHUNK_BYTES))
    with pytest.raises(OSError, match="space"):
        writer.write(b"x")
    writer.write(bytes(CHUNK_BYTES))
    writer.write(b"x")
    first, second = sealed_chunks
    assert first != second
    assert TAMPERED == failure(second)


def test_no_chunk_at_all_is_truncated() -> None:
    """Even an empty plaintext has a chunk; less than a tag is none."""
    assert TRUNCATED == failure(b"")
    assert TRUNCATED == failure(bytes(15))


def test_a_cut_between_chunks_is_truncated() -> None:
    """What is left is authentic, but none of it is marked as the last."""
    payload = sealed(plaintext(2 * CHUNK_BYTES + 9))
    assert TRUNCATED == failure(payload[:SEALED])
    assert TRUNCATED == failure(payload[: 2 * SEALED])
    assert TRUNCATED == failure(payload[: 2 * SEALED + 15])


def test_a_cut_inside_a_chunk_is_tampering() -> None:
    """It cannot be told from a changed end."""
    payload = sealed(plaintext(CHUNK_BYTES + 9))
    assert TAMPERED == failure(payload[:-1])
    assert TAMPERED == failure(payload[: SEALED - 1])


def test_changed_moved_and_foreign_chunks_are_tampering() -> None:
    """The number of a chunk and the key of its file are part of its tag."""
    payload = sealed(plaintext(2 * CHUNK_BYTES + 9))
    first, second, last = payload[:SEALED], payload[SEALED : 2 * SEALED], payload[2 * SEALED :]
    assert TAMPERED == failure(second + first + last)
    assert TAMPERED == failure(first + first + second + last)
    assert TAMPERED == failure(first + last)
    assert TAMPERED == failure(bytes([first[0] ^ 1]) + first[1:] + second + last)
    assert TAMPERED == failure(chacha_seal(b"o" * 32, bytes(12), b"foreign"))


@pytest.mark.parametrize("size", [CHUNK_BYTES, 2 * CHUNK_BYTES])
@pytest.mark.parametrize("tail", [b"x", bytes(16), bytes(SEALED), bytes(SEALED + 1)])
def test_bytes_behind_a_full_last_chunk_are_trailing_data(size: int, tail: bytes) -> None:
    """However many they are."""
    assert TRAILING == failure(sealed(plaintext(size)) + tail)


def test_bytes_behind_a_short_last_chunk_are_refused() -> None:
    """They look like a part of that chunk."""
    assert TAMPERED == failure(sealed(b"short") + b"x")


def test_an_empty_chunk_behind_data_is_trailing_data() -> None:
    """There is one payload for each plaintext."""
    payload = chunk(0, plaintext(CHUNK_BYTES), is_last=False) + chunk(1, b"", is_last=True)
    assert TRAILING == failure(payload)


def test_nothing_behind_the_given_size_is_read() -> None:
    """A payload inside something longer ends where its size says."""
    for size in (0, 5, CHUNK_BYTES, CHUNK_BYTES + 5):
        payload = sealed(plaintext(size))
        source = io.BytesIO(payload + b"next")
        assert plaintext(size) == opened(source, len(payload))
        assert b"next" == source.read()


def test_a_wrong_size_is_refused() -> None:
    """Too small cuts the payload, too large is missed at the end of the source."""
    payload = sealed(plaintext(2 * CHUNK_BYTES))
    assert TRUNCATED == failure(payload, 0)
    assert TRUNCATED == failure(payload, SEALED)
    assert TAMPERED == failure(payload, len(payload) - 1)
    assert TRUNCATED == failure(payload, len(payload) + 1)
    assert TRAILING == failure(payload + b"x", len(payload) + 1)


def test_a_failed_reader_goes_on_failing() -> None:
    """A caller that swallows the error never meets an end of the file, or anything behind the failure."""
    payload = sealed(plaintext(CHUNK_BYTES)) + chunk(1, b"", is_last=True)
    reader = StreamReader(io.BytesIO(payload), KEY)
    for _ in range(3):
        with pytest.raises(IntegrityError) as caught:
            reader.read(1)
        assert "trailing_data" == caught.value.code


def test_an_end_stays_an_end() -> None:
    """Reading goes on returning nothing."""
    reader = StreamReader(io.BytesIO(sealed(b"data")), KEY)
    assert b"data" == reader.read(10)
    assert [b"", b""] == [reader.read(10), reader.read(10)]


def test_reads_of_nothing_and_less() -> None:
    """Nothing is no end, and a negative size, which elsewhere means everything, is a mistake of the caller."""
    reader = StreamReader(io.BytesIO(sealed(b"data")), KEY)
    assert b"" == reader.read(0)
    with pytest.raises(ValueError, match="less than nothing"):
        reader.read(-1)
    assert b"data" == read_fully(reader, 99)


def test_a_payload_can_be_read_out_of_a_payload() -> None:
    """A reader is a source itself."""
    inner = sealed(plaintext(CHUNK_BYTES + 3))
    assert plaintext(CHUNK_BYTES + 3) == opened(StreamReader(io.BytesIO(sealed(inner)), KEY))
