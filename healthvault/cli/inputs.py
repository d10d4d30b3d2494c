# SPDX-License-Identifier: Apache-2.0
"""What `hv add` is to read: paths, and stdin where a path says `-`."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

from healthvault.storage.inputs import Failure, InputError, InputFile, InputFolder, collect

__all__ = ["named_inputs", "read_argument", "stdin_or_file"]

_STDIN = "-"
MAX_ARGUMENT_BYTES = 4 << 20  # far more than any card
MAX_STDIN_BYTES = 64 << 20  # as much as goes to stdout


def named_inputs(
    paths: tuple[str, ...], name: str | None, skip: Path, *, as_one: bool = False
) -> Iterator[InputFile | InputFolder | Failure]:
    """Yield what the paths name, in their order; `skip` is the vault's own folder. See `collect`."""
    for path in paths:
        if path == _STDIN:
            yield _from_stdin(name or "stdin")
        else:
            yield from collect([Path(path)], skip, as_one=as_one)


def stdin_or_file(path: str) -> InputFile:
    """Return the file that an argument names, or the bytes of stdin for `-`. Raises InputError: `too_large`."""
    if path == _STDIN:
        found = _from_stdin("stdin")
        if isinstance(found, Failure):
            raise found.error
        return found
    return InputFile(name=os.fsencode(Path(path).name).decode("utf-8", "replace"), path=Path(path))


def read_argument(path: str) -> bytes:
    """Return the bytes of a small file, or of stdin. Raises InputError: `unreadable`, `not_a_file`."""
    with stdin_or_file(path).open() as source:
        return source.read(MAX_ARGUMENT_BYTES)


def _from_stdin(name: str) -> InputFile | Failure:
    """Read stdin into memory: a file that it waited in could lie there in plain text after a crash."""
    data = sys.stdin.buffer.read(MAX_STDIN_BYTES + 1)
    if len(data) <= MAX_STDIN_BYTES:
        return InputFile(name=name, data=data)
    said = f"{name}: more than {MAX_STDIN_BYTES >> 20} MiB came by stdin"
    return Failure(name=name, error=InputError("too_large", said, hint="save it as a file, and name that"))
