# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.storage.lock, with a real second process."""

import os
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from healthvault.errors import InvalidRequest, VaultBusy, VaultDamaged
from healthvault.storage import files
from healthvault.storage.lock import WriterLock

HOLD = """
import sys
from pathlib import Path
from healthvault.storage import files
from healthvault.storage.lock import WriterLock
with WriterLock(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


@contextmanager
def holder(path: Path) -> Iterator["subprocess.Popen[str]"]:
    """Run a process that holds the lock until its input ends."""
    command = [sys.executable, "-c", HOLD, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert "held\n" == process.stdout.readline()
            yield process
        finally:
            process.kill()


def test_another_process_is_refused_and_named(tmp_path: Path) -> None:
    """While one process writes, a second gets `vault_in_use` with the first one's id."""
    with holder(tmp_path / "lock") as process:
        with pytest.raises(VaultBusy) as caught:
            WriterLock(tmp_path / "lock").acquire()
        assert "vault_in_use" == caught.value.code
        assert f"process {process.pid}" in caught.value.message


def test_the_lock_dies_with_its_process(tmp_path: Path) -> None:
    """A killed writer leaves no lock behind, though its file stays."""
    with holder(tmp_path / "lock") as process:
        process.kill()
        process.wait()
        with WriterLock(tmp_path / "lock"):
            assert str(os.getpid()) == (tmp_path / "lock").read_text().strip()


def test_waiting_for_the_lock(tmp_path: Path) -> None:
    """A writer that waits gets the lock once the holder ends."""
    with holder(tmp_path / "lock") as process:
        assert process.stdin is not None
        started = time.monotonic()
        with pytest.raises(VaultBusy):
            WriterLock(tmp_path / "lock", wait_seconds=0.2).acquire()
        assert time.monotonic() - started >= 0.2
        process.stdin.close()
        with WriterLock(tmp_path / "lock", wait_seconds=30):
            pass


def test_taking_it_again_after_release(tmp_path: Path) -> None:
    """Release frees it, twice is no error, and the file is private."""
    lock = WriterLock(tmp_path / "lock")
    lock.acquire()
    with pytest.raises(VaultBusy):
        WriterLock(tmp_path / "lock").acquire()
    lock.release()
    lock.release()
    with lock:
        assert 0o600 == stat.S_IMODE((tmp_path / "lock").stat().st_mode)


def test_links_are_refused(tmp_path: Path) -> None:
    """A lock file that is a link would let somebody overwrite another file with our process id."""
    (tmp_path / "victim").write_text("untouched")
    (tmp_path / "lock").symlink_to("victim")
    with pytest.raises(VaultDamaged):
        WriterLock(tmp_path / "lock").acquire()
    assert "untouched" == (tmp_path / "victim").read_text()


def test_no_folder(tmp_path: Path) -> None:
    """Where no file can be made, the system's reason is given."""
    with pytest.raises(InvalidRequest) as caught:
        WriterLock(tmp_path / "none" / "lock").acquire()
    assert "io_error" == caught.value.code


def test_two_that_make_the_file_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who finds that another process was faster takes that file."""
    (tmp_path / "lock").touch()
    find, answers = files.find_file, [None]
    monkeypatch.setattr(
        files, "find_file", lambda path, *, writable: answers.pop() if answers else find(path, writable=writable)
    )
    with WriterLock(tmp_path / "lock"):
        assert [] == answers


def test_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where our process id cannot be written, that is an `io_error`."""
    import zc.lockfile  # noqa: PLC0415 - to make it fail

    def refuse(*_: object, **__: object) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(zc.lockfile, "LockFile", refuse)
    with pytest.raises(InvalidRequest) as caught:
        WriterLock(tmp_path / "lock").acquire()
    assert "io_error" == caught.value.code


def test_a_holder_that_wrote_nothing(tmp_path: Path) -> None:
    """Garbage in the lock file names nobody and breaks nothing."""
    with WriterLock(tmp_path / "lock"):
        (tmp_path / "lock").write_bytes(b"\xffgarbage")
        with pytest.raises(VaultBusy, match="another process"):
            WriterLock(tmp_path / "lock").acquire()


def test_reading_does_not_import_the_lock_library() -> None:
    """Importing what readers need leaves zc.lockfile, and logging with it, alone."""
    code = (
        "import sys, healthvault.storage.journal, healthvault.storage.lock, healthvault.storage.pins;"
        "print('zc.lockfile' in sys.modules, 'concurrent.futures' in sys.modules)"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "False False\n" == result.stdout


def test_a_holder_that_is_gone_is_not_named(tmp_path: Path) -> None:
    """The file may still name an earlier process, while one that wrote nothing holds the lock."""
    with WriterLock(tmp_path / "lock"):
        for number in (2**22 + 1, 2**70):
            (tmp_path / "lock").write_text(f" {number}\n")
            with pytest.raises(VaultBusy, match="another process"):
                WriterLock(tmp_path / "lock").acquire()
        (tmp_path / "lock").write_text(" 1\n")
        with pytest.raises(VaultBusy, match="by process 1"):
            WriterLock(tmp_path / "lock").acquire()


def test_another_users_process_is_alive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not being allowed to signal a process means that there is one."""

    def refuse(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "kill", refuse)
    with WriterLock(tmp_path / "lock"), pytest.raises(VaultBusy, match=f"process {os.getpid()}"):
        WriterLock(tmp_path / "lock").acquire()
