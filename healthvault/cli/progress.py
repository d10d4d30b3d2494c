# SPDX-License-Identifier: Apache-2.0
"""One line on stderr that says how far long work has come, on a terminal only.

It appears after a second, so that short commands stay silent, and is gone before anything else is printed.
"""

import os
import sys
import time

from healthvault.cli.text import readable_size, safe

__all__ = ["Progress", "progress_line"]

_SILENT_SECONDS = 1.0
_REDRAW_SECONDS = 0.1
_ERASE_LINE = "\r\x1b[K"


class Progress:
    """Counts bytes; the `Observer` that the vault reports to."""

    def __init__(self) -> None:
        self._total_bytes = 0
        self._next_redraw = time.monotonic() + _SILENT_SECONDS
        self._is_shown = False

    def advance(self, amount_bytes: int, label: str) -> None:
        """Note that so many bytes more are done, of the thing that the label names."""
        self._total_bytes += amount_bytes
        now = time.monotonic()
        if now >= self._next_redraw:
            self._next_redraw = now + _REDRAW_SECONDS
            self._is_shown = True
            columns = os.get_terminal_size(sys.stderr.fileno()).columns
            sys.stderr.write(_ERASE_LINE + progress_line(self._total_bytes, label, columns))
            sys.stderr.flush()

    def clear(self) -> None:
        """Take the line away."""
        if self._is_shown:
            self._is_shown = False
            sys.stderr.write(_ERASE_LINE)
            sys.stderr.flush()


def progress_line(total_bytes: int, label: str, columns: int) -> str:
    """Return the line, short enough for one row even if every character is a wide one."""
    done = f"{readable_size(total_bytes):>8}  "
    room = max(0, columns - len(done) - 1)
    shown = safe(label)
    return done + shown[: room if shown.isascii() else room // 2]
