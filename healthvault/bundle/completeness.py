# SPDX-License-Identifier: Apache-2.0
"""The rows of a manifest that say how many documents of a category there are, and which of them are shown.

Parsing checks shapes only; whether they lead to the tip's state is for `verify.completeness` to tell.
Spec: docs/spec/inventories.md section 4.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from healthvault.codec import Fields, Value
from healthvault.errors import IntegrityError
from healthvault.ledger.inventory import BLIND_BYTES, SLOT_COUNT, Inventories, Line, LineKind
from healthvault.tlog.slice import Slice, build_slice, parse_slice
from healthvault.tlog.tree import MemoryTree

__all__ = [
    "DisclosedInventories",
    "DisclosedInventory",
    "OpenedIn",
    "OpenedOut",
    "open_inventories",
    "parse_inventories",
]

_OUT = tuple(kind for kind in LineKind if kind is not LineKind.IN)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedIn:
    """A line that put a document of the bundle into the inventory."""

    number: int
    """Of the line."""
    seq: int
    """Entry of the document."""
    salt: bytes

    def to_value(self) -> Value:
        """Return the map that stands in the manifest."""
        return {"i": self.number, "seq": self.seq, "salt": self.salt}


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedOut:
    """A line that says that a document went out, and why; which one stays hidden."""

    number: int
    kind: LineKind
    ref: int
    """Number of the line that had put it in."""
    salt: bytes

    def to_value(self) -> Value:
        """Return the map that stands in the manifest."""
        return {"i": self.number, "kind": int(self.kind), "ref": self.ref, "salt": self.salt}


@dataclass(frozen=True, slots=True, kw_only=True)
class DisclosedInventory:
    """The inventory of one category, opened as far as the bundle shows its documents."""

    slot: int
    blind: bytes
    slice: Slice | None
    """Over the opened lines; None for an inventory without any line."""
    ins: tuple[OpenedIn, ...]
    outs: tuple[OpenedOut, ...]

    def to_value(self) -> Value:
        """Return the map that stands in the manifest."""
        return {
            "slot": self.slot,
            "blind": self.blind,
            "lines": self.slice.to_value() if self.slice else None,
            "in": [line.to_value() for line in self.ins],
            "out": [line.to_value() for line in self.outs],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class DisclosedInventories:
    """What a bundle says of whole categories."""

    commitments: tuple[bytes, ...]
    """To the inventories of all categories; those that are not opened say nothing."""
    rows: tuple[DisclosedInventory, ...]

    def to_value(self) -> Value:
        """Return the map that stands in the manifest."""
        return {"commitments": list(self.commitments), "rows": [row.to_value() for row in self.rows]}


def open_inventories(
    inventories: Inventories, prev: bytes, lines: Mapping[int, Sequence[Line]], shown: Collection[int]
) -> DisclosedInventories:
    """Return what the entry after the one with leaf hash `prev` proves of some inventories.

    Args:
        inventories: As of that entry.
        prev: 32 bytes.
        lines: All lines of each inventory to be opened, by its slot, rising.
        shown: Entries of the documents that may be named; others are counted only.

    Raises:
        IntegrityError: `bad_state`, the lines are not those of the inventory.
    """
    return DisclosedInventories(
        commitments=tuple(inventories.commitments(prev)),
        rows=tuple(_open(inventories, prev, slot, whole, shown) for slot, whole in lines.items()),
    )


def _open(
    inventories: Inventories, prev: bytes, slot: int, lines: Sequence[Line], shown: Collection[int]
) -> DisclosedInventory:
    tree = MemoryTree(map(inventories.leaf, lines))
    if tree.root() != inventories.root_of(slot):
        raise IntegrityError("bad_state", "these are not the lines that the newest entry commits to")
    outs = tuple(line for line in lines if line.kind is not LineKind.IN)
    gone = {line.ref for line in outs}
    ins = tuple(
        line for line in lines if line.kind is LineKind.IN and line.ref in shown and line.number not in gone
    )
    salt = inventories.salt
    return DisclosedInventory(
        slot=slot,
        blind=inventories.blind(slot, prev),
        slice=build_slice(tree, len(lines), [line.number for line in (*ins, *outs)], ()) if lines else None,
        ins=tuple(OpenedIn(number=line.number, seq=line.ref, salt=salt(line)) for line in ins),
        outs=tuple(OpenedOut(number=line.number, kind=line.kind, ref=line.ref, salt=salt(line)) for line in outs),
    )


def parse_inventories(complete: Fields) -> DisclosedInventories:
    """Parse the map `complete` of a manifest.

    Raises:
        FormatError: `bad_schema`.
        IntegrityError: `bad_proof`, a slice out of order, or one with marks.
    """
    commitments = tuple(complete.bins("commitments", 32, SLOT_COUNT))
    rows = tuple(_parse_row(row) for row in complete.maps("rows", SLOT_COUNT))
    if len(commitments) != SLOT_COUNT:
        raise complete.wrong("commitments")
    if not _is_rising(row.slot for row in rows):
        raise complete.wrong("rows")
    return DisclosedInventories(commitments=commitments, rows=rows)


def _parse_row(row: Fields) -> DisclosedInventory:
    found = DisclosedInventory(
        slot=row.uint("slot", SLOT_COUNT - 1),
        blind=row.bin("blind", BLIND_BYTES),
        slice=parse_slice(row.map["lines"]) if row.has("lines") else None,
        ins=tuple(_parse_in(item) for item in row.maps("in")),
        outs=tuple(_parse_out(item) for item in row.maps("out")),
    )
    for key, lines in (("in", found.ins), ("out", found.outs)):
        if not _is_rising(line.number for line in lines):
            raise row.wrong(key)
    if found.slice and found.slice.marks:
        raise IntegrityError("bad_proof", "an inventory has no older sizes to pass through")
    return found


def _parse_in(item: Fields) -> OpenedIn:
    return OpenedIn(number=item.uint("i"), seq=item.uint("seq"), salt=item.bin("salt", 32))


def _parse_out(item: Fields) -> OpenedOut:
    kind = item.uint("kind")
    if kind not in _OUT:
        raise item.wrong("kind")
    return OpenedOut(number=item.uint("i"), kind=LineKind(kind), ref=item.uint("ref"), salt=item.bin("salt", 32))


def _is_rising(numbers: Iterable[int]) -> bool:
    return all(earlier < later for earlier, later in pairwise(numbers))
