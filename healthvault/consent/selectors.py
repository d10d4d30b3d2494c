# SPDX-License-Identifier: Apache-2.0
"""Conditions as people type and read them: `tag:private`, and one line for each condition.

Spec: docs/spec/grants.md section 1.4; grammar: docs/reference/cli.md.
"""

from collections.abc import Iterable

from healthvault.consent.conditions import (
    Approvals,
    Condition,
    Delegated,
    Deny,
    MaxShares,
    Proxy,
    Sensitive,
    UnknownCondition,
)
from healthvault.consent.purposes import purpose_word
from healthvault.errors import InvalidRequest
from healthvault.ledger.ids import contact_id_text, grant_id_text
from healthvault.records.categories import Category, Sensitivity

__all__ = ["check_label", "condition_line", "conditions_from_words", "selector"]

_KINDS = ("category", "type", "tag", "sensitivity")
_CLOSED = {
    "category": tuple(category.value for category in Category),
    "sensitivity": tuple(label.value for label in Sensitivity),
}


def selector(text: str) -> tuple[str, str]:
    """Return kind and word of `KIND:WORD`.

    Raises:
        InvalidRequest: `bad_selector`, another form, or a category or label that there is not.
    """
    kind, colon, word = text.partition(":")
    if kind not in _KINDS or not colon or not word or "\n" in word:
        hint = "such as category:imaging, type:dicom, tag:private or sensitivity:genetics"
        raise InvalidRequest("bad_selector", f"{text!r} selects nothing", hint=hint)
    if word not in _CLOSED.get(kind, (word,)):
        raise InvalidRequest("bad_selector", f"{word!r} is no {kind}", hint="one of: " + ", ".join(_CLOSED[kind]))
    return kind, word


def check_label(word: str) -> str:
    """Return a label of sensitivity as it stands. Raises InvalidRequest: `bad_selector`, there is none."""
    return selector(f"sensitivity:{word}")[1]


def conditions_from_words(
    denied: Iterable[tuple[str, str]], labels: Iterable[str], max_shares: int | None
) -> tuple[Condition, ...]:
    """Return the conditions that options or a file say, each only if it says something.

    Args:
        denied: Kinds and words, from `selector`.
        labels: Of sensitivity, that are allowed.
        max_shares: 1 or more, or None.
    """
    words = sorted(set(denied))
    made: list[Condition] = []
    if words:
        of = {kind: tuple(word for found, word in words if found == kind) for kind in _KINDS}
        made.append(
            Deny(categories=of["category"], types=of["type"], tags=of["tag"], sensitivity=of["sensitivity"])
        )
    if allowed := tuple(sorted(set(labels))):
        made.append(Sensitive(allow=allowed))
    if max_shares is not None:
        made.append(MaxShares(count=max_shares))
    return tuple(made)


def condition_line(condition: Condition) -> str:
    """Return a condition in one line, in the words in which it is typed."""
    match condition:
        case Deny():
            words = (condition.categories, condition.types, condition.tags, condition.sensitivity)
            said = [f"{kind}:{word}" for kind, found in zip(_KINDS, words, strict=True) for word in found]
            return " ".join(["deny", *said])
        case Sensitive():
            return " ".join(["sensitivity", *condition.allow])
        case MaxShares():
            return f"max-shares {condition.count}"
        case Approvals():
            return f"needs {condition.needed} of {', '.join(party.name for party in condition.by)}"
        case UnknownCondition():
            return f"unknown {condition.kind!r}"
    return _of_proxies(condition)


def _of_proxies(condition: Proxy | Delegated) -> str:
    match condition:
        case Proxy():
            purposes = ", ".join(map(purpose_word, condition.purposes))
            return (
                f"proxy to {', '.join(condition.powers)} for {purposes}, onward to {', '.join(condition.actions)}"
            )
        case Delegated():
            under = ", ".join(map(grant_id_text, condition.grants))
            return f"for {contact_id_text(condition.vault)} under {under}"
