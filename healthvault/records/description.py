# SPDX-License-Identifier: Apache-2.0
"""What is said of a document: `Found` as a reader of one format leaves it, `Description` as it is stored.

Between the two every text is made single-line, cut and made encodable; nothing is escaped, which is the
display's work. All of it is the file's own word. Spec: docs/spec/records.md section 2.
"""

from dataclasses import dataclass

from healthvault.records.categories import Category, Sensitivity
from healthvault.records.kinds import CATEGORIES, MEDIA_TYPES, Kind

__all__ = ["MAX_TEXT_CHARS", "Description", "Found", "one_line", "stem"]

MAX_TEXT_CHARS = 200
LOOK_CHARS = 4 * MAX_TEXT_CHARS  # of a longer text no more is looked at


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """A document as lists show it; every text is stripped, single-line and at most 200 characters."""

    kind: str
    """A value of `Kind`."""
    media_type: str
    title: str
    """Never empty: the file's own name when it says nothing better."""
    date: str | None
    """ISO 8601 as far as known: 2024, 2024-03 or 2024-03-15."""
    author: str | None
    source: str | None
    """The organisation or system that the file names as its origin."""
    category: str
    """A value of `Category`."""
    sensitivity: tuple[str, ...]
    """Values of `Sensitivity`, sorted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a reader of one format found; texts are raw, dates are ISO 8601."""

    kind: Kind
    media_type: str | None = None
    """None: the usual one of the kind."""
    title: str | None = None
    date: str | None = None
    author: str | None = None
    source: str | None = None
    category: Category | None = None
    """None: the usual one of the kind."""
    sensitivity: frozenset[Sensitivity] = frozenset()
    """How the file itself is labelled."""

    def finished(self, name: str) -> Description:
        """Return the description, with the file's own name where a title is missing."""
        return Description(
            kind=self.kind.value,
            media_type=self.media_type or MEDIA_TYPES[self.kind],
            title=one_line(self.title) or one_line(stem(name)) or one_line(name) or self.kind.value,
            date=self.date,
            author=one_line(self.author),
            source=one_line(self.source),
            category=(self.category or CATEGORIES.get(self.kind, Category.OTHER)).value,
            sensitivity=tuple(sorted(label.value for label in self.sensitivity)),
        )


def one_line(text: str | None) -> str | None:
    """Return the text on one line, cut and without surrogates, or None if nothing of it can be seen."""
    if not text:
        return None
    line = " ".join(text.strip()[:LOOK_CHARS].split())
    if not line.isprintable():
        line = line.encode("utf-8", "replace").decode("utf-8")
        if not any(char.isprintable() and char != " " for char in line):
            return None
    return line if len(line) <= MAX_TEXT_CHARS else line[: MAX_TEXT_CHARS - 1].rstrip() + "…"


def stem(name: str) -> str:
    """Return a file's own name without folders and without its last suffix."""
    base = name.replace("\\", "/").rstrip("/").rpartition("/")[2]
    return base.rpartition(".")[0] or base
