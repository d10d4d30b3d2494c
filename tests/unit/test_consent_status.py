# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.consent.status: docs/spec/grants.md section 2.2, and moves of slots."""

import random
from dataclasses import replace

import pytest

from healthvault.consent import status as status_module
from healthvault.consent.status import MIN_CAPACITY, SlotTable, Status, StatusProof, StatusTree, check_status
from healthvault.crypto.hashing import labelled, labelled_mac, sha256
from healthvault.errors import IntegrityError, InvalidRequest
from healthvault.tlog.tree import MemoryTree, leaf_hash, tree_root
from tests.owners import flip
from tests.worked import STATE_KEY

WORKED = SlotTable().activated(5, 2)
ROOT = "6d41288a76959cbcfb1c30bbe816b0f04cff4fae470a7c7d6902a05fabb33f95"


def refused(proof: StatusProof, capacity: int, root: bytes) -> str:
    """Return the code with which a proof is refused."""
    with pytest.raises(IntegrityError) as caught:
        check_status(proof, capacity, root)
    return caught.value.code


def test_the_worked_layout() -> None:
    """Roots, salt and path are those that the specification prints."""
    assert "517b95849a91a315513b2c03ddd5da006e3cf228fa8f4cf00039daa83161cd72" == SlotTable().root(STATE_KEY).hex()
    assert ROOT == WORKED.root(STATE_KEY).hex()
    proof = WORKED.prove(5, STATE_KEY)
    assert "8283dc175454cb9ea08f18af083475e1ec578d5b2fc71c6ad63a9db862f30f84" == proof.salt.hex()
    assert (
        "e1f9639502cceba49b12cd041830a55b2bceec52c0f410a2959df40a8ed97ab9",
        "95f0cc452bfabbe7ed9ba0eceeaab42dccf20b2b2cb1941f562f4cdeab4f9831",
        "0e88dcc5fb1fffc3ef6da78ef92e78bb87fda648f67dc83dc733044d2337c401",
    ) == tuple(item.hex() for item in proof.path)
    check_status(proof, 8, bytes.fromhex(ROOT))


@pytest.mark.parametrize(
    "change",
    [
        {"slot": 4},
        {"slot": 8},
        {"slot": 13},
        {"status": Status.REVOKED},
        {"status": Status.FREE},
        {"since_seq": 3},
        {"salt": b"s" * 32},
        {"path": ()},
        {"path": WORKED.prove(5, STATE_KEY).path[1:]},
        {"path": (*WORKED.prove(5, STATE_KEY).path, bytes(32))},
        {"path": tuple(reversed(WORKED.prove(5, STATE_KEY).path))},
        {"path": tuple(flip(item) for item in WORKED.prove(5, STATE_KEY).path)},
        {"path": tuple(item[:31] for item in WORKED.prove(5, STATE_KEY).path)},
    ],
)
def test_another_proof_is_refused(change: dict[str, int]) -> None:
    """Another slot, status, beginning, salt or path does not lead to the root."""
    assert "bad_state" == refused(replace(WORKED.prove(5, STATE_KEY), **change), 8, bytes.fromhex(ROOT))


@pytest.mark.parametrize("capacity", [0, 1, 4, 7, 9, 12, 16, 2**21, 2**53 - 1])
def test_another_capacity_is_refused(capacity: int) -> None:
    """Powers of two from 8 to 2^20 only, and the one that the tree has."""
    assert "bad_state" == refused(WORKED.prove(5, STATE_KEY), capacity, bytes.fromhex(ROOT))


def test_another_root_is_refused() -> None:
    """The one of the tree before the grant, for example."""
    assert "bad_state" == refused(WORKED.prove(5, STATE_KEY), 8, SlotTable().root(STATE_KEY))


def test_a_new_grant_takes_a_free_slot() -> None:
    """Any of the free ones, never a used one; every place is drawn some time."""
    table, drawn = SlotTable(), set()
    for seq in range(40):
        slot, table = table.place_new(seq)
        assert slot not in drawn
        assert slot < table.capacity
        assert Status.ACTIVE is table.status_of(slot)
        drawn.add(slot)
    assert drawn != set(range(40))


def test_capacity_doubles_before_it_is_half_full() -> None:
    """With 4 of 8 slots used, the fifth grant gets 16, and so on."""
    table, capacities = SlotTable(), []
    for seq in range(17):
        _, table = table.place_new(seq)
        capacities.append(table.capacity)
    assert [8] * 4 + [16] * 4 + [32] * 8 + [64] == capacities
    assert MIN_CAPACITY == capacities[0]


def test_a_slot_moves_once() -> None:
    """From active to revoked or superseded, and is never used again."""
    table = WORKED.closed(5, Status.REVOKED, 7)
    assert Status.REVOKED is table.status_of(5)
    assert 7 == table.prove(5, STATE_KEY).since_seq
    for status in Status:
        with pytest.raises(InvalidRequest) as caught:
            table.closed(5, status, 8)
        assert "grant_closed" == caught.value.code
    with pytest.raises(IntegrityError) as used:
        table.activated(5, 9)
    assert "bad_state" == used.value.code


def test_a_free_slot_is_not_closed() -> None:
    """There is nothing to end."""
    assert Status.FREE is WORKED.status_of(4)
    with pytest.raises(InvalidRequest):
        WORKED.closed(4, Status.REVOKED, 7)


def test_a_slot_outside_is_not_taken() -> None:
    """The one who writes has to fit into the capacity that the rule gives."""
    assert 16 == SlotTable(capacity=16).activated(15, 2).capacity
    with pytest.raises(IntegrityError) as caught:
        SlotTable().activated(8, 2)
    assert "bad_state" == caught.value.code


def test_replacing_a_grant() -> None:
    """The same entry ends the old grant and begins the new one; only an active one can be replaced."""
    table = WORKED.activated(1, 6, supersedes=2)
    assert (Status.SUPERSEDED, Status.ACTIVE) == (table.status_of(5), table.status_of(1))
    assert 6 == table.prove(5, STATE_KEY).since_seq
    for gone in (2, 5):
        with pytest.raises(IntegrityError) as caught:
            table.activated(0, 9, supersedes=gone)
        assert "bad_state" == caught.value.code


def test_a_proof_says_nothing_of_other_slots() -> None:
    """Salt and path are the same whoever asks, and hold no other slot's salt."""
    table = WORKED.activated(4, 3)
    salts = {table.prove(slot, STATE_KEY).salt for slot in (4, 5)}
    assert len(salts) == 2
    assert table.prove(4, STATE_KEY).salt not in table.prove(5, STATE_KEY).path
    assert WORKED.prove(5, STATE_KEY).path != table.prove(5, STATE_KEY).path


def naive_root(table: SlotTable) -> bytes:
    """Return the root as the specification says it, over all leaves made anew."""
    used = dict(table.slots)
    leaves = []
    for k in range(table.capacity):
        number = k.to_bytes(8, "big")
        status, since = (int(used[k].status), used[k].since_seq) if k in used else (0, 0)
        salt = labelled_mac(STATE_KEY, "salt", number)
        leaves.append(leaf_hash(labelled("grant", number, bytes([status]), since.to_bytes(8, "big"), salt)))
    return tree_root(MemoryTree(leaves), table.capacity)


def test_a_tree_that_follows_the_table_has_the_roots_of_one_made_anew() -> None:
    """After each of many activations, revocations and replacements, forwards and back, byte for byte."""
    draw, tree, table, tables = random.Random(7), StatusTree(STATE_KEY), SlotTable(), [SlotTable()]
    active: dict[int, int] = {}
    for seq in range(1, 120):
        if active and draw.random() < 0.3:
            table = table.closed(active.pop(draw.choice(list(active))), Status.REVOKED, seq)
        else:
            old = draw.choice(list(active)) if active and draw.random() < 0.2 else None
            slot, _ = table.place_new(seq)
            table = table.activated(slot, seq, old)
            active.pop(old, None)
            active[seq] = slot
        tables.append(table)
    expected = [naive_root(item) for item in tables]
    assert expected == [tree.root(item) for item in tables]
    assert expected[::-1] == [tree.root(item) for item in reversed(tables)]
    assert tables[-1].prove(active[max(active)], STATE_KEY) == tree.prove(tables[-1], active[max(active)])


def test_a_change_hashes_one_path_not_the_tree(monkeypatch: pytest.MonkeyPatch) -> None:
    """With 512 slots one more grant costs one leaf and nine nodes."""
    table = SlotTable(capacity=512)
    tree = StatusTree(STATE_KEY)
    tree.root(table)
    hashed: list[int] = []
    monkeypatch.setattr(status_module, "node_hash", lambda left, right: hashed.append(1) or sha256(left + right))
    monkeypatch.setattr(status_module, "leaf_hash", lambda entry: hashed.append(1) or sha256(entry))
    tree.root(table.activated(300, 2))
    assert 10 == len(hashed)
