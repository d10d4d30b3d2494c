# SPDX-License-Identifier: Apache-2.0
"""Which documents the conditions of a grant keep out, by what is said of them: pure.

Spec: docs/spec/grants.md sections 1.4 and 4.1.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from healthvault.consent.conditions import Condition, Deny, Sensitive
from healthvault.errors import ConsentRefused
from healthvault.records.categories import Category, Sensitivity

__all__ = ["DocumentWords", "denied_word", "exclusions", "unnamed_label"]

_CATEGORIES = frozenset(category.value for category in Category)
_LABELS = frozenset(label.value for label in Sensitivity)
_OTHER = Category.OTHER.value


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentWords:
    """What is said of a document: the words that conditions go by."""

    category: str = _OTHER
    type: str = ""
    tags: tuple[str, ...] = ()
    sensitivity: tuple[str, ...] = ()


def exclusions(conditions: Iterable[Condition], words: DocumentWords) -> Iterator[ConsentRefused]:
    """Yield why the conditions keep a document out: `denied_by_rule`, `sensitivity_not_named`.

    The messages hold no word of the document; `denied_word` and `unnamed_label` do.
    """
    held = tuple(conditions)
    if denied_word(held, words) is not None:
        yield ConsentRefused("denied_by_rule", "a deny rule of the grant keeps the document out")
    if unnamed_label(held, words) is not None:
        said = "the document has a label of sensitivity that the grant does not name"
        yield ConsentRefused("sensitivity_not_named", said, hint="--sensitivity WORD names it in a new grant")


def denied_word(conditions: Iterable[Condition], words: DocumentWords) -> str | None:
    """Return the least word, such as `tag:private`, that a document and a deny rule share.

    A category that this version does not know counts as `other` too.
    """
    categories = {words.category} if words.category in _CATEGORIES else {words.category, _OTHER}
    shared: set[str] = set()
    for condition in conditions:
        if isinstance(condition, Deny):
            shared.update(f"category:{word}" for word in categories.intersection(condition.categories))
            shared.update(f"type:{word}" for word in {words.type}.intersection(condition.types))
            shared.update(f"tag:{word}" for word in set(words.tags).intersection(condition.tags))
            labels = set(words.sensitivity).intersection(condition.sensitivity)
            shared.update(f"sensitivity:{label}" for label in labels)
    return min(shared, default=None)


def unnamed_label(conditions: Iterable[Condition], words: DocumentWords) -> str | None:
    """Return the least label of a document that is not named, or that this version does not know."""
    named = [frozenset(condition.allow) for condition in conditions if isinstance(condition, Sensitive)]
    allowed = _LABELS.intersection(*named) if named else frozenset[str]()
    return min(set(words.sensitivity) - allowed, default=None)
