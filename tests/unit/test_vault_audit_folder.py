# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.vault.audit_folder: what an audit says of the folder itself."""

from collections.abc import Callable
from pathlib import Path

import pytest

from healthvault.storage import files, filesystem
from healthvault.storage.filesystem import network_kind
from tests import vaults
from tests.vaults import Sample


@pytest.fixture
def ana(tmp_path: Path) -> Sample:
    """A vault with a document."""
    ana = vaults.ana(tmp_path)
    ana.add(b"one")
    return ana


def found(ana: Sample) -> list[tuple[str, str, str]]:
    """Return severity, place and code of all findings."""
    return [(item.severity, item.where, item.code) for item in ana.check().findings]


def conflict(ana: Sample) -> None:
    """Leave what sync programs leave."""
    (ana.paths.journal / "00000000.sync-conflict-20261120.seg").touch()


def put(name: str, content: bytes = b"xx") -> Callable[[Sample], None]:
    """Return what puts a file into the folder."""

    def write(ana: Sample) -> None:
        (ana.place.root / name).write_bytes(content)
        (ana.place.root / name).chmod(0o600)

    return write


def loose(name: str, mode: int) -> Callable[[Sample], None]:
    """Return what opens a file or folder to others."""
    return lambda ana: (ana.place.root / name).chmod(mode)


def link(name: str) -> Callable[[Sample], None]:
    """Return what puts a link in the place of a file or folder."""

    def change(ana: Sample) -> None:
        (ana.place.root / name).rename(ana.place.root.parent / "aside")
        (ana.place.root / name).symlink_to(ana.place.root.parent / "aside")

    return change


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (put("notes.txt"), ("warning", "notes.txt", "stranger")),
        (conflict, ("warning", "journal/00000000.sync-conflict-20261120.seg", "stranger")),
        (put("objects/0/x.pack"), ("warning", "objects/0/x.pack", "stranger")),
        (put("keys/1.bak"), ("warning", "keys/1.bak", "stranger")),
        (put("keys/1.ks"), ("warning", "keys/1.ks", "unfinished")),
        (put("journal/00000001.seg"), ("warning", "journal/00000001.seg", "unfinished")),
        (put("objects/0/9.pack"), ("warning", "objects/0/9.pack", "unfinished")),
        (put("pins.next"), ("warning", "pins.next", "unfinished")),
        (put("tmp/1.pack.00"), ("warning", "tmp/1.pack.00", "unfinished")),
        (put("tmp/orphans/1.pack.00"), ("warning", "tmp/orphans/1.pack.00", "orphan")),
        (loose("keyring", 0o644), ("warning", "keyring", "loose_mode")),
        (loose("journal", 0o750), ("warning", "journal", "loose_mode")),
        (loose("", 0o755), ("warning", ".", "loose_mode")),
        (link("lock"), ("error", "lock", "vault_damaged")),
        (link("tree"), ("error", "tree", "vault_damaged")),
        (link("objects"), ("error", "objects", "vault_damaged")),
    ],
)
def test_what_is_mentioned(ana: Sample, change: Callable[[Sample], None], expected: tuple[str, str, str]) -> None:
    """What does not belong there, was not finished, or lets others in; a link is damage."""
    assert [] == found(ana)
    change(ana)
    assert expected in found(ana)
    assert (expected[0] == "warning") == ana.check().is_clean


def test_what_to_do_about_a_mode(ana: Sample) -> None:
    """The command that mends it is named."""
    ana.paths.keyring.chmod(0o640)
    (finding,) = ana.check().findings
    assert f"chmod 600 {ana.paths.keyring}" == finding.hint


MOUNTS = r"""sysfs /sys sysfs rw 0 0
/dev/sda1 / ext4 rw 0 0
nas:/home /mnt/nas nfs4 rw 0 0
//box/share /mnt/my\040share cifs rw 0 0
user@host: /home/ana/remote fuse.sshfs rw 0 0
/dev/sdb1 /home/ana/remote/inner ext4 rw 0 0
tmpfs
"""


@pytest.mark.parametrize(
    ("folder", "kind"),
    [
        ("/home/ana/vault", None),
        ("/mnt/nas/vault", "nfs4"),
        ("/mnt/nasty", None),
        ("/mnt/my share", "cifs"),
        ("/home/ana/remote/v", "fuse.sshfs"),
        ("/home/ana/remote/inner/v", None),
    ],
)
def test_network_folders(folder: str, kind: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The innermost mount counts; where the system lists none, nothing is said."""
    monkeypatch.setattr(filesystem, "_MOUNTS", tmp_path / "mounts")
    assert None is network_kind(Path(folder))
    (tmp_path / "mounts").write_text(MOUNTS)
    assert kind == network_kind(Path(folder))


def test_a_vault_on_a_share(ana: Sample, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is warned of."""
    (tmp_path / "mounts").write_text(f"nas:/x {tmp_path} nfs rw 0 0\n")
    monkeypatch.setattr(filesystem, "_MOUNTS", tmp_path / "mounts")
    assert [("warning", ".", "network_folder")] == found(ana)


def test_files_that_are_gone_meanwhile(ana: Sample, monkeypatch: pytest.MonkeyPatch) -> None:
    """What another command removes between being listed and being looked at is no finding and no error."""
    gone = {
        ana.paths.root: ["pins.next"],
        ana.paths.cache: ["catalogue.db-wal", "catalogue.db-shm"],
        ana.paths.tmp: ["2.pack.0123456789abcdef"],
        ana.paths.orphans: ["2.pack.0123456789abcdef"],
    }
    real = files.list_names
    monkeypatch.setattr(files, "list_names", lambda directory: real(directory) + gone.get(directory, []))
    assert [] == found(ana)
