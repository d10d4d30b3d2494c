# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.storage.consent_rows."""

from dataclasses import replace

import pytest

from healthvault.codec import Fields
from healthvault.storage.catalogue import Catalogue
from healthvault.storage.consent_rows import ConsentRows, ContactRow, GrantRow, HistoryRow, ShareRow

CONTACT = ContactRow(vault=b"v" * 32, seq=1, name="Dr Lee", card=b"card", is_witness=True, pinned_ms=5)
SHARE = ShareRow(seq=9, id="b_x", slots=(3, 5), recipients="Dr Lee")
HISTORY = HistoryRow(seq=0, kind="owner", time_ms=5, id=None, signer=0)


@pytest.fixture
def rows() -> ConsentRows:
    """Empty tables."""
    return ConsentRows(Catalogue.in_memory())


def grant(seq: int, slot: int, id_text: str = "g_a") -> GrantRow:
    """Return the row of a grant."""
    return GrantRow(seq=seq, id=id_text, slot=slot, terms=Fields({"kind": "grant", "k": slot}, "grant"), status=1)


def test_a_contact_comes_back(rows: ConsentRows) -> None:
    """Every field of it."""
    rows.pin_contact(CONTACT)
    assert (CONTACT,) == rows.contacts()


def test_a_newer_card_replaces_the_older(rows: ConsentRows) -> None:
    """There is one row a vault; contacts are in order of their names."""
    rows.pin_contact(CONTACT)
    rows.pin_contact(replace(CONTACT, seq=2, name="Wen"))
    rows.pin_contact(replace(CONTACT, vault=b"w" * 32, seq=3, name="Ana"))
    assert [("Ana", 3), ("Wen", 2)] == [(row.name, row.seq) for row in rows.contacts()]


def test_a_contact_is_dropped_by_its_newest_pin(rows: ConsentRows) -> None:
    """An entry that is not the newest pin drops nothing."""
    rows.pin_contact(CONTACT)
    rows.drop_contact(7)
    assert (CONTACT,) == rows.contacts()
    rows.drop_contact(1)
    assert () == rows.contacts()


def test_grants_come_back_newest_first(rows: ConsentRows) -> None:
    """With their terms as they stand in the entry."""
    rows.insert_grant(grant(3, 5, "g_a"), [b"v" * 32])
    rows.insert_grant(grant(6, 2, "g_b"), [b"v" * 32])
    found = list(rows.grants())
    assert [(6, "g_b", 2, 1), (3, "g_a", 5, 1)] == [(row.seq, row.id, row.slot, row.status) for row in found]
    assert {"kind": "grant", "k": 5} == found[1].terms.map


def test_a_grant_is_found_by_its_prefix(rows: ConsentRows) -> None:
    """The beginning of an id finds all that begin so."""
    for slot, id_text in enumerate(("g_aaab", "g_aaac", "g_b")):
        rows.insert_grant(grant(slot, slot, id_text), [b"v" * 32])
    assert ["g_aaab", "g_aaac"] == [row.id for row in rows.grants_with_prefix("g_aaa")]
    assert () == rows.grants_with_prefix("g_c")


def test_the_end_of_a_grant(rows: ConsentRows) -> None:
    """It is noted by slot or by entry, for that grant alone."""
    for seq in (1, 2, 3):
        rows.insert_grant(grant(seq, seq + 10, f"g_{seq}"), [b"v" * 32])
    rows.set_status(11, 2)
    rows.set_status_of(3, 3)
    assert [3, 1, 2] == [row.status for row in rows.grants()]


def test_shares(rows: ConsentRows) -> None:
    """A share comes back with its slots, the newest first."""
    rows.insert_share(SHARE, 10, [b"v" * 32])
    rows.insert_share(replace(SHARE, seq=11, slots=()), 12, [])
    assert [replace(SHARE, seq=11, slots=()), SHARE] == list(rows.shares())


def test_sizes_handed_out(rows: ConsentRows) -> None:
    """What any of the recipients was handed, each size once, rising, and the newest where there are too many."""
    for size, who in ((4, [b"a"]), (6, [b"a", b"b"]), (8, [b"c"]), (9, [b"b"])):
        rows.insert_share(replace(SHARE, seq=size), size, who)
    assert (4, 6, 9) == rows.sizes_handed_to([b"a", b"b"], 100)
    assert (6, 9) == rows.sizes_handed_to([b"a", b"b"], 2)
    assert () == rows.sizes_handed_to([b"d"], 100)
    assert () == rows.sizes_handed_to([], 100)


def test_what_else_was_handed_out(rows: ConsentRows) -> None:
    """Sizes of small files count as those of bundles; twice is once."""
    rows.hand_out(7, [b"a", b"b"])
    rows.hand_out(7, [b"a"])
    assert ((7,), (7,)) == (rows.sizes_handed_to([b"a"], 10), rows.sizes_handed(10))


def test_the_grant_in_a_slot(rows: ConsentRows) -> None:
    """Its id, or None where none is."""
    rows.insert_grant(grant(1, 11, "g_one"), [b"code"])
    assert ("g_one", None) == (rows.grant_in(11), rows.grant_in(12))


def test_the_entries_of_a_kind(rows: ConsentRows) -> None:
    """All of them, rising."""
    rows.insert_history([replace(HISTORY, seq=seq, kind="anchor" if seq % 2 else "share") for seq in range(5)])
    assert ((1, 3), ()) == (rows.entries_of("anchor"), rows.entries_of("status"))


def test_history(rows: ConsentRows) -> None:
    """The newest first, as many as asked for; an erased entry shows nothing but that."""
    rows.insert_history([replace(HISTORY, seq=seq, kind="doc.add", id=f"d_{seq}") for seq in range(5)])
    assert [4, 3, 2, 1, 0] == [row.seq for row in rows.history()]
    assert [4, 3] == [row.seq for row in rows.history(2)]
    assert [] == list(rows.history(0))
    rows.erase_history(4)
    assert ["erased", "doc.add"] == [row.kind for row in rows.history(2)]


def test_the_history_of_one_thing(rows: ConsentRows) -> None:
    """Every entry about it, oldest first; of an erased one no word is left."""
    added = HistoryRow(seq=1, kind="doc.add", time_ms=5, id="d_a", signer=0)
    revised = HistoryRow(seq=3, kind="doc.revise", time_ms=6, id="d_a", signer=0, detail="retracted: mistyped")
    rows.insert_history([HISTORY, added, replace(added, seq=2, id="d_b"), revised])
    assert (added, revised) == rows.history_of("d_a")
    rows.erase_history(3)
    assert (added, replace(revised, kind="erased", detail="")) == rows.history_of("d_a")
