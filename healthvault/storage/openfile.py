# SPDX-License-Identifier: Apache-2.0
"""An open file, and what goes wrong with files in words: the reading half of `files`, which gives all of it on.

Spec: docs/spec/vault-folder.md section 8.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from healthvault.errors import InvalidRequest, VaultDamaged

__all__ = ["OpenFile", "damaged", "failed", "reporting"]


class OpenFile:
    """An open file: its descriptor, and its path for messages."""

    __slots__ = ("descriptor", "path")

    def __init__(self, descriptor: int, path: Path) -> None:
        self.descriptor = descriptor
        self.path = path

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close it; a second time does nothing."""
        descriptor, self.descriptor = self.descriptor, -1
        if descriptor >= 0:
            os.close(descriptor)

    def size_bytes(self) -> int:
        """Return how long the file is now."""
        return os.fstat(self.descriptor).st_size

    def read_at(self, offset: int, size_bytes: int) -> bytes:
        """Return the bytes there; fewer only where the file ends. Raises InvalidRequest: `io_error`."""
        with reporting(self.path):
            data = os.pread(self.descriptor, size_bytes, offset)
            while len(data) < size_bytes:
                more = os.pread(self.descriptor, size_bytes - len(data), offset + len(data))
                if not more:
                    break
                data += more
        return data


def damaged(path: Path, what: str) -> VaultDamaged:
    """Return the error that says that the file at `path` is not as the vault left it."""
    return VaultDamaged(
        "vault_damaged",
        f"{path}: {what}",
        hint="`hv check` says what else is damaged; a backup may hold a good copy",
    )


def failed(path: Path, err: OSError) -> InvalidRequest:
    """Return the error that says that the operating system refused."""
    return InvalidRequest(
        "io_error",
        f"{path}: {err.strerror or err}",
        hint="what was acknowledged before is safe; see to free space and permissions, then try again",
    )


@contextmanager
def reporting(path: Path) -> Iterator[None]:
    """Translate what the operating system refuses. Raises InvalidRequest: `io_error`."""
    try:
        yield
    except OSError as err:
        raise failed(path, err) from err
