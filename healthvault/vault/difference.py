# SPDX-License-Identifier: Apache-2.0
"""The difference of two documents in what they say: items added, removed and changed, and lines of text.

An item is the same by its identity, else by what it is about and when; whether the bytes are equal is said too.
Spec: docs/spec/contents.md section 9.5.
"""

import difflib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields

from healthvault.records.concept import concept_of
from healthvault.records.statements import Coding, Item
from healthvault.storage.contents import READ, Contents
from healthvault.storage.document_rows import DocumentRows
from healthvault.storage.item_rows import ItemRows
from healthvault.vault.content_views import value_text
from healthvault.vault.vault import Vault
from healthvault.vault.views import Document

__all__ = ["Change", "Changed", "Difference", "difference"]

MAX_ITEMS = 20_000  # of each document
MAX_LINES = 4_000
_UNCOMPARED = frozenset({"place", "digest", "subject", "quantity", "text"})  # the last two by their value


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One field of an item that changed; None where it says nothing."""

    field: str
    old: str | None
    new: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """An item that both documents have, and in which they differ."""

    item: Item
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What the second document says that the first does not, and the other way round."""

    same_bytes: bool
    unread: tuple[str, ...]
    """Ids of those that could not be read, or not to the end."""
    added: tuple[Item, ...]
    removed: tuple[Item, ...]
    changed: tuple[Changed, ...]
    lines: tuple[tuple[str, str], ...]
    """`+`, `-` or a space, and the line; a line of `@` stands for equal ones that are left out."""
    cut: bool
    """More was said than is compared."""

    @property
    def is_same(self) -> bool:
        """Whether both say the same, as far as they could be read."""
        return not (self.added or self.removed or self.changed or self.lines)


def difference(vault: Vault, contents: Contents, old: Document, new: Document) -> Difference:
    """Compare what two documents say, which were brought up."""
    rows = ItemRows(contents)
    items = [rows.stated(each.entry, limit=MAX_ITEMS + 1) for each in (old, new)]
    lines = [rows.passages(each.entry, limit=MAX_LINES + 1) for each in (old, new)]
    cut = any(len(each) > MAX_ITEMS for each in items) or any(len(each) > MAX_LINES for each in lines)
    before, after = (each[:MAX_ITEMS] for each in items)
    pairs, removed, added = _paired(before, after)
    readings = [(each.id, contents.reading(each.entry)) for each in (old, new)]
    return Difference(
        same_bytes=_tags(vault, old) == _tags(vault, new),
        unread=tuple(name for name, row in readings if row is None or row.state != READ),
        added=added,
        removed=removed,
        changed=tuple(Changed(item=b, changes=found) for a, b in pairs if (found := tuple(_changes(a, b)))),
        lines=tuple(_lines(lines[0][:MAX_LINES], lines[1][:MAX_LINES])),
        cut=cut,
    )


def _tags(vault: Vault, document: Document) -> list[tuple[int, bytes]]:
    """Return what is equal for equal bytes of a document's files."""
    return [(part.size_bytes, part.dedupe) for part in DocumentRows(vault.catalogue).parts(document.entry)]


def _paired(
    before: Sequence[Item], after: Sequence[Item]
) -> tuple[list[tuple[Item, Item]], tuple[Item, ...], tuple[Item, ...]]:
    """Return the items of both, those that the first alone has, and those that the second alone has."""
    pairs: list[tuple[Item, Item]] = []
    left, right = list(before), list(after)
    for key_of in (_identity, _whole, _event):
        waiting: dict[object, list[Item]] = defaultdict(list)
        for item in right:
            waiting[key_of(item)].append(item)
        alone = []
        for item in left:
            key = key_of(item)
            if key is not None and waiting[key]:
                pairs.append((item, waiting[key].pop(0)))
            else:
                alone.append(item)
        left, right = alone, [item for items in waiting.values() for item in items]
    return pairs, tuple(left), tuple(right)


def _identity(item: Item) -> str | None:
    return item.identity


def _whole(item: Item) -> tuple[object, ...]:
    return (*_event(item), value_text(item), item.status)


def _event(item: Item) -> tuple[object, ...]:
    return item.type, concept_of(item), item.date


def _changes(old: Item, new: Item) -> Iterator[Change]:
    for each in fields(Item):
        a, b = _said(getattr(old, each.name)), _said(getattr(new, each.name))
        if each.name not in _UNCOMPARED and a != b:
            yield Change(field=each.name, old=a, new=b)
    if value_text(old) != value_text(new):
        yield Change(field="value", old=value_text(old), new=value_text(new))


def _said(value: object) -> str | None:
    if isinstance(value, tuple):
        return ", ".join(f"{each.system}|{each.code}" if isinstance(each, Coding) else str(each) for each in value)
    return None if value is None else str(value)


def _lines(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[str, str]]:
    for number, line in enumerate(difflib.unified_diff(old, new, n=1, lineterm="")):
        if number > 1:  # behind the two names
            yield ("@", "") if line.startswith("@@") else (line[0], line[1:])
