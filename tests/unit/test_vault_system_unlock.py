# SPDX-License-Identifier: Apache-2.0
"""Slots that a system's keyring opens, for a while or for good."""

from pathlib import Path

import pytest

from healthvault.errors import InvalidRequest, VaultDamaged, VaultNotFound, WrongKey
from healthvault.storage import files
from healthvault.storage.slots import SlotKind
from healthvault.storage.system_keyring import SystemKeyring
from healthvault.vault.keyslots import list_keys
from healthvault.vault.session import open_vault
from healthvault.vault.system_unlock import add_system_slot, find_secret, forget_slots, has_system_slot, lock
from healthvault.vault.unlock import Secret
from tests import vaults
from tests.system_keyrings import MemoryKeyring
from tests.vaults import NOW_MS, Sample

HOUR_MS = 3_600_000


@pytest.fixture
def ana(tmp_path: Path) -> Sample:
    """A vault with a passphrase, recovery words and a key file."""
    return vaults.ana(tmp_path)


@pytest.fixture
def backend() -> MemoryKeyring:
    """The keyring of this user on this machine."""
    return MemoryKeyring()


@pytest.fixture
def system(backend: MemoryKeyring) -> SystemKeyring:
    """What the product makes of it."""
    return SystemKeyring(backend)


def unlock(ana: Sample, system: SystemKeyring, ends_ms: int | None = NOW_MS + HOUR_MS) -> None:
    """Do what `hv unlock` does."""
    with ana.open(writing=True) as vault:
        add_system_slot(vault, system, ends_ms=ends_ms)


def found(ana: Sample, system: SystemKeyring, now_ms: int = NOW_MS) -> Secret | None:
    """Return what opens the vault without a question."""
    return find_secret(ana.place, system, now_ms=now_ms).secret


def kinds(ana: Sample) -> list[str]:
    """Return the kinds of slots."""
    with open_vault(ana.place, None, now_ms=NOW_MS) as vault:
        return [slot.kind for slot in list_keys(vault)]


def test_the_secret_opens_the_vault_until_its_end(ana: Sample, system: SystemKeyring) -> None:
    """It is neither the master key nor the passphrase."""
    assert (False, None) == (has_system_slot(ana.place), found(ana, system))
    unlock(ana, system)
    secret = found(ana, system)
    assert secret is not None
    with open_vault(ana.place, secret, now_ms=NOW_MS, writing=True) as vault:
        assert secret.value not in {vault.keys.master_key, ana.passphrase.value}
    assert found(ana, system, NOW_MS + HOUR_MS) is None


def test_what_is_over_is_named_and_forgotten(ana: Sample, system: SystemKeyring, backend: MemoryKeyring) -> None:
    """A writing command deletes item and slot; the copied secret opens nothing then."""
    unlock(ana, system)
    secret = found(ana, system)
    assert secret is not None
    later = find_secret(ana.place, system, now_ms=NOW_MS + HOUR_MS)
    assert 1 == len(later.ended)
    with ana.open(writing=True) as vault:
        forget_slots(vault, system, later.ended)
        forget_slots(vault, system, later.ended)
    assert ({}, False) == (backend.items, has_system_slot(ana.place))
    with pytest.raises(WrongKey), open_vault(ana.place, secret, now_ms=NOW_MS):
        pass


def test_unlocking_again_leaves_one_slot(ana: Sample, system: SystemKeyring, backend: MemoryKeyring) -> None:
    """And one item: the older secret is worth nothing."""
    unlock(ana, system)
    older = found(ana, system)
    unlock(ana, system, None)
    assert (1, 1) == (kinds(ana).count("os-keyring"), len(backend.items))
    assert found(ana, system, NOW_MS + 1000 * HOUR_MS) is not None
    with pytest.raises(WrongKey), open_vault(ana.place, older, now_ms=NOW_MS):
        pass


def test_each_machine_has_a_slot_of_its_own(ana: Sample, system: SystemKeyring) -> None:
    """What is unlocked on one is not unlocked on another that shares the folder; both may be."""
    other = SystemKeyring(MemoryKeyring())
    unlock(ana, system)
    assert found(ana, other) is None
    unlock(ana, other)
    assert 2 == kinds(ana).count("os-keyring")
    assert None not in (found(ana, system), found(ana, other))


def test_locking_needs_no_secret_and_ends_all_of_them(
    ana: Sample, system: SystemKeyring, backend: MemoryKeyring
) -> None:
    """The slots of other machines too; the keyring is replaced once."""
    unlock(ana, system)
    unlock(ana, SystemKeyring(MemoryKeyring()))
    with open_vault(ana.place, None, now_ms=NOW_MS) as vault:
        generation = vault.keyring.generation
    assert 2 == lock(ana.place, system)
    assert ({}, ["passphrase", "recovery", "key-file"]) == (backend.items, kinds(ana))
    with open_vault(ana.place, None, now_ms=NOW_MS) as vault:
        assert generation + 1 == vault.keyring.generation
    assert 0 == lock(ana.place, system)


def test_locking_without_a_keyring(ana: Sample, system: SystemKeyring) -> None:
    """The slots go all the same, and what is left in the keyring opens nothing."""
    unlock(ana, system)
    assert 1 == lock(ana.place, None)
    assert found(ana, system) is None


def test_a_stop_before_the_slot_leaves_a_secret_that_opens_nothing(
    ana: Sample, system: SystemKeyring, backend: MemoryKeyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And unlocking again works."""

    def full(*_: object) -> None:
        raise InvalidRequest("io_error", "no space left on device")

    with ana.open(writing=True) as vault:
        monkeypatch.setattr(files, "rename", full)
        with pytest.raises(InvalidRequest):
            add_system_slot(vault, system, ends_ms=None)
    monkeypatch.undo()
    assert (1, None) == (len(backend.items), found(ana, system))
    unlock(ana, system)
    assert found(ana, system) is not None


def test_an_item_that_was_deleted_by_hand_is_missing(
    ana: Sample, system: SystemKeyring, backend: MemoryKeyring
) -> None:
    """It is not wrong: the prompt is next."""
    unlock(ana, system)
    backend.items.clear()
    assert (None, frozenset()) == (found(ana, system), find_secret(ana.place, system, now_ms=NOW_MS).ended)


def test_an_item_with_another_secret_is_wrong(ana: Sample, system: SystemKeyring, backend: MemoryKeyring) -> None:
    """It is given to the vault, which refuses it: nothing falls through."""
    unlock(ana, system, None)
    backend.items = dict.fromkeys(backend.items, f"HEALTHVAULT-UNLOCK-1 0 {'a' * 52}")
    wrong = found(ana, system)
    assert SlotKind.OS_KEYRING == (wrong and wrong.kind)
    with pytest.raises(WrongKey) as caught, open_vault(ana.place, wrong, now_ms=NOW_MS):
        pass
    assert "wrong_key" == caught.value.code


def test_a_damaged_keyring_has_no_such_slot_until_somebody_opens_it(ana: Sample, system: SystemKeyring) -> None:
    """So that an audit can say what is wrong with it."""
    ana.paths.keyring.write_bytes(b"nonsense")
    assert not has_system_slot(ana.place)
    with pytest.raises(VaultDamaged):
        lock(ana.place, system)
    ana.paths.version.unlink()
    ana.paths.keyring.unlink()
    with pytest.raises(VaultNotFound):
        lock(ana.place, system)
