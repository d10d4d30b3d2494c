# SPDX-License-Identifier: Apache-2.0
"""What an entry changes about where documents stand, and no word more: enough to follow the inventories by.

An erased entry cannot be read any more, but what it changed was committed to by every state since. So the entry
that erases it carries these few numbers along, sealed by themselves: who is shown that entry, as the reader of a
certificate is, does not see them. Spec: docs/spec/inventories.md sections 2 and 3.
"""

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from healthvault.crypto.aead import open_sealed, seal
from healthvault.crypto.hashing import derive, labelled
from healthvault.errors import FormatError
from healthvault.ledger.documents import DocAdd, DocErase, DocRevise

__all__ = [
    "CATEGORIES",
    "Added",
    "Change",
    "Erased",
    "Revised",
    "category_word",
    "change_of",
    "open_changes",
    "seal_changes",
    "slot_of",
]

CATEGORIES = (
    "allergy",
    "medication",
    "condition",
    "lab",
    "imaging",
    "letter",
    "immunisation",
    "procedure",
    "directive",
    "vitals",
    "claim",
    "other",
    "protocol",
)
"""The place of a word is the number of its inventory: one may be added at the end, none may move."""
OTHER_SLOT = CATEGORIES.index("other")
_SLOTS = {word: slot for slot, word in enumerate(CATEGORIES)}
_RECORD = struct.Struct(">BBQ")  # what, inventory, entry
_NOTHING, _ADDED, _REVISED, _RETRACTED = range(4)
_NO_SLOT, _NO_ENTRY = 0xFF, 2**64 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """A document came in."""

    slot: int | None
    """Inventory of the category that it names; None: it names none, which is `other`."""
    supersedes: int | None = None
    """Entry of the document that it replaces."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Revised:
    """A document was put into another category, or retracted, or both."""

    about: int
    """Its entry."""
    slot: int | None
    """Inventory of the new category; None leaves it."""
    is_retracted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """Entries were erased; those that are documents stand nowhere any more."""

    victims: tuple[int, ...]


Change = Added | Revised | Erased


def slot_of(category: str) -> int:
    """Return the number of a category's inventory; of a word that this version does not know, that of `other`."""
    return _SLOTS.get(category, OTHER_SLOT)


def category_word(slot: int) -> str:
    """Return the category of an inventory; a number that this version does not know is named as such."""
    return CATEGORIES[slot] if slot < len(CATEGORIES) else f"category-{slot}"


def change_of(said: object) -> Change | None:
    """Return what a sealed map, parsed, changes; None for nothing."""
    match said:
        case DocAdd():
            return Added(slot=_slot_if_named(said.category), supersedes=said.supersedes)
        case DocRevise() if said.category is not None or said.is_retracted:
            return Revised(about=said.about, slot=_slot_if_named(said.category), is_retracted=said.is_retracted)
        case DocErase():
            return Erased(victims=said.victims)
    return None


def seal_changes(state_key: bytes, seq: int, changes: Sequence[Change | None]) -> bytes:
    """Return what stands in the `doc.erase` of entry `seq`: one record a victim, of one size whatever it says."""
    records = b"".join(map(_record, changes))
    return seal(derive(state_key, "changes"), records, _aad(seq))


def open_changes(state_key: bytes, seq: int, erasure: DocErase) -> Mapping[int, Change | None]:
    """Return what each victim of the `doc.erase` of entry `seq` had changed.

    Raises:
        IntegrityError: `tampered`, sealed by another key or for another entry.
        FormatError: `bad_schema`, not one record a victim, or one that says what no entry can.
    """
    if erasure.changes is None:
        return dict.fromkeys(erasure.victims)
    records = open_sealed(derive(state_key, "changes"), erasure.changes, _aad(seq))
    if len(records) != len(erasure.victims) * _RECORD.size:
        raise FormatError("bad_schema", f"entry {seq} does not say of each victim what it had changed")
    return {
        victim: _change(victim, *fields)
        for victim, fields in zip(erasure.victims, _RECORD.iter_unpack(records), strict=True)
    }


def _record(change: Change | None) -> bytes:
    match change:
        case Added():
            return _RECORD.pack(_ADDED, _number(change.slot, _NO_SLOT), _number(change.supersedes, _NO_ENTRY))
        case Revised():
            kind = _RETRACTED if change.is_retracted else _REVISED
            return _RECORD.pack(kind, _number(change.slot, _NO_SLOT), change.about)
    return _RECORD.pack(_NOTHING, _NO_SLOT, _NO_ENTRY)


def _change(victim: int, kind: int, slot: int, ref: int) -> Change | None:
    known = None if slot == _NO_SLOT else slot
    if kind == _NOTHING:
        return None
    is_slot = known is None or known < len(CATEGORIES)
    if is_slot and kind == _ADDED and (ref < victim or ref == _NO_ENTRY):
        return Added(slot=known, supersedes=None if ref == _NO_ENTRY else ref)
    if is_slot and kind in {_REVISED, _RETRACTED} and ref < victim:
        return Revised(about=ref, slot=known, is_retracted=kind == _RETRACTED)
    raise FormatError("bad_schema", f"what entry {victim} is said to have changed makes no sense")


def _number(value: int | None, absent: int) -> int:
    return absent if value is None else value


def _slot_if_named(category: str | None) -> int | None:
    return None if category is None else slot_of(category)


def _aad(seq: int) -> bytes:
    return labelled("changes", seq.to_bytes(8, "big"))
