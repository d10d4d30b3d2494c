# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.verify.consistency: docs/spec/bundle.md section 5, rule by rule."""

from dataclasses import replace

import pytest

from healthvault.ledger.events import RotateReason
from healthvault.ledger.keychain import walk
from healthvault.verify.consistency import check_closing, check_events, judge_history, remember
from healthvault.verify.pins import SeenSize, VaultPins
from healthvault.verify.view import View
from tests.owners import Owner

DIGEST = b"b" * 32


def grown(owner: Owner, size: int) -> Owner:
    """Return a vault that went on to this many entries; the given one stays as a backup."""
    newer = owner.copy()
    while newer.size < size:
        newer.append({"kind": "note", "about": 0, "text": str(newer.size)})
    return newer


BACKUP = grown(Owner(), 6)
OWNER = grown(BACKUP, 12)


def view(size: int, marks: tuple[int, ...] = (), owner: Owner = OWNER) -> View:
    """Return what a file of this size shows."""
    chain = walk(owner.raws[seq] for seq in owner.event_seqs if seq < size)
    roots = {mark: owner.root_at(mark) for mark in marks}
    return View(size=size, root=owner.root_at(size), mark_roots=roots, chain=chain)


def pins(*sizes: int, firm: int | None = None, owner: Owner = OWNER, restarts: int = 0) -> VaultPins:
    """Return pins of these sizes of a vault."""
    seen = tuple(SeenSize(size=size, root=owner.root_at(size), restarts=restarts) for size in sizes)
    return VaultPins(vault=owner.vault_id, sizes=seen, firm=firm)


def codes(known: VaultPins, shown: View) -> list[str]:
    """Return the codes of a judgement."""
    return [problem.code for problem in judge_history(known, shown).problems]


def test_rule_5_first_contact() -> None:
    """Nothing is known: nothing is established, and that is no problem."""
    judged = judge_history(pins(), view(8))
    assert ((), "first_contact") == (judged.problems, judged.detail)


@pytest.mark.parametrize(
    ("known", "shown", "detail"),
    [
        (pins(8, firm=8), view(8), "same as seen before"),
        (pins(8), view(8), "same as seen before"),
        (pins(5, 8, firm=8), view(5), "older than the newest seen"),
        (pins(5, 8, firm=5), view(8), "same as seen before"),
        (pins(5, 8, firm=8), view(10, (5, 8)), "extends the 8 entries seen before"),
        (pins(5, 8, firm=5), view(10, (5,)), "extends the 5 entries seen before"),
        (pins(5, 8), view(10, (5,)), "extends what was seen before"),
        (pins(5, 8), view(7, (5,)), "extends what was seen before"),
    ],
)
def test_what_passes(known: VaultPins, shown: View, detail: str) -> None:
    """Rules 2, 3 and 4: the same, an older one that is known, one that goes on from a firm or any soft pin."""
    judged = judge_history(known, shown)
    assert ((), detail) == (judged.problems, judged.detail)


@pytest.mark.parametrize(
    ("known", "shown", "code"),
    [
        (pins(8, firm=8), view(10), "no_consistency"),
        (pins(5, 8, firm=8), view(10, (5,)), "no_consistency"),
        (pins(8, firm=8), view(5), "unconnected"),
        (pins(4, 8, firm=8), view(5, (4,)), "unconnected"),
        (pins(8), view(10), "unconnected"),
        (pins(8), view(5, (4,)), "unconnected"),
    ],
)
def test_what_is_not_connected(known: VaultPins, shown: View, code: str) -> None:
    """Rules 3 and 4: the firm pin is no mark, or larger and this size never seen; no soft pin is a mark."""
    assert [code] == codes(known, shown)
    hint = judge_history(known, shown).problems[0].hint
    assert (hint is not None) == (code == "no_consistency")


def test_rule_1_forks() -> None:
    """A known size with another root, as the size itself or as a mark, firm or soft."""
    twin = grown(Owner(), 12)
    for known in (pins(8, firm=8), pins(8), pins(4, 8, 11, firm=11)):
        forked = VaultPins(
            vault=OWNER.vault_id,
            sizes=tuple(replace(seen, root=twin.root_at(seen.size)) for seen in known.sizes),
            firm=known.firm,
        )
        assert ["fork"] == codes(forked, view(8))
        assert ["fork"] == codes(forked, view(10, (8,)))
        assert [] == codes(known, view(8))


def test_rule_1_comes_first() -> None:
    """One mark that differs outweighs a size that is known."""
    known = VaultPins(
        vault=OWNER.vault_id,
        sizes=(*pins(8).sizes, SeenSize(size=4, root=b"x" * 32, restarts=0)),
        firm=8,
    )
    assert ["fork"] == codes(known, view(8, (4,)))
    assert [] == codes(known, view(8))


def test_rule_1_a_compromised_size() -> None:
    """Newer trees pass through the tree that the stolen key was closed at, as mark or as size."""
    known = replace(pins(8, firm=8), compromised=((0, 5, b"x" * 32),))
    assert ["fork"] == codes(known, view(10, (5, 8)))
    assert ["fork"] == codes(known, view(5))
    assert [] == codes(known, view(10, (8,)))
    assert [] == codes(replace(known, compromised=((0, 5, OWNER.root_at(5)),)), view(10, (5, 8)))


def restarted() -> Owner:
    """Return the vault that went on from the backup after 12 entries had been seen, and has 11 now."""
    owner = BACKUP.copy()
    owner.restart(lost=(12, OWNER.root_at(12)))
    return grown(owner, 11)


RESTARTED = restarted()


def test_rule_6_restarts() -> None:
    """What was seen beyond is left out, every time; what was seen before still counts."""
    after = view(11, (6,), RESTARTED)
    gone = judge_history(pins(9, 12, firm=12), after)
    assert ["history_restarted"] == [problem.code for problem in gone.problems]
    assert "first_contact" == gone.detail
    assert ["history_restarted"] == codes(pins(6, 12, firm=12), after)
    assert "extends what was seen before" == judge_history(pins(6, 12, firm=12), after).detail
    assert [] == codes(pins(6, firm=6), after)
    assert ["no_consistency"] == codes(pins(5, firm=5), after)
    assert ["unconnected", "history_restarted"] == codes(pins(5, 12, firm=12), after)
    assert ["history_restarted"] == codes(pins(12, firm=12), view(11, (6, 5), RESTARTED))


def test_rule_6_sizes_that_were_seen_after_the_restart() -> None:
    """They know of it, so it does not leave them out."""
    later = pins(9, firm=9, owner=RESTARTED, restarts=1)
    assert [] == codes(later, view(11, (6, 9), RESTARTED))
    assert ["fork"] == codes(later, view(11, (6, 9), OWNER))
    both = replace(later, sizes=(*later.sizes, *pins(12).sizes))
    assert ["history_restarted"] == codes(both, view(11, (6, 9), RESTARTED))
    assert "extends the 9 entries seen before" == judge_history(both, view(11, (6, 9), RESTARTED)).detail


def test_events_of_old_bundles() -> None:
    """A bundle from before a rotation is not short; one that lacks an event below its size is."""
    owner = grown(Owner(), 4)
    owner.rotate()
    owner.append({"kind": "note", "about": 0, "text": "x"})
    known = VaultPins(vault=owner.vault_id, events=tuple(owner.raws[seq] for seq in owner.event_seqs))
    short = walk(owner.raws[:1])
    assert [] == check_events(known, walk(known.events), 6)
    assert [] == check_events(known, short, 4)
    assert ["events_old"] == [problem.code for problem in check_events(known, short, 5)]
    assert [] == check_events(VaultPins(vault=owner.vault_id), short, 6)


def test_events_that_differ() -> None:
    """Another event at the place of a pinned one is a fork."""
    owner = grown(Owner(), 4)
    twin = owner.copy()
    owner.rotate()
    twin.rotate()
    known = VaultPins(vault=owner.vault_id, events=tuple(owner.raws[seq] for seq in owner.event_seqs))
    shown = walk(twin.raws[seq] for seq in twin.event_seqs)
    assert ["fork"] == [problem.code for problem in check_events(known, shown, 5)]


def test_events_that_differ_and_others_that_are_missing() -> None:
    """A fork says it all."""
    owner = Owner()
    twin = owner.copy()
    owner.rotate()
    owner.rotate()
    twin.rotate()
    twin = grown(twin, 6)
    known = VaultPins(vault=owner.vault_id, events=tuple(owner.raws))
    shown = walk(twin.raws[seq] for seq in twin.event_seqs)
    assert ["fork"] == [problem.code for problem in check_events(known, shown, twin.size)]


def test_remembering_a_first_bundle() -> None:
    """Size, marks, events and bundle; the size is firm if it was addressed to the reader."""
    shown = view(8, (3, 5))
    firm = remember(pins(), shown, DIGEST, 1000, is_firm=True)
    assert (8, ((DIGEST, 1000),), (OWNER.raws[0],)) == (firm.firm, firm.bundles, firm.events)
    assert {(size, OWNER.root_at(size), 0) for size in (3, 5, 8)} == {
        (seen.size, seen.root, seen.restarts) for seen in firm.sizes
    }
    soft = remember(pins(), shown, DIGEST, 1000, is_firm=False)
    assert (None, firm.sizes) == (soft.firm, soft.sizes)


def test_remembering_another_bundle() -> None:
    """Pins only grow: the firm one rises, nothing is stored twice, the first date stays."""
    first = remember(pins(), view(8, (3,)), DIGEST, 1000, is_firm=True)
    again = remember(first, view(8, (3,)), DIGEST, 2000, is_firm=True)
    assert first == again
    later = remember(first, view(10, (3, 8)), b"c" * 32, 2000, is_firm=True)
    assert (10, [3, 8, 10]) == (later.firm, [seen.size for seen in later.sizes])
    assert ((DIGEST, 1000), (b"c" * 32, 2000)) == later.bundles
    older = remember(later, view(3), b"d" * 32, 3000, is_firm=True)
    assert 10 == older.firm
    passed_on = remember(first, view(10, (8,)), b"c" * 32, 2000, is_firm=False)
    assert (8, [3, 8, 10]) == (passed_on.firm, [seen.size for seen in passed_on.sizes])


def test_remembering_what_is_not_connected() -> None:
    """Below a firm pin nothing is stored; without one the size becomes firm, so that it is said once."""
    firm = pins(8, firm=8)
    assert firm == remember(firm, view(5), DIGEST, 1000, is_firm=True)
    soft = remember(pins(8), view(10), DIGEST, 1000, is_firm=False)
    assert (10, [8, 10]) == (soft.firm, [seen.size for seen in soft.sizes])
    assert [] == codes(soft, view(10))


def test_remembering_a_restart() -> None:
    """The old pins stay as evidence, the new ones know of the restart, the firm pin starts again."""
    known = pins(9, 12, firm=12)
    after = remember(known, view(11, (6,), RESTARTED), DIGEST, 1000, is_firm=True)
    assert 11 == after.firm
    assert known.sizes == after.sizes[:2]
    assert {(6, 1), (11, 1)} == {(seen.size, seen.restarts) for seen in after.sizes[2:]}
    assert ["history_restarted"] == codes(after, view(11, (6,), RESTARTED))
    same = remember(after, view(11, (6,), RESTARTED), DIGEST, 1000, is_firm=True)
    assert after == same


def test_remembering_stolen_keys() -> None:
    """Epoch, size and root at which they were closed."""
    owner = grown(Owner(), 4)
    owner.rotate(RotateReason.PLANNED)
    owner.rotate(RotateReason.COMPROMISED)
    owner.append({"kind": "note", "about": 0, "text": "x"})
    shown = view(7, (4, 5), owner)
    found = remember(VaultPins(vault=owner.vault_id), shown, DIGEST, 1000, is_firm=True)
    assert ((1, 5, owner.root_at(5)),) == found.compromised
    assert found.compromised == remember(found, shown, DIGEST, 1000, is_firm=True).compromised
    assert [0, 4, 5] == owner.event_seqs
    assert 3 == len(found.events)


def test_the_root_of_a_size() -> None:
    """The file's own, a mark's, or none."""
    shown = view(8, (3,))
    roots = (shown.root_at(8), shown.root_at(3), shown.root_at(4))
    assert (OWNER.root_at(8), OWNER.root_at(3), None) == roots


def test_what_a_closing_contradicts() -> None:
    """Another root of that size, a longer tree in which that entry was no key event, another closing."""
    chain = walk(OWNER.raws[:1])
    closing = (0, 8, OWNER.root_at(8))
    other = replace(pins(8), sizes=(SeenSize(size=8, root=b"x" * 32, restarts=0),))

    def found(known: VaultPins) -> list[str]:
        return [problem.code for problem in check_closing(known, chain, closing)]

    for known in (pins(), pins(3, 8, firm=8), replace(pins(8), compromised=(closing,))):
        assert [] == found(known)
    for known in (other, pins(9), pins(8, 10), replace(pins(), compromised=((0, 7, OWNER.root_at(7)),))):
        assert ["fork"] == found(known)
    assert ["fork"] == found(replace(pins(), compromised=((1, 8, b"x" * 32),)))


def test_a_closing_that_the_chain_shows() -> None:
    """Longer trees of that chain agree with it; what a restart left behind is not judged."""
    owner = Owner()
    owner.append({"kind": "note"})
    seq = owner.rotate(RotateReason.LOST)
    owner.append({"kind": "note"})
    chain = walk(owner.raws[place] for place in owner.event_seqs)
    assert [] == check_closing(pins(seq, 4, owner=owner), chain, (0, seq, owner.root_at(seq)))
    assert [] != check_closing(pins(seq, 4, owner=owner), chain, (0, seq, b"x" * 32))
    at = owner.restart()
    restarted = walk(owner.raws[place] for place in owner.event_seqs)
    behind = VaultPins(vault=owner.vault_id, sizes=(SeenSize(size=at + 3, root=b"x" * 32, restarts=0),))
    assert [] == check_closing(behind, restarted, (1, at + 3, b"y" * 32))
