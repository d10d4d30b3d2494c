# SPDX-License-Identifier: Apache-2.0
"""The head of a backup: the small files of one moment."""

from pathlib import Path

import pytest

from healthvault.codec import pack, unpack
from healthvault.errors import FormatError, HealthVaultError, InvalidRequest, VaultDamaged
from healthvault.storage import files
from healthvault.storage.backup_head import (
    BackupHead,
    head_of_files,
    is_unfinished,
    parse_head,
    read_head,
    settle_head,
)
from healthvault.storage.layout import VaultPaths
from tests import vaults


@pytest.fixture
def paths(tmp_path: Path) -> VaultPaths:
    """The files of a vault."""
    return vaults.ana(tmp_path).paths


def test_a_head_holds_the_small_files(paths: VaultPaths) -> None:
    """Byte for byte, with pins or without, and is read as it was written."""
    paths.pins.unlink(missing_ok=True)
    for pins, pins_next in ((None, None), (b"sealed", None), (b"sealed", b"sealed anew")):
        if pins:
            paths.pins.write_bytes(pins)
        if pins_next:
            paths.pins_next.write_bytes(pins_next)
        head = head_of_files(paths)
        assert (paths.keyring.read_bytes(), paths.checkpoint.read_bytes()) == (head.keyring, head.note)
        assert (pins, pins_next) == (head.pins, head.pins_next)
        assert head == parse_head(head.to_bytes())


def test_a_head_gets_files_of_its_own(paths: VaultPaths, tmp_path: Path) -> None:
    """What is the same stays, what is no more goes."""
    paths.pins.write_bytes(b"sealed")
    head = head_of_files(paths)
    other = VaultPaths(root=tmp_path / "other")
    for directory in (other.root, other.tmp):
        files.make_directory(directory)
    other.pins_next.write_bytes(b"of another time")
    settle_head(other, head)
    assert head == head_of_files(other)
    before = other.keyring.stat().st_ino
    settle_head(other, head)
    assert before == other.keyring.stat().st_ino


def test_an_empty_head_is_a_backup_in_the_making(paths: VaultPaths) -> None:
    """Its first run has not ended: there is nothing to restore."""
    paths.backup.touch()
    assert is_unfinished(paths)
    with pytest.raises(InvalidRequest) as caught:
        read_head(paths)
    assert "not_a_backup" == caught.value.code
    paths.backup.write_bytes(head_of_files(paths).to_bytes())
    assert not is_unfinished(paths)
    assert head_of_files(paths) == read_head(paths)


def changed(head: BackupHead, place: int, value: object) -> bytes:
    """Return the bytes of a head with one item changed."""
    items = unpack(head.to_bytes())
    assert isinstance(items, list)
    items[place] = value  # type: ignore[call-overload]
    return pack(items)


def test_what_is_no_head_is_refused(paths: VaultPaths) -> None:
    """Another version, another form, a keyring that is none."""
    head = head_of_files(paths)
    bad = [b"x", pack([]), head.to_bytes() + b"\0", changed(head, 0, 2), changed(head, 1, b"no keyring")]
    bad += [changed(head, place, "text") for place in range(1, 5)]
    for data in bad:
        with pytest.raises((FormatError, VaultDamaged)):
            parse_head(data)
        paths.backup.write_bytes(data)
        with pytest.raises(HealthVaultError) as caught:
            read_head(paths)
        assert "vault_damaged" == caught.value.code
