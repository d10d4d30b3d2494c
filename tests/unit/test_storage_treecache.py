# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.storage.treecache."""

import os
from itertools import pairwise
from pathlib import Path

import pytest

from healthvault.errors import VaultDamaged
from healthvault.storage import files, treecache
from healthvault.storage.layout import VaultPaths
from healthvault.storage.treecache import Leaf, TreeCache
from healthvault.tlog.tree import MemoryTree, leaf_hash, tree_root

COUNT = 70_000  # more than 256^2, so that three levels have tiles
EVENTS = {0, 5, 255, 256, 600, 65_536, 69_999}
LEAVES: list[Leaf] = [(leaf_hash(b"%d" % seq), seq * 600 + 7, seq in EVENTS) for seq in range(COUNT)]
TREE = MemoryTree(leaf for leaf, _, _ in LEAVES)
SIZES = [1, 2, 3, 255, 256, 257, 511, 512, 600, 65_535, 65_536, 65_537, 65_792, 69_999, COUNT]


@pytest.fixture
def paths(tmp_path: Path) -> VaultPaths:
    """An empty vault folder."""
    paths = VaultPaths(root=tmp_path / "vault")
    for directory in paths.directories:
        files.make_directory(directory)
    return paths


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> VaultPaths:
    """A vault folder with all leaves, appended in pieces of many sizes. Not to be changed."""
    paths = VaultPaths(root=tmp_path_factory.mktemp("large"))
    paths.tree.mkdir()
    cache = TreeCache(paths, writable=True)
    for start, end in pairwise([0, 1, 3, 250, 256, 300, 1000, 1001, 65_000, COUNT]):
        cache.append(LEAVES[start:end])
    cache.close()
    return paths


def test_an_empty_cache(paths: VaultPaths) -> None:
    """No file, no leaf, no event; the root is that of the empty tree, and opening creates nothing."""
    cache = TreeCache(paths)
    assert (0, []) == (cache.size, cache.events())
    assert tree_root(TREE, 0) == cache.root(0)
    assert [] == files.list_names(paths.tree)


def test_roots_of_all_sizes(large: VaultPaths) -> None:
    """Roots equal those of a tree in memory, at every kind of edge."""
    cache = TreeCache(large)
    assert COUNT == cache.size
    assert [tree_root(TREE, size) for size in SIZES] == [cache.root(size) for size in SIZES]


def test_nodes_of_all_levels(large: VaultPaths) -> None:
    """Each complete subtree has its root, whether its level is stored or computed."""
    cache = TreeCache(large)
    for level in range(17):
        last = (COUNT >> level) - 1
        for index in {0, 1, last // 2, last} & set(range(last + 1)):
            assert TREE.node(level, index) == cache.node(level, index), (level, index)


def test_files_are_concatenated_tiles(large: VaultPaths) -> None:
    """Level L holds the roots of 256^L leaves and nothing else; numbers are eight bytes, big-endian."""
    for level in range(3):
        expected = b"".join(TREE.node(8 * level, index) for index in range(COUNT >> (8 * level)))
        assert expected == large.tree_level(level).read_bytes()
    assert not large.tree_level(3).exists()
    assert b"".join(at.to_bytes(8, "big") for _, at, _ in LEAVES) == large.tree_offsets.read_bytes()
    assert b"".join(seq.to_bytes(8, "big") for seq in sorted(EVENTS)) == large.tree_events.read_bytes()
    assert {0o600} == {path.stat().st_mode & 0o777 for path in large.tree.iterdir()}


def test_positions_and_events(large: VaultPaths) -> None:
    """Positions come one by one or in a row, events in order."""
    cache = TreeCache(large)
    assert [LEAVES[seq][1] for seq in (0, 255, 69_999)] == [cache.position(seq) for seq in (0, 255, 69_999)]
    assert [at for _, at, _ in LEAVES[250:260]] == cache.positions(250, 10)
    assert sorted(EVENTS) == cache.events()


def test_a_root_reads_little(large: VaultPaths, monkeypatch: pytest.MonkeyPatch) -> None:
    """Opening and one root read at most one tile of 8 KiB a level, whatever the size."""
    sizes: list[int] = []
    pread = os.pread
    monkeypatch.setattr(os, "pread", lambda fd, size, at: (sizes.append(size), pread(fd, size, at))[1])
    TreeCache(large).root(69_999)
    assert len(sizes) <= 3
    assert max(sizes) <= 8192


def test_many_nodes_read_each_tile_once(large: VaultPaths, monkeypatch: pytest.MonkeyPatch) -> None:
    """Walking over 20,000 neighbouring leaves reads the tiles that hold them, not the leaves one by one."""
    cache = TreeCache(large)
    calls: list[int] = []
    pread = os.pread
    monkeypatch.setattr(os, "pread", lambda fd, size, at: (calls.append(at), pread(fd, size, at))[1])
    for seq in range(20_000):
        assert LEAVES[seq][0] == cache.node(0, seq)
    assert len(calls) <= 20_000 // 256 + 1


def test_memory_is_bounded(large: VaultPaths, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tiles beyond the limit are forgotten and read again."""
    monkeypatch.setattr(treecache, "TILES_IN_MEMORY", 3)
    cache = TreeCache(large)
    for _ in range(2):
        for seq in range(0, COUNT, 256):
            assert LEAVES[seq][0] == cache.node(0, seq)
    assert 3 == len(cache._tiles)


def test_appending_one_by_one(paths: VaultPaths) -> None:
    """The root is right after each leaf, on the same open cache and on one opened anew."""
    cache = TreeCache(paths, writable=True)
    for size in range(1, 600):
        cache.append([LEAVES[size - 1]])
        assert tree_root(TREE, size) == cache.root(size)
        if size % 50 == 6:
            assert tree_root(TREE, size) == TreeCache(paths).root(size)
    assert sorted(seq for seq in EVENTS if seq < 599) == cache.events()


@pytest.mark.parametrize("size", [0, 1, 255, 256, 257, 512, 1000])
def test_truncating(size: int, paths: VaultPaths) -> None:
    """What is forgotten is gone from every file, and other leaves can follow."""
    cache = TreeCache(paths, writable=True)
    cache.append(LEAVES[:1000])
    cache.truncate(size)
    assert size == cache.size == TreeCache(paths).size
    assert [seq for seq in sorted(EVENTS) if seq < size] == cache.events()
    others: list[Leaf] = [(leaf_hash(b"other %d" % seq), seq, False) for seq in range(700)]
    cache.append(others)
    expected = MemoryTree(leaf for leaf, _, _ in LEAVES[:size] + others)
    assert expected.root() == cache.root(size + 700) == TreeCache(paths).root(size + 700)


def test_starting_anew(paths: VaultPaths) -> None:
    """Reset empties the cache; who has it open goes on reading the old one."""
    cache = TreeCache(paths, writable=True)
    cache.append(LEAVES[:700])
    reader = TreeCache(paths)
    (paths.tree / "9").touch()
    cache.reset()
    assert (0, []) == (cache.size, files.list_names(paths.tree))
    assert tree_root(TREE, 700) == reader.root(700)
    cache.append(LEAVES[:300])
    assert tree_root(TREE, 300) == cache.root(300) == TreeCache(paths).root(300)


@pytest.mark.parametrize("name", ["0", "1", "offsets"])
@pytest.mark.parametrize("left", [0, 1, 31, 32, 40, 2000])
def test_a_torn_file_makes_the_cache_smaller(name: str, left: int, paths: VaultPaths) -> None:
    """However short a file is, the cache claims only what all files hold, and that is right."""
    cache = TreeCache(paths, writable=True)
    cache.append(LEAVES[:1000])
    cache.close()
    os.truncate(paths.tree / name, min(left, (paths.tree / name).stat().st_size))
    cache = TreeCache(paths, writable=True)
    size = cache.size
    assert size < 1000 or (name == "1" and left >= 96)
    assert all(tree_root(TREE, step) == cache.root(step) for step in range(0, size + 1, 50))
    cache.append(LEAVES[size:1000])
    assert tree_root(TREE, 1000) == cache.root(1000) == TreeCache(paths).root(1000)
    assert sorted(seq for seq in EVENTS if seq < 1000) == cache.events()


def test_garbage_beyond_the_size_is_overwritten(paths: VaultPaths) -> None:
    """Half-written records at the end of any file do not count and do no harm."""
    cache = TreeCache(paths, writable=True)
    cache.append(LEAVES[:300])
    cache.close()
    for path in paths.tree.iterdir():
        with path.open("ab") as file:
            file.write(b"\xff" * 7)
    cache = TreeCache(paths, writable=True)
    cache.append(LEAVES[300:700])
    assert tree_root(TREE, 700) == cache.root(700)
    assert sorted(seq for seq in EVENTS if seq < 700) == cache.events()


def test_a_file_that_shrinks_while_it_is_open(paths: VaultPaths) -> None:
    """A reader whose cache was cut gets an error of ours, not a wrong hash."""
    cache = TreeCache(paths, writable=True)
    cache.append(LEAVES[:300])
    reader = TreeCache(paths)
    cache.truncate(10)
    with pytest.raises(VaultDamaged, match="too short"):
        reader.node(0, 299)
    with pytest.raises(VaultDamaged, match="too short"):
        TreeCache(paths).node(0, 10)


def test_links_are_refused(paths: VaultPaths) -> None:
    """A cache file that is a link is damage, before anything is written through it."""
    (paths.tree / "0").symlink_to("../keyring")
    with pytest.raises(VaultDamaged):
        TreeCache(paths, writable=True)
