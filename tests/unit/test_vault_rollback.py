# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.vault.rollback."""

from pathlib import Path

import pytest

from healthvault.errors import VaultDamaged
from healthvault.vault.rollback import check_rollback, remember_checkpoint
from tests import vaults
from tests.vaults import Sample


@pytest.fixture
def ana(tmp_path: Path) -> Sample:
    """A vault with a document, seen by this machine."""
    ana = vaults.ana(tmp_path)
    ana.add(b"one")
    return ana


def test_the_first_time(tmp_path: Path) -> None:
    """What was never seen is remembered: the checkpoint, bit for bit."""
    ana = vaults.ana(tmp_path)
    assert not ana.state.self_pins.exists()
    with ana.open():
        pass
    assert ana.paths.checkpoint.read_bytes() == ana.pin.read_bytes()


def test_it_moves_up(ana: Sample) -> None:
    """After each transaction the memory is the newest checkpoint; a reader moves it up too."""
    old = ana.pin.read_bytes()
    ana.add(b"two")
    assert ana.paths.checkpoint.read_bytes() == ana.pin.read_bytes() != old
    ana.pin.write_bytes(old)
    with ana.open() as vault:
        assert [] == vault.warnings
    assert ana.paths.checkpoint.read_bytes() == ana.pin.read_bytes()


def test_a_rollback(ana: Sample) -> None:
    """An older state is told, with both sizes, and the memory stays as it is."""
    old = ana.paths.checkpoint.read_bytes()
    ana.add(b"two")
    seen = ana.pin.read_bytes()
    ana.paths.checkpoint.write_bytes(old)
    with ana.open() as vault:
        error = check_rollback(vault.state, vault.history)
    assert error is not None
    assert ("vault_rolled_back", "the vault has 2 entries, but 3 were seen on this machine") == (
        error.code,
        error.message,
    )
    assert seen == ana.pin.read_bytes()


def test_a_fork(ana: Sample, tmp_path: Path) -> None:
    """Another past of the same or a greater length is a fork; both notes are signed, so they prove it."""
    other = vaults.copy_vault(ana, tmp_path / "other", tmp_path / "other-state")
    ana.add(b"two")
    other.add(b"another two")
    for extra in (b"", b"three"):
        if extra:
            other.add(extra)
        mixed = Sample(
            place=vaults.Place(root=other.place.root, state_dir=ana.place.state_dir),
            secret=ana.secret,
            words=ana.words,
        )
        with pytest.raises(VaultDamaged) as caught, mixed.open():
            pass
        assert "vault_forked" == caught.value.code


def test_a_damaged_cache_is_no_fork(tmp_path: Path) -> None:
    """A wrong hash below a full tile changes an older root; that is looked into before anybody is accused."""
    ana = vaults.ana(tmp_path)
    ana.add(*(b"%d" % number for number in range(98)))
    seen = ana.pin.read_bytes()
    ana.add(*(b"more %d" % number for number in range(200)))
    ana.pin.write_bytes(seen)
    with vaults.flipped(ana.paths.tree_level(0), 50 * 32), ana.open() as vault:
        assert vault.history.is_renewed
    assert ana.paths.checkpoint.read_bytes() == ana.pin.read_bytes()


@pytest.mark.parametrize("content", [b"", b"x" * 70_000, b"healthvault.invalid/x\n9\nAAAA\n\n\xe2\x80\x94 x y\n"])
def test_a_memory_that_is_none(ana: Sample, content: bytes) -> None:
    """A file that is no note of this vault is damage, not a first time: readers are warned, writers refused."""
    ana.pin.write_bytes(content)
    refused(ana)


def test_a_memory_that_nobody_signed(ana: Sample) -> None:
    """The memory counts by its signature: one that was made up is refused."""
    note = ana.pin.read_bytes()
    ana.pin.write_bytes(note.replace(b"\n2\n", b"\n1\n"))
    refused(ana)


def refused(ana: Sample) -> None:
    """Check that nobody writes over a memory that cannot be used, and that who reads is told."""
    with pytest.raises(VaultDamaged) as caught, ana.open(writing=True):
        pass
    assert "vault_damaged" == caught.value.code
    with ana.open() as vault:
        assert any("memory of the vault cannot be used" in warning for warning in vault.warnings)


def test_remembering(ana: Sample, tmp_path: Path) -> None:
    """A memory elsewhere is made with its folders."""
    with ana.open() as vault:
        elsewhere = vaults.StatePaths(root=tmp_path / "new" / "state")
        remember_checkpoint(elsewhere, vault.history)
        assert check_rollback(elsewhere, vault.history) is None
        assert vault.history.note == next(elsewhere.self_pins.iterdir()).read_bytes()
