# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.storage.permissions."""

import os
from pathlib import Path

import pytest

from healthvault.storage.layout import StatePaths, VaultPaths
from healthvault.storage.permissions import permission_warnings


@pytest.fixture
def place(tmp_path: Path) -> tuple[VaultPaths, StatePaths]:
    """A vault's folder with a keyring, and a state folder, closed to others."""
    vault, state = VaultPaths(root=tmp_path / "a vault"), StatePaths(root=tmp_path / "state")
    for folder in (vault.root, state.root):
        folder.mkdir(mode=0o700)
    vault.keyring.touch(mode=0o600)
    return vault, state


def test_what_is_closed_is_well(place: tuple[VaultPaths, StatePaths]) -> None:
    """No warning, also where a file is missing."""
    vault, state = place
    assert [] == list(permission_warnings(vault, state))
    vault.keyring.unlink()
    state.root.rmdir()
    assert [] == list(permission_warnings(vault, state))


@pytest.mark.parametrize("mode", [0o755, 0o701, 0o740, 0o770])
def test_what_is_open_is_named_with_what_closes_it(place: tuple[VaultPaths, StatePaths], mode: int) -> None:
    """The exact command, fit for a shell, for each of the three."""
    vault, state = place
    for path in (vault.root, vault.keyring, state.root):
        path.chmod(mode)
    said = list(permission_warnings(vault, state))
    assert [
        f"chmod 700 '{vault.root}'",
        f"chmod 600 '{vault.keyring}'",
        f"chmod 700 {state.root}",
    ] == [line.partition("close it with: ")[2] for line in said]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_what_belongs_to_somebody_else(place: tuple[VaultPaths, StatePaths]) -> None:
    """Its owner can change it."""
    vault, state = place
    os.chown(vault.root, 12345, -1)
    (said,) = permission_warnings(vault, state)
    assert f"{vault.root} belongs to another user (number 12345), who can change it and what is in it" == said
