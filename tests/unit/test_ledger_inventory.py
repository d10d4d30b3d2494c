# SPDX-License-Identifier: Apache-2.0
"""Inventories and what erased entries had changed, against the worked example of docs/spec/inventories.md."""

from pathlib import Path

import pytest

from healthvault.bundle.completeness import open_inventories
from healthvault.codec import pack
from healthvault.crypto.aead import seal
from healthvault.crypto.hashing import derive, labelled, sha256
from healthvault.errors import FormatError, IntegrityError
from healthvault.ledger.changes import (
    Added,
    Change,
    Erased,
    Revised,
    category_word,
    change_of,
    open_changes,
    seal_changes,
    slot_of,
)
from healthvault.ledger.documents import DocAdd, DocErase, DocRevise
from healthvault.ledger.inventory import Inventories, Line
from healthvault.ledger.kinds import Owner
from healthvault.ledger.membership import NO_SHELF
from tests.histories import STATE_KEY, add

SPEC = (Path(__file__).resolve().parents[2] / "docs/spec/inventories.md").read_text(encoding="utf-8")
PREV = b"\x61" * 32
CHANGES: tuple[Change | None, ...] = (
    Added(slot=0),
    Added(slot=None, supersedes=3),
    Revised(about=1, slot=3),
    Revised(about=1, slot=None, is_retracted=True),
    Revised(about=1, slot=11, is_retracted=True),
    None,
)
VICTIMS = (2, 4, 5, 6, 7, 9)


def worked() -> tuple[Inventories, tuple[Line, ...]]:
    """Return the inventories of the example, and their lines in order."""
    inventories = Inventories(STATE_KEY, NO_SHELF)
    for seq, change in enumerate((Added(slot=0), Added(slot=3), Revised(about=1, slot=3)), 1):
        inventories.take(seq, change)
    lines = inventories.take_changed()[1]
    return inventories, tuple(sorted(lines, key=lambda line: (line.slot, line.number)))


def test_the_worked_lines() -> None:
    """Kinds, references, salts and leaves are those of the text."""
    inventories, lines = worked()
    for line in lines:
        salt, leaf = inventories.salt(line).hex(), inventories.leaf(line).hex()
        assert f"| {line.slot} | {line.number} | {int(line.kind)}, {line.ref} | `{salt}` | `{leaf}` |" in SPEC


def test_the_worked_commitments() -> None:
    """Roots, blinds, commitments and ext_root are those of the text."""
    inventories, _ = worked()
    commitments = inventories.commitments(PREV)
    for slot in (0, 1, 3):
        root, blind = inventories.root_of(slot).hex(), inventories.blind(slot, PREV).hex()
        assert f"| {slot} | `{root}` | `{blind}` | `{commitments[slot].hex()}` |" in SPEC
    assert f"`ext_root` of entry 3 is `{inventories.ext_root(PREV).hex()}`" in SPEC


def test_the_worked_map() -> None:
    """The map of a bundle with one of two documents has the length and hash of the text."""
    inventories, lines = worked()
    opened = open_inventories(inventories, PREV, {3: tuple(line for line in lines if line.slot == 3)}, {2})
    data = pack(opened.to_value())
    assert f"is {len(data)} bytes long and has SHA-256\n`{sha256(data).hex()}`" in SPEC


def test_changes_there_and_back() -> None:
    """Every change is read as it was written, for the entry that it was sealed for."""
    sealed = seal_changes(STATE_KEY, 20, CHANGES)
    erasure = DocErase(victims=VICTIMS, ks_epoch=1, changes=sealed)
    assert dict(zip(VICTIMS, CHANGES, strict=True)) == open_changes(STATE_KEY, 20, erasure)


def test_changes_have_one_size() -> None:
    """Whatever the victims had changed, the sealed records are as long: who sees them learns nothing."""
    sizes = {len(seal_changes(STATE_KEY, 20, (change,))) for change in CHANGES}
    assert 1 == len(sizes)


@pytest.mark.parametrize(("key", "seq"), [(b"\x05" * 32, 20), (STATE_KEY, 21)])
def test_changes_of_another_vault_or_entry(key: bytes, seq: int) -> None:
    """They do not open."""
    erasure = DocErase(victims=VICTIMS, ks_epoch=1, changes=seal_changes(STATE_KEY, 20, CHANGES))
    with pytest.raises(IntegrityError) as caught:
        open_changes(key, seq, erasure)
    assert "tampered" == caught.value.code


@pytest.mark.parametrize(
    "records",
    [
        b"",
        bytes(9),
        bytes(20),
        bytes.fromhex("04ffffffffffffffffff"),
        bytes.fromhex("010dffffffffffffffff"),
        bytes.fromhex("01000000000000000002"),
        bytes.fromhex("02000000000000000002"),
        bytes.fromhex("0300ffffffffffffffff"),
    ],
)
def test_changes_that_make_no_sense(records: bytes) -> None:
    """Another number of records, an unknown kind or inventory, or an entry that came later, is refused."""
    sealed = seal(derive(STATE_KEY, "changes"), records, labelled("changes", (20).to_bytes(8, "big")))
    with pytest.raises(FormatError) as caught:
        open_changes(STATE_KEY, 20, DocErase(victims=(2,), ks_epoch=1, changes=sealed))
    assert "bad_schema" == caught.value.code


def test_an_erasure_without_changes() -> None:
    """Its victims changed nothing."""
    assert {2: None, 4: None} == open_changes(STATE_KEY, 20, DocErase(victims=(2, 4), ks_epoch=1))


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (add("lab", supersedes=4), Added(slot=3, supersedes=4)),
        (add(None), Added(slot=None)),
        (add("a word to come"), Added(slot=11)),
        (DocRevise(about=1, category=""), Revised(about=1, slot=11)),
        (DocRevise(about=1, is_retracted=True), Revised(about=1, slot=None, is_retracted=True)),
        (DocRevise(about=1, title="t"), None),
        (DocErase(victims=(1,), ks_epoch=1), Erased(victims=(1,))),
        (Owner(name="Ana"), None),
        (None, None),
    ],
)
def test_what_entries_change(said: DocAdd | DocRevise | DocErase | Owner | None, expected: Change | None) -> None:
    """Adding, relabelling, retracting and erasing do; nothing else does."""
    assert expected == change_of(said)


def test_words_and_slots() -> None:
    """Known words have their place, others that of `other`; a slot without a word is named by its number."""
    assert (0, 11, 12, 11) == tuple(map(slot_of, ("allergy", "other", "protocol", "a word to come")))
    assert ("claim", "protocol", "category-13") == (category_word(10), category_word(12), category_word(13))


@pytest.mark.parametrize("value", [[], [True, []], [True, [[]] * 15], [True, [1] * 16], [0, [[]] * 16]])
def test_a_value_of_the_index_that_is_none(value: list[object]) -> None:
    """It is refused, so that the index is made anew."""
    with pytest.raises(FormatError) as caught:
        Inventories(STATE_KEY, NO_SHELF, value)  # type: ignore[arg-type]
    assert "bad_schema" == caught.value.code
