# SPDX-License-Identifier: Apache-2.0
"""Where `-o` writes a small thing as a whole: a file that is made sure of before it is needed, or stdout."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from healthvault.cli.options import is_stdout
from healthvault.storage.outputs import OutputFile

__all__ = ["opened_output"]


@contextmanager
def opened_output(path: Path) -> Iterator[Callable[[bytes], object]]:
    """Open what `-o` names before anything is changed, and yield what writes it after, whole and at once.

    Raises:
        InvalidRequest: `unsafe_output`, the file is there already; `io_error`.
    """
    if is_stdout(path):
        yield sys.stdout.buffer.write
        return
    with OutputFile(path) as file:

        def write(data: bytes) -> None:
            file.write(data)
            file.publish()

        yield write
