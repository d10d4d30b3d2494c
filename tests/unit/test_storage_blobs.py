# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.storage.blobs and healthvault.storage.relay."""

import io
import threading
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from healthvault.agefile.bech32 import encode_identity
from healthvault.agefile.header import format_header
from healthvault.agefile.recipients import X25519Recipient
from healthvault.agefile.stream import CHUNK_BYTES
from healthvault.codec import padme
from healthvault.crypto.agreement import x25519_public
from healthvault.errors import InvalidRequest, VaultDamaged
from healthvault.ledger.secrets import commitment
from healthvault.storage import blobs, files
from healthvault.storage.blobs import (
    Blob,
    BlobKeys,
    BlobPlace,
    check_blob,
    is_erased,
    read_document,
    seal_blob,
    stored_size,
)
from healthvault.storage.relay import Relay

FILE_KEY = b"f" * 16
COMMIT_KEY = b"c" * 32
SIZES = [0, 1, 4095, 4096, 4097, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 1_000_000, (1 << 20) - 1, 1 << 20,
         3_333_333]  # fmt: skip
BEFORE = b"other blobs before it"


def document(size: int) -> bytes:
    """Return `size` bytes without much pattern."""
    return (sha256(b"seed").digest() * (size // 32 + 1))[:size]


def sealed(data: bytes) -> tuple[bytes, Blob]:
    """Return the stored bytes of a document."""
    sink = io.BytesIO()
    blob = seal_blob(io.BytesIO(data), FILE_KEY, sink.write)
    return sink.getvalue(), blob


def keys_of(data: bytes) -> BlobKeys:
    """Return what opens a document."""
    commit = commitment(COMMIT_KEY, len(data), sha256(data).digest())
    return BlobKeys(file_key=FILE_KEY, commit_key=COMMIT_KEY, commit=commit, size_bytes=len(data))


@pytest.fixture
def pack(tmp_path: Path) -> Callable[[bytes, bytes], tuple[files.OpenFile, BlobPlace]]:
    """Return a function that stores bytes amid others, under the oid of bytes that may be others."""

    def store(stored: bytes, named: bytes) -> tuple[files.OpenFile, BlobPlace]:
        (tmp_path / "0.pack").write_bytes(BEFORE + stored)
        place = BlobPlace(offset=len(BEFORE), stored_size_bytes=len(named), oid=sha256(named).digest())
        return files.open_file(tmp_path / "0.pack"), place

    return store


Store = Callable[[bytes, bytes], tuple[files.OpenFile, BlobPlace]]


@pytest.mark.parametrize("size", SIZES)
def test_round_trip(size: int, pack: Store) -> None:
    """What was sealed comes back exactly, and everything noted of it is right."""
    data = document(size)
    stored, blob = sealed(data)
    assert (sha256(stored).digest(), len(stored)) == (blob.oid, blob.stored_size_bytes)
    assert (sha256(data).digest(), size) == (blob.digest, blob.size_bytes)
    file, place = pack(stored, stored)
    out = io.BytesIO()
    read_document(file, place, keys_of(data), out.write)
    assert data == out.getvalue()
    check_blob(file, place)
    assert not is_erased(file, place)


@pytest.mark.parametrize(
    ("size", "padded"), [(0, 4096), (1, 4096), (4096, 4096), (4097, 4352), (1_000_000, 1_015_808)]
)
def test_sizes_are_padded(size: int, padded: int) -> None:
    """Up to 4 KiB all look alike; above, sizes are those of Padmé."""
    chunks = -(-padded // CHUNK_BYTES)
    assert max(4096, padme(size)) == padded
    assert 16 + padded + 16 * chunks == stored_size(size) == len(sealed(document(size))[0])


def test_the_same_document_twice() -> None:
    """Two sealings of one document have nothing in common."""
    first, second = sealed(document(9000))[0], sealed(document(9000))[0]
    assert first[:16] != second[:16]
    assert first[16:] != second[16:]


@pytest.mark.parametrize("size", [0, 5000, 1_200_000])
def test_with_a_header_it_is_a_stock_age_file(size: int) -> None:
    """Rage opens header and stored bytes together, and shows the padding as zeros."""
    pyrage = pytest.importorskip("pyrage")
    secret, data = bytes(range(32)), document(size)
    header = format_header([X25519Recipient(public=x25519_public(secret)).wrap(FILE_KEY)], FILE_KEY)
    identity = pyrage.x25519.Identity.from_str(encode_identity(secret))
    plain = pyrage.decrypt(header + sealed(data)[0], [identity])
    assert data + bytes(max(4096, padme(size)) - size) == plain


class Dribble:
    """A source that gives a few bytes at a time, as a pipe may, and more than it seemed to hold."""

    def __init__(self, data: bytes) -> None:
        self._file = io.BytesIO(data)

    def read(self, size: int, /) -> bytes:
        """Return at most 30,011 bytes."""
        return self._file.read(min(size, 30_011))


@pytest.mark.parametrize("size", [100_000, 2_500_000])
def test_a_source_in_small_pieces(size: int, pack: Store) -> None:
    """How the source hands out its bytes does not matter."""
    data, sink = document(size), io.BytesIO()
    seal_blob(Dribble(data), FILE_KEY, sink.write)
    file, place = pack(sink.getvalue(), sink.getvalue())
    out = io.BytesIO()
    read_document(file, place, keys_of(data), out.write)
    assert data == out.getvalue()


def test_a_source_that_fails() -> None:
    """A read error of the document is an `io_error`."""

    class Broken:
        def read(self, size: int, /) -> bytes:
            raise OSError(5, "Input/output error")

    with pytest.raises(InvalidRequest, match="Input/output error") as caught:
        seal_blob(Broken(), FILE_KEY, lambda _: None)
    assert "io_error" == caught.value.code


@pytest.mark.parametrize("size", [5000, 3_000_000])
def test_a_sink_that_fails(size: int) -> None:
    """Its error comes through, from the second thread too."""

    def full(_: bytes) -> None:
        raise InvalidRequest("io_error", "the disk is full")

    with pytest.raises(InvalidRequest, match="the disk is full"):
        seal_blob(io.BytesIO(document(size)), FILE_KEY, full)


def flipped(data: bytes, place: int) -> bytes:
    """Return the bytes with one bit changed."""
    return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]


SEALED = sealed(document(70_000))[0]
LARGE = sealed(document(1_300_000))[0]


@pytest.mark.parametrize("size", [70_000, 1_300_000])
@pytest.mark.parametrize("place", [0, 15, 16, 5000, 65_568, 70_050, -1])
def test_a_changed_byte(place: int, size: int, pack: Store) -> None:
    """Any change is damage, with the key and without."""
    good = SEALED if size == 70_000 else LARGE
    file, where = pack(flipped(good, place % len(good)), good)
    with pytest.raises(VaultDamaged, match="is not what its entry names"):
        check_blob(file, where)
    with pytest.raises(VaultDamaged):
        read_document(file, where, keys_of(document(size)), lambda _: None)


def test_truncation(pack: Store) -> None:
    """A pack that ends too early is damage, wherever it ends."""
    for size in (0, 1, 15, 16, 17, 65_568, 65_569, len(SEALED) - 1):
        file, place = pack(SEALED[:size], SEALED)
        with pytest.raises(VaultDamaged, match="is cut short"):
            check_blob(file, place)
        with pytest.raises(VaultDamaged):
            read_document(file, place, keys_of(document(70_000)), lambda _: None)
        assert not is_erased(file, place)


def test_another_blob_of_the_same_size(pack: Store) -> None:
    """A blob that is authentic, but not this one, is damage."""
    file, place = pack(sealed(document(70_000))[0], SEALED)
    out: list[bytes] = []
    with pytest.raises(VaultDamaged, match="is not what its entry names"):
        read_document(file, place, keys_of(document(70_000)), out.append)
    assert out


@pytest.mark.parametrize(
    "change",
    [{"commit": bytes(32)}, {"commit_key": bytes(32)}, {"file_key": bytes(16)}, {"size_bytes": 70_001},
     {"size_bytes": 69_999}, {"size_bytes": 5}, {"size_bytes": 90_000}],
)  # fmt: skip
def test_another_commitment_key_or_size(change: dict[str, object], pack: Store) -> None:
    """The document must be what the entry commits to, in content and length."""
    file, place = pack(SEALED, SEALED)
    with pytest.raises(VaultDamaged):
        read_document(file, place, replace(keys_of(document(70_000)), **change), lambda _: None)  # type: ignore[arg-type]


def test_padding_is_zeros(pack: Store) -> None:
    """Bytes hidden in the padding are refused, though they are authentic and the commitment holds."""
    data = document(4000)
    stored, _ = sealed(data + b"\1")
    file, place = pack(stored, stored)
    with pytest.raises(VaultDamaged, match="padding that is not zeros"):
        read_document(file, place, keys_of(data), lambda _: None)


def test_erased(pack: Store) -> None:
    """Only zeros in full length count as erased; what lies beside does not."""
    file, place = pack(bytes(len(SEALED)), SEALED)
    assert is_erased(file, place)
    file, place = pack(bytes(len(SEALED) - 1), SEALED)
    assert not is_erased(file, place)


def test_what_the_reader_does_with_it_is_not_damage(pack: Store) -> None:
    """An error of `write` passes through unchanged."""
    file, place = pack(LARGE, LARGE)

    def full(_: bytes) -> None:
        raise InvalidRequest("io_error", "the disk is full")

    with pytest.raises(InvalidRequest, match="the disk is full"):
        read_document(file, place, keys_of(document(1_300_000)), full)


def test_memory_is_constant(monkeypatch: pytest.MonkeyPatch) -> None:
    """No more than two batches and a chunk are held, whatever the document's size."""
    held = [0]
    most = [0]

    class Zeros:
        left = 20 << 20

        def read(self, size: int, /) -> bytes:
            self.left -= size
            held[0] += size
            most[0] = max(most[0], held[0])
            return bytes(size) if self.left >= 0 else b""

    def take(data: bytes) -> None:
        held[0] -= len(data)

    seal_blob(Zeros(), FILE_KEY, take)
    assert most[0] < 6 << 20


def test_relay_keeps_order_and_uses_another_thread() -> None:
    """Everything arrives once, in order, elsewhere."""
    got: list[bytes] = []
    threads: set[int] = set()
    with Relay(lambda data: (got.append(data), threads.add(threading.get_ident()))) as relay:
        for number in range(50):
            relay.write(bytes([number]) * 100_000)
        relay.finish()
    assert b"".join(bytes([number]) * 100_000 for number in range(50)) == b"".join(got)
    assert threading.get_ident() not in threads


def test_relay_passes_on_what_fails() -> None:
    """An error in the thread is raised by a later write or by finish, whatever its kind."""

    def fail(_: bytes) -> None:
        raise KeyboardInterrupt

    with Relay(fail) as relay:
        relay.write(b"little")
        with pytest.raises(KeyboardInterrupt):
            relay.finish()


def test_small_documents_start_no_thread(monkeypatch: pytest.MonkeyPatch, pack: Store) -> None:
    """Below 1 MiB everything happens here."""
    monkeypatch.setattr(threading.Thread, "start", lambda _: pytest.fail("a thread was started"))
    stored, _ = sealed(document(blobs.LARGE_BYTES - 1))
    file, place = pack(stored, stored)
    read_document(file, place, keys_of(document(blobs.LARGE_BYTES - 1)), lambda _: None)
