# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.storage.layout and healthvault.storage.version."""

from pathlib import Path

import pytest

from healthvault.errors import HealthVaultError, VaultDamaged, VaultNotFound
from healthvault.storage.layout import StatePaths, VaultPaths
from healthvault.storage.version import check_version, write_version

PATHS = VaultPaths(root=Path("v"))


def test_names_of_a_vault() -> None:
    """The names are those of the specification."""
    expected = {
        "VERSION": PATHS.version,
        "keyring": PATHS.keyring,
        "checkpoint": PATHS.checkpoint,
        "lock": PATHS.lock,
        "tmp": PATHS.tmp,
        "tmp/orphans": PATHS.orphans,
        "journal": PATHS.journal,
        "journal/00000012.seg": PATHS.segment(12),
        "tree": PATHS.tree,
        "tree/2": PATHS.tree_level(2),
        "tree/offsets": PATHS.tree_offsets,
        "tree/events": PATHS.tree_events,
        "keys": PATHS.key_records,
        "keys/3.ks": PATHS.keys(3),
        "objects": PATHS.objects,
        "pins": PATHS.pins,
        "pins.next": PATHS.pins_next,
        "pins.lock": PATHS.pins_lock,
        "cache": PATHS.cache,
    }
    assert expected == {name: Path("v") / name for name in expected}


@pytest.mark.parametrize(("seq", "name"), [(0, "0/0"), (4095, "0/4095"), (4096, "1/4096"), (100_000, "24/100000")])
def test_names_of_packs(seq: int, name: str) -> None:
    """A pack lies in the bucket of 4,096 entries that its first entry falls in."""
    assert Path("v/objects") / f"{name}.pack" == PATHS.pack(seq)


def test_directories_come_outer_first() -> None:
    """Each directory can be made after those before it."""
    made = {PATHS.root.parent}
    for directory in PATHS.directories:
        assert directory.parent in made
        made.add(directory)


def test_names_outside() -> None:
    """Our own vaults are named by their id, in lower-case base32."""
    state = StatePaths(root=Path("s"))
    assert Path("s/self") / ("a" * 52) == state.self_pin(bytes(32))
    assert [Path("s/seen/key"), Path("s/seen/lock")] == [state.seen_key, state.seen_lock]


def test_version(tmp_path: Path) -> None:
    """What is written is accepted, and reads as specified."""
    paths = VaultPaths(root=tmp_path)
    paths.tmp.mkdir()
    write_version(paths)
    check_version(paths)
    assert b"healthvault 1\n" == paths.version.read_bytes()


@pytest.mark.parametrize("root", ["", "missing", "file"])
def test_no_vault(root: str, tmp_path: Path) -> None:
    """An empty folder, no folder and a file are no vault."""
    (tmp_path / "file").touch()
    with pytest.raises(VaultNotFound) as caught:
        check_version(VaultPaths(root=tmp_path / root if root else tmp_path))
    assert "no_vault" == caught.value.code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (b"", "vault_damaged"),
        (b"healthvault 2\n", "unsupported"),
        (b"healthvault 10\n", "unsupported"),
        (b"healthvault 0\n", "vault_damaged"),
        (b"healthvault 1", "vault_damaged"),
        (b"healthvault 1\n\n", "vault_damaged"),
        (b"\xff" * 100, "vault_damaged"),
    ],
)
def test_another_version(text: bytes, code: str, tmp_path: Path) -> None:
    """Another number is another version, anything else is damage."""
    (tmp_path / "VERSION").write_bytes(text)
    with pytest.raises(HealthVaultError) as caught:
        check_version(VaultPaths(root=tmp_path))
    assert code == caught.value.code


def test_a_version_that_is_gone(tmp_path: Path) -> None:
    """Beside a keyring a missing VERSION is damage: there is a vault."""
    (tmp_path / "keyring").touch()
    with pytest.raises(VaultDamaged):
        check_version(VaultPaths(root=tmp_path))


def test_version_as_a_link(tmp_path: Path) -> None:
    """A link is damage."""
    (tmp_path / "VERSION").symlink_to("nowhere")
    with pytest.raises(VaultDamaged):
        check_version(VaultPaths(root=tmp_path))
