# SPDX-License-Identifier: Apache-2.0
"""An event as a tree of named parts: the same tree out of XML and out of JSON-LD.

A name is that of EPCIS, or `{namespace}local` for an extension. Unverified, and bounded by whoever builds it.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from healthvault.errors import FormatError

__all__ = ["Budget", "Part"]

MAX_PARTS = 200_000  # of one document: about 100 MB as objects
MAX_TEXT_CHARS = 4000  # of one value


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A named value, or a named list of parts, or both."""

    name: str
    text: str = ""
    parts: "tuple[Part, ...]" = ()

    def all(self, *names: str) -> "Iterator[Part]":
        """Yield the parts directly within it of some names."""
        return (part for part in self.parts if part.name in names)

    def first(self, *path: str) -> "Part | None":
        """Return the first part at a path of names; None if there is none."""
        found: Part | None = self
        for name in path:
            found = next(found.all(name), None) if found is not None else None
        return found

    def told(self, *path: str) -> str:
        """Return the text at a path of names, stripped; empty if there is none."""
        found = self.first(*path)
        return found.text.strip() if found is not None else ""


class Budget:
    """Counts the parts of a document while they are made."""

    def __init__(self) -> None:
        self._left = MAX_PARTS

    def spend(self, text: str) -> str:
        """Count one part and return its text. Raises FormatError: `too_large`."""
        self._left -= 1
        if self._left < 0 or len(text) > MAX_TEXT_CHARS:
            raise FormatError("too_large", "more parts, or a longer value, than are read")
        return text
