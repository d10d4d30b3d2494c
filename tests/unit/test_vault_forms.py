# SPDX-License-Identifier: Apache-2.0
"""Forms are documents: kept, replaced, found, and never mistaken for what somebody else sent."""

from pathlib import Path

from healthvault.records.categories import Category
from healthvault.records.kinds import Kind
from healthvault.vault.forms import NewForm, find_forms, keep_form
from tests.vaults import NOW_MS, ana


def form(content: bytes) -> NewForm:
    """Return a form."""
    return NewForm(
        kind=Kind.EMERGENCY_SHEET,
        name="sheet.json",
        title="Sheet",
        content=content,
        date="2026-11-20",
        category=Category.LETTER,
    )


def test_a_newer_form_takes_the_place_of_an_older(tmp_path: Path) -> None:
    """The one in force is found, with its bytes; both are documents of the vault."""
    with ana(tmp_path).open(writing=True) as vault:
        first = keep_form(vault, form(b"{}"), now_ms=NOW_MS)
        second = keep_form(vault, form(b'{"a":1}'), now_ms=NOW_MS, replaces=first.id)
        (found,) = find_forms(vault, Kind.EMERGENCY_SHEET)
        assert (second.id, b'{"a":1}', False) == (found.document.id, found.content, found.is_received)
        assert [] == list(find_forms(vault, Kind.PDF))


def test_the_same_form_is_kept_once(tmp_path: Path) -> None:
    """As with any document."""
    with ana(tmp_path).open(writing=True) as vault:
        first, again = (keep_form(vault, form(b"{}"), now_ms=NOW_MS) for _ in range(2))
        assert (first.id, first.id) == (again.id, again.duplicate_of)
