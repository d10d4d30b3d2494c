# SPDX-License-Identifier: Apache-2.0
"""What a bundle proves of a whole category, and every way to make a list look whole that is not."""

import os
import random
from collections.abc import Callable, Iterable
from dataclasses import replace
from types import SimpleNamespace

import pytest

from healthvault.bundle.completeness import (
    DisclosedInventories,
    DisclosedInventory,
    OpenedIn,
    OpenedOut,
)
from healthvault.bundle.disclosure import DisclosedDocument, DisclosedPart
from healthvault.errors import IntegrityError
from healthvault.ledger.changes import CATEGORIES
from healthvault.ledger.documents import DocErase, DocRevise
from healthvault.ledger.inventory import LineKind
from healthvault.tlog.slice import Slice, build_slice
from healthvault.tlog.tree import MemoryTree
from healthvault.verify.completeness import Completeness, judge_inventories
from tests.histories import (
    ALLERGY,
    LAB,
    TIP,
    History,
    add,
    allergies,
    lines_of,
    opened,
    prev_of,
    random_history,
    seven,
)
from tests.worked import worked_manifest

HISTORIES = int(os.environ.get("HV_TEST_HISTORIES", "40"))
Change = Callable[[DisclosedInventory], DisclosedInventory]


def judged(
    history: History, shown: Iterable[int], complete: DisclosedInventories, *, parts: int = 1, blobs: int = 1
) -> tuple[Completeness, ...]:
    """Return what a reader makes of it who is shown these documents and the tip of the history."""
    part = DisclosedPart(
        number=0, size_bytes=1, file="a.txt", commit_key=bytes(32), claimed_title="", claimed_media_type=""
    )
    docs = tuple(
        DisclosedDocument(seq=seq, claimed_status="current", claimed_type="text", parts=(part,) * parts)
        for seq in shown
    )
    manifest = worked_manifest()
    state = replace(manifest.state, ext_root=history.inventories().ext_root(prev_of(TIP)))
    entries = {seq: SimpleNamespace(header=SimpleNamespace(blobs=(None,) * blobs)) for seq in shown}
    return judge_inventories(replace(manifest, state=state, docs=docs, complete=complete), entries)


def proved(disclosed: int, total: int, category: str = "allergy", **gone: int) -> tuple[Completeness, ...]:
    """Return what should come out."""
    counts = {"moved": 0, "superseded": 0, "retracted": 0, "erased": 0, **gone}
    return (Completeness(category=category, disclosed=disclosed, total=total, **counts),)


def refused(
    history: History, shown: list[int], change: Change, complete: DisclosedInventories | None = None
) -> str:
    """Return the code with which a changed row is refused."""
    honest = complete or opened(history, shown)
    with pytest.raises(IntegrityError) as caught:
        judged(history, shown, replace(honest, rows=tuple(map(change, honest.rows))))
    return caught.value.code


def resliced(
    history: History, row: DisclosedInventory, ins: list[OpenedIn], outs: list[OpenedOut]
) -> DisclosedInventory:
    """Return a row that opens these lines, with a slice that fits."""
    inventories = history.inventories()
    tree = MemoryTree(map(inventories.leaf, lines_of(history, row.slot)))
    numbers = {*(line.number for line in ins), *(line.number for line in outs)}
    return replace(
        row,
        slice=build_slice(tree, tree.size, numbers, ()),
        ins=tuple(sorted(ins, key=lambda line: line.number)),
        outs=tuple(outs),
    )


def test_all_of_them() -> None:
    """Seven of seven are complete."""
    history = seven()
    (found,) = judged(history, allergies(history), opened(history, allergies(history)))
    assert (proved(7, 7)[0], True) == (found, found.is_complete)


def test_one_withheld() -> None:
    """Six of seven are counted as such."""
    history = seven()
    shown = allergies(history)[:-1]
    (found,) = judged(history, shown, opened(history, shown))
    assert (proved(6, 7)[0], False) == (found, found.is_complete)


def test_what_went_out_is_visible() -> None:
    """A document relabelled, replaced, retracted or erased is counted as such ever after; one put back counts."""
    history = seven()
    first, second, third, fourth, fifth, *_ = allergies(history)
    history.append(DocRevise(about=first, category="lab"))
    history.append(add("allergy", supersedes=second))
    history.append(DocRevise(about=third, is_retracted=True))
    history.append(DocErase(victims=(fourth,), ks_epoch=1))
    newer = history.append(add("allergy", supersedes=fifth))
    history.append(DocRevise(about=newer, is_retracted=True))
    shown = allergies(history)
    expected = proved(4, 4, moved=1, superseded=2, retracted=2, erased=1)
    assert 4 == len(shown)
    assert expected == judged(history, shown, opened(history, shown))


def test_a_category_without_documents() -> None:
    """None of none is complete: nothing was ever there."""
    history = seven()
    (found,) = judged(history, [], opened(history, [], [CATEGORIES.index("vitals")]))
    assert (proved(0, 0, "vitals")[0], True) == (found, found.is_complete)


def test_a_document_without_all_its_files_does_not_count() -> None:
    """It is shown in part only, so it is not disclosed."""
    history = seven()
    shown = allergies(history)
    assert proved(0, 7) == judged(history, shown, opened(history, shown), parts=1, blobs=2)


def test_several_categories() -> None:
    """Each row is judged by itself."""
    history = seven()
    shown = allergies(history)
    found = judged(history, shown, opened(history, shown, [ALLERGY, LAB]))
    assert (*proved(7, 7), *proved(0, 7, "lab")) == found


def moved_one() -> tuple[History, int]:
    """Return a history in which the first of three allergies became a laboratory result, and that document."""
    history = History()
    first = history.append(add("allergy"))
    history.append(add("allergy"))
    history.append(add("allergy"))
    history.append(DocRevise(about=first, category="lab"))
    return history, first


def test_hiding_that_one_went_out() -> None:
    """The line that is not opened counts as a document held back, and so does the one that it ended."""
    history, _ = moved_one()
    shown = allergies(history)
    honest = opened(history, shown)
    row = resliced(history, honest.rows[0], [*honest.rows[0].ins], [])
    assert proved(2, 4) == judged(history, shown, replace(honest, rows=(row,)))


def test_a_document_that_went_out_shown_as_there() -> None:
    """With its end opened it is refused; with its end hidden the list is not complete."""
    history, first = moved_one()
    shown = [first, *allergies(history)]
    honest = opened(history, shown)
    salt = history.inventories().salt(lines_of(history, ALLERGY)[0])
    again = OpenedIn(number=0, seq=first, salt=salt)
    row, ins = honest.rows[0], [again, *honest.rows[0].ins]
    assert "bad_proof" == refused(history, shown, lambda row: resliced(history, row, ins, [*row.outs]))
    hidden = replace(honest, rows=(resliced(history, row, ins, []),))
    assert proved(3, 4) == judged(history, shown, hidden)


def change_blind(row: DisclosedInventory) -> DisclosedInventory:
    """Return it with another blind."""
    return replace(row, blind=bytes(16))


def fewer_lines(row: DisclosedInventory) -> DisclosedInventory:
    """Return it as if the last document had never come in."""
    assert row.slice is not None
    leaves = row.slice.leaves[:-1]
    return replace(row, slice=Slice(size=6, leaves=leaves, marks=(), hashes=()), ins=row.ins[:-1])


def other_slot(row: DisclosedInventory) -> DisclosedInventory:
    """Return it as the inventory of another category."""
    return replace(row, slot=LAB)


def other_seq(row: DisclosedInventory) -> DisclosedInventory:
    """Return it with a line said to be of another document that is shown."""
    first, second, *rest = row.ins
    return replace(row, ins=(replace(first, seq=second.seq), replace(second, seq=first.seq), *rest))


@pytest.mark.parametrize("change", [change_blind, fewer_lines, other_slot, other_seq])
def test_what_does_not_lead_to_the_state(change: Change) -> None:
    """Another blind, number of lines, category or document is not what the newest entry commits to."""
    history = seven()
    assert "bad_state" == refused(history, allergies(history), change)


def twice(row: DisclosedInventory) -> DisclosedInventory:
    """Return it with one document in two lines."""
    first, second, *rest = row.ins
    return replace(row, ins=(first, replace(second, seq=first.seq), *rest))


def not_shown(row: DisclosedInventory) -> DisclosedInventory:
    """Return it with a document that is not in the bundle."""
    return replace(row, ins=(replace(row.ins[0], seq=999), *row.ins[1:]))


def without_slice(row: DisclosedInventory) -> DisclosedInventory:
    """Return it as if it had no line."""
    return replace(row, slice=None)


def one_line_less(row: DisclosedInventory) -> DisclosedInventory:
    """Return it with a line that the slice leaves open."""
    return replace(row, ins=row.ins[1:])


def both_ways(row: DisclosedInventory) -> DisclosedInventory:
    """Return it with one line opened as in and as out."""
    first = row.ins[0]
    return replace(row, outs=(OpenedOut(number=first.number, kind=LineKind.MOVED, ref=0, salt=first.salt),))


def ends_later(row: DisclosedInventory) -> DisclosedInventory:
    """Return it with a line that ends a later one."""
    first = row.ins[0]
    out = OpenedOut(number=first.number, kind=LineKind.MOVED, ref=6, salt=first.salt)
    return replace(row, ins=row.ins[1:-1], outs=(out,))


@pytest.mark.parametrize("change", [twice, not_shown, without_slice, one_line_less, both_ways, ends_later])
def test_what_contradicts_itself(change: Change) -> None:
    """One document twice, one that is not here, lines without a slice or twice, an end before its beginning."""
    history = seven()
    assert "bad_proof" == refused(history, allergies(history), change)


def test_two_ends_of_one_line() -> None:
    """What went out once cannot go out again."""
    history, _ = moved_one()
    history.append(DocRevise(about=2, category="lab"))
    (row,) = opened(history, []).rows
    outs = tuple(replace(line, ref=0) for line in row.outs)
    assert "bad_proof" == refused(history, [], lambda row: replace(row, outs=outs))


def test_a_row_of_an_older_tip() -> None:
    """A proof of the time when there were fewer is not one of now."""
    history = seven()
    shown, old = allergies(history), opened(history, allergies(history), tip=TIP - 1)
    assert "bad_state" == refused(history, shown, lambda row: row, old)
    mixed = replace(opened(history, shown), rows=old.rows)
    assert "bad_state" == refused(history, shown, lambda row: row, mixed)


def tried(history: History, shown: list[int], complete: DisclosedInventories) -> Completeness | None:
    """Return what comes out; None if it contradicts itself."""
    try:
        (found,) = judged(history, shown, complete)
    except IntegrityError:
        return None
    return found


@pytest.mark.parametrize("seed", range(HISTORIES))
def test_no_partial_list_looks_complete(seed: int) -> None:
    """Whatever lines a sender opens or hides, of an honest log: complete is said only of all that there is."""
    rng, history = random.Random(seed), random_history(seed, 30)
    inventories, members = history.inventories(), history.model.members()
    for slot in range(len(CATEGORIES)):
        lines = lines_of(history, slot)
        if not lines or not history.model.is_named:
            continue
        true = {seq for seq, at in members.items() if at == slot}
        shown = [seq for seq in history.model.documents if rng.random() < 0.8]
        honest = opened(history, shown, [slot])
        ins = [
            OpenedIn(number=line.number, seq=line.ref, salt=inventories.salt(line))
            for line in lines
            if line.kind is LineKind.IN and line.ref in shown and rng.random() < 0.8
        ]
        outs = [line for line in honest.rows[0].outs if rng.random() < 0.8]
        row = resliced(history, honest.rows[0], ins, outs)
        found = tried(history, shown, replace(honest, rows=(row,)))
        if found is None:
            continue
        assert not found.is_complete or (true <= {*shown} and found.total == len(true))
        assert found.total - found.disclosed >= len(true - {*shown})
