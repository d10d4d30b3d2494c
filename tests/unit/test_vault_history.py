# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.vault.history."""

from collections.abc import Callable
from pathlib import Path

import pytest

from healthvault.errors import FormatError, HealthVaultError, InvalidRequest, VaultBusy, VaultDamaged
from healthvault.storage.layout import VaultPaths
from healthvault.storage.lock import WriterLock
from healthvault.storage.treecache import TreeCache
from healthvault.vault.history import History, damaged, load_history, refusal
from tests import vaults
from tests.vaults import Sample

MANY = 260  # one tile is full: its hashes are not needed for the root any more


@pytest.fixture
def ana(tmp_path: Path) -> Sample:
    """A vault with three documents."""
    ana = vaults.ana(tmp_path)
    ana.add(b"one", b"two", b"three")
    return ana


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    """A vault with more entries than a tile has hashes."""
    large = vaults.ana(tmp_path_factory.mktemp("large"))
    large.add(*(b"%d" % number for number in range(MANY)))
    return large


def load(paths: VaultPaths) -> History:
    """Load a vault's past."""
    with WriterLock(paths.lock):
        return load_history(paths, bytes.fromhex(_vault_id(paths)), writable=True)


def _vault_id(paths: VaultPaths) -> str:
    return paths.keyring.read_bytes()[4:36].hex()


def test_the_past(ana: Sample) -> None:
    """Size, newest entry and keys are those of the signed checkpoint."""
    with ana.open() as vault:
        history = vault.history
        assert (4, 4, 3) == (history.size, history.checkpoint.size, history.last.seq)
        assert [0, 1, 2, 3] == [history.entry(seq).seq for seq in range(4)]
        assert history.chain.vault_id == vault.keyring.vault_id
        assert history.tree.root(4) == history.checkpoint.root


def lose(paths: VaultPaths) -> None:
    """Remove the cache."""
    for path in paths.tree.iterdir():
        path.unlink()


def shorten(paths: VaultPaths) -> None:
    """Cut the hashes."""
    paths.tree_level(0).write_bytes(paths.tree_level(0).read_bytes()[:-32])


def garble(paths: VaultPaths) -> None:
    """Write noise over the hashes."""
    paths.tree_level(0).write_bytes(b"\xa5" * 4 * 32)


def misplace(paths: VaultPaths) -> None:
    """Let all positions be zero."""
    paths.tree_offsets.write_bytes(bytes(32))


def forget_events(paths: VaultPaths) -> None:
    """Take genesis out of the list of key events."""
    paths.tree_events.write_bytes(b"")


def invent_events(paths: VaultPaths) -> None:
    """Call a document a key event."""
    paths.tree_events.write_bytes(bytes(8) + (2).to_bytes(8, "big"))


@pytest.mark.parametrize("change", [lose, shorten, garble, misplace, forget_events, invent_events])
def test_the_tree_is_made_anew(ana: Sample, change: Callable[[VaultPaths], None]) -> None:
    """Whatever became of the cache, it is the same again after the vault was opened."""
    before = vaults.snapshot(ana.paths.tree)
    change(ana.paths)
    with ana.open() as vault:
        assert [0, 1, 2, 3] == [vault.history.entry(seq).seq for seq in range(4)]
    assert before == vaults.snapshot(ana.paths.tree)


def test_a_position_that_is_another_entrys(ana: Sample) -> None:
    """The root vouches for hashes, not for positions: a wrong one is noticed when it is used, and set right."""
    before = ana.paths.tree_offsets.read_bytes()
    swapped = before[:8] + before[16:24] + before[8:16] + before[24:]
    ana.paths.tree_offsets.write_bytes(swapped)
    assert ["cache_stale"] == [item.code for item in ana.check().findings]
    with ana.open() as vault:
        assert [0, 1, 2, 3] == [vault.history.entry(seq).seq for seq in range(4)]
    assert before == ana.paths.tree_offsets.read_bytes()
    assert () == ana.check().findings


def test_a_hash_below_a_full_tile(large: Sample, tmp_path: Path) -> None:
    """The root does not vouch for it either: proofs and older roots are right all the same."""
    ana = vaults.copy_vault(large, tmp_path / "copy", tmp_path / "state")
    with ana.open() as vault:
        old_root = vault.history.tree.root(100)
    with vaults.flipped(ana.paths.tree_level(0), 50 * 32), ana.open() as vault:
        assert vault.history.tree.root(MANY + 1) == vault.history.checkpoint.root
        assert vault.history.tree.root(100) != old_root
        assert "cache_stale" in [item.code for item in ana.check().findings]
        assert 50 == vault.history.entry(50).seq
        assert old_root == vault.history.tree.root(100)
        assert vault.history.is_renewed


def test_a_reader_does_not_write_beside_a_writer(ana: Sample) -> None:
    """While another process writes, a reader cannot make the cache anew, and says so."""
    lose(ana.paths)
    with WriterLock(ana.paths.lock), pytest.raises(VaultBusy), ana.open():
        pass


def test_what_lies_beyond_the_checkpoint_is_not_seen(ana: Sample, tmp_path: Path) -> None:
    """An entry that is durable but not acknowledged is no part of the past, for a reader."""
    note = ana.paths.checkpoint.read_bytes()
    ana.add(b"four")
    ana.paths.checkpoint.write_bytes(note)
    elsewhere = Sample(
        place=vaults.Place(root=ana.place.root, state_dir=tmp_path / "other"), secret=ana.secret, words=ana.words
    )
    with elsewhere.open() as vault:
        assert (4, 3) == (vault.history.size, vault.history.last.seq)
    assert 3 == len(elsewhere.contents())


def test_a_journal_that_is_too_short(ana: Sample) -> None:
    """It is damage, with the number of the entries that are left."""
    segment = ana.paths.segment(0)
    segment.write_bytes(segment.read_bytes()[:-1])
    with pytest.raises(VaultDamaged) as caught:
        load(ana.paths)
    assert "the journal ends at entry 3 of 4: the frame is cut short" == caught.value.message


def test_a_signature_that_does_not_hold(ana: Sample) -> None:
    """It is found when the entry is read."""
    with ana.open() as vault:
        position = vault.history.tree.position(2)
    with vaults.flipped(ana.paths.segment(0), position - 1), pytest.raises(VaultDamaged), ana.open() as vault:
        vault.history.entry(1)


@pytest.mark.parametrize("content", [b"", b"x", b"a\n1\nAAAA\n\n"])
def test_no_checkpoint(ana: Sample, content: bytes) -> None:
    """A file that is no checkpoint is damage, and named."""
    ana.paths.checkpoint.write_bytes(content)
    with pytest.raises(VaultDamaged) as caught:
        load(ana.paths)
    assert str(ana.paths.checkpoint) in caught.value.message


def test_the_files_of_the_cache(large: Sample) -> None:
    """It is one flat file for each level, the upper one having a hash for each full tile."""
    tree = TreeCache(large.paths)
    assert (MANY + 1, 32 * (MANY + 1), 32) == (
        tree.size,
        large.paths.tree_level(0).stat().st_size,
        large.paths.tree_level(1).stat().st_size,
    )
    tree.close()


def test_errors() -> None:
    """What a newer version wrote is no damage."""
    newer = refusal(FormatError("unsupported", "version 2"), "entry 1")
    assert (InvalidRequest, "unsupported") == (type(newer), newer.code)
    other: HealthVaultError = refusal(FormatError("bad_schema", "no"), "entry 1")
    assert (VaultDamaged, "entry 1: no") == (type(other), other.message)
    assert "vault_damaged" == damaged("x").code
