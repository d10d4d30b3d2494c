# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.storage.inputs."""

import os
import socket
import subprocess
from pathlib import Path

import pytest

from healthvault.storage.inputs import Failure, InputError, InputFile, OpenInput, collect


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with two files and a folder in it."""
    root = tmp_path / "folder"
    (root / "b").mkdir(parents=True)
    (root / "a.txt").write_bytes(b"first")
    (root / "b" / "c.txt").write_bytes(b"second")
    (root / "d.txt").write_bytes(b"third")
    return root


def names(paths: list[Path], skip: Path = Path("/nowhere")) -> list[str]:
    """Return the names of what is found, failures in brackets."""
    return [item.name if isinstance(item, InputFile) else f"[{item.error.code}]" for item in collect(paths, skip)]


def refused(path: Path) -> str:
    """Return why a file cannot be taken, found out when it is opened."""
    (item,) = collect([path], Path("/nowhere"))
    assert isinstance(item, InputFile)
    with pytest.raises(InputError) as caught:
        item.open()
    assert item.shown in caught.value.message
    return caught.value.code


def test_folders_are_walked_in_order(folder: Path) -> None:
    """Files come in the order of their names, folders where their name stands; an empty folder gives nothing."""
    (folder / "empty").mkdir()
    assert ["a.txt", "c.txt", "d.txt"] == names([folder])
    assert ["d.txt", "a.txt"] == names([folder / "d.txt", folder / "a.txt"])


def test_the_order_is_that_of_bytes(tmp_path: Path) -> None:
    """It does not depend on the locale, nor on the directory."""
    for name in ("é", "z", "a", "B", "10", "9"):
        (tmp_path / name).touch()
    assert ["10", "9", "B", "a", "z", "é"] == names([tmp_path])


def test_a_file_is_read(folder: Path) -> None:
    """An input knows its name, size and content."""
    (item, *_) = collect([folder], Path("/nowhere"))
    assert isinstance(item, InputFile)
    with item.open() as source:
        assert (5, b"first", b"") == (source.size_bytes, source.read(100), source.read(100))
        source.check_unchanged(5)


def test_bytes_from_a_pipe() -> None:
    """Bytes that came another way are an input like any other."""
    item = InputFile(name="-", data=b"piped")
    with item.open() as source:
        assert b"piped" == source.read(100)
        source.check_unchanged(5)
    assert "-" == item.shown


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        (b"new\nline", "new\nline"),
        (b"\x1b[31mred", "\x1b[31mred"),
        (b"not \xff utf-8", "not � utf-8"),
        ("\u202egpj.exe".encode(), "\u202egpj.exe"),
        (b"x" * 255, "x" * 255),
        (b"-rf", "-rf"),
    ],
)
def test_any_name(tmp_path: Path, raw: bytes, name: str) -> None:
    """A name is valid text whatever its bytes, and the file is found by them all the same."""
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + raw))
    path.write_bytes(b"content")
    (item,) = collect([tmp_path], Path("/nowhere"))
    assert isinstance(item, InputFile)
    assert name == item.name
    item.name.encode()
    item.shown.encode()
    with item.open() as source:
        assert b"content" == source.read(100)


def test_what_is_no_file(tmp_path: Path) -> None:
    """A pipe, a socket or a device is named, and waits for nobody."""
    os.mkfifo(tmp_path / "fifo")
    assert "not_a_file" == refused(tmp_path / "fifo")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "socket"))
        assert "unreadable" == refused(tmp_path / "socket")
    assert "not_a_file" == refused(Path("/dev/null"))
    assert "not_a_file" == refused(Path("/dev/zero"))


def test_what_is_not_there(tmp_path: Path) -> None:
    """A missing file, a link to nowhere, a link to itself and a name that is too long are named."""
    (tmp_path / "dangling").symlink_to("/nowhere/at/all")
    (tmp_path / "loop").symlink_to("loop")
    for path in (tmp_path / "missing", tmp_path / "dangling", tmp_path / "loop", Path("y" * 300)):
        assert "unreadable" == refused(path)
    assert ["dangling", "loop"] == names([tmp_path])


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is unreadable to root")
def test_what_may_not_be_read(folder: Path) -> None:
    """A file or folder without permission is named, and the others are found."""
    (folder / "a.txt").chmod(0)
    (folder / "b").chmod(0)
    assert "unreadable" == refused(folder / "a.txt")
    assert ["a.txt", "[unreadable]", "d.txt"] == names([folder])
    (folder / "b").chmod(0o700)


def test_a_folder_that_cannot_be_listed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is named where it stands, and the walk goes on."""

    def refusing(path: Path) -> list[Path]:
        if path.name == "b":
            raise PermissionError(13, "Permission denied")
        return [path / name for name in os.listdir(path)]  # noqa: PTH208

    monkeypatch.setattr(Path, "iterdir", refusing)
    found = list(collect([folder], Path("/nowhere")))
    assert ["a.txt", "[unreadable]", "d.txt"] == names([folder])
    assert isinstance(found[1], Failure)
    assert str(folder / "b") == found[1].name


def test_links(folder: Path, tmp_path: Path) -> None:
    """A link to a file is followed; one to a folder only if the user names it, so that no walk goes in circles."""
    (folder / "e").symlink_to("a.txt")
    (folder / "f").symlink_to("..")
    assert ["a.txt", "c.txt", "d.txt", "e"] == names([folder])
    (tmp_path / "other").symlink_to(folder)
    assert ["a.txt", "c.txt", "d.txt", "e"] == names([tmp_path / "other"])


def test_the_vault_is_not_added_to_itself(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither as a part of a folder, nor by name, nor through a link, nor a folder or file of it."""
    vault = folder / "b"
    (vault / "deeper").mkdir()
    (vault / "deeper" / "x").touch()
    (folder / "link").symlink_to("b")
    assert ["a.txt", "d.txt"] == names([folder], vault)
    assert ["a.txt", "d.txt"] == names([folder], folder / "link")
    inside = [vault, folder / "link", vault / "deeper", vault / "deeper" / "x", vault / "c.txt"]
    assert [] == names(inside, vault)
    monkeypatch.chdir(vault)
    assert [] == names([Path(), Path("deeper"), Path("c.txt")], vault)


def test_folders_may_be_very_deep(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """More folders in one another than functions can call one another are walked."""
    monkeypatch.chdir(tmp_path)
    for _ in range(1200):
        Path("d").mkdir()
        os.chdir("d")
    Path("file").touch()
    monkeypatch.chdir(tmp_path)
    try:
        assert ["file"] == names([tmp_path / "d"])
    finally:
        subprocess.run(["rm", "-rf", "d"], check=True)  # shutil.rmtree, which pytest uses, does not go so deep


@pytest.mark.parametrize("change", [b"grown longer", b"less", b"same!"])
def test_a_change_while_it_is_read(folder: Path, change: bytes) -> None:
    """Longer, shorter or only touched: what was read is not one state of the file."""
    path = folder / "a.txt"
    os.utime(path, ns=(1, 1))
    with InputFile(name="a", path=path).open() as source:
        path.write_bytes(change)
        with pytest.raises(InputError) as caught:
            source.check_unchanged(len(source.read(100)))
    assert "file_changed" == caught.value.code


def test_it_may_vanish_while_it_is_read(folder: Path) -> None:
    """An open file that loses its name is read to its end."""
    with InputFile(name="a", path=folder / "a.txt").open() as source:
        (folder / "a.txt").unlink()
        assert b"first" == source.read(100)
        source.check_unchanged(5)


def test_a_reading_fault_is_named() -> None:
    """What the system says while a file is read becomes an error of ours."""
    with Path("/proc/self/mem").open("rb", buffering=0) as file:
        source = OpenInput(file, "mem", 0)
        with pytest.raises(InputError) as caught:
            source.read(10)
    assert ("unreadable", "mem") == (caught.value.code, caught.value.message.split(":")[0])
