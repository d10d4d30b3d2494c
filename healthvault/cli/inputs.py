# SPDX-License-Identifier: Apache-2.0
"""What `hv add` is to read: paths, and stdin where a path says `-`."""

import sys
from collections.abc import Iterator
from pathlib import Path

from healthvault.storage.inputs import Failure, InputFile, collect

__all__ = ["named_inputs", "read_argument", "stdin_or_file"]

_STDIN = "-"
MAX_ARGUMENT_BYTES = 4 << 20  # far more than any card


def named_inputs(paths: tuple[str, ...], name: str | None, skip: Path) -> Iterator[InputFile | Failure]:
    """Yield the files that the paths name, in their order; `skip` is the vault's own folder."""
    for path in paths:
        if path == _STDIN:
            yield InputFile(name=name or "stdin", data=sys.stdin.buffer.read())
        else:
            yield from collect([Path(path)], skip)


def stdin_or_file(path: str) -> InputFile:
    """Return the file that an argument names, or the bytes of stdin for `-`."""
    if path == _STDIN:
        return InputFile(name="stdin", data=sys.stdin.buffer.read())
    return InputFile(name=path, path=Path(path))


def read_argument(path: str) -> bytes:
    """Return the bytes of a small file, or of stdin. Raises InputError: `unreadable`, `not_a_file`."""
    with stdin_or_file(path).open() as source:
        return source.read(MAX_ARGUMENT_BYTES)
