# SPDX-License-Identifier: Apache-2.0
"""The list of backups that a machine knows of."""

import os
from pathlib import Path

import pytest

from healthvault.codec import pack
from healthvault.errors import VaultDamaged
from healthvault.storage.known_backups import KnownBackup, forget_backup, known_backups, remember_backup
from healthvault.storage.layout import StatePaths

ID = bytes(range(32))
USB = KnownBackup(path=Path("/media/usb/ana"), size=3, ks_epoch=0, time_ms=1)
NAS = KnownBackup(path=Path("/mnt/nas") / os.fsdecode(b"\xff"), size=4, ks_epoch=1, time_ms=2)


@pytest.fixture
def state(tmp_path: Path) -> StatePaths:
    """A machine that knows nothing."""
    return StatePaths(root=tmp_path / "state")


def test_nothing_is_known_at_first(state: StatePaths) -> None:
    """Without a file there is no backup, and asking makes none."""
    assert () == known_backups(state, ID)
    assert not state.root.exists()


def test_the_newest_run_is_the_last(state: StatePaths) -> None:
    """A destination stands there once, with what is known of it now; any name of a path is kept."""
    remember_backup(state, ID, USB)
    remember_backup(state, ID, NAS)
    assert (USB, NAS) == known_backups(state, ID)
    later = KnownBackup(path=USB.path, size=9, ks_epoch=1, time_ms=3)
    remember_backup(state, ID, later)
    assert (NAS, later) == known_backups(state, ID)


def test_vaults_are_kept_apart(state: StatePaths) -> None:
    """Each vault has its own list."""
    remember_backup(state, ID, USB)
    remember_backup(state, bytes(32), NAS)
    assert ((USB,), (NAS,)) == (known_backups(state, ID), known_backups(state, bytes(32)))


def test_a_backup_can_be_forgotten(state: StatePaths) -> None:
    """It goes from the list; one that is not there is said to be none."""
    remember_backup(state, ID, USB)
    assert forget_backup(state, ID, USB.path)
    assert not forget_backup(state, ID, USB.path)
    assert () == known_backups(state, ID)


def test_the_list_is_closed_to_others(state: StatePaths) -> None:
    """0600 in a folder of 0700."""
    remember_backup(state, ID, USB)
    assert 0o600 == state.backups(ID).stat().st_mode & 0o777
    assert 0o700 == state.backups_folder.stat().st_mode & 0o777


@pytest.mark.parametrize("data", [b"", b"x", pack([2, []]), pack([1, [[b"/x", 1, 1]]]), pack([1, []]) + b"\0"])
def test_what_is_no_list_is_named(state: StatePaths, data: bytes) -> None:
    """Damage, with its place."""
    remember_backup(state, ID, USB)
    state.backups(ID).write_bytes(data)
    with pytest.raises(VaultDamaged, match="not a list of backups"):
        known_backups(state, ID)
