# SPDX-License-Identifier: Apache-2.0
"""How many documents of a category there are, and how many of them are here: part of step 10 of the verification.

Counts against the sender: whatever she does not open counts as a document that she holds back, so a list that
is not whole can never be made to look whole. Complete means complete in this vault.
Spec: docs/spec/inventories.md section 5.
"""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from healthvault.bundle.completeness import DisclosedInventory
from healthvault.bundle.manifest import Manifest
from healthvault.errors import IntegrityError
from healthvault.ledger.changes import category_word
from healthvault.ledger.entry import Entry
from healthvault.ledger.inventory import LineKind, inventory_commitment, line_leaf, root_of_inventories
from healthvault.tlog.slice import rebuild
from healthvault.tlog.tree import EMPTY_ROOT

__all__ = ["Completeness", "judge_inventories"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Completeness:
    """What a bundle proves of one category, as of its tip."""

    category: str
    disclosed: int
    """Documents in force of this category that are in the bundle, with all their files."""
    total: int
    """How many there are in the vault."""
    moved: int
    """How often one was put into another category."""
    superseded: int
    retracted: int
    erased: int

    @property
    def is_complete(self) -> bool:
        """Whether the bundle has all of them."""
        return self.disclosed == self.total


def judge_inventories(manifest: Manifest, entries: Mapping[int, Entry]) -> tuple[Completeness, ...]:
    """Return what a bundle proves of whole categories.

    Args:
        manifest: Its state is known to open the tip's; its rows are unverified.
        entries: The disclosed entries, verified.

    Raises:
        IntegrityError: `bad_proof`, a row contradicts itself or names a document that is not shown; `bad_state`,
            it does not lead to `ext_root`.
    """
    complete = manifest.complete
    if complete is None:
        return ()
    if root_of_inventories(complete.commitments) != manifest.state.ext_root:
        raise IntegrityError("bad_state", "the inventories are not those of the newest entry")
    shown = {row.seq: len(row.parts) for row in manifest.docs}
    whole = {seq for seq, count in shown.items() if seq in entries and count == len(entries[seq].header.blobs)}
    return tuple(_judge(row, complete.commitments[row.slot], shown, whole) for row in complete.rows)


def _judge(
    row: DisclosedInventory, committed: bytes, shown: Collection[int], whole: Collection[int]
) -> Completeness:
    _check_lines(row, shown)
    count, root = _rebuilt(row)
    if inventory_commitment(row.slot, row.blind, count, root) != committed:
        raise IntegrityError("bad_state", f"{_name(row)} is not the one that the newest entry commits to")
    out = Counter(line.kind for line in row.outs)
    return Completeness(
        category=category_word(row.slot),
        disclosed=sum(line.seq in whole for line in row.ins),
        total=count - 2 * len(row.outs),
        moved=out[LineKind.MOVED],
        superseded=out[LineKind.SUPERSEDED],
        retracted=out[LineKind.RETRACTED],
        erased=out[LineKind.ERASED],
    )


def _check_lines(row: DisclosedInventory, shown: Collection[int]) -> None:
    """Check that no document stands twice or is not shown, and that what went out had come in, once."""
    seqs, refs = [line.seq for line in row.ins], [line.ref for line in row.outs]
    if len({*seqs}) != len(seqs) or any(seq not in shown for seq in seqs):
        raise IntegrityError("bad_proof", f"{_name(row)} names a document twice, or one that is not here")
    opened = {*(line.number for line in row.ins), *(line.number for line in row.outs)}
    if len({*refs}) != len(refs) or opened & {*refs} or any(line.ref >= line.number for line in row.outs):
        raise IntegrityError("bad_proof", f"{_name(row)} lets something go out that is not there any more")


def _rebuilt(row: DisclosedInventory) -> tuple[int, bytes]:
    """Return number and root of the lines, as the row claims them."""
    leaves = {line.number: line_leaf(line.salt, row.slot, LineKind.IN, line.seq) for line in row.ins}
    leaves |= {line.number: line_leaf(line.salt, row.slot, line.kind, line.ref) for line in row.outs}
    if len(leaves) != len(row.ins) + len(row.outs) or (row.slice is None and leaves):
        raise IntegrityError("bad_proof", f"{_name(row)} opens one line twice, or lines that it does not have")
    if row.slice is None:
        return 0, EMPTY_ROOT
    rebuilt = rebuild(row.slice, leaves)
    return rebuilt.size, rebuilt.root


def _name(row: DisclosedInventory) -> str:
    return f"the inventory of {category_word(row.slot)}"
