# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.storage.files and healthvault.storage.openfile."""

import ast
import os
import stat
from collections.abc import Callable
from errno import EIO, ENOSPC
from pathlib import Path

import pytest

import healthvault.storage
from healthvault.errors import InvalidRequest, VaultDamaged
from healthvault.storage import files

STORAGE = Path(healthvault.storage.__file__).parent
OWN_WAYS = {
    "files.py",
    "openfile.py",
    "inputs.py",
    "outputs.py",
    "catalogue.py",
    "database.py",
} | {  # users' files, SQLCipher
    "lock.py",  # asks about processes
    "permissions.py",  # asks about users
}


def refuse(*_: object, **__: object) -> int:
    """Fail as a full disk does."""
    raise OSError(ENOSPC, os.strerror(ENOSPC))


def mode(path: Path) -> int:
    """Return the permission bits."""
    return stat.S_IMODE(path.stat().st_mode)


def test_only_files_talks_to_the_operating_system() -> None:
    """The vault's own files are opened and changed in one place, so that faults can be injected there."""
    for path in STORAGE.glob("*.py"):
        if path.name in OWN_WAYS:
            continue
        tree = ast.parse(path.read_text())
        imports = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
        calls = {
            node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            for node in ast.walk(tree)
            if isinstance(node, ast.Call)
        }
        assert set() == imports & {"os", "shutil", "tempfile"}, path.name
        assert set() == calls & {"open", "unlink", "mkdir", "write_bytes", "write_text", "read_bytes"}, path.name


def test_changes_are_called_through_the_module() -> None:
    """No module takes a name out of `files`, or replacing it there would not reach it."""
    for path in STORAGE.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom):
                assert "healthvault.storage.files" != node.module, path.name


def test_replace_creates_a_private_file(tmp_path: Path) -> None:
    """A new file is 0600, whatever the umask allows, and nothing is left in the temporary directory."""
    before = os.umask(0)
    try:
        files.replace_file(tmp_path / "name", b"data", tmp_path)
    finally:
        os.umask(before)
    assert b"data" == (tmp_path / "name").read_bytes()
    assert 0o600 == mode(tmp_path / "name")
    assert [tmp_path / "name"] == list(tmp_path.iterdir())


def test_replace_takes_the_place_of_a_link(tmp_path: Path) -> None:
    """Replacing a symbolic link leaves what it pointed to alone."""
    (tmp_path / "victim").write_bytes(b"untouched")
    (tmp_path / "name").symlink_to(tmp_path / "victim")
    files.replace_file(tmp_path / "name", b"data", tmp_path)
    assert b"untouched" == (tmp_path / "victim").read_bytes()
    assert b"data" == files.read_file(tmp_path / "name", 10)


def test_directories_are_private(tmp_path: Path) -> None:
    """A new directory is 0700; one that is there stays; a file in its place is damage."""
    before = os.umask(0)
    try:
        files.make_directories(tmp_path / "a" / "b")
    finally:
        os.umask(before)
    assert [0o700, 0o700] == [mode(tmp_path / "a"), mode(tmp_path / "a" / "b")]
    files.make_directory(tmp_path / "a")
    (tmp_path / "file").touch()
    with pytest.raises(VaultDamaged):
        files.make_directory(tmp_path / "file")


def test_reading_a_whole_file(tmp_path: Path) -> None:
    """A file is read whole up to its bound, and refused beyond it."""
    (tmp_path / "name").write_bytes(b"12345")
    assert b"12345" == files.read_file(tmp_path / "name", 5)
    with pytest.raises(VaultDamaged, match="longer than 4 bytes"):
        files.read_file(tmp_path / "name", 4)


def test_a_missing_file(tmp_path: Path) -> None:
    """Damage where it must be there, None where it may be missing."""
    assert files.find_file(tmp_path / "name") is None
    with pytest.raises(VaultDamaged, match="missing") as caught:
        files.open_file(tmp_path / "name")
    assert "vault_damaged" == caught.value.code
    assert str(tmp_path / "name") in caught.value.message


def make_symlink(path: Path) -> None:
    """Make a link to a regular file."""
    path.with_name("target").touch()
    path.symlink_to("target")


def make_dangling(path: Path) -> None:
    """Make a link to nothing."""
    path.symlink_to("nowhere")


def make_hard_link(path: Path) -> None:
    """Make a file with two names."""
    path.touch()
    os.link(path, path.with_name("second"))


def make_device(path: Path) -> None:
    """Make a link to a device (making a device itself needs root)."""
    path.symlink_to("/dev/zero")


@pytest.mark.parametrize("writable", [False, True])
@pytest.mark.parametrize("make", [make_symlink, make_dangling, make_hard_link, make_device, os.mkfifo, os.mkdir])
def test_only_regular_files_with_one_name_are_opened(
    make: Callable[[Path], None], tmp_path: Path, *, writable: bool
) -> None:
    """A link, a hard link, a device, a FIFO and a directory are damage, and none makes us wait."""
    path = tmp_path / "name"
    make(path)
    with pytest.raises(VaultDamaged) as caught:
        files.find_file(path, writable=writable)
    assert str(path) in caught.value.message


def test_a_file_replaced_while_it_is_read(tmp_path: Path) -> None:
    """A reader that opened a file before it was replaced goes on reading the old one."""
    (tmp_path / "name").write_bytes(b"old")
    with files.open_file(tmp_path / "name") as file:
        files.replace_file(tmp_path / "name", b"new", tmp_path)
        assert b"old" == file.read_at(0, 10)


def test_reading_at_a_place(tmp_path: Path) -> None:
    """Fewer bytes come only where the file ends."""
    (tmp_path / "name").write_bytes(b"0123456789")
    with files.open_file(tmp_path / "name") as file:
        assert b"345" == file.read_at(3, 3)
        assert b"89" == file.read_at(8, 5)
        assert b"" == file.read_at(20, 5)
        assert 10 == file.size_bytes()


def test_closing_twice(tmp_path: Path) -> None:
    """The second time does nothing, even when the number is in use again."""
    file = files.create_file(tmp_path / "name")
    file.close()
    other = files.create_file(tmp_path / "other")
    file.close()
    files.write_at(other, 0, b"x")
    other.close()


def test_short_writes_and_reads_are_continued(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the system did only in part is done to the end."""
    pwrite, pread = os.pwrite, os.pread
    monkeypatch.setattr(os, "pwrite", lambda fd, data, at: pwrite(fd, data[:3], at))
    monkeypatch.setattr(os, "pread", lambda fd, size, at: pread(fd, min(size, 3), at))
    with files.create_file(tmp_path / "name") as file:
        files.write_at(file, 2, b"0123456789")
        assert b"\0\x000123456789" == file.read_at(0, 100)


def test_creating_over_something(tmp_path: Path) -> None:
    """A file that is there, or a link, is never opened for creation."""
    (tmp_path / "name").symlink_to("nowhere")
    with pytest.raises(InvalidRequest) as caught:
        files.create_file(tmp_path / "name")
    assert "io_error" == caught.value.code
    assert not (tmp_path / "nowhere").exists()


def test_zeros(tmp_path: Path) -> None:
    """A range is overwritten exactly."""
    with files.create_file(tmp_path / "name") as file:
        files.write_at(file, 0, b"x" * 200_000)
        files.write_zeros(file, 10, 150_000)
    assert b"x" * 10 + bytes(150_000) + b"x" * 49_990 == (tmp_path / "name").read_bytes()


def test_listing(tmp_path: Path) -> None:
    """Names of a directory; none without one; a link to a directory is damage."""
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "b").touch()
    (tmp_path / "link").symlink_to("a")
    assert ["b"] == files.list_names(tmp_path / "a")
    assert [] == files.list_names(tmp_path / "none")
    with pytest.raises(VaultDamaged):
        files.list_names(tmp_path / "link")
    with pytest.raises(VaultDamaged):
        files.list_names(tmp_path / "a" / "b")


def test_checking_a_directory(tmp_path: Path) -> None:
    """A directory passes; nothing, a link or a file is damage."""
    files.check_directory(tmp_path)
    (tmp_path / "link").symlink_to(tmp_path)
    for name in ("none", "link"):
        with pytest.raises(VaultDamaged):
            files.check_directory(tmp_path / name)


@pytest.mark.parametrize("call", ["pwrite", "fsync", "open"])
def test_a_failed_replacement_leaves_the_old_file(
    call: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk is an `io_error` that names the path and the reason, and the old content stays."""
    (tmp_path / "name").write_bytes(b"old")
    with monkeypatch.context() as faulty:
        faulty.setattr(os, call, refuse)
        faulty.setattr(files, "_sync_data", refuse if call == "fsync" else os.fsync)
        with pytest.raises(InvalidRequest) as caught:
            files.replace_file(tmp_path / "name", b"new", tmp_path)
    assert "io_error" == caught.value.code
    assert os.strerror(ENOSPC) in caught.value.message
    assert str(tmp_path) in caught.value.message
    assert caught.value.hint
    assert b"old" == (tmp_path / "name").read_bytes()
    assert [tmp_path / "name"] == list(tmp_path.iterdir())


def test_a_failed_sync_is_not_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One fsync, one error: a second one might falsely succeed."""
    tried = []

    def fail(descriptor: int) -> None:
        tried.append(descriptor)
        raise OSError(EIO, os.strerror(EIO))

    monkeypatch.setattr(files, "_sync_data", fail)
    with pytest.raises(InvalidRequest):
        files.replace_file(tmp_path / "name", b"data", tmp_path)
    assert 1 == len(tried)


@pytest.mark.parametrize(
    ("call", "use"),
    [
        ("pread", lambda file: file.read_at(0, 1)),
        ("listdir", lambda file: files.list_names(file.path.parent)),
        ("ftruncate", lambda file: files.truncate(file, 0)),
        ("open", lambda file: files.find_file(file.path)),
        ("open", lambda file: files.list_names(file.path.parent)),
    ],
)
def test_other_faults_are_translated(
    call: str, use: Callable[[files.OpenFile], object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the system refuses is an `io_error`."""
    with files.create_file(tmp_path / "name") as file:
        monkeypatch.setattr(os, call, refuse)
        with pytest.raises(InvalidRequest) as caught:
            use(file)
        monkeypatch.undo()
    assert "io_error" == caught.value.code


def test_renaming_and_removing_what_is_not_there(tmp_path: Path) -> None:
    """Renaming nothing is an error; removing nothing is not; a directory cannot be removed as a file."""
    with pytest.raises(InvalidRequest):
        files.rename(tmp_path / "none", tmp_path / "name")
    files.remove(tmp_path / "none")
    (tmp_path / "folder").mkdir()
    with pytest.raises(InvalidRequest):
        files.remove(tmp_path / "folder")
    files.discard(tmp_path / "folder")
    with pytest.raises(InvalidRequest):
        files.sync_directory(tmp_path / "none")
    with pytest.raises(InvalidRequest):
        files.make_directory(tmp_path / "none" / "below")
