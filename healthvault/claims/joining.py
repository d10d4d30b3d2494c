# SPDX-License-Identifier: Apache-2.0
"""Papers into cases: a claim with all that answers it is one, however often and by whomever it is said.

Papers are joined by what they refer to and by identifiers, never by being alike, and not where their days,
currencies or insurers contradict each other: ids are unique at their source only.
Spec: docs/spec/claims.md section 3.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from healthvault.claims.money import Money
from healthvault.claims.paper import AMOUNTS, Line, Paper, Person, Role
from healthvault.claims.providers import agree, are_known

__all__ = ["Case", "join", "window"]

DAYS_APART = timedelta(days=1)
MAX_PAPERS = 100
"""Of one case; further ones stand alone."""
_NOT_IN_FORCE = frozenset((
    "cancelled", "canceled", "entered-in-error", "draft", "void", "voided", "reversed", "reversal", "replaced",
    "withdrawn",
))  # fmt: skip
_ORDER = tuple(Role)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One claim, with the papers that are about it."""

    label: str
    """What it is called: the provider's word if there is a Claim, else the insurer's."""
    papers: tuple[Paper, ...]
    """One of each that differs, newest version only; in the order of `Role`."""
    older: tuple[Paper, ...] = ()
    """Versions that the same source said before."""
    is_replaced: bool = False
    """Another claim says that it is put in the place of this."""

    @property
    def is_in_force(self) -> bool:
        """It counts: billed for something done, and neither cancelled nor replaced."""
        uses = {paper.use for paper in self.papers} - {None, "claim", "complete"}
        is_ended = any((paper.status or "").lower() in _NOT_IN_FORCE for paper in self.papers)
        return not (uses or is_ended or self.is_replaced)

    @property
    def person(self) -> Person:
        """Whose it is: what speaks against the owner goes first."""
        order = (Person.CONFLICT, Person.OTHER, Person.UNSURE, Person.OWNER)
        return min((paper.person for paper in self.papers), key=order.index)

    @property
    def lines(self) -> tuple[Line, ...]:
        """Return its services, as the paper tells them that tells most of their days; with what the paper says."""
        best = max(self.papers, key=lambda paper: (sum(line.date is not None for line in paper.lines),
                                                   len(paper.lines), -_ORDER.index(paper.role)))  # fmt: skip
        return best.lines

    @property
    def providers(self) -> tuple[str, ...]:
        """Return all names of the provider."""
        return tuple(dict.fromkeys(name for paper in self.papers for name in paper.providers))

    @property
    def insurers(self) -> tuple[str, ...]:
        """Return all names of insurers."""
        return tuple(dict.fromkeys(name for paper in self.papers for name in paper.insurers))

    @property
    def documents(self) -> tuple[str, ...]:
        """Return the ids of the documents that it is told in."""
        return tuple(dict.fromkeys(paper.document for paper in self.papers))

    @property
    def days(self) -> tuple[str, str] | None:
        """Return the first and the last day of its services; None if no day is known."""
        spans = [span for line in self.lines if (span := self.span(line))]
        if spans:
            return min(first for first, _ in spans), max(last for _, last in spans)
        return _period(self.papers)

    def span(self, line: Line) -> tuple[str, str] | None:
        """Return the days of a service: its own, else those of the claim."""
        if line.date and len(line.date) == len("2026-01-31"):
            return line.date, max(line.until or line.date, line.date)
        return _period(self.papers)

    def names(self) -> tuple[str, ...]:
        """Return by which words it may be asked for."""
        words = [self.label]
        for paper in self.papers:
            words += [paper.id, *(each.code for each in paper.identifiers if each.code)]
        return tuple(dict.fromkeys(word for word in words if word))


def join(papers: Iterable[Paper]) -> tuple[Case, ...]:
    """Return the cases, in the order in which their first paper came."""
    newest, older = _versions(sorted(papers, key=lambda paper: (paper.seq, paper.place)))
    groups = _Groups(newest)
    _by_reference(newest, groups)
    _of_tables(newest, groups)
    replaced = {(id_text, paper.insurers) for paper in newest for id_text in paper.replaces}
    cases: list[Case] = []
    for group in groups.all():
        members = tuple(sorted((newest[n] for n in group), key=lambda paper: _ORDER.index(paper.role)))
        cases.append(
            Case(
                label=_label(members),
                papers=members,
                older=tuple(old for n in group for old in older.get(n, ())),
                is_replaced=any(
                    paper.id == id_text and (not insurers or not paper.insurers or agree(insurers, paper.insurers))
                    for paper in members
                    for id_text, insurers in replaced
                ),
            )
        )
    return _told_apart(cases)


def _told_apart(cases: Sequence[Case]) -> tuple[Case, ...]:
    """Return the cases under labels of their own: `4711#1` and `4711#2` where two are called the same."""
    counts = Counter(case.label for case in cases)
    numbers: Counter[str] = Counter()
    told: list[Case] = []
    for case in cases:
        numbers[case.label] += 1
        label = f"{case.label}#{numbers[case.label]}" if counts[case.label] > 1 else case.label
        told.append(replace(case, label=label))
    return tuple(told)


def window(first: str, last: str, days: int) -> tuple[str, str]:
    """Return the days from so many before the first until so many after the last."""
    span = timedelta(days=days)
    return (date.fromisoformat(first) - span).isoformat(), (date.fromisoformat(last) + span).isoformat()


def _period(papers: Sequence[Paper]) -> tuple[str, str] | None:
    whole = len("2026-01-31")
    for paper in sorted(papers, key=lambda paper: paper.role is not Role.CLAIM):
        if paper.start and len(paper.start) == whole:
            return paper.start, paper.start
    return None


def _label(papers: Sequence[Paper]) -> str:
    """Return the id of the claim; a table's or the insurer's word where the provider's is not there."""
    order = (Role.CLAIM, Role.TABLE, Role.EOB, Role.RESPONSE)
    for paper in sorted(papers, key=lambda paper: order.index(paper.role)):
        if paper.id:
            return paper.id
    named = next((each.code for paper in papers for each in paper.identifiers), None)
    return named or f"{papers[0].document}:{papers[0].place}"


def _versions(papers: Sequence[Paper]) -> tuple[list[Paper], dict[int, list[Paper]]]:
    """Tell newer versions of a paper from others: the same role and id, and nothing that contradicts it."""
    newest: list[Paper] = []
    older: dict[int, list[Paper]] = {}
    by_id: dict[tuple[Role, str], list[int]] = {}
    for paper in papers:
        known = by_id.setdefault((paper.role, paper.id), []) if paper.id else []
        number = next((n for n in known[-MAX_PAPERS:] if not _contradict(newest[n], paper)), None)
        if number is None:
            known.append(len(newest))
            newest.append(paper)
            continue
        before = newest[number]
        first, last = sorted((before, paper), key=lambda each: (each.created or "", each.seq, each.place))
        newest[number] = last
        if not _says_the_same(first, last):
            older.setdefault(number, []).append(first)
    return newest, older


def _says_the_same(one: Paper, other: Paper) -> bool:
    if one.digest is not None and one.digest == other.digest:
        return True
    return (one.lines, one.stated, one.payment, one.status) == (
        other.lines, other.stated, other.payment, other.status)  # fmt: skip


class _Groups:
    """Which papers are about one claim."""

    def __init__(self, papers: Sequence[Paper]) -> None:
        self._papers = papers
        self._of = list(range(len(papers)))
        self._members = {number: [number] for number in range(len(papers))}

    def join(self, one: int, other: int) -> None:
        """Put two together with all that is with them, unless any two of them contradict each other."""
        a, b = sorted((self._of[one], self._of[other]))
        if (
            a == b
            or len(self._members[a]) + len(self._members[b]) > MAX_PAPERS
            or any(
                _contradict(self._papers[x], self._papers[y]) for x in self._members[a] for y in self._members[b]
            )
        ):
            return
        for number in self._members.pop(b):
            self._of[number] = a
            self._members[a].append(number)

    def all(self) -> list[list[int]]:
        """Return the groups."""
        return list(self._members.values())


def _by_reference(papers: Sequence[Paper], groups: _Groups) -> None:
    claims: dict[str, list[int]] = {}
    responses: dict[str, list[int]] = {}
    for number, paper in enumerate(papers):
        if paper.role is Role.CLAIM:
            for key in (paper.id, *(f"{each.system}|{each.code}" for each in paper.identifiers if each.system)):
                claims.setdefault(key, []).append(number)
        elif paper.role is Role.RESPONSE:
            responses.setdefault(paper.id, []).append(number)
    absent: dict[str, int] = {}
    for number, paper in enumerate(papers):
        if paper.role in {Role.CLAIM, Role.TABLE}:
            continue
        systems = (*paper.claim_identifiers, *paper.identifiers)
        keys = [*paper.claims, *(f"{each.system}|{each.code}" for each in systems if each.system)]
        found = [other for key in keys for other in claims.get(key, ())]
        found += [other for key in paper.responses for other in responses.get(key, ())]
        found += [absent[key] for key in paper.claims if not claims.get(key) and key in absent]
        absent |= {key: number for key in paper.claims if key not in absent}
        for other in found:
            groups.join(number, other)


def _of_tables(papers: Sequence[Paper], groups: _Groups) -> None:
    """Join rows of tables with other papers that have the same number and a provider, code or amount in common."""
    by_word: dict[str, list[int]] = {}
    for number, paper in enumerate(papers):
        if paper.role is not Role.TABLE:
            for word in {paper.id, *paper.claims, *(each.code for each in paper.identifiers)}:
                by_word.setdefault(word, []).append(number)
    for number, paper in enumerate(papers):
        if paper.role is Role.TABLE:
            for other in by_word.get(paper.id, ()):
                if _share_something(paper, papers[other]):
                    groups.join(number, other)


def _share_something(one: Paper, other: Paper) -> bool:
    codes = [{each.code for line in paper.lines for each in line.codes} for paper in (one, other)]
    return bool(codes[0] & codes[1]) or agree(one.providers, other.providers)


def _contradict(one: Paper, other: Paper) -> bool:
    """Tell whether two papers cannot be about one claim."""
    are_known_both = are_known(one.insurers) and are_known(other.insurers)
    are_versions = one.role is other.role is not Role.CLAIM and one.id == other.id
    if are_versions and are_known_both and not agree(one.insurers, other.insurers):
        return True
    ours, theirs = _currencies(one), _currencies(other)
    if ours and theirs and not ours & theirs and one.role is other.role:
        return True
    a, b = _days(one), _days(other)
    if not a or not b:
        return False
    return min(abs(date.fromisoformat(x) - date.fromisoformat(y)) for x in a for y in b) > DAYS_APART


def _days(paper: Paper) -> set[str]:
    whole = len("2026-01-31")
    days = {line.date for line in paper.lines if line.date and len(line.date) == whole}
    return days or ({paper.start} if paper.start and len(paper.start) == whole else set())


def _currencies(paper: Paper) -> set[str]:
    amounts = [getattr(each, name) for each in (paper.stated, *(line.amounts for line in paper.lines))
               for name in AMOUNTS]  # fmt: skip
    return {amount.currency for amount in amounts if isinstance(amount, Money)}
