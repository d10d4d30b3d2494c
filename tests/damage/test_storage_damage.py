# SPDX-License-Identifier: Apache-2.0
"""Damage action x file of a vault folder, at the level of storage (rows 62 to 66 of the table of bad inputs).

Whatever is done to a file, reading gives what was written, or an error of ours that names the file.
"""

import os
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import pytest

from healthvault.errors import HealthVaultError, InvalidRequest, VaultDamaged, VaultNotFound, WrongKey
from healthvault.ledger.secrets import commitment
from healthvault.storage import files
from healthvault.storage.blobs import BlobKeys, BlobPlace, check_blob, read_document
from healthvault.storage.identity import (
    Identity,
    open_identity,
    open_keystore_key,
    seal_identity,
    seal_keystore_key,
)
from healthvault.storage.journal import Journal
from healthvault.storage.keyring import MAX_KEYRING_BYTES, Keyring, parse_keyring
from healthvault.storage.keystore import create_keystore, open_keystore
from healthvault.storage.layout import VaultPaths
from healthvault.storage.objects import Objects
from healthvault.storage.packs import PackWriter
from healthvault.storage.pins import vault_pins
from healthvault.storage.slots import SlotKind, new_slot
from healthvault.storage.treecache import TreeCache
from healthvault.storage.version import check_version, write_version
from healthvault.tlog.tree import MemoryTree, leaf_hash

VAULT_ID = bytes(range(32))
MASTER_KEY, KS_KEY, SECRET, FILE_KEY = b"m" * 32, b"k" * 32, b"s" * 32, b"f" * 16
ENTRIES = [b"entry %d " % seq * 20 for seq in range(300)]
SECRETS = [sha256(entry).digest() for entry in ENTRIES]
DOCUMENT = b"document" * 10_000
PINS: dict[str, object] = {"v": 1}
IDENTITY = Identity(
    epoch=0, sign_seed=bytes(32), witness_seed=bytes(32), recipients=(), state_key=bytes(32), dedupe_key=bytes(32)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """A vault folder with something in each file, and what is needed to read it."""

    paths: VaultPaths
    positions: list[int]
    place: BlobPlace


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """A whole vault folder, as far as storage knows."""
    paths = VaultPaths(root=tmp_path / "vault")
    for directory in paths.directories:
        files.make_directory(directory)
    write_version(paths)
    keyring = Keyring(
        vault_id=VAULT_ID,
        generation=1,
        slots=(new_slot(0, SlotKind.KEY_FILE, SECRET, MASTER_KEY, VAULT_ID),),
        identity_sealed=seal_identity(IDENTITY, MASTER_KEY, VAULT_ID),
        ks_epoch=0,
        ks_sealed=seal_keystore_key(KS_KEY, 0, MASTER_KEY, VAULT_ID),
    )
    files.replace_file(paths.keyring, keyring.to_bytes(), paths.tmp)
    with closing(create_keystore(paths, VAULT_ID, 0, KS_KEY)) as keystore:
        keystore.write(list(enumerate(SECRETS)))
    with PackWriter(paths) as packs:
        packs.start_entry(0)
        blob = packs.put(DOCUMENT, FILE_KEY)
        packs.finish()
        packs.publish()
    with closing(Journal(paths, writable=True)) as journal, closing(TreeCache(paths, writable=True)) as tree:
        positions = journal.append(ENTRIES)
        tree.append([(leaf_hash(entry), at, False) for entry, at in zip(ENTRIES, positions, strict=True)])
    vault_pins(paths, MASTER_KEY, VAULT_ID).save({"v": 1})
    place = BlobPlace(offset=0, stored_size_bytes=blob.stored_size_bytes, oid=blob.oid)
    return Folder(paths=paths, positions=positions, place=place)


def read_version(folder: Folder) -> None:
    """Read VERSION."""
    check_version(folder.paths)


def read_keyring(folder: Folder) -> None:
    """Read the keyring, open its slot and all that the master key opens."""
    keyring = parse_keyring(files.read_file(folder.paths.keyring, MAX_KEYRING_BYTES))
    master_key = keyring.unlock(SlotKind.KEY_FILE, SECRET)
    assert MASTER_KEY == master_key
    assert IDENTITY == open_identity(keyring.identity_sealed, master_key, keyring.vault_id)
    assert KS_KEY == open_keystore_key(keyring.ks_sealed, keyring.ks_epoch, master_key, keyring.vault_id)


def read_keystore(folder: Folder) -> None:
    """Read every record."""
    with closing(open_keystore(folder.paths, VAULT_ID, 0, KS_KEY)) as keystore:
        found = list(keystore.read_range(0, len(SECRETS)))
    if None in found:
        raise files.damaged(folder.paths.keys(0), "a hole without an erasure")  # what the vault makes of it
    assert SECRETS == found


def read_journal(folder: Folder) -> None:
    """Read every entry; what an entry says is checked above, by its hash."""
    with closing(Journal(folder.paths)) as journal:
        found = [journal.read(position) for position in folder.positions]
    if found != ENTRIES:
        raise files.damaged(folder.paths.segment(0), "another hash")


def read_tree(folder: Folder) -> None:
    """Compute the root, and compare leaves and places with the journal's, as the vault does before it uses them.

    The root alone does not cover the leaves of full tiles: their own roots stand a level above.
    """
    with closing(TreeCache(folder.paths)) as tree:
        check_tree(folder, tree, [leaf_hash(entry) for entry in ENTRIES])


def check_tree(folder: Folder, tree: TreeCache, leaves: list[bytes]) -> None:
    """Compare the cache with the leaf hashes of the journal."""
    if tree.size < len(ENTRIES) or tree.root(len(ENTRIES)) != MemoryTree(leaves).root():
        raise files.damaged(folder.paths.tree, "another root")  # the vault makes it anew
    if [tree.node(0, seq) for seq in range(len(ENTRIES))] != leaves:
        raise files.damaged(folder.paths.tree, "other leaves")
    if tree.positions(0, len(ENTRIES)) != folder.positions:
        raise files.damaged(folder.paths.tree, "other places")


def read_pack(folder: Folder) -> None:
    """Check the stored bytes, then read the document."""
    objects = Objects(folder.paths)
    first = objects.find(0)
    if first is None:
        raise files.damaged(folder.paths.pack(0), "no pack")
    commit = commitment(bytes(32), len(DOCUMENT), sha256(DOCUMENT).digest())
    keys = BlobKeys(file_key=FILE_KEY, commit_key=bytes(32), commit=commit, size_bytes=len(DOCUMENT))
    got: list[bytes] = []
    with objects.open_pack(first) as file:
        check_blob(file, folder.place)
        read_document(file, folder.place, keys, got.append)
    assert DOCUMENT == b"".join(got)


def read_pins(folder: Folder) -> None:
    """Read the pins."""
    content = vault_pins(folder.paths, MASTER_KEY, VAULT_ID).load()
    if content is None:
        raise files.damaged(folder.paths.pins, "missing")  # the vault takes it for "nothing seen yet"
    assert PINS == content


READERS: dict[str, Callable[[Folder], None]] = {
    "VERSION": read_version,
    "keyring": read_keyring,
    "keys/0.ks": read_keystore,
    "journal/00000000.seg": read_journal,
    "tree/0": read_tree,
    "tree/offsets": read_tree,
    "objects/0/0.pack": read_pack,
    "pins": read_pins,
}
OURS = (VaultDamaged, WrongKey)


def delete(path: Path) -> None:
    """Remove the file."""
    path.unlink()


def empty(path: Path) -> None:
    """Leave nothing in it."""
    os.truncate(path, 0)


def cut_last_byte(path: Path) -> None:
    """Take its last byte away."""
    os.truncate(path, path.stat().st_size - 1)


def zeros(path: Path) -> None:
    """Fill it with zeros."""
    path.write_bytes(bytes(path.stat().st_size))


def garbage(path: Path) -> None:
    """Fill it with ones."""
    path.write_bytes(b"\xff" * path.stat().st_size)


def link(path: Path) -> None:
    """Put a link to the very same content in its place."""
    path.rename(path.with_name("moved"))
    path.symlink_to("moved")


def second_name(path: Path) -> None:
    """Give it a second name."""
    os.link(path, path.with_name("second"))


def fifo(path: Path) -> None:
    """Put a FIFO in its place, which a careless reader would wait for."""
    path.unlink()
    os.mkfifo(path)


def directory(path: Path) -> None:
    """Put a directory in its place."""
    path.unlink()
    path.mkdir()


def device(path: Path) -> None:
    """Put a link to an endless device in its place."""
    path.unlink()
    path.symlink_to("/dev/zero")


ACTIONS = [delete, empty, cut_last_byte, zeros, garbage, link, second_name, fifo, directory, device]


def test_the_folder_is_read(folder: Folder) -> None:
    """Undamaged, every reader finds what was written, and the matrix names every kind of file."""
    for read in READERS.values():
        read(folder)
    assert all((folder.paths.root / name).is_file() for name in READERS)


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("name", READERS)
def test_damage(name: str, action: Callable[[Path], None], folder: Folder) -> None:
    """Every action on every file is an error of ours that names the file."""
    action(folder.paths.root / name)
    expected = (VaultNotFound, InvalidRequest, VaultDamaged) if name == "VERSION" else OURS
    with pytest.raises(expected) as caught:
        READERS[name](folder)
    if not isinstance(caught.value, VaultNotFound):
        assert name.partition("/")[0] in caught.value.message


@pytest.mark.parametrize("name", READERS)
def test_truncation_anywhere(name: str, folder: Folder) -> None:
    """A file cut at any byte (of a small one) or at many (of a large one) is an error of ours."""
    path = folder.paths.root / name
    data = path.read_bytes()
    sizes = range(len(data)) if len(data) < 2000 else [*range(200), *range(200, len(data), len(data) // 100)]
    for size in sizes:
        path.write_bytes(data[:size])
        with pytest.raises((*OURS, InvalidRequest)):
            READERS[name](folder)


@pytest.mark.parametrize("name", READERS)
def test_a_flip_anywhere(name: str, folder: Folder) -> None:
    """A bit changed at any byte (of a small file) or at many is an error of ours."""
    path = folder.paths.root / name
    data = path.read_bytes()
    places = range(len(data)) if len(data) < 2000 else [*range(200), *range(200, len(data), len(data) // 100)]
    unnoticed = []
    for place in places:
        path.write_bytes(data[:place] + bytes([data[place] ^ 0x20]) + data[place + 1 :])
        try:
            READERS[name](folder)
        except HealthVaultError as err:
            assert isinstance(err, (*OURS, InvalidRequest)), place  # noqa: PT017 - a loop over places
        else:
            unnoticed.append(place)
    assert len(unnoticed) <= (1 if name == "keyring" else 0), unnoticed  # its generation is a number like another


def test_a_keyring_of_another_vault(folder: Folder, tmp_path: Path) -> None:
    """A slot and a sealed identity open only under their own vault's id."""
    keyring = parse_keyring(folder.paths.keyring.read_bytes())
    other = Keyring(
        vault_id=bytes(32),
        generation=1,
        slots=keyring.slots,
        identity_sealed=keyring.identity_sealed,
        ks_epoch=0,
        ks_sealed=keyring.ks_sealed,
    )
    with pytest.raises(VaultDamaged):
        other.unlock(SlotKind.KEY_FILE, SECRET)


def test_an_old_keyring_with_a_newer_keystore(folder: Folder) -> None:
    """After a new epoch the old keyring names a file that is gone, and the new file does not open as the old."""
    with closing(create_keystore(folder.paths, VAULT_ID, 1, b"n" * 32)) as newer:
        newer.write(list(enumerate(SECRETS)))
    folder.paths.keys(0).unlink()
    with pytest.raises(VaultDamaged, match=r"0\.ks: the file is missing"):
        read_keystore(folder)
    folder.paths.keys(1).rename(folder.paths.keys(0))
    with pytest.raises(VaultDamaged, match="not the keystore of epoch 0"):
        read_keystore(folder)


def test_swapped_packs(folder: Folder) -> None:
    """A pack under another's name does not hold what the entry names."""
    with PackWriter(folder.paths) as packs:
        packs.start_entry(1)
        packs.put(DOCUMENT, FILE_KEY)
        packs.finish()
        packs.publish()
    first, second = folder.paths.pack(0), folder.paths.pack(1)
    first.rename(second.with_name("x"))
    second.rename(first)
    with pytest.raises(VaultDamaged, match="is not what its entry names"):
        read_pack(folder)
