# SPDX-License-Identifier: Apache-2.0
"""What age files are read from: anything with `read`, such as an open file or another payload.

Does not seek and does not know how long the stream is. Spec: docs/spec/age.md.
"""

from typing import Protocol

__all__ = ["Prefixed", "Source", "read_fully"]


class Source(Protocol):
    """A stream of unverified bytes: an open file, or the plaintext of a payload."""

    def read(self, size: int, /) -> bytes:
        """Return up to `size` bytes, and none only at the end."""


class Prefixed:
    """A stream of which some bytes were read already, to tell what it is; they are read again first."""

    def __init__(self, first: bytes, rest: Source) -> None:
        self.first = first
        self._ahead = first
        self._rest = rest

    def read(self, size: int, /) -> bytes:
        """Return up to `size` bytes, and none only at the end. Raises what the stream raises."""
        if not self._ahead:
            return self._rest.read(size)
        given, self._ahead = self._ahead[:size], self._ahead[size:]
        return given


def read_fully(source: Source, size_bytes: int) -> bytes:
    """Return exactly `size_bytes` bytes, or fewer if the source ends before; pipes may give less than asked."""
    data = source.read(size_bytes)
    while data and len(data) < size_bytes:
        more = source.read(size_bytes - len(data))
        if not more:
            break
        data += more
    return data
