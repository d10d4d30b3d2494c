# SPDX-License-Identifier: Apache-2.0
"""A disk that stops a command at one of its changes, for the tests of what a crash leaves. Not a test.

`storage.files` makes each change by one of eight functions, `storage.outputs` by three more; each call in turn is
made to fail, in four ways:

- torn: the process dies in this very call, a write having got half way;
- power: the machine stops; whatever was not synced, content or name, is as it was before;
- partly: the same, but every other change that was not synced reached the disk;
- fault: the system reports an error once, and the command has to give up in order.
"""

import contextlib
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from errno import EIO
from pathlib import Path

import pytest

from healthvault.errors import InvalidRequest
from healthvault.storage import files, outputs
from healthvault.storage.outputs import OutputFile

__all__ = ["MODES", "Disk", "Stopped"]

CHANGES = ("write_at", "sync", "sync_directory", "rename", "remove", "truncate", "create_file", "make_directory")
OUTPUTS = ((OutputFile, "write"), (OutputFile, "publish"), (outputs, "_sync_folder"))
MODES = ("torn", "power", "partly", "fault")
_really_remove = shutil.rmtree


class Stopped(BaseException):
    """The process is gone: nothing catches this."""


@dataclass(slots=True)
class Undo:
    """How to take back a change that was not synced; `where` says what syncs it."""

    where: int | Path
    """Number of the file whose sync keeps it, or the directory."""
    run: Callable[[], None]


@dataclass(slots=True)
class Disk:
    """Stands between `storage.files` and the disk, and stops the process at one of its calls."""

    mode: str
    stop_at: int
    calls: list[str] = field(default_factory=list)
    undo: list[Undo] = field(default_factory=list)
    paths: dict[int, Path] = field(default_factory=dict)

    @property
    def has_stopped(self) -> bool:
        """Whether the call to stop at was reached."""
        return len(self.calls) >= self.stop_at

    def install(self, patch: pytest.MonkeyPatch) -> None:
        """Replace the functions; who is gone cleans nothing up either."""
        for name in CHANGES:
            patch.setattr(files, name, self._wrapped(name, getattr(files, name)))
        for place, name in OUTPUTS:
            patch.setattr(place, name, self._wrapped(name, getattr(place, name)))
        for place, name in ((OutputFile, "__exit__"), (shutil, "rmtree")):
            patch.setattr(place, name, self._unless_gone(getattr(place, name)))

    def lose_power(self) -> None:
        """Take back what was not synced: all of it, or every other change."""
        if self.mode not in {"power", "partly"}:
            return
        for number, change in enumerate(reversed(self.undo)):
            if self.mode == "power" or number % 2:
                change.run()

    def _unless_gone(self, real: Callable[..., object]) -> Callable[..., object]:
        def call(*args: object, **options: object) -> object:
            is_gone = self.has_stopped and self.mode != "fault"
            return None if is_gone else real(*args, **options)

        return call

    def _wrapped(self, name: str, real: Callable[..., object]) -> Callable[..., object]:
        def call(*args: object) -> object:
            if self.has_stopped and self.mode != "fault":
                raise Stopped
            self.calls.append(name)
            if len(self.calls) == self.stop_at:
                self._stop(name, real, args)
            self._remember(name, args)
            result = real(*args)
            if isinstance(result, files.OpenFile):
                self.paths[os.fstat(result.descriptor).st_ino] = result.path
            return result

        return call

    def _stop(self, name: str, real: Callable[..., object], args: tuple) -> None:  # type: ignore[type-arg]
        if self.mode == "fault":
            if name == "_sync_folder":
                raise OSError(EIO, "input/output error")
            raise InvalidRequest("io_error", f"{name}: no space left on device")
        if self.mode == "torn" and name in {"write_at", "write"}:
            *place, data = args
            real(*place, data[: len(data) // 2])
        raise Stopped

    def _remember(self, name: str, args: tuple) -> None:  # type: ignore[type-arg]
        if name in {"write_at", "truncate"}:
            self._remember_content(args[0])
        elif name == "sync":
            number = os.fstat(args[0].descriptor).st_ino
            self.undo = [change for change in self.undo if change.where != number]
        elif name == "sync_directory":
            self.undo = [change for change in self.undo if change.where != args[0]]
        elif name == "create_file":
            self.undo.append(Undo(where=args[0].parent, run=lambda: args[0].unlink(missing_ok=True)))
        elif name == "make_directory" and not args[0].exists():
            self.undo.append(Undo(where=args[0].parent, run=lambda: self._lose_directory(args[0])))
        elif name == "remove" and args[0].exists():
            self._remember_removed(args[0])
        elif name == "rename":
            self._remember_rename(*args)

    def _remember_content(self, file: files.OpenFile) -> None:
        number = os.fstat(file.descriptor).st_ino
        before = file.read_at(0, file.size_bytes())
        self.paths.setdefault(number, file.path)

        def restore() -> None:
            if self.paths[number].exists():
                self.paths[number].write_bytes(before)

        self.undo.append(Undo(where=number, run=restore))

    def _lose_directory(self, path: Path) -> None:
        """With a lost name goes all that is in it; partly: what reached the disk has brought its folder along."""
        if self.mode == "power":
            _really_remove(path)
        else:
            with contextlib.suppress(OSError):
                path.rmdir()

    def _remember_removed(self, path: Path) -> None:
        content = path.read_bytes()

        def restore() -> None:
            path.write_bytes(content)
            path.chmod(0o600)

        self.undo.append(Undo(where=path.parent, run=restore))

    def _remember_rename(self, old: Path, new: Path) -> None:
        before = new.read_bytes() if new.exists() else None
        number = old.stat().st_ino
        self.paths[number] = new

        def restore() -> None:
            new.rename(old)
            self.paths[number] = old
            if before is not None:
                new.write_bytes(before)
                new.chmod(0o600)

        self.undo.append(Undo(where=new.parent, run=restore))
