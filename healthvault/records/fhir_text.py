# SPDX-License-Identifier: Apache-2.0
"""The running text of FHIR resources: narratives without their tags, section by section, and notes.

Nothing of the markup is followed or kept. Spec: docs/spec/contents.md section 3.
"""

import html
import re
from collections.abc import Iterator

from healthvault.records.json_walk import Json, items_at, text_at, value_at
from healthvault.records.plain_text import words_of_lines
from healthvault.records.statements import Passage

__all__ = ["narrative_text", "passages_of"]

MAX_DIV_CHARS = 1 << 20  # of one narrative
MAX_PARTS = 1000  # sections or notes of one resource
MAX_SECTION_DEPTH = 5
_BLOCKS = "p|div|tr|li|br|h[1-6]|table|thead|tbody|caption|ul|ol|dl|dt|dd|hr|pre"
_BLOCK = re.compile(rf"</?(?:{_BLOCKS})\b[^<>]*>", re.IGNORECASE)
_INLINES = "a|abbr|b|big|cite|code|em|i|q|s|small|span|strong|sub|sup|tt|u"
_INLINE = re.compile(rf"</?(?:{_INLINES})\b[^<>]*>", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*>")
_NOTES = ("note", "comments", "comment", "patientInstruction")


def passages_of(resource: Json, place: str) -> Iterator[Passage]:
    """Yield the passages of the resource (unverified) at a place."""
    prefix = f"{place}." if place else ""
    yield from _narrative(resource, f"{prefix}text")
    yield from _sections(resource, prefix, 1)
    for name in _NOTES:
        for number, note in enumerate(items_at(resource, name)[:MAX_PARTS]):
            words = text_at(note) or text_at(note, "text") or ""
            yield from _lines(words, f"{prefix}{name}[{number}]")


def narrative_text(div: str) -> str:
    """Return the words of XHTML, a line for each block."""
    text = _BLOCK.sub("\n", div[:MAX_DIV_CHARS])
    return html.unescape(_TAG.sub(" ", _INLINE.sub("", text)))


def _narrative(holder: Json, place: str) -> Iterator[Passage]:
    if div := text_at(holder, "text", "div"):
        yield from _lines(narrative_text(div), place)


def _sections(holder: Json, prefix: str, depth: int) -> Iterator[Passage]:
    for number, section in enumerate(items_at(holder, "section")[:MAX_PARTS]):
        place = f"{prefix}section[{number}]"
        yield from _lines(text_at(section, "title") or "", place)
        yield from _narrative(section, place)
        if depth < MAX_SECTION_DEPTH and value_at(section, "section") is not None:
            yield from _sections(section, f"{place}.", depth + 1)


def _lines(text: str, place: str) -> Iterator[Passage]:
    """Yield the lines of a text; a place names the text, not the line."""
    for passage in words_of_lines(text):
        yield Passage(words=passage.words, place=place)
