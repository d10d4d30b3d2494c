# SPDX-License-Identifier: Apache-2.0
"""Names of people, compared in spite of how they are written: letter case, marks, titles, order, initials.

A name that is not divided into family and given name is read in every way that it can be; the reading that agrees
best counts. Names in different scripts cannot be compared. Spec: docs/spec/identity.md section 3.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from healthvault.identity.agreement import Agreement
from healthvault.records.statements import Name

__all__ = ["NameMatch", "best_match", "shown_name"]

_TITLES = frozenset(
    {"mr", "mrs", "ms", "miss", "mx", "dr", "prof", "sir", "dame", "herr", "frau", "mme", "mlle"}
    | {"md", "phd", "rn", "dds", "esq", "mph"}
)
_GENERATIONS = {"jr": "jr", "junior": "jr", "sr": "sr", "senior": "sr", "ii": "ii", "iii": "iii", "iv": "iv"}
_NOBODY = frozenset(
    {"unknown", "unk", "anonymous", "anon", "anonymized", "anonymised", "none", "deidentified", "redacted"}
    | {"baby", "babyboy", "babygirl", "boy", "girl", "newborn", "infant"}
)
_MARKS = re.compile("[\u0300-\u036f]")
_APOSTROPHES = re.compile("['\u2018\u2019\u02bc`\u00b4.]")
_WORD = re.compile(r"[^\W_]+(?:[-\u2010\u2011][^\W_]+)*")
_HYPHENS = re.compile("[-\u2010\u2011]")
_PLAIN = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "\u0131": "i", "þ": "th", "ð": "d"})
_GERMAN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa", "æ": "ae", "ł": "l", "đ": "d"})
_EAST_ASIAN = frozenset({"CJK", "HIRAGANA", "KATAKANA", "HANGUL"})
_MOST_WORDS = 8  # of a name in one piece, or of given names
_MOST_NAMES = 32
_MOST_CHARS = 500
_REMEMBERED = 2048  # words and names: those of the owner come again with every subject
_LEAST_PREFIX = 3
_LEAST_TYPED = 4  # letters of which one may be mistyped
Words = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NameMatch:
    """How far two names agree, part by part."""

    family: Agreement
    given: Agreement
    generation: Agreement = Agreement.SAME
    """`CLOSE` if one says Jr, III and so on and the other does not."""

    @property
    def is_comparable(self) -> bool:
        """Whether anything could be compared."""
        return (self.family, self.given) != (Agreement.UNKNOWN, Agreement.UNKNOWN)

    @property
    def is_whole(self) -> bool:
        """Whether family and given name are the same."""
        return self.family is Agreement.SAME and self.given is Agreement.SAME

    @property
    def is_contradicted(self) -> bool:
        """Whether a part contradicts."""
        return Agreement.DIFFERENT in {self.family, self.given, self.generation}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reading:
    family: Words
    given: Words
    generation: str | None
    is_sure: bool = True
    """Not if the order of the two may be the other one."""


NOTHING = NameMatch(family=Agreement.UNKNOWN, given=Agreement.UNKNOWN)


def best_match(ones: Iterable[Name], others: Iterable[Name]) -> tuple[NameMatch, Name, Name] | None:
    """Return how far the two names agree that agree best, and these names; None if none can be compared."""
    second = tuple(islice(others, _MOST_NAMES))
    found = [(_matched(one, other), one, other) for one in ones for other in second]
    comparable = [each for each in found if each[0].is_comparable]
    return max(comparable, key=lambda each: _rank(each[0]), default=None)


def shown_name(name: Name) -> str:
    """Return a name in one line, as it is written."""
    return " ".join((name.text or " ".join((*name.given, name.family or ""))).split())


def _rank(match: NameMatch) -> tuple[int, int, int]:
    return (match.family + match.given, match.given, match.generation)


@lru_cache(maxsize=_REMEMBERED)
def _matched(one: Name, other: Name) -> NameMatch:
    found = [_compare(read, other_read) for read in _readings(one) for other_read in _readings(other)]
    comparable = [match for match in found if match.is_comparable]  # a contradiction is more than silence
    return max(comparable, key=_rank, default=NOTHING)


def _compare(one: _Reading, other: _Reading) -> NameMatch:
    if _script((*one.family, *one.given)) != _script((*other.family, *other.given)):
        return NOTHING
    family, given = _families(one.family, other.family), _givens(one.given, other.given)
    if not (one.is_sure and other.is_sure):
        family, given = min(family, Agreement.CLOSE), min(given, Agreement.CLOSE)
    if one.generation == other.generation:
        return NameMatch(family=family, given=given)
    is_one_sided = one.generation is None or other.generation is None
    generation = Agreement.CLOSE if is_one_sided else Agreement.DIFFERENT
    return NameMatch(family=family, given=given, generation=generation)


def _families(one: Words, other: Words) -> Agreement:
    if not one or not other:
        return Agreement.UNKNOWN
    if _are_same(one, other):
        return Agreement.SAME
    first, second = _pieces(one), _pieces(other)
    if first <= second or second <= first or _is_slip("".join(one), "".join(other)):
        return Agreement.CLOSE
    return Agreement.DIFFERENT


def _givens(one: Words, other: Words) -> Agreement:
    if not one or not other:
        return Agreement.UNKNOWN
    if _are_same(one, other):
        return Agreement.SAME
    if _are_same(one[:1], other[:1]):
        return Agreement.CLOSE if _contradict(one[1:], other[1:]) else Agreement.SAME
    first, second = _letters(one[0]), _letters(other[0])
    is_initial = min(len(first), len(second)) == 1 and first[0] == second[0]
    is_middle = any(_are_same(one[:1], (word,)) for word in other) or any(
        _are_same(other[:1], (word,)) for word in one
    )
    is_short = min(len(first), len(second)) >= _LEAST_PREFIX and (
        first.startswith(second) or second.startswith(first)
    )
    if is_initial or is_middle or is_short or _is_slip(one[0], other[0]):
        return Agreement.CLOSE
    return Agreement.DIFFERENT


def _contradict(ones: Words, others: Words) -> bool:
    """Tell whether middle names contradict: each of the fewer is among the others, or an initial of one."""
    fewer, more = sorted((ones, others), key=len)
    return not all(any(_is_word(one, other) for other in more) for one in fewer)


def _is_word(one: str, other: str) -> bool:
    first, second = _letters(one), _letters(other)
    is_initial = min(len(first), len(second)) == 1 and first[0] == second[0]
    return is_initial or _are_same((one,), (other,))


def _is_slip(one: str, other: str) -> bool:
    """Tell whether two words are the same but for one letter: more, less, another, or two that changed places."""
    first, second = sorted((_letters(one), _letters(other)), key=len)
    if len(first) < _LEAST_TYPED or len(second) - len(first) > 1:
        return False
    start = next((place for place, char in enumerate(first) if char != second[place]), len(first))
    if len(first) < len(second):
        return first[start:] == second[start + 1 :]
    rest, other_rest = first[start:], second[start:]
    return rest[1:] == other_rest[1:] or (rest[:2] == other_rest[1::-1] and rest[2:] == other_rest[2:])


def _are_same(ones: Words, others: Words) -> bool:
    return bool(_forms("".join(ones)) & _forms("".join(others)))


def _pieces(words: Words) -> frozenset[str]:
    return frozenset(_letters(piece) for word in words for piece in _HYPHENS.split(word) if piece)


@lru_cache(maxsize=_REMEMBERED)
def _letters(word: str) -> str:
    """Return letters and digits without marks."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", word).casefold().translate(_PLAIN))
    return "".join(filter(str.isalnum, _MARKS.sub("", plain)))


@lru_cache(maxsize=_REMEMBERED)
def _forms(text: str) -> frozenset[str]:
    """Return the ways in which a word is written without marks: `Müller` as `muller` and `mueller`."""
    german = unicodedata.normalize("NFKC", text).casefold().translate(_GERMAN)
    return frozenset({_letters(text), _letters(german)})


@lru_cache(maxsize=_REMEMBERED)
def _readings(name: Name) -> tuple[_Reading, ...]:
    """Return the ways in which a name can be meant; none if it names nobody."""
    generation = _generation(name)
    if name.family or any(name.given):
        family, given = _plain(_words(name.family or "")), _plain(_words(" ".join(name.given)))
        divided = [(family, given, True), (given, family, False)] if family or given else []
        if name.text and _script(_words(name.text)) != _script((*family, *given)):
            divided += _divided(name.text)  # in ideographs, say, beside parts in letters
    else:
        divided = list(_divided(name.text or ""))
    return tuple(
        _Reading(family=one, given=other, generation=generation, is_sure=is_sure)
        for one, other, is_sure in divided
    )


def _divided(text: str) -> Iterator[tuple[Words, Words, bool]]:
    """Yield family name, given names, and whether that is the usual order, of a name in one piece."""
    before, comma, after = text.partition(",")
    given = _plain(_words(after))
    if comma and given:
        yield _plain(_words(before)), given, True
        return
    words = _plain(_words(text))
    is_east_asian = _script(words) in _EAST_ASIAN
    if len(words) == 1 and is_east_asian:
        words = tuple(words[0])[:_MOST_WORDS]
    if len(words) == 1:
        yield (), words, True
        yield words, (), False
    for count in range(1, len(words)):
        yield words[-count:], words[:-count], not is_east_asian
        yield words[:count], words[count:], is_east_asian


def _words(text: str) -> Words:
    return tuple(_WORD.findall(_APOSTROPHES.sub("", unicodedata.normalize("NFKC", text[:_MOST_CHARS]))))


def _plain(words: Words) -> Words:
    """Return words without titles, generations and what stands for nobody; titles alone are names."""
    kept = tuple(word for word in words if word.casefold() not in _TITLES and word.casefold() not in _GENERATIONS)
    return tuple(word for word in kept or words if _letters(word) not in _NOBODY)[:_MOST_WORDS]


def _generation(name: Name) -> str | None:
    words = _words(" ".join((name.text or "", *name.given, name.family or "")))
    return next((_GENERATIONS[word.casefold()] for word in words if word.casefold() in _GENERATIONS), None)


def _script(words: Words) -> str:
    letter = next((char for word in words for char in word if char.isalpha()), "")
    return unicodedata.name(letter, "").partition(" ")[0] if letter else ""
