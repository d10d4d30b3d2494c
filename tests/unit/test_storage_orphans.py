# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.storage.orphans."""

from pathlib import Path

import pytest

from healthvault.storage import files, orphans
from healthvault.storage.layout import VaultPaths
from healthvault.storage.lock import WriterLock


@pytest.fixture
def paths(tmp_path: Path) -> VaultPaths:
    """An empty vault folder."""
    paths = VaultPaths(root=tmp_path / "vault")
    for directory in paths.directories:
        files.make_directory(directory)
    return paths


def test_leftovers_are_cleared(paths: VaultPaths) -> None:
    """Temporary files go; orphans stay, and pins as long as another process may be writing them."""
    for name in ("7.pack.0011", "keyring.22", "pins.33", "pins.next.44"):
        (paths.tmp / name).touch()
    (paths.orphans / "00000000.seg").touch()
    with WriterLock(paths.pins_lock):
        orphans.clear_leftovers(paths)
    assert {"orphans", "pins.33", "pins.next.44"} == set(files.list_names(paths.tmp))
    assert ["00000000.seg"] == files.list_names(paths.orphans)
    orphans.clear_leftovers(paths)
    assert ["orphans"] == files.list_names(paths.tmp)


def test_a_file_is_moved_aside(paths: VaultPaths) -> None:
    """It keeps its content and its name, with something added, so that two never collide."""
    kept = []
    for content in (b"first", b"second"):
        (paths.objects / "9.pack").write_bytes(content)
        kept.append(orphans.keep_file(paths.objects / "9.pack", paths.orphans))
    assert [b"first", b"second"] == [path.read_bytes() for path in kept]
    assert all(path.name.startswith("9.pack.") and path.parent == paths.orphans for path in kept)
    assert [] == files.list_names(paths.objects)


def test_a_range_is_copied_aside(paths: VaultPaths, monkeypatch: pytest.MonkeyPatch) -> None:
    """The copy is exact over several steps, and the file itself stays as it is."""
    monkeypatch.setattr(orphans, "COPY_BYTES", 7)
    data = bytes(range(50))
    (paths.root / "file").write_bytes(data)
    with files.open_file(paths.root / "file") as file:
        kept = orphans.keep_range(file, 5, 50, paths.orphans)
    assert data[5:] == kept.read_bytes()
    assert data == (paths.root / "file").read_bytes()
