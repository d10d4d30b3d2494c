# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.storage.slots."""

import time
from dataclasses import replace

import pytest

from healthvault.codec import Value, pack, unpack
from healthvault.crypto.aead import seal
from healthvault.crypto.hashing import hkdf, labelled
from healthvault.crypto.password import argon2id
from healthvault.errors import FormatError, InvalidRequest, VaultDamaged, WrongKey
from healthvault.storage.slots import KDF_PROFILES, NO_KDF, Kdf, Slot, SlotKind, new_slot, open_slot, parse_slot

VAULT_ID = bytes(range(32))
MASTER_KEY = bytes(range(100, 132))
SECRET = b"s" * 32
LIGHT = KDF_PROFILES["light"]
RANDOM_KINDS = [SlotKind.RECOVERY, SlotKind.KEY_FILE, SlotKind.OS_KEYRING]


@pytest.fixture(scope="module")
def passphrase_slot() -> Slot:
    """A slot for a passphrase, at the lowest cost."""
    return new_slot(3, SlotKind.PASSPHRASE, b"correct horse", MASTER_KEY, VAULT_ID, LIGHT)


def test_costs_of_the_profiles() -> None:
    """Three passes over 64, 256 and 1024 MiB."""
    expected = {"light": (3, 65_536), "standard": (3, 262_144), "strong": (3, 1_048_576)}
    assert expected == {name: (kdf.ops, kdf.mem_kib) for name, kdf in KDF_PROFILES.items()}


def test_a_passphrase_opens_its_slot(passphrase_slot: Slot) -> None:
    """The right one gives the master key, another `wrong_passphrase`."""
    assert MASTER_KEY == open_slot(passphrase_slot, b"correct horse", VAULT_ID)
    with pytest.raises(WrongKey) as caught:
        open_slot(passphrase_slot, b"correct Horse", VAULT_ID)
    assert "wrong_passphrase" == caught.value.code


@pytest.mark.parametrize("kind", RANDOM_KINDS)
def test_a_secret_opens_its_slot(kind: SlotKind) -> None:
    """The right one gives the master key, another `wrong_key`; no cost is stored."""
    slot = new_slot(0, kind, SECRET, MASTER_KEY, VAULT_ID)
    assert NO_KDF == slot.kdf
    assert MASTER_KEY == open_slot(slot, SECRET, VAULT_ID)
    with pytest.raises(WrongKey) as caught:
        open_slot(slot, b"t" * 32, VAULT_ID)
    assert "wrong_key" == caught.value.code


def test_the_bytes_of_a_passphrase_slot() -> None:
    """Key and check are halves of Argon2id's output; the rest is as specified."""
    value = new_slot(3, SlotKind.PASSPHRASE, b"words", MASTER_KEY, VAULT_ID, LIGHT).to_value()
    number, kind, salt, ops, mem_kib, check, nonce, sealed = value
    assert (3, "passphrase", 3, 65_536) == (number, kind, ops, mem_kib)
    assert isinstance(salt, bytes)
    assert isinstance(nonce, bytes)
    okm = argon2id(b"words", salt, ops=3, mem_kib=65_536, size=64)
    assert okm[32:] == check
    assert [16, 24, 48] == [len(salt), len(nonce), len(sealed)]  # type: ignore[arg-type]
    parsed = parse_slot(unpack(pack(value)))
    assert MASTER_KEY == open_slot(parsed, b"words", VAULT_ID)


def test_the_bytes_of_another_slot() -> None:
    """A slot made by hand from the specification opens."""
    salt, kind = bytes(16), "key-file"
    okm = hkdf(SECRET, salt, b"healthvault/v1/slot/key-file", 64)
    head: list[Value] = [9, kind, salt, 0, 0, okm[32:]]
    sealed = seal(okm[:32], MASTER_KEY, labelled("slot", VAULT_ID, pack(head)))
    slot = parse_slot([*head, sealed[:24], sealed[24:]])
    assert MASTER_KEY == open_slot(slot, SECRET, VAULT_ID)
    assert [*head, sealed[:24], sealed[24:]] == slot.to_value()


@pytest.mark.parametrize(
    "kdf",
    [
        Kdf(ops=0, mem_kib=65_536),
        Kdf(ops=17, mem_kib=65_536),
        Kdf(ops=2**53 - 1, mem_kib=65_536),
        Kdf(ops=3, mem_kib=65_535),
        Kdf(ops=3, mem_kib=1_048_577),
        Kdf(ops=3, mem_kib=2**53 - 1),
        Kdf(ops=3, mem_kib=0),
        NO_KDF,
    ],
)
def test_costs_out_of_bounds_are_refused_at_once(kdf: Kdf, passphrase_slot: Slot) -> None:
    """Too cheap or too dear is damage, found before any memory or time is spent."""
    started = time.process_time()
    with pytest.raises(VaultDamaged) as caught:
        open_slot(replace(passphrase_slot, kdf=kdf), b"correct horse", VAULT_ID)
    assert "vault_damaged" == caught.value.code
    assert time.process_time() - started < 0.05


def test_a_cost_where_there_is_none() -> None:
    """A random secret is never stretched; a slot that asks for it was changed."""
    slot = new_slot(0, SlotKind.RECOVERY, SECRET, MASTER_KEY, VAULT_ID)
    with pytest.raises(VaultDamaged):
        open_slot(replace(slot, kdf=LIGHT), SECRET, VAULT_ID)


def test_not_enough_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the machine cannot bear the cost, that is said, not a traceback."""
    from nacl import bindings, exceptions  # noqa: PLC0415 - to make it fail

    def fail(*_: object) -> bytes:
        raise exceptions.RuntimeError

    monkeypatch.setattr(bindings, "crypto_pwhash_alg", fail)
    with pytest.raises(InvalidRequest) as caught:
        new_slot(0, SlotKind.PASSPHRASE, b"words", MASTER_KEY, VAULT_ID, LIGHT)
    assert "no_memory" == caught.value.code


@pytest.mark.parametrize("change", [{"id": 1}, {"sealed_key": bytes(72)}, {"sealed_key": b""}])
def test_a_changed_slot_with_the_right_secret(change: dict[str, object]) -> None:
    """After the check has passed, whatever does not authenticate is damage."""
    slot = new_slot(0, SlotKind.KEY_FILE, SECRET, MASTER_KEY, VAULT_ID)
    with pytest.raises(VaultDamaged):
        open_slot(replace(slot, **change), SECRET, VAULT_ID)  # type: ignore[arg-type]


def test_a_slot_of_another_vault() -> None:
    """A slot is bound to its vault."""
    slot = new_slot(0, SlotKind.KEY_FILE, SECRET, MASTER_KEY, VAULT_ID)
    with pytest.raises(VaultDamaged, match="another vault"):
        open_slot(slot, SECRET, bytes(32))


def test_the_check_comes_before_decrypting() -> None:
    """A ciphertext that the key opens is not even tried when the check is another's."""
    slot = new_slot(0, SlotKind.KEY_FILE, SECRET, MASTER_KEY, VAULT_ID)
    with pytest.raises(WrongKey):
        open_slot(replace(slot, check=bytes(32)), SECRET, VAULT_ID)


GOOD = new_slot(0, SlotKind.KEY_FILE, SECRET, MASTER_KEY, VAULT_ID).to_value()


@pytest.mark.parametrize(
    ("place", "value"),
    [(0, "0"), (0, True), (1, b"key-file"), (2, bytes(15)), (3, None), (4, "64"), (5, bytes(31)), (6, bytes(23)),
     (7, bytes(47)), (7, bytes(49))],
)  # fmt: skip
def test_a_malformed_slot(place: int, value: Value) -> None:
    """Each field has one type and length."""
    with pytest.raises(FormatError):
        parse_slot([*GOOD[:place], value, *GOOD[place + 1 :]])


@pytest.mark.parametrize("value", [GOOD[:-1], [*GOOD, 0], {}, None, b""])
def test_what_is_no_slot(value: Value) -> None:
    """A slot is an array of eight."""
    with pytest.raises(FormatError):
        parse_slot(value)


def test_secrets_are_not_shown() -> None:
    """What a slot prints holds neither check nor ciphertext."""
    slot = new_slot(0, SlotKind.KEY_FILE, SECRET, MASTER_KEY, VAULT_ID)
    assert "check" not in repr(slot)
    assert "sealed" not in repr(slot)
