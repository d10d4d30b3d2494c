# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.storage.keystore."""

import os
from pathlib import Path

import pytest

from healthvault.crypto.aead import open_sealed
from healthvault.crypto.hashing import derive, labelled
from healthvault.errors import VaultDamaged
from healthvault.storage import files, keystore
from healthvault.storage.keystore import (
    HEADER_BYTES,
    RECORD_BYTES,
    Keystore,
    copy_records,
    create_keystore,
    open_keystore,
    shred_keystore,
)
from healthvault.storage.layout import VaultPaths

VAULT_ID = bytes(range(32))
KEY = b"k" * 32
SECRETS = [bytes([seq]) * 32 for seq in range(20)]


@pytest.fixture
def paths(tmp_path: Path) -> VaultPaths:
    """An empty vault folder."""
    paths = VaultPaths(root=tmp_path / "vault")
    for directory in paths.directories:
        files.make_directory(directory)
    return paths


@pytest.fixture
def store(paths: VaultPaths) -> Keystore:
    """A keystore of epoch 2 with 20 records."""
    store = create_keystore(paths, VAULT_ID, 2, KEY)
    store.write(list(enumerate(SECRETS)))
    return store


def test_secrets_come_back(store: Keystore, paths: VaultPaths) -> None:
    """One by one and in a row, here and by a reader; none beyond the last."""
    reader = open_keystore(paths, VAULT_ID, 2, KEY)
    assert SECRETS == [reader.read(seq) for seq in range(20)]
    assert [*SECRETS[5:], None, None] == list(reader.read_range(5, 17))
    assert store.read(20) is None
    assert (True, False) == (store.holds(19), store.holds(20))
    reader.close()
    store.close()


@pytest.mark.usefixtures("store")
def test_the_bytes(paths: VaultPaths) -> None:
    """Header of 64 bytes, records of 80 at their places, sealed as specified; 0600."""
    data = paths.keys(2).read_bytes()
    assert 0o600 == paths.keys(2).stat().st_mode & 0o777
    assert b"healthvault/ks/1" + VAULT_ID + (2).to_bytes(8, "big") + bytes(8) == data[:64]
    assert 64 + 80 * 20 == len(data)
    for seq, secret in enumerate(SECRETS):
        record = data[64 + 80 * seq :][:80]
        place = seq.to_bytes(8, "big")
        assert place == record[:8]
        aad = labelled("record", VAULT_ID, (2).to_bytes(8, "big"), place)
        assert secret == open_sealed(derive(KEY, "record"), record[8:], aad)


def test_holes(paths: VaultPaths) -> None:
    """What was skipped is a hole, and records can be filled in or written over later, in any order."""
    store = create_keystore(paths, VAULT_ID, 0, KEY)
    store.write([(7, b"7" * 32), (3, b"3" * 32), (4, b"4" * 32)])
    assert [None, None, None, b"3" * 32, b"4" * 32, None, None, b"7" * 32] == list(store.read_range(0, 8))
    store.write([(3, b"x" * 32), (0, b"0" * 32)])
    assert [b"0" * 32, None, None, b"x" * 32, b"4" * 32] == list(store.read_range(0, 5))


def test_many_records(paths: VaultPaths, monkeypatch: pytest.MonkeyPatch) -> None:
    """Long runs are written and read in steps, with one sync."""
    monkeypatch.setattr(keystore, "RECORDS_PER_READ", 7)
    syncs = []
    sync = files.sync
    store = create_keystore(paths, VAULT_ID, 0, KEY)
    monkeypatch.setattr(files, "sync", lambda file: (syncs.append(file), sync(file)))
    store.write([(seq, seq.to_bytes(32, "big")) for seq in range(50)])
    assert [seq.to_bytes(32, "big") for seq in range(50)] == list(store.read_range(0, 50))
    assert 1 == len(syncs)


@pytest.mark.parametrize(("vault_id", "epoch"), [(bytes(32), 2), (VAULT_ID, 3)])
@pytest.mark.usefixtures("store")
def test_a_keystore_of_another(vault_id: bytes, epoch: int, paths: VaultPaths) -> None:
    """Another vault's or epoch's file under this name is damage."""
    if epoch == 3:
        paths.keys(2).rename(paths.keys(3))
    with pytest.raises(VaultDamaged, match="not the keystore of epoch"):
        open_keystore(paths, vault_id, epoch, KEY)


def test_a_missing_keystore(paths: VaultPaths) -> None:
    """The file that the keyring names must be there."""
    with pytest.raises(VaultDamaged, match="missing"):
        open_keystore(paths, VAULT_ID, 0, KEY)


def test_another_key(store: Keystore, paths: VaultPaths) -> None:
    """No record opens under another epoch's key."""
    other = open_keystore(paths, VAULT_ID, 2, b"K" * 32)
    with pytest.raises(VaultDamaged, match="entry 4 does not open"):
        other.read(4)
    assert not other.holds(4)
    assert store.holds(4)


def test_swapped_records(store: Keystore, paths: VaultPaths) -> None:
    """A record does not open at another place, with or without its number changed."""
    with paths.keys(2).open("r+b") as file:
        file.seek(HEADER_BYTES)
        record = file.read(RECORD_BYTES)
        file.write(record + (2).to_bytes(8, "big") + record[8:])
    with pytest.raises(VaultDamaged, match="entry 1 is not in its place"):
        store.read(1)
    with pytest.raises(VaultDamaged, match="entry 2 does not open"):
        store.read(2)
    assert [SECRETS[0], SECRETS[3]] == [store.read(0), store.read(3)]


def test_truncation_at_every_byte_of_a_record(store: Keystore, paths: VaultPaths) -> None:
    """A record that is cut is damage; one that is gone is a hole; the header is needed whole."""
    whole = paths.keys(2).stat().st_size
    for size in range(whole - 1, whole - RECORD_BYTES, -1):
        os.truncate(paths.keys(2), size)
        assert not store.holds(19)
        assert store.holds(18)
    os.truncate(paths.keys(2), whole - RECORD_BYTES)
    assert store.read(19) is None
    for size in range(HEADER_BYTES):
        os.truncate(paths.keys(2), size)
        with pytest.raises(VaultDamaged):
            open_keystore(paths, VAULT_ID, 2, KEY)


def test_copying_without_victims(store: Keystore, paths: VaultPaths) -> None:
    """A new epoch holds all records but the victims', and holes stay holes."""
    target = create_keystore(paths, VAULT_ID, 3, b"n" * 32)
    copy_records(store, target, 22, without={4, 5, 19})
    expected = [None if seq in {4, 5, 19} else secret for seq, secret in enumerate(SECRETS)]
    assert [*expected, None, None] == list(target.read_range(0, 22))


def test_shredding(store: Keystore, paths: VaultPaths) -> None:
    """Nothing but zeros is left; shredding what is gone is no error."""
    size = paths.keys(2).stat().st_size
    shred_keystore(paths, 2)
    assert bytes(size) == paths.keys(2).read_bytes()
    assert store.read(0) is None
    paths.keys(2).unlink()
    shred_keystore(paths, 2)


def test_a_leftover_is_replaced(store: Keystore, paths: VaultPaths) -> None:
    """A new keystore is empty, whatever an interrupted try left under its name."""
    store.close()
    fresh = create_keystore(paths, VAULT_ID, 2, KEY)
    assert [None] * 20 == list(fresh.read_range(0, 20))


def test_around_a_damaged_header(store: Keystore, paths: VaultPaths) -> None:
    """Each record is sealed for its place by itself, so a reader can do without the header."""
    store.close()
    with files.open_file(paths.keys(2), writable=True) as file:
        files.write_zeros(file, 0, HEADER_BYTES)
    with pytest.raises(VaultDamaged):
        open_keystore(paths, VAULT_ID, 2, KEY)
    reader = open_keystore(paths, VAULT_ID, 2, KEY, around=True)
    assert SECRETS == [reader.read(seq) for seq in range(20)]
    reader.close()


def test_reading_ahead(store: Keystore, monkeypatch: pytest.MonkeyPatch) -> None:
    """In large steps the same is read, and a damaged record hurts nobody but itself."""
    monkeypatch.setattr(keystore, "RECORDS_PER_READ", 7)
    assert [*SECRETS, None, None] == [store.read_ahead(seq) for seq in range(22)]
    assert SECRETS[3] == store.read_ahead(3)
    store.close()
    with files.open_file(store._file.path, writable=True) as file:
        files.write_at(file, HEADER_BYTES + 5 * RECORD_BYTES + 20, b"\xff\0\xff")
    reader = Keystore(files.open_file(store._file.path), VAULT_ID, 2, KEY)
    with pytest.raises(VaultDamaged):
        reader.read_ahead(5)
    assert SECRETS[6] == reader.read_ahead(6)
    reader.close()
