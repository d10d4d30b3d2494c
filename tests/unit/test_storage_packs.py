# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.storage.packs and healthvault.storage.objects."""

import os
from hashlib import sha256
from pathlib import Path

import pytest

from healthvault.errors import InvalidRequest, VaultDamaged
from healthvault.ledger.secrets import commitment
from healthvault.storage import files, packs
from healthvault.storage.blobs import Blob, BlobKeys, BlobPlace, check_blob, is_erased, read_document
from healthvault.storage.layout import VaultPaths
from healthvault.storage.objects import Objects
from healthvault.storage.packs import PackWriter

SMALL = 4096 + 32  # what a document of up to 4 KiB takes


@pytest.fixture
def paths(tmp_path: Path) -> VaultPaths:
    """An empty vault folder."""
    paths = VaultPaths(root=tmp_path / "vault")
    for directory in paths.directories:
        files.make_directory(directory)
    return paths


def add(paths: VaultPaths, entries: dict[int, list[bytes]]) -> dict[int, list[Blob]]:
    """Write the documents of a transaction, by entry, and publish them."""
    found: dict[int, list[Blob]] = {}
    with PackWriter(paths) as writer:
        for seq, documents in entries.items():
            writer.start_entry(seq)
            found[seq] = [writer.put(document, bytes(15) + bytes([seq % 256])) for document in documents]
        writer.finish()
        writer.publish()
    return found


def check(paths: VaultPaths, entries: dict[int, list[bytes]], blobs: dict[int, list[Blob]]) -> None:
    """Read every document back from the place that sizes alone give."""
    objects = Objects(paths)
    offsets: dict[int, int] = {}
    for seq, documents in entries.items():
        for document, blob in zip(documents, blobs[seq], strict=True):
            first = objects.find(seq)
            assert first is not None
            place = BlobPlace(offset=offsets.get(first, 0), stored_size_bytes=blob.stored_size_bytes, oid=blob.oid)
            keys = BlobKeys(
                file_key=bytes(15) + bytes([seq % 256]),
                commit_key=bytes(32),
                commit=commitment(bytes(32), len(document), sha256(document).digest()),
                size_bytes=len(document),
            )
            got: list[bytes] = []
            with objects.open_pack(first) as file:
                read_document(file, place, keys, got.append)
            assert document == b"".join(got)
            offsets[first] = place.offset + place.stored_size_bytes
    assert offsets == {first: paths.pack(first).stat().st_size for first in objects.first_seqs()}


def test_one_pack_for_a_transaction(paths: VaultPaths) -> None:
    """Small documents of neighbouring entries, and parts of one, share a file that is named after the first."""
    entries = {5: [b"five"], 6: [b"six a", b"six b", b""], 9: [b"nine" * 2000]}
    blobs = add(paths, entries)
    assert [5] == Objects(paths).first_seqs()
    check(paths, entries, blobs)
    assert 0o600 == paths.pack(5).stat().st_mode & 0o777
    assert 0o700 == paths.pack(5).parent.stat().st_mode & 0o777
    assert ["orphans"] == files.list_names(paths.tmp)


def test_nothing_to_pack(paths: VaultPaths) -> None:
    """A transaction without documents makes no file."""
    assert {7: []} == add(paths, {7: []})
    assert [] == Objects(paths).first_seqs()
    assert ["orphans"] == files.list_names(paths.tmp)


def test_a_pack_is_closed_before_it_is_too_long(paths: VaultPaths, monkeypatch: pytest.MonkeyPatch) -> None:
    """The entry that would take it over the limit begins another, with all its parts; exactly full is not over."""
    monkeypatch.setattr(packs, "PACK_BYTES", 4 * SMALL)
    monkeypatch.setattr(packs, "BUFFER_BYTES", 100)
    monkeypatch.setattr(packs, "COPY_BYTES", 1000)
    entries = {
        0: [b"a", b"b"],
        1: [b"c", b"d"],  # exactly full
        2: [b"e"],
        3: [b"f", b"g"],
        4: [b"h", b"i", b"j"],  # its second part would be too much
        5: [b"k" * 100_000],  # too long for any pack: has one to itself
        6: [b"l"],
        7: [b"m"],
    }
    blobs = add(paths, entries)
    assert [0, 2, 4, 5, 6] == Objects(paths).first_seqs()
    check(paths, entries, blobs)


def test_a_long_entry_that_comes_first(paths: VaultPaths, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is put behind an entry that is longer than a pack."""
    monkeypatch.setattr(packs, "PACK_BYTES", 2 * SMALL)
    entries = {3: [b"x" * 1_500_000, b"y"], 4: [b"z"], 5: [b"w" * 1_100_000]}
    blobs = add(paths, entries)
    assert [3, 4, 5] == Objects(paths).first_seqs()
    check(paths, entries, blobs)


def test_each_pack_is_synced_once_before_it_has_a_name(paths: VaultPaths, monkeypatch: pytest.MonkeyPatch) -> None:
    """One sync a pack, then the names, then each directory once."""
    monkeypatch.setattr(packs, "PACK_BYTES", SMALL)
    calls: list[str] = []
    for name in ("sync", "rename", "sync_directory"):
        whole = getattr(files, name)
        monkeypatch.setattr(files, name, lambda *args, name=name, whole=whole: (calls.append(name), whole(*args)))
    add(paths, {0: [b"a"], 1: [b"b"], 2: [b"c"]})
    assert ["sync"] * 3 + ["rename"] * 3 + ["sync_directory"] * 2 == calls


def test_what_is_not_published_is_removed(paths: VaultPaths) -> None:
    """Giving up leaves nothing in tmp/ and no pack."""
    with PackWriter(paths) as writer:
        writer.start_entry(0)
        writer.put(b"a", bytes(16))
        assert 2 == len(files.list_names(paths.tmp))
    assert ["orphans"] == files.list_names(paths.tmp)
    assert [] == Objects(paths).first_seqs()


def test_a_full_disk(paths: VaultPaths, monkeypatch: pytest.MonkeyPatch) -> None:
    """A failed write of a large document, in the other thread, is an `io_error`, and nothing stays behind."""

    def refuse(*_: object) -> int:
        raise OSError(28, os.strerror(28))

    with PackWriter(paths) as writer:
        writer.start_entry(0)
        monkeypatch.setattr(os, "pwrite", refuse)
        with pytest.raises(InvalidRequest) as caught:
            writer.put(bytes(5_000_000), bytes(16))
    assert "io_error" == caught.value.code
    assert ["orphans"] == files.list_names(paths.tmp)


def test_abandoning_an_entry(paths: VaultPaths, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its blobs are taken back, whether it was the first of its pack, shared one or had moved to another."""
    monkeypatch.setattr(packs, "PACK_BYTES", 3 * SMALL)
    entries = {0: [b"zero"], 1: [b"one"], 2: [b"two"]}
    with PackWriter(paths) as writer:
        writer.abandon_entry()
        blobs: dict[int, list[Blob]] = {}
        for seq, bad in ((0, [b"x"]), (1, [b"y", b"y"]), (2, [b"w", b"w", b"w"])):
            writer.start_entry(seq)
            for document in bad:
                writer.put(document, bytes(16))
            writer.abandon_entry()
            writer.start_entry(seq)
            blobs[seq] = [writer.put(entries[seq][0], bytes(15) + bytes([seq]))]
        writer.finish()
        writer.publish()
    check(paths, entries, blobs)


def test_a_retry_replaces_the_pack(paths: VaultPaths) -> None:
    """A later transaction with the same first entry takes the place of a pack that nobody names."""
    add(paths, {4: [b"old"]})
    entries = {4: [b"new"]}
    check(paths, entries, add(paths, entries))


def put_packs(paths: VaultPaths, first_seqs: list[int]) -> None:
    """Create empty packs."""
    for first in first_seqs:
        files.make_directory(paths.pack(first).parent)
        paths.pack(first).touch()


def test_finding_a_pack(paths: VaultPaths) -> None:
    """It is the largest that is not above, in the entry's bucket or the nearest earlier one that has some."""
    put_packs(paths, [3, 9, 4095, 8192, 8200, 40_000])
    files.make_directory(paths.bucket(5))
    objects = Objects(paths)
    expected = {0: None, 2: None, 3: 3, 8: 3, 9: 9, 4094: 9, 4095: 4095, 4096: 4095, 8191: 4095, 8192: 8192,
                8199: 8192, 8200: 8200, 39_999: 8200, 40_000: 40_000, 10**12: 40_000}  # fmt: skip
    assert expected == {seq: objects.find(seq) for seq in expected}
    assert [8192, 8200, 40_000] == objects.first_seqs(4096)
    assert [8200, 40_000] == objects.first_seqs(8193)
    assert Objects(paths).find(9) == 9


def test_no_packs_at_all(tmp_path: Path) -> None:
    """A vault without objects finds none."""
    objects = Objects(VaultPaths(root=tmp_path))
    assert objects.find(10) is None
    assert [] == objects.first_seqs()


def test_names_that_are_not_ours(paths: VaultPaths) -> None:
    """What a sync tool leaves beside the packs is passed over."""
    put_packs(paths, [3])
    for name in ("03.pack", "4 (conflict).pack", "5.pack.tmp", "\u0665.pack", "-1.pack", ".pack"):
        (paths.bucket(0) / name).touch()
    for name in ("00", "x", "1 copy"):
        (paths.objects / name).mkdir()
    assert [3] == Objects(paths).first_seqs()
    assert 3 == Objects(paths).find(4000)


def test_a_bucket_that_is_a_link(paths: VaultPaths) -> None:
    """Objects are never read through a link."""
    put_packs(paths, [3])
    paths.bucket(0).rename(paths.root / "elsewhere")
    paths.bucket(0).symlink_to("../elsewhere")
    with pytest.raises(VaultDamaged):
        Objects(paths).find(3)


def test_a_missing_pack(paths: VaultPaths) -> None:
    """Opening it is damage that names it."""
    with pytest.raises(VaultDamaged, match=r"0/7\.pack: the file is missing"):
        Objects(paths).open_pack(7)


def test_erasing(paths: VaultPaths) -> None:
    """The victims' ranges become zeros, their neighbours stay."""
    blobs = add(paths, {0: [b"a"], 1: [b"b"], 2: [b"c"]})
    places = [BlobPlace(offset=seq * SMALL, stored_size_bytes=SMALL, oid=blobs[seq][0].oid) for seq in range(3)]
    objects = Objects(paths)
    objects.erase(0, [places[0], places[2]])
    with objects.open_pack(0) as file:
        assert [True, False, True] == [is_erased(file, place) for place in places]
        check_blob(file, places[1])
        assert 3 * SMALL == file.size_bytes()


def test_cutting(paths: VaultPaths) -> None:
    """What no entry names is set aside and cut off; a pack that is short already stays."""
    add(paths, {0: [b"a"], 1: [b"b"]})
    data = paths.pack(0).read_bytes()
    objects = Objects(paths)
    kept = objects.cut(0, SMALL)
    assert kept is not None
    assert (data[:SMALL], data[SMALL:]) == (paths.pack(0).read_bytes(), kept.read_bytes())
    assert objects.cut(0, SMALL) is None


def test_setting_aside(paths: VaultPaths) -> None:
    """A pack that nobody names moves to the orphans as it is."""
    add(paths, {0: [b"a"]})
    data = paths.pack(0).read_bytes()
    kept = Objects(paths).set_aside(0)
    assert (data, paths.orphans) == (kept.read_bytes(), kept.parent)
    assert [] == Objects(paths).first_seqs()
