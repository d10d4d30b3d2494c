# SPDX-License-Identifier: Apache-2.0
"""The lock of the one writer: an exclusive flock, which dies with the process, on a file that names its holder.

Readers take no lock and never import zc.lockfile, which costs them more than reading does.
Spec: docs/spec/vault-folder.md section 8.
"""

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Self

from healthvault.errors import InvalidRequest, VaultBusy
from healthvault.storage import files

__all__ = ["WriterLock"]

POLL_SECONDS = 0.05
LEAST_POLL_SECONDS = 0.002


class WriterLock:
    """Holds the lock from `with` to the end of its block, or from `acquire` to `release`."""

    def __init__(self, path: Path, *, wait_seconds: float = 0.0) -> None:
        self._path = path
        self._wait_seconds = wait_seconds
        self._give_back: Callable[[], None] | None = None

    def __enter__(self) -> Self:
        self.acquire()
        return self

    def __exit__(self, *_: object) -> None:
        self.release()

    def acquire(self) -> None:
        """Take the lock, trying for `wait_seconds`.

        Raises:
            VaultBusy: `vault_in_use`, another process (named by its id) holds it.
            VaultDamaged: `vault_damaged`, the lock file is a link or not a regular file.
            InvalidRequest: `io_error`.
        """
        _make_lock_file(self._path)
        began = time.monotonic()
        while (give_back := _try(self._path)) is None:
            waited = time.monotonic() - began
            if waited >= self._wait_seconds:
                raise _busy(self._path)
            pause = POLL_SECONDS / (1 + waited) ** 2  # who has waited longest asks most often
            time.sleep(max(pause, LEAST_POLL_SECONDS))
        self._give_back = give_back

    def release(self) -> None:
        """Give the lock back; a second time does nothing."""
        if self._give_back is not None:
            self._give_back()
            self._give_back = None


def _make_lock_file(path: Path) -> None:
    """Make sure of a regular 0600 file, for zc.lockfile would follow a link and create one that all can read."""
    file = files.find_file(path, writable=True)
    if file is None:
        file = _created(path)
    file.close()


def _created(path: Path) -> files.OpenFile:
    try:
        return files.create_file(path)
    except InvalidRequest:
        file = files.find_file(path, writable=True)
        if file is None:  # else another process was faster
            raise
        return file


def _try(path: Path) -> Callable[[], None] | None:
    """Take the lock and return what gives it back, or None if somebody has it."""
    import zc.lockfile  # noqa: PLC0415 - 16 ms that only writers need to spend

    try:
        give_back: Callable[[], None] = zc.lockfile.LockFile(str(path), content_template="{pid}").close
    except zc.lockfile.LockError:
        return None
    except OSError as err:
        raise files.failed(path, err) from err
    return give_back


def _busy(path: Path) -> VaultBusy:
    holder = files.read_file(path, 64).strip()
    who = f"process {int(holder)}" if holder.isdigit() and _is_alive(int(holder)) else "another process"
    return VaultBusy("vault_in_use", f"{path.parent}: in use by {who}", hint="wait until it has finished")


def _is_alive(process: int) -> bool:
    """Tell whether there is such a process: the file may name an earlier holder."""
    try:
        os.kill(process, 0)
    except PermissionError:
        return True  # another user's
    except (ProcessLookupError, OverflowError):
        return False
    return True
