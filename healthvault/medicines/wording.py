# SPDX-License-Identifier: Apache-2.0
"""When two names mean one medicine: the same code, or the same words; never by a guess.

Whatever could be two strengths stays two medicines, and so does a name that could belong to either of them.
Pure. Spec: docs/spec/medicines.md section 3.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from itertools import combinations

from healthvault.records.concept import SYSTEMS, code_text
from healthvault.records.decimals import decimal_of
from healthvault.records.folding import folded
from healthvault.records.statements import Coding

__all__ = ["Medicine", "grouped", "normal_words"]

MAX_ALIKE = 100  # names that share a code or words; more than these are left apart
_UNITS = {"kg": 10**9, "g": 10**6, "mg": 10**3, "mcg": 1, "µg": 1, "μg": 1, "ug": 1}
_AMOUNT = re.compile(
    r"(?<![\w.,])(\d[\d.,]*)\s*(kg|g|mg|mcg|[µμu]g|iu|ie|i\.u\.|units?|mmol|meq|ml|%)(?![^\W\d_])(\s*/\s*[\d.,]*\s*\w+)?"
)
_SHORT = {address: word for word, addresses in SYSTEMS.items() for address in addresses}


@dataclass(frozen=True, kw_only=True)
class Medicine:
    """A medicine as a source names it: unverified words."""

    words: str
    codes: tuple[Coding, ...] = ()

    @cached_property
    def key(self) -> tuple[str, tuple[str, ...]]:
        """Words and codes as they are compared."""
        codes = {code_text(each) for each in self.codes if each.code and each.system}
        return normal_words(self.words), tuple(sorted(codes))

    @cached_property
    def strengths(self) -> frozenset[str]:
        """The amounts that its words name, in one unit of mass: `500 mg` is `0.5 g`."""
        return frozenset(_strength(*found) for found in _AMOUNT.findall(normal_words(self.words)))

    @property
    def concept(self) -> str:
        """Its first code by the order of systems, or `words|` and the words."""
        words, codes = self.key
        return min(codes, key=_rank) if codes else f"words|{words}"


def normal_words(text: str) -> str:
    """Return words as they are compared: letter case, accents, and blank space before a unit do not count."""
    plain = " ".join(folded(text).split())
    return re.sub(r"(\d) (?=(?:kg|g|mg|mcg|[µμu]g|ml|iu|%)(?![^\W\d_]))", r"\1", plain)


def grouped(medicines: Iterable[Medicine]) -> Mapping[tuple[str, tuple[str, ...]], str]:
    """Return for the key of each medicine which group it is of: the same text for one medicine.

    The order of the medicines makes no difference.
    """
    nodes = sorted({each.key: each for each in medicines}.items())
    known = dict(nodes)
    near = _neighbours(known)
    joined = {key: {key} for key in known}
    for one, other in sorted({tuple(sorted((key, each))) for key, found in near.items() for each in found}):
        around = near[one] | near[other] | {one, other}
        if not _has_conflict([known[each] for each in around]):
            whole = joined[one] | joined[other]
            joined |= dict.fromkeys(whole, whole)
    return {key: _name(key, joined[key], known) for key in known}


_Key = tuple[str, tuple[str, ...]]


def _name(key: _Key, group: set[_Key], known: Mapping[_Key, Medicine]) -> str:
    members = {key} if _has_conflict([known[each] for each in group]) else group
    words, codes = min(members)
    return "|".join((words, *codes))


def _neighbours(known: Mapping[_Key, Medicine]) -> dict[_Key, set[_Key]]:
    """Return which may be the same: they share words or a code."""
    shelves: dict[str, list[_Key]] = {}
    for key in known:
        for mark in (f"words|{key[0]}", *(f"code|{code}" for code in key[1])):
            shelves.setdefault(mark, []).append(key)
    near: dict[_Key, set[_Key]] = {key: set() for key in known}
    for alike in shelves.values():
        for one, other in combinations(alike, 2) if len(alike) <= MAX_ALIKE else ():
            if not _conflict(known[one], known[other]):
                near[one].add(other)
                near[other].add(one)
    return near


def _has_conflict(medicines: Sequence[Medicine]) -> bool:
    return any(_conflict(one, other) for one, other in combinations(medicines, 2))


def _conflict(one: Medicine, other: Medicine) -> bool:
    """Tell whether two names cannot mean one medicine: other strengths, or other codes of one system."""
    if one.strengths and other.strengths and one.strengths != other.strengths:
        return True
    mine, theirs = _by_system(one), _by_system(other)
    return any(not mine[system] & theirs[system] for system in mine.keys() & theirs.keys())


def _by_system(medicine: Medicine) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for code in medicine.key[1]:
        found.setdefault(code.rpartition("|")[0], set()).add(code)
    return found


def _strength(number: str, unit: str, per: str) -> str:
    amount = decimal_of(number.rstrip(".,"))
    if amount is not None and unit in _UNITS:
        return f"{(amount * Decimal(_UNITS[unit])).normalize():f}ug{''.join(per.split())}"
    return f"{number}{unit}{''.join(per.split())}"


def _rank(code: str) -> tuple[int, str]:
    system = code.rpartition("|")[0]
    order = list(SYSTEMS)
    return (order.index(system) if system in SYSTEMS else len(order)), code
