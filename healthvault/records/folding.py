# SPDX-License-Identifier: Apache-2.0
"""How words are compared when somebody looks for them: letter case, diacritics and width of letters do not count.

Scripts that put no spaces between words are searched character by character, so that any part of a line is found.
What is folded is only compared, never shown. Pure. Spec: docs/spec/contents.md section 9.1.
"""

import re
import unicodedata

__all__ = ["apart", "folded", "has_words", "marked"]

_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u2e80-\u2fdf\u3040-\u318f\u31a0-\u31ff\u3400-\u9fff"
    "\ua960-\ua97f\uaa60-\uaa7f\uac00-\ud7ff\uf900-\ufaff\U0001b000-\U0001b2ff\U00020000-\U0003ffff]"
)
"""Thai, Lao, Burmese, Khmer, Chinese, Japanese, Korean: no spaces, or endings without one."""


def folded(text: str) -> str:
    """Return a text as it is compared: compatible forms are one, small letters, no accents."""
    if text.isascii():
        return text.lower()
    return "".join(map(_folded, text))


def apart(text: str) -> str:
    """Return a text as it is searched: folded, and a space around each character of an unspaced script."""
    plain = folded(text)
    return plain if plain.isascii() else _UNSPACED.sub(r" \g<0> ", plain)


def has_words(text: str) -> bool:
    """Tell whether anything in a text can be searched."""
    return any(map(str.isalnum, text))


def marked(text: str, words: "list[tuple[str, bool]]") -> tuple[tuple[int, int], ...]:
    """Return where the words that were looked for stand in a text: first and behind the last character, rising.

    Args:
        text: As it is shown.
        words: Each as it was typed, and whether it is the beginning of a word only.
    """
    plain, places = _with_places(text)
    spans: list[tuple[int, int]] = []
    for word, is_prefix in words:
        spans += [
            (places[found.start()], places[found.end()]) for found in _finder(word, is_prefix).finditer(plain)
        ]
    return _joined(spans)


def _folded(char: str) -> str:
    if char.isascii():
        return char.lower()
    whole = unicodedata.normalize("NFKD", char).casefold()
    return "".join(part for part in whole if not "\u0300" <= part <= "\u036f")


def _with_places(text: str) -> tuple[str, list[int]]:
    """Return a folded text and, for each place in it and its end, the place in the text."""
    if text.isascii():
        return text.lower(), list(range(len(text) + 1))
    plain, places = "", []
    for place, char in enumerate(text):
        parts = _folded(char)
        plain += parts
        places += [place] * len(parts)
    return plain, [*places, len(text)]


def _finder(word: str, is_prefix: bool) -> "re.Pattern[str]":  # noqa: FBT001  one word and what it is
    pieces = re.findall(r"\w+", apart(word).replace("_", " "))
    if not pieces:
        return re.compile(r"(?!)")
    edge = "" if is_prefix or _UNSPACED.search(pieces[-1]) else r"(?![^\W_])"
    start = "" if _UNSPACED.search(pieces[0]) else r"(?<![^\W_])"
    return re.compile(start + r"[\W_]*".join(map(re.escape, pieces)) + edge)


def _joined(spans: list[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    joined: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return tuple(joined)
