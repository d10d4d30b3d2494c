# SPDX-License-Identifier: Apache-2.0
"""Files that the user asked for: written beside their place, named only once they are whole and verified.

Never overwrites unless told to, never follows a link, readable by the owner alone. Spec: docs/reference/cli.md.
"""

import os
from collections.abc import Container, Iterable
from errno import EINVAL, ENOSYS, ENOTSUP, EOPNOTSUPP, EPERM
from pathlib import Path, PurePosixPath
from typing import Self

from healthvault.crypto.hashing import random_bytes
from healthvault.errors import InvalidRequest

__all__ = ["OutputFile", "free_name", "keep_beside", "make_folder", "safe_name", "safe_paths", "take_name"]

MAX_NAME_BYTES = 255
MAX_FOLDERS = 32  # in one another; of a deeper path the last ones are kept
_NO_LINKS = {EPERM, ENOTSUP, EOPNOTSUPP, ENOSYS}  # what a file system without hard links (a USB stick's) says
_NO_SYNC = {EINVAL, ENOTSUP, EOPNOTSUPP, ENOSYS}  # and what one without syncs of folders says
_RESERVED = {"con", "prn", "aux", "nul", *(f"com{n}" for n in range(1, 10)), *(f"lpt{n}" for n in range(1, 10))}


class OutputFile:
    """A file in the making. As a context manager it removes what was not published."""

    def __init__(self, path: Path, *, overwrite: bool = False) -> None:
        self._path = path
        self._overwrite = overwrite
        self._partial = path.with_name(f".hv-{random_bytes(6).hex()}.partial")
        self._descriptor = -1
        self.size_bytes = 0

    def __enter__(self) -> Self:
        if not self._overwrite and os.path.lexists(self._path):
            raise InvalidRequest(
                "unsafe_output", f"{self._path} is there already", hint="choose another name with -o"
            )
        try:
            self._descriptor = os.open(self._partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        except OSError as err:
            raise _failed(self._path, err) from err
        except BaseException:  # a signal to stop, which came just then
            self._partial.unlink(missing_ok=True)
            raise
        return self

    def __exit__(self, *_: object) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1
            self._partial.unlink(missing_ok=True)

    def write(self, data: bytes) -> None:
        """Append bytes. Raises InvalidRequest: `io_error`."""
        view = memoryview(data)
        try:
            while view:
                view = view[os.write(self._descriptor, view) :]
        except OSError as err:
            raise _failed(self._path, err) from err
        self.size_bytes += len(data)

    def publish(self) -> None:
        """Give the file its name, durably. Raises InvalidRequest: `unsafe_output`, `io_error`."""
        try:
            os.fsync(self._descriptor)
            if self._overwrite:
                self._partial.replace(self._path)
                _sync_folder(self._path.parent)
        except OSError as err:
            raise _failed(self._path, err) from err
        if not self._overwrite:
            take_name(self._partial, self._path)
        os.close(self._descriptor)
        self._descriptor = -1


def take_name(partial: Path, final: Path) -> None:
    """Give a finished file a name that nothing has yet, durably.

    Raises:
        InvalidRequest: `unsafe_output`, something has it; `io_error`.
    """
    try:
        try:
            os.link(partial, final)
            partial.unlink()
        except OSError as err:
            if err.errno not in _NO_LINKS:
                raise
            _take_without_links(partial, final)
        _keep_name(final)
    except FileExistsError as err:
        raise InvalidRequest(
            "unsafe_output", f"{final} is there already", hint="choose another name with -o"
        ) from err
    except OSError as err:
        raise _failed(final, err) from err


def make_folder(path: Path) -> None:
    """Make a folder, and those around it, for the owner alone; one that is there stays.

    Raises:
        InvalidRequest: `io_error`.
    """
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as err:
        raise _failed(path, err) from err


def keep_beside(path: Path) -> None:
    """Move what has a name, if anything, to the first free one of `name.1`, `name.2`.

    Raises:
        InvalidRequest: `io_error`.
    """
    number = 1
    while os.path.lexists(kept := path.with_name(f"{path.name}.{number}")):
        number += 1
    try:
        if os.path.lexists(path):
            path.rename(kept)
    except OSError as err:
        raise _failed(path, err) from err


def _take_without_links(partial: Path, final: Path) -> None:
    """Hold the name with an empty file first, and give it back if that is all that can be done."""
    os.close(os.open(final, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    try:
        partial.replace(final)
    except OSError:
        final.unlink(missing_ok=True)
        raise


def _keep_name(final: Path) -> None:
    """Make a name that was just taken durable, or give it back."""
    try:
        _sync_folder(final.parent)
    except OSError:
        final.unlink(missing_ok=True)
        raise


def _sync_folder(folder: Path) -> None:
    """Make a name durable, where the folder may be read and its file system can."""
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except PermissionError:
        return  # one that files may be put into, and no more
    try:
        os.fsync(descriptor)
    except OSError as err:
        if err.errno not in _NO_SYNC:
            raise
    finally:
        os.close(descriptor)


def safe_name(name: str, fallback: str) -> str:
    """Return a file name that cannot leave its folder, hide, or mean something to another system.

    Args:
        name: Untrusted: from a document's sealed metadata or a sender's claim.
        fallback: Used where nothing of it can be kept.
    """
    kept = "".join(char if char.isalnum() or char in "-_. " else "_" for char in name if char.isprintable())
    kept = kept.lstrip(" .-").rstrip(" .")
    while len(kept.encode()) > MAX_NAME_BYTES - 20:  # room for a number
        stem, dot, suffix = kept.rpartition(".")
        kept = stem[:-1] + dot + suffix if stem and len(suffix) < 12 else kept[:-1]
    kept = kept.rstrip(" .")
    return fallback if not kept or kept.split(".")[0].lower() in _RESERVED else kept


def free_name(wanted: str, used: Container[str]) -> str:
    """Return a file name, with a number if that name is used already.

    Args:
        wanted: A safe name.
        used: Names in the same folder, casefolded.
    """
    stem, dot, suffix = wanted.rpartition(".")
    stem, suffix = (stem, dot + suffix) if stem else (wanted, "")
    name, number = wanted, 1
    while name.casefold() in used:
        number += 1
        name = f"{stem}-{number}{suffix}"
    return name


def safe_paths(names: Iterable[str], fallback: str) -> list[PurePosixPath]:
    """Return a relative path for each name, below one folder and all different.

    Args:
        names: Untrusted, with `/` or a backslash between folders: from documents' sealed metadata.
        fallback: Used where nothing of a part can be kept.
    """
    wanted = [_safe_parts(name, fallback) for name in names]
    used = {"/".join(parts[:end]).casefold() for parts in wanted for end in range(1, len(parts))}
    paths: list[PurePosixPath] = []
    for *folders, own in wanted:
        place = "/".join([*folders, ""]).casefold()
        name = free_name(own, {path.removeprefix(place) for path in used if path.startswith(place)})
        used.add(place + name.casefold())
        paths.append(PurePosixPath(*folders, name))
    return paths


def _safe_parts(name: str, fallback: str) -> list[str]:
    parts = [part for part in name.replace("\\", "/").split("/") if part not in ("", ".", "..")]
    return [safe_name(part, fallback) for part in parts[-MAX_FOLDERS:]] or [fallback]


def _failed(path: Path, err: OSError) -> InvalidRequest:
    return InvalidRequest("io_error", f"{path}: {err.strerror}", hint="nothing was left half-written")
