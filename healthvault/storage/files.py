# SPDX-License-Identifier: Apache-2.0
"""Raw file access: the only module of storage that talks to the operating system about files.

Opening never follows a symbolic link and accepts nothing but a regular file with one name (another name could
change it behind our back); files are 0600, directories 0700. A failed write or sync is reported once and never
tried again: after a failed fsync the kernel may have dropped the data and would call a second one a success.

Each change to the disk is one call of `write_at`, `sync`, `sync_directory`, `rename`, `remove`, `truncate`,
`create_file` or `make_directory`, looked up in this module at the time of the call. So whoever replaces these
eight here can make any of them fail: import the module, never a name out of it.

Spec: docs/spec/vault-folder.md section 8.
"""

import os
import re
import secrets
import stat
from errno import EISDIR, ELOOP, ENOENT, ENOTDIR, ENXIO
from pathlib import Path

from healthvault.errors import InvalidRequest, VaultDamaged
from healthvault.storage.openfile import OpenFile, damaged, failed, reporting

__all__ = [
    "OpenFile",
    "check_directory",
    "create_file",
    "damaged",
    "discard",
    "failed",
    "find_bytes",
    "find_file",
    "is_temporary",
    "is_there",
    "list_names",
    "make_directories",
    "make_directory",
    "open_file",
    "publish",
    "read_file",
    "remove",
    "rename",
    "replace_file",
    "sync",
    "sync_directory",
    "temporary_path",
    "truncate",
    "write_at",
    "write_zeros",
]

FILE_MODE = 0o600
DIRECTORY_MODE = 0o700
ZEROS = bytes(64 * 1024)
_SAFELY = os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY  # a FIFO must not make us wait
_NOT_OURS = frozenset({ELOOP, EISDIR, ENOTDIR, ENXIO})
_sync_data = getattr(os, "fdatasync", os.fsync)  # macOS has no fdatasync


# --- looking and reading ---------------------------------------------------------------------


def open_file(path: Path, *, writable: bool = False) -> OpenFile:
    """Open a file that must be there.

    Raises:
        VaultDamaged: `vault_damaged`, it is missing, a link, not a regular file or has a second name.
        InvalidRequest: `io_error`, the operating system refuses.
    """
    file = find_file(path, writable=writable)
    if file is None:
        raise damaged(path, "the file is missing")
    return file


def find_file(path: Path, *, writable: bool = False) -> OpenFile | None:
    """Open a file, or return None if there is none. Raises as `open_file` otherwise."""
    try:
        file = OpenFile(os.open(path, _SAFELY | (os.O_RDWR if writable else os.O_RDONLY)), path)
    except OSError as err:
        if err.errno == ENOENT:
            return None
        if err.errno in _NOT_OURS:
            raise damaged(path, "a link or not a regular file") from err
        raise failed(path, err) from err
    try:
        _check_regular(file)
    except VaultDamaged:
        file.close()
        raise
    return file


def read_file(path: Path, max_bytes: int) -> bytes:
    """Return the whole of a file that must be there.

    Raises:
        VaultDamaged: `vault_damaged`, as `open_file`, or longer than `max_bytes`.
        InvalidRequest: `io_error`.
    """
    return _whole(open_file(path), max_bytes)


def find_bytes(path: Path, max_bytes: int) -> bytes | None:
    """Return the whole of a file, or None if there is none. Raises as `read_file` otherwise."""
    file = find_file(path)
    if file is None:
        return None
    return _whole(file, max_bytes)


def list_names(directory: Path) -> list[str]:
    """Return the names in a directory, in no order; none if there is no directory.

    Raises:
        VaultDamaged: `vault_damaged`, it is a link or not a directory.
        InvalidRequest: `io_error`.
    """
    try:
        descriptor = os.open(directory, _SAFELY | os.O_DIRECTORY)
    except FileNotFoundError:
        return []
    except OSError as err:
        if err.errno in _NOT_OURS:
            raise damaged(directory, "a link or not a directory") from err
        raise failed(directory, err) from err
    try:
        with reporting(directory):
            return os.listdir(descriptor)  # noqa: PTH208 - the directory just checked, not what now has its name
    finally:
        os.close(descriptor)


def check_directory(path: Path) -> None:
    """Check that a directory is there and is no link. Raises VaultDamaged: `vault_damaged`."""
    try:
        mode = path.lstat().st_mode
    except OSError as err:
        raise damaged(path, "the directory is missing") from err
    if not stat.S_ISDIR(mode):
        raise damaged(path, "a link or not a directory")


def is_there(path: Path) -> bool:
    """Tell whether a name is taken, by a file or anything else."""
    return os.path.lexists(path)


def temporary_path(tmp: Path, name: str) -> Path:
    """Return a name in `tmp` that nobody uses, for a file that will be called `name`."""
    return tmp / f"{name}.{secrets.token_hex(8)}"


def is_temporary(name: str, final_name: str) -> bool:
    """Tell whether a name is one that `temporary_path` may have given for `final_name`."""
    return name.startswith(f"{final_name}.") and re.search(r"\.[0-9a-f]{16}$", name) is not None


# --- changes: each is one place where a fault can be injected --------------------------------


def create_file(path: Path) -> OpenFile:
    """Create a file (0600) that is not there yet, and open it for writing. Raises InvalidRequest: `io_error`."""
    with reporting(path):
        return OpenFile(os.open(path, _SAFELY | os.O_RDWR | os.O_CREAT | os.O_EXCL, FILE_MODE), path)


def make_directory(path: Path) -> None:
    """Create a directory (0700); one that is there stays as it is. Raises InvalidRequest: `io_error`."""
    with reporting(path):
        try:
            path.mkdir(mode=DIRECTORY_MODE)
        except FileExistsError:
            check_directory(path)


def write_at(file: OpenFile, offset: int, data: bytes | memoryview) -> None:
    """Write all of `data` at `offset`. Not durable before `sync`. Raises InvalidRequest: `io_error`."""
    with reporting(file.path):
        written = os.pwrite(file.descriptor, data, offset)
        while written < len(data):
            written += os.pwrite(file.descriptor, data[written:], offset + written)


def sync(file: OpenFile) -> None:
    """Make a file's content and length durable. Raises InvalidRequest: `io_error`; never call it again then."""
    with reporting(file.path):
        _sync_data(file.descriptor)


def sync_directory(path: Path) -> None:
    """Make names created, renamed or removed in a directory durable. Raises InvalidRequest: `io_error`."""
    with reporting(path):
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def rename(old: Path, new: Path) -> None:
    """Give a file another name, over what has that name. Raises InvalidRequest: `io_error`."""
    with reporting(new):
        old.rename(new)


def remove(path: Path) -> None:
    """Remove a file; one that is gone already is no error. Raises InvalidRequest: `io_error`."""
    with reporting(path):
        path.unlink(missing_ok=True)


def truncate(file: OpenFile, size_bytes: int) -> None:
    """Cut a file to a length. Raises InvalidRequest: `io_error`."""
    with reporting(file.path):
        os.ftruncate(file.descriptor, size_bytes)


# --- sequences of changes --------------------------------------------------------------------


def publish(temporary: Path, final: Path) -> None:
    """Give a written and synced file its name, durably. Raises InvalidRequest: `io_error`."""
    rename(temporary, final)
    sync_directory(final.parent)


def replace_file(path: Path, data: bytes, tmp: Path) -> None:
    """Replace a file durably and at once: after a crash it is the old one or the new one.

    Args:
        path: The file, there or not.
        data: All that it shall hold.
        tmp: A directory on the same file system, where the new file is made.

    Raises:
        InvalidRequest: `io_error`; the old file is then still the one that is read, or the new one already.
    """
    temporary = temporary_path(tmp, path.name)
    try:
        with create_file(temporary) as file:
            write_at(file, 0, data)
            sync(file)
        publish(temporary, path)
    except InvalidRequest:
        discard(temporary)
        raise


def make_directories(path: Path) -> None:
    """Create a directory (0700) and those above it, durably, as far as missing. Raises as `make_directory`."""
    if not path.is_dir():
        make_directories(path.parent)
        make_directory(path)
        sync_directory(path.parent)


def write_zeros(file: OpenFile, offset: int, size_bytes: int) -> None:
    """Overwrite a range with zeros. Raises InvalidRequest: `io_error`."""
    end = offset + size_bytes
    while offset < end:
        step = min(len(ZEROS), end - offset)
        write_at(file, offset, ZEROS[:step])
        offset += step


def discard(temporary: Path) -> None:
    """Remove a temporary file, if that is possible; what stays behind in tmp/ harms nothing."""
    try:
        remove(temporary)
    except InvalidRequest:
        return


def _whole(file: OpenFile, max_bytes: int) -> bytes:
    """Read a file to its end, and close it."""
    with file:
        data = file.read_at(0, max_bytes + 1)
    if len(data) > max_bytes:
        raise damaged(file.path, f"longer than {max_bytes} bytes")
    return data


def _check_regular(file: OpenFile) -> None:
    """Refuse devices and files with a second name. A file that was just replaced has none left: that is well."""
    status = os.fstat(file.descriptor)
    if not stat.S_ISREG(status.st_mode):
        raise damaged(file.path, "not a regular file")
    if status.st_nlink > 1:
        raise damaged(file.path, "the file has a second name (hard link)")
