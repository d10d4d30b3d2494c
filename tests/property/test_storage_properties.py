# SPDX-License-Identifier: Apache-2.0
"""Properties of healthvault.storage: models of journal, tree and packs; any change of a sealed file is noticed."""

from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from healthvault.errors import VaultDamaged, WrongKey
from healthvault.ledger.secrets import commitment
from healthvault.storage import files, journal, packs
from healthvault.storage.blobs import Blob, BlobKeys, BlobPlace, read_document
from healthvault.storage.identity import (
    Identity,
    open_identity,
    open_keystore_key,
    seal_identity,
    seal_keystore_key,
)
from healthvault.storage.journal import Journal
from healthvault.storage.keyfile import parse_key_file
from healthvault.storage.keyring import Keyring, parse_keyring
from healthvault.storage.keystore import create_keystore, open_keystore
from healthvault.storage.layout import VaultPaths
from healthvault.storage.objects import Objects
from healthvault.storage.packs import PackWriter
from healthvault.storage.pins import vault_pins
from healthvault.storage.slots import SlotKind, new_slot
from healthvault.storage.treecache import TreeCache
from healthvault.tlog.tree import MemoryTree, leaf_hash, tree_root

VAULT_ID = bytes(range(32))
MASTER_KEY, KS_KEY, SECRET = b"m" * 32, b"k" * 32, b"s" * 32
IDENTITY = Identity(
    epoch=0,
    sign_seed=bytes(32),
    witness_seed=bytes(32),
    recipients=((0, bytes(32)),),
    state_key=bytes(32),
    dedupe_key=bytes(32),
)
KEYRING = Keyring(
    vault_id=VAULT_ID,
    generation=1,
    slots=(
        new_slot(0, SlotKind.KEY_FILE, SECRET, MASTER_KEY, VAULT_ID),
        new_slot(1, SlotKind.RECOVERY, b"r" * 32, MASTER_KEY, VAULT_ID),
    ),
    identity_sealed=seal_identity(IDENTITY, MASTER_KEY, VAULT_ID),
    ks_epoch=0,
    ks_sealed=seal_keystore_key(KS_KEY, 0, MASTER_KEY, VAULT_ID),
).to_bytes()


def make_folder(root: str) -> VaultPaths:
    """Make an empty vault folder."""
    paths = VaultPaths(root=Path(root) / "vault")
    for directory in paths.directories:
        files.make_directory(directory)
    return paths


@st.composite
def changed(draw: st.DrawFn, data: bytes) -> bytes:
    """Draw other bytes: some replaced, inserted or taken away."""
    start = draw(st.integers(0, len(data)))
    end = draw(st.integers(start, min(len(data), start + 40)))
    return data[:start] + draw(st.binary(max_size=40)) + data[end:]


@given(changed(KEYRING))
@settings(max_examples=150)
def test_a_changed_keyring(data: bytes) -> None:
    """It opens to the very same secrets, or is `VaultDamaged` or `WrongKey`, and nothing else."""
    with suppress(VaultDamaged, WrongKey):
        keyring = parse_keyring(data)
        assert data == keyring.to_bytes()
        master_key = keyring.unlock(SlotKind.KEY_FILE, SECRET)
        assert MASTER_KEY == master_key
        assert IDENTITY == open_identity(keyring.identity_sealed, master_key, keyring.vault_id)
        ks_key = open_keystore_key(keyring.ks_sealed, keyring.ks_epoch, master_key, keyring.vault_id)
        assert KS_KEY == ks_key


@given(st.binary(max_size=200))
@settings(max_examples=60)
def test_any_bytes_as_a_keyring_or_key_file(data: bytes) -> None:
    """No bytes give any other error."""
    with pytest.raises(VaultDamaged):
        parse_keyring(data)
    with pytest.raises(WrongKey):
        parse_key_file(data)


@given(st.data())
@settings(max_examples=60)
def test_changed_pins(data: st.DataObject) -> None:
    """Any other bytes do not open."""
    with TemporaryDirectory() as root:
        sealed = vault_pins(make_folder(root), MASTER_KEY, VAULT_ID)
        sealed.save({"v": 1, "vaults": []})
        whole = sealed.path.read_bytes()
        other = data.draw(changed(whole))
        sealed.path.write_bytes(other)
        if other == whole:
            assert {"v": 1, "vaults": []} == sealed.load()
        else:
            with pytest.raises(VaultDamaged):
                sealed.load()


@given(st.data())
@settings(max_examples=60)
def test_a_changed_keystore(data: st.DataObject) -> None:
    """Each record gives its own secret, a hole, or damage; never another secret."""
    secrets = [sha256(bytes([seq])).digest() for seq in range(5)]
    with TemporaryDirectory() as root:
        paths = make_folder(root)
        create_keystore(paths, VAULT_ID, 0, KS_KEY).write(list(enumerate(secrets)))
        paths.keys(0).write_bytes(data.draw(changed(paths.keys(0).read_bytes())))
        with suppress(VaultDamaged):
            keystore = open_keystore(paths, VAULT_ID, 0, KS_KEY)
            for seq in range(6):
                with suppress(VaultDamaged):
                    assert keystore.read(seq) in (None, *secrets[seq : seq + 1])


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("append"), st.lists(st.binary(min_size=1, max_size=120), max_size=8)),
        st.tuples(st.just("cut"), st.integers(0, 100)),
        st.tuples(st.just("tear"), st.binary(min_size=1, max_size=60)),
    ),
    max_size=12,
)


@given(STEPS)
@settings(max_examples=60)
def test_the_journal_is_a_list(steps: list[tuple[str, list[bytes] | int | bytes]]) -> None:
    """Appending, cutting and torn tails in any order leave what a list would hold."""
    model: list[tuple[int, bytes]] = []
    with TemporaryDirectory() as root, pytest.MonkeyPatch.context() as patch:
        patch.setattr(journal, "SEGMENT_BYTES", 300)
        patch.setattr(journal, "BLOCK_BYTES", 80_000)
        paths = make_folder(root)
        for _, argument in steps:
            log = Journal(paths, writable=True)
            if isinstance(argument, list):
                model += zip(log.append(argument), argument, strict=True)
            elif isinstance(argument, int):
                place = argument % (len(model) + 1)
                log.cut(model[place][0] if place < len(model) else log.end)
                del model[place:]
            elif paths.segment(0).exists():
                tear_and_recover(paths, argument)
            log.close()
            scan = Journal(paths).scan()
            assert model == list(scan)
            assert scan.problem is None
            assert model == [(at, Journal(paths).read(at)) for at, _ in model]


def tear_and_recover(paths: VaultPaths, tail: bytes) -> None:
    """Leave half a frame at the end, and cut where the scan says."""
    last = max(paths.journal.iterdir())
    with last.open("ab") as file:
        file.write(b"\0\0\xff\xff" + tail)
    log = Journal(paths, writable=True)
    scan = log.scan()
    for _ in scan:
        pass
    assert scan.problem is not None
    assert b"\0\0\xff\xff" + tail == log.cut(scan.end)[0].read_bytes()
    log.close()


@given(st.lists(st.tuples(st.integers(0, 700), st.integers(0, 900)), min_size=1, max_size=5))
@settings(max_examples=30)
def test_the_tree_cache_is_a_tree(steps: list[tuple[int, int]]) -> None:
    """Appending and truncating in any order give the roots of a tree in memory."""
    model: list[bytes] = []
    with TemporaryDirectory() as root:
        paths = make_folder(root)
        for number, (count, size) in enumerate(steps):
            cache = TreeCache(paths, writable=True)
            leaves = [leaf_hash(b"%d %d" % (number, seq)) for seq in range(count)]
            cache.append([(leaf, len(model) + place, place % 100 == 0) for place, leaf in enumerate(leaves)])
            model += leaves
            cache.truncate(size)
            del model[size:]
            tree = MemoryTree(model)
            assert len(model) == cache.size
            for some in {0, 1, len(model) // 2, len(model)}:
                if some <= len(model):
                    assert tree_root(tree, some) == cache.root(some) == TreeCache(paths).root(some)
            cache.close()


@given(st.lists(st.lists(st.integers(0, 30_000), max_size=4), min_size=1, max_size=8))
@settings(max_examples=40)
def test_packs_hold_what_was_put(sizes: list[list[int]]) -> None:
    """Blobs are found by sizes alone; an entry lies in one pack; a pack is over its limit only with one entry."""
    limit = 40_000
    with TemporaryDirectory() as root, pytest.MonkeyPatch.context() as patch:
        patch.setattr(packs, "PACK_BYTES", limit)
        patch.setattr(packs, "BUFFER_BYTES", 5000)
        paths = make_folder(root)
        blobs: dict[int, list[Blob]] = {}
        with PackWriter(paths) as writer:
            for seq, parts in enumerate(sizes):
                writer.start_entry(seq)
                blobs[seq] = [writer.put(document(seq, part), bytes(16)) for part in parts]
            writer.finish()
            writer.publish()
        objects = Objects(paths)
        in_pack: dict[int, list[int]] = {}
        for seq, found in blobs.items():
            first = objects.find(seq)
            if found:
                assert first is not None
                in_pack.setdefault(first, []).append(seq)
        assert list(in_pack) == objects.first_seqs()
        for first, seqs in in_pack.items():
            length = check_pack(objects, first, [blob for seq in seqs for blob in blobs[seq]])
            assert length == paths.pack(first).stat().st_size
            assert length <= limit or len(seqs) == 1
            assert first == seqs[0]


def document(seq: int, size: int) -> bytes:
    """Return a document that differs from entry to entry."""
    return (b"%d." % seq * size)[:size]


def check_pack(objects: Objects, first: int, blobs: list[Blob]) -> int:
    """Read blobs that lie end to end in a pack, and return where they end."""
    offset = 0
    with objects.open_pack(first) as file:
        for blob in blobs:
            place = BlobPlace(offset=offset, stored_size_bytes=blob.stored_size_bytes, oid=blob.oid)
            commit = commitment(bytes(32), blob.size_bytes, blob.digest)
            keys = BlobKeys(file_key=bytes(16), commit_key=bytes(32), commit=commit, size_bytes=blob.size_bytes)
            read_document(file, place, keys, lambda _: None)
            offset += blob.stored_size_bytes
    return offset
