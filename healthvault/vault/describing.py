# SPDX-License-Identifier: Apache-2.0
"""Describing files that are added: in this process by code of ours, apart where a library of others does it.

Adding never fails for a description: where the other process cannot, what is known without it serves.
Spec: docs/spec/contents.md section 5.
"""

from collections import Counter
from types import TracebackType
from typing import BinaryIO, Self

from healthvault.records.describe import describe
from healthvault.records.description import Description
from healthvault.records.extras import is_installed
from healthvault.records.reading import is_described_apart
from healthvault.sandbox.reader import ReaderFailed, Sandbox

__all__ = ["Describer"]


class Describer:
    """Describes the files of one command. Use it as a context; nothing is started before a file needs it."""

    def __init__(self) -> None:
        self._sandbox = Sandbox()
        self.missing: Counter[str] = Counter()
        """How many files an extra that is not installed would have told more of, by its name."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the process, if there is one."""
        self._sandbox.close()

    def describe(self, stream: BinaryIO, *, name: str, size_bytes: int) -> Description:
        """Return the description of a file.

        Args:
            stream: Seekable, at its start; *unverified* bytes. It is left at its start.
            name: The file's own name.
            size_bytes: Size of the file.

        Raises:
            OSError: The stream cannot be read.
        """
        plain = describe(stream, name=name, size_bytes=size_bytes)
        if not is_described_apart(plain.kind):
            return plain
        if not is_installed(plain.kind):  # these kinds are called like the extras that read them
            self.missing[plain.kind] += 1
            return plain
        try:
            return self._sandbox.describe(stream, name=name, size_bytes=size_bytes)
        except ReaderFailed:
            return plain
        finally:
            stream.seek(0)
