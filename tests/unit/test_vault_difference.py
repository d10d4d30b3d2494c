# SPDX-License-Identifier: Apache-2.0
"""What two documents say that differs."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from healthvault.records.statements import Passage, Statement
from healthvault.vault.difference import Difference, difference
from healthvault.vault.looking import looked_into
from healthvault.vault.vault import Vault
from tests.stated import lab, put, state
from tests.vaults import ana


@pytest.fixture
def vault(tmp_path: Path) -> Iterator[Vault]:
    """An empty vault."""
    with ana(tmp_path).open(writing=True) as vault:
        yield vault


def compared(vault: Vault, old: list[Statement], new: list[Statement]) -> Difference:
    """Return how two documents differ that state this."""
    documents = state(vault, "a.txt", old, text="a"), state(vault, "b.txt", new, text="b")
    with looked_into(vault, only=[each.entry for each in documents]) as contents:
        return difference(vault, contents, *documents)


def texts(*lines: str) -> list[Statement]:
    """Return lines of text."""
    return [Passage(words=line, place=f"line {number}") for number, line in enumerate(lines, 1)]


def test_an_item_is_the_same_by_its_name(vault: Vault) -> None:
    """What changed in it is said by field."""
    old = lab("1-1", "Ferritin", "12", "ug/L", "2026-01-01", identity="Observation/1")
    new = lab("1-1", "Ferritin", "14", "ug/L", "2026-01-02", identity="Observation/1", status="amended")
    found = compared(vault, [old], [new])
    (changed,) = found.changed
    assert {
        ("date", "2026-01-01", "2026-01-02"),
        ("status", "final", "amended"),
        ("value", "12 ug/L", "14 ug/L"),
    } == {(each.field, each.old, each.new) for each in changed.changes}
    assert ((), (), False) == (found.added, found.removed, found.is_same)


def test_else_by_what_it_is_about_and_when(vault: Vault) -> None:
    """Another day is another item."""
    one = lab("1-1", "Ferritin", "12", "ug/L", "2026-01-01")
    found = compared(
        vault,
        [one, lab("1-2", "Iron", "1", "g", "2026-01-01")],
        [lab("1-1", "Ferritin", "13", "ug/L", "2026-01-01"), lab("1-2", "Iron", "1", "g", "2026-01-02")],
    )
    assert (1, 1, 1) == (len(found.changed), len(found.added), len(found.removed))


def test_the_same_said_in_another_order_and_place(vault: Vault) -> None:
    """Is the same, though the bytes are not."""
    one, two = lab("1-1", "A", "1", "g", None, place="x"), lab("1-2", "B", "1", "g", None)
    found = compared(vault, [one, two], [two, lab("1-1", "A", "1", "g", None, place="y")])
    assert (True, False, ()) == (found.is_same, found.same_bytes, found.unread)


def test_lines_of_text(vault: Vault) -> None:
    """With a line around them."""
    found = compared(vault, texts("a", "b", "c", "d", "e"), texts("a", "b", "C", "d", "e"))
    assert (("@", ""), (" ", "b"), ("-", "c"), ("+", "C"), (" ", "d")) == found.lines


def test_more_than_is_compared_is_said(vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    """The time that it takes has an end."""
    monkeypatch.setattr("healthvault.vault.difference.MAX_LINES", 2)
    assert compared(vault, texts("a", "b", "c"), texts("a", "b")).cut


def test_what_was_not_read_is_said(vault: Vault) -> None:
    """Nobody may take that for the same."""
    a, b = state(vault, "a.txt", [], text="a"), state(vault, "b.txt", [], text="b")
    with looked_into(vault) as contents:
        put(contents, b.entry, [], state="reader_failed")
        assert (b.id,) == difference(vault, contents, a, b).unread
