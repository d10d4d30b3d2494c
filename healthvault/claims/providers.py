# SPDX-License-Identifier: Apache-2.0
"""Whether two names are of the same provider: by their words, without titles, forms of companies and accents.

A comparison of words, no register: two doctors called Lee are one here. Spec: docs/spec/claims.md section 4.2.
"""

import re
import unicodedata
from collections.abc import Iterable
from difflib import SequenceMatcher
from functools import lru_cache

__all__ = ["agree", "are_known"]

CLOSE_RATIO = 0.8  # of two words, by SequenceMatcher
_EMPTY_WORDS = """
dr doctor prof professor med md do dds phd rn np pa mr mrs ms miss the of and der die das de da dos la le el inc
llc ltd gmbh pc plc co corp corporation group practice office clinic clinica clinique hospital hospitals center
centre medical health healthcare care praxis pharmacy apotheke farmacia
"""
_EMPTY = frozenset(_EMPTY_WORDS.split())
MAX_WORDS = 12
MIN_SHORT_CHARS = 3  # of a word cut short, with its full stop


def are_known(names: Iterable[str]) -> bool:
    """Tell whether names say anything by which a provider can be told."""
    return any(map(_words, names))


def agree(ours: Iterable[str], theirs: Iterable[str]) -> bool:
    """Tell whether one of several names means the same provider as one of several others."""
    others = [words for name in theirs if (words := _words(name))]
    return any(_same(words, other) for name in ours if (words := _words(name)) for other in others)


@lru_cache(maxsize=20_000)
def _words(name: str) -> frozenset[str]:
    plain = unicodedata.normalize("NFKD", name.casefold())
    text = "".join(char for char in plain if not unicodedata.combining(char))
    words = [word for word in re.findall(r"\w+\.?", text) if len(word.rstrip(".")) > 1][:MAX_WORDS]
    telling = frozenset(word for word in words if word.rstrip(".") not in _EMPTY)
    return telling or frozenset(words)


@lru_cache(maxsize=100_000)
def _same(one: frozenset[str], other: frozenset[str]) -> bool:
    """Tell whether more than half of the words of the shorter name stand in the other, or nearly so."""
    few, many = sorted((one, other), key=len)
    found = sum(any(_close(word, each) for each in many) for word in few)
    return 2 * found > len(few)


def _close(one: str, other: str) -> bool:
    short, long = sorted((one, other), key=len)
    if one == other or f"{short}." == long:
        return True
    if any(each.endswith(".") and whole.startswith(each[:-1]) for each, whole in ((one, other), (other, one))):
        return min(len(one), len(other)) > MIN_SHORT_CHARS  # `Gen.` is General
    if one.isdigit() or other.isdigit() or min(len(one), len(other)) < 4:
        return False
    compared = SequenceMatcher(None, one, other)
    bounds = (compared.real_quick_ratio, compared.quick_ratio, compared.ratio)  # the cheap ones are never less
    return all(bound() >= CLOSE_RATIO for bound in bounds)
