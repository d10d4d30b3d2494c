# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.storage.outputs."""

import contextlib
import errno
import os
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from healthvault.errors import InvalidRequest
from healthvault.storage.outputs import MAX_FOLDERS, OutputFile, keep_beside, safe_name, safe_paths


def test_a_file_is_published(tmp_path: Path) -> None:
    """It gets its name at the end, readable by its owner alone, and nothing is left beside it."""
    with OutputFile(tmp_path / "out") as file:
        file.write(b"one ")
        file.write(b"two")
        assert not (tmp_path / "out").exists()
        file.publish()
    assert [tmp_path / "out"] == list(tmp_path.iterdir())
    assert b"one two" == (tmp_path / "out").read_bytes()
    assert (7, 0o600) == (file.size_bytes, (tmp_path / "out").stat().st_mode & 0o777)


def test_what_is_not_published_is_removed(tmp_path: Path) -> None:
    """A failure in the middle leaves nothing behind."""
    with pytest.raises(ZeroDivisionError), OutputFile(tmp_path / "out") as file:  # noqa: PT012
        file.write(b"half")
        raise ZeroDivisionError
    assert [] == list(tmp_path.iterdir())


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    """What is there stays, a link to nowhere among it."""
    (tmp_path / "there").write_bytes(b"mine")
    (tmp_path / "dangling").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "folder").mkdir()
    for name in ("there", "dangling", "folder"):
        with pytest.raises(InvalidRequest) as caught, OutputFile(tmp_path / name):
            pass
        assert "unsafe_output" == caught.value.code
    assert b"mine" == (tmp_path / "there").read_bytes()
    assert not (tmp_path / "elsewhere").exists()


def test_a_file_that_came_in_between(tmp_path: Path) -> None:
    """Nor is what somebody else put there meanwhile."""
    with pytest.raises(InvalidRequest) as caught, OutputFile(tmp_path / "out") as file:  # noqa: PT012
        file.write(b"ours")
        (tmp_path / "out").write_bytes(b"theirs")
        file.publish()
    assert "unsafe_output" == caught.value.code
    assert b"theirs" == (tmp_path / "out").read_bytes()
    assert [tmp_path / "out"] == list(tmp_path.iterdir())


@pytest.mark.parametrize("there", [False, True])
def test_a_disk_without_hard_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, there: bool) -> None:
    """The file gets its name all the same, and still overwrites nothing."""

    def refused(source: Path, target: Path) -> None:
        if there:
            target.write_bytes(b"theirs")
        raise PermissionError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", refused)
    with contextlib.suppress(InvalidRequest), OutputFile(tmp_path / "out") as file:
        file.write(b"ours")
        file.publish()
    assert [tmp_path / "out"] == list(tmp_path.iterdir())
    assert (b"theirs" if there else b"ours") == (tmp_path / "out").read_bytes()


def test_a_disk_that_refuses_to_the_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where neither links nor renaming work, the name is given back."""

    def refused(*_: object) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", refused)
    monkeypatch.setattr(Path, "replace", refused)
    with pytest.raises(InvalidRequest) as caught, OutputFile(tmp_path / "out") as file:
        file.publish()
    assert "io_error" == caught.value.code
    assert [] == list(tmp_path.iterdir())


def test_a_folder_is_not_overwritten(tmp_path: Path) -> None:
    """Not even when told to overwrite."""
    (tmp_path / "out").mkdir()
    with pytest.raises(InvalidRequest) as caught, OutputFile(tmp_path / "out", overwrite=True) as file:
        file.publish()
    assert "io_error" == caught.value.code
    assert [tmp_path / "out"] == list(tmp_path.iterdir())


def test_keeping_an_older_file(tmp_path: Path) -> None:
    """It moves to the first free name beside its own; a name that nothing has stays free."""
    for number in range(3):
        (tmp_path / "key").write_bytes(b"%d" % number)
        keep_beside(tmp_path / "key")
    keep_beside(tmp_path / "key")
    (tmp_path / "link").symlink_to("nowhere")
    keep_beside(tmp_path / "link")
    assert ["key.1", "key.2", "key.3", "link.1"] == sorted(path.name for path in tmp_path.iterdir())
    assert b"2" == (tmp_path / "key.3").read_bytes()


def test_an_older_file_that_cannot_be_moved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is named, and stays."""

    def refused(*_: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    (tmp_path / "key").touch()
    monkeypatch.setattr(Path, "rename", refused)
    with pytest.raises(InvalidRequest) as caught:
        keep_beside(tmp_path / "key")
    assert "io_error" == caught.value.code


def test_overwriting_when_told_to(tmp_path: Path) -> None:
    """The old file is replaced at once; a link is replaced, not followed."""
    (tmp_path / "precious").write_bytes(b"precious")
    (tmp_path / "out").symlink_to(tmp_path / "precious")
    with OutputFile(tmp_path / "out", overwrite=True) as file:
        file.write(b"new")
        file.publish()
    assert b"new" == (tmp_path / "out").read_bytes()
    assert not (tmp_path / "out").is_symlink()
    assert b"precious" == (tmp_path / "precious").read_bytes()


def test_no_folder(tmp_path: Path) -> None:
    """A folder that is not there is named."""
    with pytest.raises(InvalidRequest) as caught, OutputFile(tmp_path / "missing" / "out"):
        pass
    assert "io_error" == caught.value.code


def test_a_write_that_fails() -> None:
    """A full disk is an error of ours."""
    file = OutputFile(Path("/dev/full"), overwrite=True)
    with Path("/dev/full").open("wb", buffering=0) as full:
        file._descriptor = full.fileno()
        with pytest.raises(InvalidRequest) as caught:
            file.write(b"x")
    assert "io_error" == caught.value.code


@pytest.mark.parametrize("overwrite", [False, True])
def test_the_name_is_made_durable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, overwrite: bool) -> None:
    """The file is synced, then its folder; where a folder cannot be synced, that is not needed."""
    synced: list[bool] = []
    real = os.fsync

    def remember(descriptor: int) -> None:
        synced.append(stat.S_ISDIR(os.fstat(descriptor).st_mode))
        real(descriptor)
        if synced[-1]:
            raise OSError(errno.EINVAL, "Invalid argument")

    monkeypatch.setattr(os, "fsync", remember)
    with OutputFile(tmp_path / "out", overwrite=overwrite) as file:
        file.publish()
    assert [False, True] == synced
    assert [tmp_path / "out"] == list(tmp_path.iterdir())


def test_a_folder_that_cannot_be_synced_for_a_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault of the disk is reported, and nothing is left."""
    real = os.fsync

    def fail(descriptor: int) -> None:
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(InvalidRequest) as caught, OutputFile(tmp_path / "out") as file:
        file.publish()
    assert "io_error" == caught.value.code
    assert [] == list(tmp_path.iterdir())


def test_a_folder_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file can be put into it all the same."""
    real = os.open

    def refuse(path: Path, flags: int, *mode: int) -> int:
        if flags & os.O_DIRECTORY:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        return real(path, flags, *mode)

    monkeypatch.setattr(os, "open", refuse)
    with OutputFile(tmp_path / "out") as file:
        file.publish()
    assert [tmp_path / "out"] == list(tmp_path.iterdir())


def test_a_signal_while_the_file_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even then anything is left."""
    real = os.open

    def interrupted(*arguments: object) -> int:
        os.close(real(*arguments))  # type: ignore[arg-type]
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "open", interrupted)
    with pytest.raises(KeyboardInterrupt), OutputFile(tmp_path / "out"):
        pass
    assert [] == list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("report.pdf", "report.pdf"),
        ("Ärztebrief März.pdf", "Ärztebrief März.pdf"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ("/etc/passwd", "_etc_passwd"),
        ("a\\b:c*d?e", "a_b_c_d_e"),
        (".bashrc", "bashrc"),
        ("-.bashrc", "bashrc"),
        ("-rf", "rf"),
        ("trailing. ", "trailing"),
        ("CON", "fallback"),
        ("nul.txt", "fallback"),
        ("COM1.tar.gz", "fallback"),
        ("con-sult.txt", "con-sult.txt"),
        ("", "fallback"),
        (" .-. ", "fallback"),
        ("a\nb\x1b[31mc", "ab_31mc"),
        ("\u202egpj.exe", "gpj.exe"),
        ("\ud800", "fallback"),
    ],
)
def test_safe_names(name: str, expected: str) -> None:
    """A name from outside neither leaves its folder, nor hides, nor means something to another system."""
    assert expected == safe_name(name, "fallback")


def test_long_names_keep_their_suffix() -> None:
    """A name is cut in its stem, by whole characters."""
    assert safe_name("é" * 300 + ".pdf", "x").endswith("é.pdf")
    assert len(safe_name("é" * 300 + ".pdf", "x").encode()) <= 235
    assert 235 == len(safe_name("x" * 300, "x"))
    assert 234 == len(safe_name("x" * 234 + " " + "y" * 100, "x"))


@given(st.text(st.characters(), max_size=400))
def test_every_name_is_safe(name: str) -> None:
    """Whatever comes in: one short component, visible, not hidden, no option, valid text."""
    found = safe_name(name, "fallback")
    assert 0 < len(found.encode()) <= 235
    assert not set(found) & set('/\\:*?"<>|\0')
    assert found.isprintable()
    assert found[0] not in " .-"
    assert found[-1] not in " ."


@pytest.mark.parametrize(
    ("names", "paths"),
    [
        (["a", "b/c", "b/d"], ["a", "b/c", "b/d"]),
        (["../x", "/x", "..\\x", "./x"], ["x", "x-2", "x-3", "x-4"]),
        (["a", "a/b"], ["a-2", "a/b"]),
        (["A/b", "a/B"], ["A/b", "a/B-2"]),
        (["", "/", ".."], ["file", "file-2", "file-3"]),
        (["con/nul.txt"], ["file/file"]),
    ],
)
def test_paths_below_a_folder(names: list[str], paths: list[str]) -> None:
    """Every step is safe, none leads out, and no two are the same where cases do not count."""
    assert paths == [str(path) for path in safe_paths(names, "file")]


def test_paths_are_not_endless() -> None:
    """Of a path deeper than any folder should be the last steps are kept."""
    (path,) = safe_paths(["x/" * 5000 + "a"], "file")
    assert MAX_FOLDERS == len(path.parts)
