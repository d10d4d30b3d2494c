# SPDX-License-Identifier: Apache-2.0
"""What is told twice counts once: an export that was imported again, a form that came back from somebody else.

Joined is only what surely is one thing. Of two that could be one or two, `is_unclear` says so, and whoever asks
has to say that it is not known. Pure. Spec: docs/spec/medicines.md section 5.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import replace

from healthvault.medicines.telling import Amount, Telling, exact_day
from healthvault.records.folding import folded

__all__ = ["is_unclear", "told_once"]

Group = Callable[[Telling], str]


def told_once(tellings: Iterable[Telling], group: Group) -> tuple[Telling, ...]:
    """Return each thing once, with its twins; in an order that does not depend on that of the tellings.

    Args:
        tellings: What the sources say.
        group: Says which medicine it is about.
    """
    ordered = sorted(tellings, key=_order)
    seen: Counter[Hashable] = Counter()
    things: list[list[Telling]] = []
    known: dict[Hashable, list[Telling]] = {}
    for one in ordered:
        marks = list(_marks(one, group(one), seen))
        thing = next((known[mark] for mark in marks if mark in known), None)
        if thing is None:
            thing = []
            things.append(thing)
        thing.append(one)
        known |= {mark: known.get(mark, thing) for mark in marks}
    return tuple(replace(thing[0], twins=tuple(thing[1:])) for thing in things)


def is_unclear(one: Telling, other: Telling) -> bool:
    """Tell whether two things of one day may be one, told by two documents that each leave something out."""
    is_one_day = (one.date or "")[:10] == (other.date or "")[:10]
    if not is_one_day or set(one.documents) & set(other.documents):
        return False
    pairs = ((one.days, other.days), (_words(one.by), _words(other.by)), (one.pack, other.pack))
    is_contradicted = any(mine is not None and theirs is not None and mine != theirs for mine, theirs in pairs)
    return not is_contradicted and not _are_apart(one.quantity, other.quantity)


def _are_apart(one: Amount | None, other: Amount | None) -> bool:
    return one is not None and other is not None and one.unit == other.unit and one.number != other.number


def _marks(one: Telling, group: str, seen: "Counter[Hashable]") -> Sequence[Hashable]:
    """Return what it is known by: two with one of these in common are one thing."""
    amount = one.quantity and (one.quantity.number, one.quantity.unit)
    said = (one.sort, group, one.patient, (one.date or ""), amount, one.days, _words(one.by), one.pack)
    marks = list[Hashable]()
    if one.digest is not None:
        marks.append(("digest", one.sort, one.digest, one.patient, _nth(one, "digest", one.digest, seen)))
    if one.identity is not None:
        return [*marks, ("identity", one.identity, said)]
    if exact_day(one.date) is not None or (one.date is None and exact_day(one.until) is not None):
        whole = (*said, one.until, one.repeats, _words(one.dose), one.about and one.about[-1:])
        marks.append(("said", whole, _nth(one, "said", whole, seen)))
    return marks


def _nth(one: Telling, how: str, what: Hashable, seen: "Counter[Hashable]") -> int:
    """Return how often the document said the very same before: it may mean two things by it."""
    key = (how, one.document, what)
    seen[key] += 1
    return seen[key]


def _words(text: str | None) -> str | None:
    return " ".join(folded(text).split()) if text else None


def _order(one: Telling) -> tuple[bool, str, str, str]:
    return not one.signed, one.said or "", one.document, one.id
