# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.storage.role_rows and standing_rows: what is kept of roles and rules."""

from healthvault.codec import Fields
from healthvault.storage.catalogue import Catalogue
from healthvault.storage.consent_rows import ConsentRows, HistoryRow
from healthvault.storage.role_rows import BindingRow, RoleRows
from healthvault.storage.standing_rows import StandingRow, StandingRows

LEE, RITA = b"l" * 32, b"r" * 32


def test_the_newest_definition_counts() -> None:
    """By name, with the entry that it is from."""
    rows = RoleRows(Catalogue.in_memory())
    assert (None, ()) == (rows.defined("gp"), rows.names())
    for seq in (3, 7):
        rows.define("gp", seq, Fields({"longest": seq}, "role"))
    rows.define("aide", 9, Fields({}, "role"))
    seq, sealed = rows.defined("gp") or (0, Fields({}, ""))
    assert (7, 7, ("aide", "gp")) == (seq, sealed.uint("longest"), rows.names())


def test_bindings_are_by_contact_and_role() -> None:
    """A later one replaces; ending one leaves the others."""
    rows = RoleRows(Catalogue.in_memory())
    rows.bind(BindingRow(vault=LEE, role="gp", until_ms=None))
    rows.bind(BindingRow(vault=LEE, role="gp", until_ms=5))
    rows.bind(BindingRow(vault=RITA, role="gp", until_ms=None))
    rows.bind(BindingRow(vault=LEE, role="aide", until_ms=None))
    assert [(LEE, 5), (RITA, None)] == [(row.vault, row.until_ms) for row in rows.bindings("gp")]
    rows.unbind(LEE, "gp")
    assert ([RITA], [LEE]) == (
        [row.vault for row in rows.bindings("gp")],
        [row.vault for row in rows.bindings("aide")],
    )


def test_rules_and_what_they_made() -> None:
    """One grant for each document of a rule; how far it looked; all of it forgotten with the catalogue."""
    catalogue = Catalogue.in_memory()
    rows = StandingRows(catalogue)
    for seq, id_text in ((3, "s_aaaa"), (4, "s_aabb")):
        rows.insert(StandingRow(seq=seq, id=id_text, rule=Fields({}, "standing"), is_ended=False))
    rows.end(3)
    assert [("s_aaaa", True), ("s_aabb", False)] == [(row.id, row.is_ended) for row in rows.rules()]
    assert (2, 1) == (len(rows.with_prefix("s_aa")), len(rows.with_prefix("s_aab")))
    rows.note_made("s_aabb", (5, 6), 9)
    rows.note_made("s_aabb", (6,), 11)
    assert (True, False) == (rows.has_made("s_aabb", 6), rows.has_made("s_aaaa", 6))
    assert ((9,), ()) == (rows.made("s_aabb"), rows.made("s_aabb", 9))
    assert rows.looked("s_aabb") is None
    rows.note_looked("s_aabb", 12)
    rows.note_looked("s_aabb", 9, "handed")
    assert (12, 9) == (rows.looked("s_aabb"), rows.looked("s_aabb", "handed"))
    catalogue.clear()
    assert ((), None) == (rows.rules(), rows.looked("s_aabb"))


def test_which_documents_entries_speak_of() -> None:
    """Added or revised from an entry on, each once; nothing else."""
    catalogue = Catalogue.in_memory()
    said = [
        (1, "doc.add", "d_a"),
        (2, "doc.add", "d_b"),
        (3, "grant", "g_a"),
        (4, "doc.revise", "d_a"),
        (5, "note", "d_b"),
    ]
    ConsentRows(catalogue).insert_history(
        [HistoryRow(seq=seq, kind=kind, time_ms=0, id=id_text, signer=0) for seq, kind, id_text in said]
    )
    rows = StandingRows(catalogue)
    assert ({"d_a", "d_b"}, {"d_a"}, ()) == (
        set(rows.changed_documents(0)),
        set(rows.changed_documents(3)),
        rows.changed_documents(5),
    )
