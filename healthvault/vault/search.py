# SPDX-License-Identifier: Apache-2.0
"""Searching: from what a person types to documents and the lines that have it. Spec: docs/spec/contents.md 9.1."""

import re
from collections.abc import Iterator, Sequence

from healthvault.errors import InvalidRequest
from healthvault.records.folding import has_words, marked
from healthvault.storage.contents import Contents
from healthvault.storage.search_rows import Found, Line, SearchRows, Sought, Word

__all__ = ["Found", "Line", "Sought", "Word", "marks_in", "search", "words_of_arguments"]

LINES = 3  # of each document
MAX_WORDS = 40
MAX_WORD_CHARS = 400
_PIECE = re.compile(r'"([^"]*)"?(\*?)|([^\s"]+)')


def words_of_arguments(arguments: Sequence[str]) -> tuple[Word, ...]:
    """Return the words and phrases that are looked for.

    An argument with spaces is a phrase, and so is what stands between double quotes; a `*` at the end of one
    stands for any ending. What has neither letter nor digit is passed over.

    Raises:
        InvalidRequest: `too_many_words`.
    """
    words = tuple(word for argument in arguments for word in _words(argument) if has_words(word.text))
    if len(words) > MAX_WORDS or any(len(word.text) > MAX_WORD_CHARS for word in words):
        raise InvalidRequest(
            "too_many_words", f"more than {MAX_WORDS} words, or one that is too long", hint="search for fewer"
        )
    return words


def search(contents: Contents, sought: Sought, *, limit: int) -> tuple[tuple[Found, ...], int]:
    """Return the documents that have what is sought, the best first; and how many there are in all.

    Args:
        contents: Brought up.
        sought: At least a word or a code.
        limit: At most so many.
    """
    return SearchRows(contents).found(sought, limit=limit, lines=LINES)


def marks_in(text: str, sought: Sought) -> tuple[tuple[int, int], ...]:
    """Return where the words that were sought stand in a text: first character, and behind the last."""
    words = [(word.text, word.is_prefix) for word in sought.words]
    return marked(text, [*words, (sought.code, False)] if sought.code else words)


def _words(argument: str) -> Iterator[Word]:
    if '"' not in argument:
        yield Word(text=argument.rstrip("*"), is_prefix=argument.endswith("*"))
        return
    for phrase, star, plain in _PIECE.findall(argument):
        yield Word(text=plain.rstrip("*") or phrase, is_prefix=bool(star) or plain.endswith("*"))
