# SPDX-License-Identifier: Apache-2.0
"""The verdict on whose record it is: what a file says of its subject against what the owner says of herself.

Fixed rules, the same for everybody and in both directions; no probability. `same` is said only where a person
would not hesitate, because what is said of it joins records. Spec: docs/spec/identity.md section 2.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from healthvault.identity.agreement import Agreement
from healthvault.identity.births import are_swapped, birth_date, compare_births
from healthvault.identity.names import NOTHING, NameMatch, best_match, shown_name
from healthvault.identity.numbers import label_of, proving, single_valued
from healthvault.records.statements import Coding, Name, Subject

__all__ = ["RULES_VERSION", "Judged", "Owner", "Reason", "Result", "Verdict", "judged", "match"]

RULES_VERSION = 1  # goes up when verdicts change: they are then given anew

_SEXES = frozenset({"male", "female"})
SAME, CLOSE, DIFFERENT, UNKNOWN = Agreement.SAME, Agreement.CLOSE, Agreement.DIFFERENT, Agreement.UNKNOWN


class Result(Enum):
    """Whose record it is."""

    SAME = "same"
    OTHER = "other"
    CONFLICT = "conflict"
    """Something says the owner, and something else that it is not her."""
    UNSURE = "unsure"


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """What the owner says of herself."""

    names: tuple[Name, ...] = ()
    vault_name: str = ""
    """What the vault is called after: it may agree, and is never held against anybody."""
    birth_date: str | None = None
    """ISO 8601, as far as known."""
    sex: str | None = None
    identifiers: tuple[Coding, ...] = ()

    @property
    def is_telling(self) -> bool:
        """Whether she can be told from others: by a birth date or a number."""
        return birth_date(self.birth_date) is not None or bool(proving(self.identifiers))


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One thing that speaks for or against."""

    words: str
    """Names the field and nothing in it, so that it may stand in a log."""
    values: str = ""
    """What the owner and what the file says; confidential."""

    @property
    def whole(self) -> str:
        """The reason with its values, for the owner's eyes."""
        return f"{self.words}: {self.values}" if self.values else self.words


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Whose record it is, and why: what speaks against comes first."""

    result: Result
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """The verdict on a whole file: that on the subject who is the owner most likely."""

    result: Result
    reasons: tuple[Reason, ...]
    subjects: int
    """How many persons it names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Compared:
    name: NameMatch
    birth: Agreement
    is_swapped: bool
    sex: Agreement
    same_numbers: tuple[str, ...]
    """Systems in which a number is the same."""
    other_numbers: tuple[str, ...]
    """Systems that give one number for life, in which it is another."""

    @property
    def is_person(self) -> bool:
        """Whether the whole name and the whole birth date are the same."""
        return self.name.is_whole and self.birth is SAME


def match(owner: Owner, subject: Subject) -> Verdict:
    """Say whether a subject is the owner.

    Args:
        owner: What she says of herself.
        subject: *Unverified*: a file's own word.
    """
    named = _names(owner, subject)
    numbers, theirs = proving(owner.identifiers), proving(subject.identifiers)
    common = sorted(numbers.keys() & theirs.keys())
    compared = _Compared(
        name=named[0] if named else NOTHING,
        birth=compare_births(owner.birth_date, subject.birth_date),
        is_swapped=are_swapped(owner.birth_date, subject.birth_date),
        sex=_sexes(owner.sex, subject.sex),
        same_numbers=tuple(system for system in common if numbers[system] & theirs[system]),
        other_numbers=tuple(
            system for system in common if system in single_valued and not numbers[system] & theirs[system]
        ),
    )
    shown = (shown_name(named[1]), shown_name(named[2])) if named else ("", "")
    reasons = tuple(_reasons(compared, owner, subject, shown))
    return Verdict(
        result=_result(compared), reasons=tuple(sorted(reasons, key=lambda each: not _is_against(each)))
    )


_BEST_FIRST = (Result.SAME, Result.UNSURE, Result.CONFLICT, Result.OTHER)


def judged(verdicts: Sequence[Verdict]) -> Judged | None:
    """Return the verdict on a file that names some persons; None if it names none."""
    best = min(verdicts, key=lambda verdict: _BEST_FIRST.index(verdict.result), default=None)
    return None if best is None else Judged(result=best.result, reasons=best.reasons, subjects=len(verdicts))


def _names(owner: Owner, subject: Subject) -> tuple[NameMatch, Name, Name] | None:
    strong = best_match(owner.names, subject.names)
    weak = best_match((Name(text=owner.vault_name),), subject.names) if owner.vault_name else None
    if weak is None or weak[0].is_contradicted:
        return strong
    return weak if strong is None or (weak[0].is_whole and not strong[0].is_whole) else strong


def _sexes(one: str | None, other: str | None) -> Agreement:
    if one not in _SEXES or other not in _SEXES:
        return UNKNOWN
    return SAME if one == other else DIFFERENT


def _result(compared: _Compared) -> Result:
    if compared.same_numbers:
        return _by_number(compared)
    if compared.is_person:
        is_contradicted = compared.other_numbers or DIFFERENT in {compared.sex, compared.name.generation}
        return Result.CONFLICT if is_contradicted else Result.SAME
    return Result.OTHER if _is_other(compared) else Result.UNSURE


def _by_number(compared: _Compared) -> Result:
    name, birth = compared.name, compared.birth
    if compared.other_numbers or DIFFERENT in {birth, name.given, name.generation}:
        return Result.CONFLICT
    if compared.sex is DIFFERENT and not compared.is_person:
        return Result.CONFLICT
    if name.given is CLOSE or (name.family is DIFFERENT and (name.given, birth) != (SAME, SAME)):
        return Result.UNSURE  # twins and relatives share numbers, and initials
    if name.generation is CLOSE and birth is not SAME:
        return Result.UNSURE  # father and son
    return Result.SAME


def _is_other(compared: _Compared) -> bool:
    name, birth = compared.name, compared.birth
    if compared.other_numbers or DIFFERENT in {name.given, name.generation}:
        return True
    if birth is DIFFERENT:
        return not (compared.is_swapped and name.is_comparable and name.family is not DIFFERENT)
    return birth is not SAME and DIFFERENT in {name.family, compared.sex}


_AGAINST = ("another ", "day and month")


def _is_against(reason: Reason) -> bool:
    return reason.words.endswith("differs") or reason.words.startswith(_AGAINST)


def _reasons(compared: _Compared, owner: Owner, subject: Subject, shown: tuple[str, str]) -> list[Reason]:
    numbers = [
        *(Reason(words=f"same {label_of(system)}") for system in compared.same_numbers),
        *(Reason(words=f"another {label_of(system)}") for system in compared.other_numbers),
    ]
    birth = _pair(birth_date(owner.birth_date), birth_date(subject.birth_date))
    found = [
        *numbers,
        *_of_names(compared.name, " / ".join(dict.fromkeys(shown))),
        *_of_birth(compared, birth),
        *([Reason(words="sex differs", values=_pair(owner.sex, subject.sex))] if not compared.sex else []),
    ]
    return found or [Reason(words="says nothing about whose it is")]


def _pair(one: str | None, other: str | None) -> str:
    return " / ".join(dict.fromkeys((one or "", other or "")))


def _of_names(name: NameMatch, shown: str) -> list[Reason]:
    if not name.is_comparable:
        return []
    if name.is_whole and name.generation is not DIFFERENT:
        return [Reason(words="same name", values=shown)]
    parts = {"family name": name.family, "given name": name.given, "generation in the name": name.generation}
    differing = [Reason(words=f"{part} differs", values=shown) for part, how in parts.items() if how is DIFFERENT]
    return differing or [Reason(words="the name agrees in part", values=shown)]


def _of_birth(compared: _Compared, values: str) -> list[Reason]:
    if compared.birth is UNKNOWN:
        return []
    if compared.is_swapped:
        return [Reason(words="day and month of the birth date may have changed places", values=values)]
    words = {
        DIFFERENT: "birth date differs",
        CLOSE: "birth date agrees as far as it goes",
        SAME: "same birth date",
    }
    return [Reason(words=words[compared.birth], values=values)]
