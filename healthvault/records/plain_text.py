# SPDX-License-Identifier: Apache-2.0
"""The words of a plain text, line by line. Spec: docs/spec/contents.md section 3."""

from collections.abc import Iterator

from healthvault.records.probe import Probe
from healthvault.records.reading import Inside
from healthvault.records.statements import Passage, Statement

__all__ = ["encodable", "read_text", "words_of_lines"]

MAX_LINE_CHARS = 2000


def read_text(probe: Probe, _inside: Inside) -> Iterator[Statement]:
    """Yield the lines of a text."""
    yield from words_of_lines(probe.whole_text() or probe.text or "")


def words_of_lines(text: str, place: str = "line") -> Iterator[Passage]:
    """Yield a passage for each line that has words, long ones in pieces; places count lines from 1."""
    for number, line in enumerate(encodable(text).splitlines(), 1):
        words = " ".join(line.split())
        for start in range(0, len(words), MAX_LINE_CHARS):
            yield Passage(words=words[start : start + MAX_LINE_CHARS], place=f"{place} {number}")


def encodable(text: str) -> str:
    """Return a text with halves of characters joined, and those that stand alone replaced."""
    if text.isascii() or not any("\ud800" <= char <= "\udfff" for char in text):
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
