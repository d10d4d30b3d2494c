# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.vault.packwalk: where blobs lie, and where else they may."""

import shutil
from pathlib import Path

import pytest

from healthvault.errors import VaultDamaged
from healthvault.storage import files
from healthvault.storage.layout import VaultPaths
from healthvault.storage.objects import Objects
from healthvault.vault.packwalk import PackWalk, places, places_of, stored_reader, sure_place
from tests import vaults

STORED = {1: 10, 2: 0, 3: 20, 4: 5, 7: 30, 8: 40}


@pytest.fixture
def objects(tmp_path: Path) -> Objects:
    """The packs 1 (entries 1 to 4) and 7 (entries 7 and 8)."""
    paths = VaultPaths(root=tmp_path)
    for first, size in ((1, 35), (7, 70)):
        paths.pack(first).parent.mkdir(parents=True, exist_ok=True)
        paths.pack(first).write_bytes(bytes(size))
    return Objects(paths)


def stored(seq: int) -> int | None:
    """Return what an entry stored."""
    return STORED.get(seq, 0)


def test_a_walk(objects: Objects) -> None:
    """Each entry begins where the one before it ends, in the pack with the largest number not above its own."""
    walk = PackWalk(objects, lambda _: None)
    assert None is walk.place(0, 3)
    assert [(1, 0), (1, 10), (1, 30), (7, 0), (7, 30)] == [walk.place(seq, STORED[seq]) for seq in (1, 3, 4, 7, 8)]


def test_a_walk_that_begins_in_the_middle(objects: Objects) -> None:
    """It looks up what the entries before have stored."""
    assert (1, 30) == PackWalk(objects, stored).place(4, 5)
    assert (1, None) == PackWalk(objects, lambda _: None).place(4, 5)


@pytest.mark.parametrize("lost", [1, 2, 3])
def test_a_lost_entry(objects: Objects, lost: int) -> None:
    """Behind an entry that cannot be read nobody knows where blobs begin, up to the next pack."""
    walk = PackWalk(objects, stored)
    found = []
    for seq in (1, 3, 4, 7):
        if seq == lost or (lost == 2 and seq == 3):
            walk.lose(lost)
        if seq != lost:
            found.append(walk.place(seq, STORED[seq]))
    assert [(1, None), (7, 0)] == found[-2:]


def test_other_places(objects: Objects) -> None:
    """Counted from the pack's begin, then from its end, then in the pack before."""
    assert {(1, 10)} == set(places(objects, 3, stored, 9))
    lost: dict[int, int | None] = {1: None}
    assert [(1, 10)] == list(places(objects, 3, lambda seq: lost.get(seq, stored(seq)), 9))
    lost = {1: None, 4: None}
    assert [] == list(places(objects, 3, lambda seq: lost.get(seq, stored(seq)), 9))
    assert [(7, 0), (1, 35), (7, 0), (1, 35)] == list(places(objects, 7, stored, 9))
    assert [] == list(places(objects, 0, stored, 9))
    assert [] == list(places(objects, 9000, stored, 9001))  # no pack has so many entries


def test_packs_of_a_vault(tmp_path: Path) -> None:
    """What is found has the objects' ids, or is nothing but zeros; else it is nowhere."""
    ana = vaults.ana(tmp_path)
    ana.add(b"one", b"two", b"three")
    pack = ana.paths.pack(1)
    kept = pack.read_bytes()
    with ana.open() as vault:
        entry = vault.history.entry(2)
        assert (4128, 4128, 0) == tuple(stored_reader(vault)(seq) for seq in (1, 2, 0))
        assert [(1, 4128)] == places_of(vault, entry)
        assert (1, 4128) == sure_place(vault.objects(), 2, stored_reader(vault), 4)
        shutil.copyfile(pack, ana.paths.pack(2))  # a copy in the way does not hide the original
        assert [(1, 4128)] == places_of(vault, entry)
        ana.paths.pack(2).unlink()
        pack.write_bytes(kept[4128:])
        assert [(1, 0)] == places_of(vault, entry)  # counted from the end
        assert None is sure_place(vault.objects(), 2, stored_reader(vault), 4)
        pack.write_bytes(kept[::-1])
        with pytest.raises(VaultDamaged, match="entry 2 are in no pack"):
            places_of(vault, entry)
        pack.write_bytes(kept)
        with files.open_file(pack, writable=True) as file:
            files.write_zeros(file, 4128, 4128)
        assert [(1, 4128)] == places_of(vault, entry)
        pack.unlink()
        with pytest.raises(VaultDamaged):
            places_of(vault, entry)
