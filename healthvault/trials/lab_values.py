# SPDX-License-Identifier: Apache-2.0
"""The newest value of a measurement, compared with what a criterion asks for: yes, no or unknown.

Values are exact decimals, or spans of them (`<5`, the day of a device). A unit is never converted: any but
the criterion's own is unknown. Pure. Spec: docs/spec/trial-consent.md section 7.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from healthvault.records.decimals import decimal_of
from healthvault.records.statements import Item
from healthvault.records.units import unit_key
from healthvault.trials.consent_history import Period, period_of
from healthvault.trials.criteria import Lab
from healthvault.trials.kleene import Truth, all_of, negated

__all__ = ["Fact", "Leaf", "ids_of", "judge_value"]

_FINAL = frozenset({"final", "amended", "corrected"})
_NEVER_MEASURED = frozenset({"cancelled", "entered-in-error"})
Leaf = tuple[Truth, str, tuple[str, ...]]
"""Answer, reason, and ids of the documents."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One thing that a document states. *Unverified*."""

    document: str
    """Id."""
    item: Item


@dataclass(frozen=True, slots=True, kw_only=True)
class _Span:
    """Where a value lies; None for an end that is open, and whether the ends belong to it."""

    low: Decimal | None
    high: Decimal | None
    has_low: bool = True
    has_high: bool = True


def judge_value(node: Lab, facts: Sequence[Fact], day: date) -> Leaf:
    """Return whether the newest value as of a day meets a criterion; of several that may be it all have to."""
    measured = [(when, fact) for fact in facts if (when := _moment(node, fact.item, day)) is not None]
    if not measured:
        return Truth.UNKNOWN, "no such value with a date is known by that day", ()
    begin = max(when.first for when, _ in measured)
    newest = [(when, fact) for when, fact in measured if when.last >= begin]
    found = [fact for _, fact in newest]
    oldest = min(when.first for when, _ in newest)
    if (day - oldest).days > node.within_days:
        return Truth.UNKNOWN, f"the newest value is of {oldest}, over {node.within_days} days old", ids_of(found)
    truths = {_compared(node, fact.item) for fact in found}
    said = "; ".join(list(dict.fromkeys(f"{_value_text(fact.item)} on {fact.item.date}" for fact in found))[:4])
    if len(truths) == 1 and Truth.UNKNOWN not in truths:
        return truths.pop(), said, ids_of(found)
    return Truth.UNKNOWN, f"{said}: {_why_unknown(node, [fact.item for fact in found])}", ids_of(found)


def ids_of(facts: Sequence[Fact]) -> tuple[str, ...]:
    """Return the documents, each once."""
    return tuple(dict.fromkeys(fact.document for fact in facts))


def _moment(node: Lab, item: Item, day: date) -> Period | None:
    """Return when something was measured that is asked for; None for something else, and of a later day."""
    if item.type != "Observation" or item.status in _NEVER_MEASURED:
        return None
    if not any(_carries(item, systems, code) for systems, code in node.codes):
        return None
    when = period_of(item.date)
    return None if when is None or when.first > day else when


def _carries(item: Item, systems: tuple[str, ...], code: str) -> bool:
    return any(each.code == code and (not systems or each.system in systems) for each in item.codes)


def _why_unknown(node: Lab, items: Sequence[Item]) -> str:
    if any(item.status is not None and item.status not in _FINAL for item in items):
        return "it is not final"
    if any(_unit(item) != unit_key(node.unit) for item in items):
        return f"the criterion is in {node.unit or 'no unit'}, and nothing is converted"
    return "that does not decide it"


def _compared(node: Lab, item: Item) -> Truth:
    is_final = item.status is None or item.status in _FINAL
    span = _span(item)
    if span is None or not is_final or _unit(item) != unit_key(node.unit):
        return Truth.UNKNOWN
    return _compare(span, node.comparator, node.value)


def _span(item: Item) -> _Span | None:
    quantity = item.quantity
    number = None if quantity is None else decimal_of(quantity.number)
    if quantity is None or number is None:
        return None
    match quantity.comparator:
        case None:
            least, most = (decimal_of(each) for each in (quantity.least, quantity.most))
            return _Span(low=number if least is None else least, high=number if most is None else most)
        case "<" | "<=":
            return _Span(low=None, high=number, has_high=quantity.comparator == "<=")
        case ">" | ">=":
            return _Span(low=number, high=None, has_low=quantity.comparator == ">=")
    return None


def _compare(span: _Span, comparator: str, value: Decimal) -> Truth:
    """Return yes if all that the value may be compares so, no if nothing of it does."""
    under, most = (_below(span, value, is_strict=is_strict) for is_strict in (True, False))
    found = {"<": under, "<=": most, ">=": negated(under), ">": negated(most)}
    return found.get(comparator) or all_of((most, negated(under)))


def _below(span: _Span, value: Decimal, *, is_strict: bool) -> Truth:
    """Return whether a value is below another, or at most the same."""
    low, high = span.low, span.high
    is_under = high is not None and (high < value or (high == value and not (is_strict and span.has_high)))
    is_over = low is not None and (low > value or (low == value and (is_strict or not span.has_low)))
    return Truth.YES if is_under else Truth.NO if is_over else Truth.UNKNOWN


def _unit(item: Item) -> str:
    return unit_key(item.quantity.unit) if item.quantity else ""


def _value_text(item: Item) -> str:
    quantity = item.quantity
    if quantity is None:
        return item.text or "no number"
    return f"{quantity.comparator or ''}{quantity.number} {quantity.unit or ''}".strip()
