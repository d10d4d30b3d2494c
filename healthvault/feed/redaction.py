# SPDX-License-Identifier: Apache-2.0
"""What is taken out of a feed before it leaves, by rules that know no language: names that are known, patterns.

A rule takes out what it can name and nothing else. A name that nobody told the vault, a rare disease, a place or a
way of writing still tell who is meant: what is left is pseudonymised at best, never anonymous.
Spec: docs/spec/context.md section 5.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import Enum

__all__ = ["Redaction", "Rule", "make_redaction", "parse_rule"]

_SHORTEST_NAME = 3  # shorter parts of names, such as `de`, are words of other things too
_CATEGORY = "category:"
_UUID_CHARS, _UUID_HYPHENS = 36, 4
_FEWEST_DIGITS = 6  # of a number that is taken for somebody's, where nobody says that it is


class Rule(Enum):
    """What is taken out."""

    NAMES = "names"
    DATES = "dates"
    IDENTIFIERS = "identifiers"
    CONTACTS = "contacts"
    TEXT = "text"


_MONTHS = (
    "jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    "|nov(?:ember)?|dec(?:ember)?"
)
_START, _END = r"(?<![^\W_])", r"(?![^\W_])"  # of a word; an underscore parts words, as in names of files
_DATES = re.compile(
    rf"{_START}(?:"
    r"\d{4}-\d{2}(?:-\d{2})?(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?"
    r"|\d{1,2}[./_-]\d{1,2}[./_-](?:\d{4}|\d{2})"
    r"|\d{4}[./_]\d{1,2}[./_]\d{1,2}"
    r"|(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:\d{4,6})?"
    rf"|\d{{1,2}}(?:st|nd|rd|th)?\.? (?:{_MONTHS})\.?,? \d{{4}}"
    rf"|(?:{_MONTHS})\.? \d{{1,2}}(?:st|nd|rd|th)?,? \d{{4}}"
    rf"){_END}",
    re.IGNORECASE,
)
_IDENTIFIERS = re.compile(
    rf"{_START}(?:"
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
    r"|[A-Z]{0,4}\d[\d-]{4,}\d[A-Z]?"
    r"|\d{3} \d{2} \d{4}"
    rf"){_END}",
    re.IGNORECASE,
)
_CONTACTS = re.compile(
    rf"{_START}[a-z][a-z0-9+.-]{{0,20}}://[^\s<>\"]+"
    rf"|{_START}[\w.+-]{{1,64}}@[\w-]{{1,63}}(?:\.[\w-]{{1,63}})+\b"
    rf"|{_START}(?<!\.)(?:\+\d{{1,3}}[ .-]?)?(?:\(\d{{1,5}}\)[ .-]?)?"
    rf"\d{{2,5}}(?:[ .-]\d{{2,5}}){{1,4}}{_END}(?!\.\w)",
    re.IGNORECASE,
)
_WIDE, _NARROW = range(0xFF01, 0xFF5F), 0xFEE0  # letters as wide as Chinese ones, and how far theirs are from them


@dataclass(frozen=True, slots=True, kw_only=True)
class Redaction:
    """Rules, ready to be applied."""

    rules: frozenset[Rule] = frozenset()
    categories: frozenset[str] = frozenset()
    _names: re.Pattern[str] | None = field(default=None, repr=False)
    _numbers: re.Pattern[str] | None = field(default=None, repr=False)

    @property
    def words(self) -> tuple[str, ...]:
        """The rules as they are typed, sorted."""
        return tuple(sorted([rule.value for rule in self.rules] + [_CATEGORY + one for one in self.categories]))

    def drops(self, category: str) -> bool:
        """Tell whether what is about this is left out."""
        return category in self.categories

    def text(self, text: str | None) -> str | None:
        """Return a text without what the rules name; a mark stands in the place of each."""
        if text is None:
            return None
        said = unicodedata.normalize("NFC", text)
        if self.rules:
            said = _plain(said)
        if Rule.CONTACTS in self.rules:
            said = _CONTACTS.sub(_unless_date, said)
        if Rule.DATES in self.rules:
            said = _DATES.sub("[date]", said)
        if self._numbers is not None:
            said = self._numbers.sub("[identifier]", said)
        if Rule.IDENTIFIERS in self.rules:
            said = _IDENTIFIERS.sub(_number_or_date, said)
        if self._names is not None:
            said = self._names.sub("[name]", said)
        return said

    def free_text(self, text: str | None) -> str | None:
        """Return what somebody wrote in words of their own; None where the rules leave all of it out."""
        return None if Rule.TEXT in self.rules else self.text(text)

    def date(self, date: str | None) -> str | None:
        """Return a date, only its year where the rules say so."""
        return date[:4] if date is not None and Rule.DATES in self.rules else date


def parse_rule(text: str) -> tuple[Rule | None, str]:
    """Return a rule, or the category that is left out. Raises ValueError: it is neither."""
    if text.startswith(_CATEGORY) and len(text) > len(_CATEGORY):
        return None, text.removeprefix(_CATEGORY)
    known = ", ".join(rule.value for rule in Rule)
    try:
        return Rule(text), ""
    except ValueError as err:
        raise ValueError(f"{text!r} is no rule; there are {known} and category:WORD") from err


def make_redaction(
    rules: Iterable[tuple[Rule | None, str]], *, names: Iterable[str], identifiers: Iterable[str]
) -> Redaction:
    """Return the rules, ready to be applied.

    Args:
        rules: As `parse_rule` returns them.
        names: Of people, as far as they are known; each part of three letters or more is taken out.
        identifiers: Numbers of people, as far as they are known.
    """
    said = list(rules)
    chosen = frozenset(rule for rule, _ in said if rule is not None)
    parts = [part for name in names for part in _parts_of(name)]
    numbers = [_plain(each).strip() for each in identifiers if len(each.strip()) > 1]
    return Redaction(
        rules=chosen,
        categories=frozenset(word for rule, word in said if rule is None),
        _names=_any_of(parts) if Rule.NAMES in chosen else None,
        _numbers=_any_of(numbers) if Rule.IDENTIFIERS in chosen else None,
    )


def _parts_of(name: str) -> list[str]:
    whole = _plain(unicodedata.normalize("NFC", " ".join(name.split())))
    parts = [part for part in re.split(r"[^\w'\u2019-]+", whole) if len(part) >= _SHORTEST_NAME]
    bare = [_without_marks(part) for part in (whole, *parts)]
    return [each for each in (whole, *parts, *bare) if len(each) >= _SHORTEST_NAME]


def _plain(text: str) -> str:
    """Return a text as patterns know it: blanks, hyphens, wide letters in one form, no character unseen."""
    return "".join(map(_plain_char, text))


def _plain_char(char: str) -> str:
    if ord(char) in _WIDE:
        return chr(ord(char) - _NARROW)
    return {"Cf": "", "Zs": " ", "Pd": "-"}.get(unicodedata.category(char), char)


def _without_marks(text: str) -> str:
    """Return a name as people type it who have no such letters: `Goncalves`."""
    split = unicodedata.normalize("NFD", text)
    return unicodedata.normalize("NFC", "".join(char for char in split if not unicodedata.combining(char)))


def _any_of(texts: Sequence[str]) -> re.Pattern[str] | None:
    """Return what finds any of these as whole words, the longest first."""
    longest = sorted({text.casefold(): text for text in texts}.values(), key=lambda text: (-len(text), text))
    if not longest:
        return None
    return re.compile(f"{_START}(?:{'|'.join(map(re.escape, longest))}){_END}", re.IGNORECASE)


def _unless_date(match: re.Match[str]) -> str:
    """Keep what is written as a date: whether that goes is for another rule to say."""
    return match[0] if _DATES.fullmatch(match[0]) else "[contact]"


def _number_or_date(match: re.Match[str]) -> str:
    """Keep dates, and codes such as `2276-4`, which have too few digits to name anybody."""
    digits = sum(map(str.isdigit, match[0]))
    is_uuid = match[0].count("-") == _UUID_HYPHENS and len(match[0]) == _UUID_CHARS
    is_kept = (
        "-" in match[0] and not is_uuid and (digits < _FEWEST_DIGITS or _DATES.fullmatch(match[0]) is not None)
    )
    return match[0] if is_kept else "[identifier]"
