# SPDX-License-Identifier: Apache-2.0
"""Whether somebody meets the criteria of a trial, as far as her own documents tell: yes, no or unknown.

That there is no record of a thing is never proof that there is no such thing. A value in another unit, too old, or
of a moment at which documents differ is unknown. Each answer names the documents it rests on. Total: whatever the
criteria and the documents say, there is an answer. Pure. Spec: docs/spec/trial-consent.md section 7.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from healthvault.records.absence import NONE_KNOWN, absence_of
from healthvault.records.folding import folded
from healthvault.records.statements import Item
from healthvault.trials.births import ages_on
from healthvault.trials.criteria import (
    Age,
    All,
    Criteria,
    Lab,
    Named,
    Node,
    Not,
    NotUnderstood,
    Sex,
    Stated,
)
from healthvault.trials.kleene import Truth, all_of, any_of, negated
from healthvault.trials.lab_values import Fact, ids_of, judge_value

__all__ = ["Answer", "Fact", "Person", "evaluate"]

TYPES = {
    "condition": ("Condition",),
    "medicine": (
        "MedicationStatement",
        "MedicationRequest",
        "MedicationDispense",
        "MedicationAdministration",
        "MedicationUsage",
    ),
    "allergy": ("AllergyIntolerance",),
}
"""FHIR types that state each sort of thing."""
_IN_FORCE = frozenset({"active", "recurrence", "relapse"})
_IN_ERROR = "entered-in-error"
_REFUTED = "refuted"
_NONE_AT_ALL = {
    "condition": ({"160245001", "no-known-problems"}, {"no known problems", "no known conditions", "none known"}),
    "medicine": ({"787481004", "no-known-medications"}, {"no known medications", "none known"}),
    "allergy": (
        {"716186003", "160244002", "no-known-allergies"},
        {"no known allergies", "no known allergy", "none known", "nka"},
    ),
}
"""Codes and titles that say that there is none of a sort: no known *food* allergy says nothing of penicillin."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """What is known of somebody: her own word, and what documents state of her."""

    birth_date: str | None
    """A day, month or year."""
    sex: str | None
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came of a criterion, and why."""

    name: str
    """Untrusted."""
    truth: Truth
    why: str
    documents: tuple[str, ...] = ()
    """Ids of what it rests on."""
    parts: "tuple[Answer, ...]" = field(default=())
    """Of a group: the answer to each criterion in it."""


def evaluate(criteria: Criteria, person: Person, day: date) -> Answer:
    """Return the answer to all criteria, as of the end of a day."""
    return _group("eligible", tuple(_answer(each, person, day) for each in criteria.criteria), is_any=False)


def _answer(named: Named, person: Person, day: date) -> Answer:
    node = named.node
    match node:
        case All():
            parts = tuple(_answer(each, person, day) for each in node.of)
            return _group(named.name, parts, is_any=node.is_any)
        case Not():
            inner = _answer(node.of, person, day)
            why = f"not: {inner.why}"
            return Answer(
                name=named.name,
                truth=negated(inner.truth),
                why=why,
                documents=inner.documents,
                parts=(inner,),
            )
    truth, why, documents = _leaf(node, person, day)
    return Answer(name=named.name, truth=truth, why=why, documents=documents)


_Leaf = tuple[Truth, str, tuple[str, ...]]


def _leaf(node: Node, person: Person, day: date) -> _Leaf:
    match node:
        case Age():
            return _age(node, person, day)
        case Sex():
            return _sex(node, person)
        case Stated():
            return _stated(node, person, day)
        case Lab():
            return judge_value(node, person.facts, day)
        case NotUnderstood():
            return Truth.UNKNOWN, node.reason, ()
    return Truth.UNKNOWN, "nothing is known of such a criterion", ()


def _group(name: str, parts: tuple[Answer, ...], *, is_any: bool) -> Answer:
    truth = (any_of if is_any else all_of)(part.truth for part in parts)
    counts = [(sum(part.truth is each for part in parts), each.value) for each in Truth]
    why = ", ".join(f"{count} {word}" for count, word in counts if count)
    documents = dict.fromkeys(id_text for part in parts for id_text in part.documents)
    return Answer(
        name=name,
        truth=truth,
        why=f"{'any' if is_any else 'all'} of {len(parts)}: {why}",
        documents=tuple(documents),
        parts=parts,
    )


def _age(node: Age, person: Person, day: date) -> _Leaf:
    ages = ages_on(person.birth_date, day)
    if ages is None:
        return Truth.UNKNOWN, "no birth date is known: `hv id add birth-date`", ()
    least, most = ages
    low, high = node.least or 0, most if node.most is None else node.most
    said = f"{least} years" if least == most else f"{least} to {most} years"
    if low <= least and most <= high:
        return Truth.YES, said, ()
    if most < low or least > high:
        return Truth.NO, said, ()
    return Truth.UNKNOWN, f"{said}: the birth date is not known to the day", ()


def _sex(node: Sex, person: Person) -> _Leaf:
    if person.sex is None or person.sex == "unknown":
        return Truth.UNKNOWN, "no sex is known: `hv id add sex`", ()
    return (Truth.YES if person.sex in node.words else Truth.NO), person.sex, ()


def _stated(node: Stated, person: Person, day: date) -> _Leaf:
    sort = [
        fact
        for fact in person.facts
        if fact.item.type in TYPES[node.sort] and fact.item.status != _IN_ERROR and _is_by(fact.item, day)
    ]
    named = [fact for fact in sort if _is_exactly(node, fact.item)]
    if named:
        return _judged(named, day)
    near = [fact for fact in sort if _is_near(node, fact.item)]
    if near:
        said = f"a title holds these words and may mean another thing: {near[0].item.title}"
        return Truth.UNKNOWN, said, ids_of(near)
    return _unmentioned(node, sort)


def _judged(found: Sequence[Fact], day: date) -> _Leaf:
    """Return what documents that name the thing say together; where they differ nothing is decided."""
    truths = {_has(fact.item, day) for fact in found}
    words = dict.fromkeys(f"{fact.item.title} ({fact.item.status or 'no status'})" for fact in found)
    said = "; ".join(list(words)[:4])
    if len(truths) > 1:
        return Truth.UNKNOWN, f"documents differ: {said}", ids_of(found)
    return truths.pop(), said, ids_of(found)


def _has(item: Item, day: date) -> Truth:
    if item.status == _REFUTED:
        return Truth.NO
    has_ended = item.until is not None and item.until[:10] < day.isoformat()
    is_in_force = (item.status is None or item.status in _IN_FORCE) and not has_ended
    return Truth.YES if is_in_force else Truth.UNKNOWN


def _unmentioned(node: Stated, sort: Sequence[Fact]) -> _Leaf:
    none_known = [fact for fact in sort if _is_none_at_all(node.sort, fact.item)]
    others = [fact for fact in sort if absence_of(fact.item) is None]
    if none_known and not others:
        return Truth.NO, f"stated: {none_known[0].item.title}", ids_of(none_known)
    if none_known:
        said = f"one document says that no {node.sort} is known, others name some"
        return Truth.UNKNOWN, said, ids_of([*none_known, *others])
    return Truth.UNKNOWN, f"no document states it, and none states that no {node.sort} is known", ()


def _is_none_at_all(sort: str, item: Item) -> bool:
    codes, titles = _NONE_AT_ALL[sort]
    if absence_of(item) != NONE_KNOWN:
        return False
    own = {coding.code for coding in item.codes}
    return bool(own & codes) or (not own and " ".join(folded(item.title).split()) in titles)


def _is_exactly(node: Stated, item: Item) -> bool:
    codes = [(coding.system, coding.code) for coding in item.codes]
    has_code = any(
        code == own and (not systems or system in systems) for systems, code in node.codes for system, own in codes
    )
    return has_code or " ".join(folded(item.title).split()) in node.words


def _is_near(node: Stated, item: Item) -> bool:
    title = set(folded(item.title).replace(",", " ").split())
    return any(set(words.split()) <= title for words in node.words)


def _is_by(item: Item, day: date) -> bool:
    return item.date is None or item.date[:10] <= day.isoformat()
