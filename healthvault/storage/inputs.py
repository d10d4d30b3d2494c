# SPDX-License-Identifier: Apache-2.0
"""The user's own files on their way in: found, opened and watched while they are read.

Only regular files are read; a socket, a pipe or a device is a named failure and never blocks. A link is followed
when the user names it or when it leads to a file, never into another folder. Spec: docs/reference/cli.md.
"""

import io
import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Self

from healthvault.errors import HealthVaultError, InvalidRequest
from healthvault.identity.matching import Judged

__all__ = ["Failure", "InputError", "InputFile", "InputFolder", "OpenInput", "collect"]

DIRECTORY = "dicomdir"  # whatever its case


class InputError(InvalidRequest):
    """A file of the user's cannot be taken: missing, unreadable, no file, or changed while it was read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """An input that could not be taken; the others are."""

    name: str
    """The path or name as the user gave it, unescaped."""
    error: HealthVaultError


@dataclass(frozen=True, slots=True, kw_only=True)
class InputFile:
    """A file to add, not opened yet; or bytes that came by a pipe."""

    name: str
    """The file's own name, as valid text."""
    path: Path | None = None
    data: bytes | None = field(default=None, repr=False)
    identity: Judged | None = field(default=None, repr=False)
    """Whose it is, if that was looked at."""

    @property
    def shown(self) -> str:
        """How to call it in messages."""
        return os.fsencode(self.path).decode("utf-8", "replace") if self.path else self.name

    def open(self) -> "OpenInput":
        """Open it for reading.

        Raises:
            InputError: `unreadable`, `not_a_file`.
        """
        if self.data is not None:
            return OpenInput(io.BytesIO(self.data), self.shown, len(self.data))
        try:
            descriptor = os.open(self.path or "", os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
        except OSError as err:
            raise InputError("unreadable", f"{self.shown}: {err.strerror}") from err
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            os.close(descriptor)
            what = "is a folder" if stat.S_ISDIR(found.st_mode) else "is no file but a pipe, a socket or a device"
            raise InputError("not_a_file", f"{self.shown}: {what}")
        return OpenInput(os.fdopen(descriptor, "rb", buffering=0), self.shown, found.st_size, found.st_mtime_ns)


@dataclass(frozen=True, slots=True, kw_only=True)
class InputFolder:
    """A folder to add as one document: the name of each of its files is its path in it, with `/` between."""

    name: str
    """The folder's own name, as valid text."""
    shown: str
    """How to call it in messages."""
    files: tuple[InputFile, ...]
    """At least one; those of the folder itself, then those of folders in it, each sorted by name."""
    has_directory: bool
    """It is a CD of images, with a DICOMDIR."""
    identity: Judged | None = field(default=None, repr=False)
    """Whose it is, as far as its files tell, and somebody looked."""


class OpenInput:
    """An open input that turns reading faults into `InputError` and notices a change while it is read."""

    def __init__(self, file: BinaryIO | io.RawIOBase, shown: str, size_bytes: int, mtime_ns: int = 0) -> None:
        self.file: BinaryIO = file  # type: ignore[assignment]  # a raw file reads and seeks as we need it
        self.size_bytes = size_bytes
        self._shown = shown
        self._mtime_ns = mtime_ns

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.file.close()

    def read(self, size: int, /) -> bytes:
        """Return up to `size` bytes, and none only at the end. Raises InputError: `unreadable`."""
        try:
            return self.file.read(size) or b""
        except OSError as err:
            raise InputError("unreadable", f"{self._shown}: {err.strerror}") from err

    def check_unchanged(self, read_bytes: int) -> None:
        """Check that what was read is one state of the file. Raises InputError: `file_changed`."""
        same = read_bytes == self.size_bytes
        if same and self._mtime_ns:
            found = os.fstat(self.file.fileno())
            same = (found.st_size, found.st_mtime_ns) == (self.size_bytes, self._mtime_ns)
        if not same:
            raise InputError("file_changed", f"{self._shown}: it changed while it was read", hint="add it again")


def collect(
    paths: Iterable[Path], skip: Path, *, as_one: bool = False
) -> Iterator[InputFile | InputFolder | Failure]:
    """Yield the files that the paths name, folders walked in the order of their names.

    A folder with a DICOMDIR comes as a whole.

    Args:
        paths: Files and folders.
        skip: The vault's own folder, which is never added to itself.
        as_one: Every folder named comes as a whole.
    """
    avoided = _identity(skip)
    for named in paths:
        if avoided is None or avoided not in map(_identity, named.absolute().parents):
            yield from _walk(named, avoided, as_one=as_one)


def _walk(
    named: Path, avoided: tuple[int, int] | None, *, as_one: bool
) -> Iterator[InputFile | InputFolder | Failure]:
    waiting = [named]  # a stack: folders may lie deeper in one another than calls can
    while waiting:
        path = waiting.pop()
        if not _is_folder(path):
            yield _input(path)
        elif _identity(path) != avoided and (path is named or not path.is_symlink()):
            try:
                inner = _inner(path)
                has_directory = any(found.name.lower() == DIRECTORY and found.is_file() for found in inner)
                if has_directory or (as_one and path is named):
                    yield _folder(path, avoided, has_directory=has_directory)
                else:
                    waiting += reversed(inner)
            except OSError as err:
                shown = _text(path)
                yield Failure(name=shown, error=InputError("unreadable", f"{shown}: {err.strerror}"))


def _inner(path: Path) -> list[Path]:
    return sorted(path.iterdir(), key=lambda found: os.fsencode(found.name))


def _folder(root: Path, avoided: tuple[int, int] | None, *, has_directory: bool) -> InputFolder | Failure:
    """Return a folder as a whole, or why that cannot be: a part of it is not it."""
    whole, shown = root.resolve(), _text(root)
    files: list[InputFile] = []
    waiting = [root]
    while waiting:
        path = waiting.pop()
        if path is not root and path.is_symlink() and not path.resolve().is_relative_to(whole):
            said = f"{_text(path)}: leads out of the folder that is added as one document"
            return Failure(name=shown, error=InputError("not_a_file", said, hint="put the file itself there"))
        if not _is_folder(path):
            files.append(InputFile(name=_text(path.relative_to(root)), path=path))
        elif _identity(path) != avoided and (path is root or not path.is_symlink()):
            waiting += _inner(path)
    if not files:
        return Failure(name=shown, error=InputError("not_a_file", f"{shown}: holds no file"))
    files.sort(key=lambda item: ("/" in item.name, item.name))
    name = _text(Path(whole.name)) if whole.name else shown
    return InputFolder(name=name, shown=shown, files=tuple(files), has_directory=has_directory)


def _text(path: Path) -> str:
    return os.fsencode(path.as_posix()).decode("utf-8", "replace")


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:
        return False  # opening it will say why


def _input(path: Path) -> InputFile:
    return InputFile(name=_text(Path(path.name)), path=path)


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino
