# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.storage.keyring and healthvault.storage.identity."""

from dataclasses import replace

import pytest

from healthvault.codec import Value, pack, unpack
from healthvault.crypto.aead import open_sealed, seal
from healthvault.crypto.hashing import derive, labelled
from healthvault.errors import InvalidRequest, NotFound, VaultDamaged, WrongKey
from healthvault.storage.identity import (
    Identity,
    NextEpoch,
    open_identity,
    open_keystore_key,
    seal_identity,
    seal_keystore_key,
)
from healthvault.storage.keyring import MAX_SLOTS, Keyring, parse_keyring
from healthvault.storage.slots import SlotKind, new_slot, parse_slot

VAULT_ID = bytes(range(32))
MASTER_KEY = bytes(range(100, 132))
SECRET = b"s" * 32
IDENTITY = Identity(
    epoch=1,
    sign_seed=b"1" * 32,
    witness_seed=b"2" * 32,
    recipients=((0, b"3" * 32), (1, b"4" * 32)),
    state_key=b"5" * 32,
    dedupe_key=b"6" * 32,
)
NEXT = NextEpoch(epoch=2, sign_seed=b"7" * 32, witness_seed=b"8" * 32, recipient=b"9" * 32)
KEYRING = Keyring(
    vault_id=VAULT_ID,
    generation=7,
    slots=(
        new_slot(0, SlotKind.KEY_FILE, SECRET, MASTER_KEY, VAULT_ID),
        new_slot(1, SlotKind.RECOVERY, b"r" * 32, MASTER_KEY, VAULT_ID),
    ),
    identity_sealed=seal_identity(IDENTITY, MASTER_KEY, VAULT_ID),
    ks_epoch=4,
    ks_sealed=seal_keystore_key(b"k" * 32, 4, MASTER_KEY, VAULT_ID),
)


def test_bytes_and_back() -> None:
    """What is written parses to the same, and to the same bytes."""
    data = KEYRING.to_bytes()
    assert KEYRING == parse_keyring(data)
    assert data == parse_keyring(data).to_bytes()


def test_the_array() -> None:
    """Seven items, as specified."""
    slots = [slot.to_value() for slot in KEYRING.slots]
    assert [1, VAULT_ID, 7, slots, KEYRING.identity_sealed, 4, KEYRING.ks_sealed] == unpack(KEYRING.to_bytes())


def test_unlocking() -> None:
    """A secret of any slot gives the same master key."""
    assert MASTER_KEY == KEYRING.unlock(SlotKind.KEY_FILE, SECRET)
    assert MASTER_KEY == KEYRING.unlock(SlotKind.RECOVERY, b"r" * 32)


def test_unlocking_the_second_of_a_kind() -> None:
    """All slots of the kind are tried."""
    more = KEYRING.with_slot(new_slot(2, SlotKind.KEY_FILE, b"t" * 32, MASTER_KEY, VAULT_ID))
    assert MASTER_KEY == more.unlock(SlotKind.KEY_FILE, b"t" * 32)


@pytest.mark.parametrize(
    ("kind", "secret"),
    [(SlotKind.KEY_FILE, b"r" * 32), (SlotKind.RECOVERY, SECRET), (SlotKind.OS_KEYRING, SECRET)],
)
def test_wrong_secrets(kind: SlotKind, secret: bytes) -> None:
    """A secret opens slots of its own kind only."""
    with pytest.raises(WrongKey) as caught:
        KEYRING.unlock(kind, secret)
    assert "wrong_key" == caught.value.code


def test_no_slot_of_the_kind() -> None:
    """A vault without a passphrase says so before anything is stretched."""
    with pytest.raises(WrongKey, match="no passphrase slot"):
        KEYRING.unlock(SlotKind.PASSPHRASE, b"words")


def test_unknown_kinds_are_kept_and_skipped() -> None:
    """A slot of a later version survives reading, unlocking and writing."""
    later = parse_slot([5, "smart-card", bytes(16), 9, 9, bytes(32), bytes(24), bytes(48)])
    ring = parse_keyring(KEYRING.with_slot(later).to_bytes())
    assert later == ring.slots[-1]
    assert MASTER_KEY == ring.unlock(SlotKind.RECOVERY, b"r" * 32)
    assert later in parse_keyring(ring.without_slots([0]).to_bytes()).slots


def test_adding_and_removing_slots() -> None:
    """The removed secret opens nothing, the added one does."""
    slot = new_slot(KEYRING.free_slot_id(), SlotKind.OS_KEYRING, b"o" * 32, MASTER_KEY, VAULT_ID)
    more = KEYRING.with_slot(slot)
    assert (2, (slot,)) == (slot.id, more.slots_of(SlotKind.OS_KEYRING))
    fewer = more.without_slots([0])
    with pytest.raises(WrongKey):
        fewer.unlock(SlotKind.KEY_FILE, SECRET)
    assert MASTER_KEY == fewer.unlock(SlotKind.OS_KEYRING, b"o" * 32)


def test_one_slot_in_the_place_of_others() -> None:
    """The other slots keep their order."""
    slot = new_slot(KEYRING.free_slot_id(), SlotKind.KEY_FILE, b"n" * 32, MASTER_KEY, VAULT_ID)
    changed = KEYRING.with_slot(slot, instead_of=[0])
    assert (1, 2) == tuple(each.id for each in changed.slots)


def test_what_a_system_keeps_does_not_count_as_a_way_in() -> None:
    """It ends, and stays on its machine: a vault that only it opens is not made."""
    slot = new_slot(2, SlotKind.OS_KEYRING, b"o" * 32, MASTER_KEY, VAULT_ID)
    with pytest.raises(InvalidRequest) as caught:
        KEYRING.with_slot(slot).without_slots([0, 1])
    assert "last_slot" == caught.value.code


def test_removing_what_must_stay() -> None:
    """No such slot, and the last slot, are refused."""
    with pytest.raises(NotFound):
        KEYRING.without_slots([9])
    with pytest.raises(InvalidRequest) as caught:
        KEYRING.without_slots([0]).without_slots([1])
    assert "last_slot" == caught.value.code


def test_64_slots_and_no_more() -> None:
    """The 64th fits, the 65th neither by the writer nor by the reader."""
    full = replace(KEYRING, slots=tuple(replace(KEYRING.slots[0], id=number) for number in range(MAX_SLOTS)))
    assert full == parse_keyring(full.to_bytes())
    with pytest.raises(InvalidRequest) as caught:
        full.free_slot_id()
    assert "too_many_slots" == caught.value.code
    with pytest.raises(VaultDamaged):
        parse_keyring(full.with_slot(replace(KEYRING.slots[0], id=64)).to_bytes())


def items(**changes: Value) -> bytes:
    """Return the bytes of a keyring with some items changed, by number (`_2=...`)."""
    array = unpack(KEYRING.to_bytes())
    assert isinstance(array, list)
    for place, value in changes.items():
        array[int(place[1:])] = value
    return pack(array)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xc1",
        pack([]),
        pack({}),
        pack(None),
        items(_0="1"),
        items(_1=bytes(31)),
        items(_2="7"),
        items(_3=[]),
        items(_3=None),
        items(_3=[KEYRING.slots[0].to_value()] * 2),
        items(_3=[KEYRING.slots[0].to_value()[:-1]]),
        items(_4=None),
        items(_5=True),
        items(_6="text"),
        KEYRING.to_bytes() + b"\0",
        KEYRING.to_bytes().replace(b"\x97\x01", b"\x97\xcc\x01", 1),
    ],
)
def test_malformed_bytes(data: bytes) -> None:
    """Anything but the canonical bytes of a keyring is damage."""
    with pytest.raises(VaultDamaged) as caught:
        parse_keyring(data)
    assert "vault_damaged" == caught.value.code
    assert caught.value.hint


def test_another_version_is_refused_by_name() -> None:
    """A keyring of a later version is not damage: the message says that a newer program may read it."""
    with pytest.raises(InvalidRequest) as caught:
        parse_keyring(items(_0=2))
    assert "unsupported" == caught.value.code


def test_truncation_at_every_byte() -> None:
    """No prefix is a keyring."""
    data = KEYRING.to_bytes()
    for size in range(len(data)):
        with pytest.raises(VaultDamaged):
            parse_keyring(data[:size])


@pytest.mark.parametrize("identity", [IDENTITY, replace(IDENTITY, next=NEXT)])
def test_identity_round_trip(identity: Identity) -> None:
    """What was sealed is opened, with and without the secrets of an epoch to come."""
    assert identity == open_identity(seal_identity(identity, MASTER_KEY, VAULT_ID), MASTER_KEY, VAULT_ID)


def test_the_identity_map() -> None:
    """The sealed map has the specified keys, under the specified key and label."""
    sealed = seal_identity(IDENTITY, MASTER_KEY, VAULT_ID)
    plain = open_sealed(derive(MASTER_KEY, "identity"), sealed, b"healthvault/v1/identity\0" + VAULT_ID)
    assert {
        "epoch": 1,
        "sign_seed": b"1" * 32,
        "witness_seed": b"2" * 32,
        "recipient": [[0, b"3" * 32], [1, b"4" * 32]],
        "state_key": b"5" * 32,
        "dedupe_key": b"6" * 32,
        "next": None,
    } == unpack(plain)


@pytest.mark.parametrize(("key", "vault_id"), [(bytes(32), VAULT_ID), (MASTER_KEY, bytes(32))])
def test_secrets_of_another_vault(key: bytes, vault_id: bytes) -> None:
    """Another master key, or another vault, is damage: the master key was known to be right."""
    with pytest.raises(VaultDamaged):
        open_identity(KEYRING.identity_sealed, key, vault_id)
    with pytest.raises(VaultDamaged):
        open_keystore_key(KEYRING.ks_sealed, 4, key, vault_id)


def sealed_map(value: Value) -> bytes:
    """Seal anything where the identity should be."""
    return seal(derive(MASTER_KEY, "identity"), pack(value), labelled("identity", VAULT_ID))


BARE: dict[str, Value] = {
    "epoch": 0,
    "sign_seed": bytes(32),
    "witness_seed": bytes(32),
    "recipient": [],
    "state_key": bytes(32),
    "dedupe_key": bytes(32),
}


def test_unknown_keys_are_ignored_unless_they_must_not_be() -> None:
    """There is room to grow."""
    assert 0 == open_identity(sealed_map({**BARE, "later": 1}), MASTER_KEY, VAULT_ID).epoch
    with pytest.raises(VaultDamaged):
        open_identity(sealed_map({**BARE, "later": 1, "must": ["later"]}), MASTER_KEY, VAULT_ID)


@pytest.mark.parametrize(
    "change",
    [
        {"epoch": None},
        {"sign_seed": bytes(31)},
        {"witness_seed": 1},
        {"recipient": [[0]]},
        {"recipient": [[0, b""]]},
        {"state_key": "x"},
        {"dedupe_key": None},
        {"next": []},
        {"next": {"epoch": 2}},
    ],
)
def test_a_malformed_identity(change: dict[str, Value]) -> None:
    """Authentic but malformed is damage too."""
    with pytest.raises(VaultDamaged):
        open_identity(sealed_map({**BARE, **change}), MASTER_KEY, VAULT_ID)
    with pytest.raises(VaultDamaged):
        open_identity(sealed_map([]), MASTER_KEY, VAULT_ID)


def test_the_keystore_key() -> None:
    """It opens for its epoch only."""
    assert b"k" * 32 == open_keystore_key(KEYRING.ks_sealed, 4, MASTER_KEY, VAULT_ID)
    with pytest.raises(VaultDamaged):
        open_keystore_key(KEYRING.ks_sealed, 5, MASTER_KEY, VAULT_ID)


def test_nothing_secret_is_shown() -> None:
    """Printing an identity or a keyring shows numbers, no key."""
    shown = repr(replace(IDENTITY, next=NEXT)) + repr(KEYRING)
    assert not any(str(digit) * 5 in shown for digit in range(1, 10))
    assert "sealed" not in shown
