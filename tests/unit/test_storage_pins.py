# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.storage.sealedfile, healthvault.storage.pins and healthvault.storage.selfpin."""

import os
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from healthvault.codec import MAX_INT, Value, pack, pad, unpack, unpad
from healthvault.crypto.aead import open_sealed, seal
from healthvault.crypto.hashing import derive, labelled
from healthvault.errors import FormatError, InvalidRequest, VaultBusy, VaultDamaged
from healthvault.storage import files, pins, sealedfile
from healthvault.storage.layout import StatePaths, VaultPaths
from healthvault.storage.pins import next_vault_pins, seen_pins, settle_pins, vault_pins
from healthvault.storage.selfpin import keep_self_pin, load_self_pin, save_self_pin

VAULT_ID = bytes(range(32))
OLD, NEW = b"o" * 32, b"n" * 32
CONTENT: dict[str, Value] = {"v": 1, "vaults": [{"vault": bytes(32), "sizes": [[1, bytes(32), 0]] * 300}]}


@pytest.fixture
def paths(tmp_path: Path) -> VaultPaths:
    """An empty vault folder."""
    paths = VaultPaths(root=tmp_path / "vault")
    for directory in paths.directories:
        files.make_directory(directory)
    return paths


@pytest.fixture
def state(tmp_path: Path) -> StatePaths:
    """A state folder that is not there yet."""
    return StatePaths(root=tmp_path / "home" / "state" / "healthvault")


def test_pins_come_back(paths: VaultPaths) -> None:
    """None before the first time; then what was saved last."""
    sealed = vault_pins(paths, OLD, VAULT_ID)
    assert sealed.load() is None
    with sealed.lock():
        sealed.save({})
        sealed.save(CONTENT)
    assert CONTENT == vault_pins(paths, OLD, VAULT_ID).load()
    assert 0o600 == stat.S_IMODE(paths.pins.stat().st_mode)
    assert ["orphans"] == files.list_names(paths.tmp)


def test_the_bytes_of_pins(paths: VaultPaths) -> None:
    """A canonical map, padded to 4 KiB, sealed under K(MK, "pins") and bound to the vault."""
    vault_pins(paths, OLD, VAULT_ID).save(CONTENT)
    data = paths.pins.read_bytes()
    assert 0 == (len(data) - 40) % 4096
    plain = open_sealed(derive(OLD, "pins"), data, b"healthvault/v1/pins\0" + VAULT_ID)
    assert CONTENT == unpack(unpad(plain, 4096))


@pytest.mark.parametrize(("key", "vault_id"), [(NEW, VAULT_ID), (OLD, bytes(32))])
def test_pins_of_another(key: bytes, vault_id: bytes, paths: VaultPaths) -> None:
    """Another key or vault opens nothing."""
    vault_pins(paths, OLD, VAULT_ID).save(CONTENT)
    with pytest.raises(VaultDamaged) as caught:
        vault_pins(paths, key, vault_id).load()
    assert str(paths.pins) in caught.value.message


@pytest.mark.parametrize(
    "plain",
    [b"", pack({}), pad(b"\xc1", 4096), pad(pack([]), 4096), pad(pack({}), 8192), pad(pack({}), 4096) + b"\0"],
)
def test_authentic_but_malformed_pins(plain: bytes, paths: VaultPaths) -> None:
    """Wrong padding, wrong encoding or no map is damage too."""
    paths.pins.write_bytes(seal(derive(OLD, "pins"), plain, labelled("pins", VAULT_ID)))
    with pytest.raises(VaultDamaged):
        vault_pins(paths, OLD, VAULT_ID).load()


def test_truncated_pins(paths: VaultPaths) -> None:
    """No prefix opens."""
    vault_pins(paths, OLD, VAULT_ID).save({})
    data = paths.pins.read_bytes()
    for size in [*range(60), *range(60, len(data), 97)]:
        paths.pins.write_bytes(data[:size])
        with pytest.raises(VaultDamaged):
            vault_pins(paths, OLD, VAULT_ID).load()


def test_what_cannot_be_saved(paths: VaultPaths, monkeypatch: pytest.MonkeyPatch) -> None:
    """A value outside the subset, or too much of it, changes nothing."""
    sealed = vault_pins(paths, OLD, VAULT_ID)
    sealed.save(CONTENT)
    with pytest.raises(FormatError):
        sealed.save({"v": MAX_INT + 1})
    monkeypatch.setattr(sealedfile, "MAX_BYTES", 1000)
    with pytest.raises(InvalidRequest) as caught:
        sealed.save({})
    assert "too_large" == caught.value.code
    monkeypatch.undo()
    assert CONTENT == sealed.load()


def test_pins_are_changed_under_a_lock(paths: VaultPaths, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second process waits, and gives up after a while; the lock of the writer is another."""
    monkeypatch.setattr(sealedfile, "WAIT_SECONDS", 0.05)
    sealed = vault_pins(paths, OLD, VAULT_ID)
    with sealed.lock(), pytest.raises(VaultBusy):
        sealed.lock().acquire()
    assert paths.pins_lock.exists()
    assert not paths.lock.exists()


def test_nothing_to_settle(paths: VaultPaths) -> None:
    """Without `pins.next` nothing happens, with pins and without."""
    settle_pins(paths, OLD, VAULT_ID)
    vault_pins(paths, OLD, VAULT_ID).save(CONTENT)
    settle_pins(paths, OLD, VAULT_ID)
    assert CONTENT == vault_pins(paths, OLD, VAULT_ID).load()


@pytest.mark.parametrize("is_committed", [False, True])
def test_settling_a_change_of_the_master_key(paths: VaultPaths, *, is_committed: bool) -> None:
    """The key in force decides which of both files stays."""
    vault_pins(paths, OLD, VAULT_ID).save({"v": 1})
    next_vault_pins(paths, NEW, VAULT_ID).save({"v": 2})
    key = NEW if is_committed else OLD
    settle_pins(paths, key, VAULT_ID)
    assert {"v": 2 if is_committed else 1} == vault_pins(paths, key, VAULT_ID).load()
    assert not paths.pins_next.exists()


def test_settling_what_neither_key_opens(paths: VaultPaths) -> None:
    """Nothing is removed when nothing can be told."""
    vault_pins(paths, OLD, VAULT_ID).save({"v": 1})
    next_vault_pins(paths, NEW, VAULT_ID).save({"v": 2})
    with pytest.raises(VaultDamaged):
        settle_pins(paths, bytes(32), VAULT_ID)
    assert paths.pins.exists()
    assert paths.pins_next.exists()


def test_pins_without_a_vault(state: StatePaths) -> None:
    """The folder, a private random key and the pins are made when they are needed."""
    sealed = seen_pins(state)
    assert sealed.load() is None
    with sealed.lock():
        sealed.save(CONTENT)
    assert CONTENT == seen_pins(state).load()
    assert {"key", "lock", "pins"} == set(files.list_names(state.seen))
    assert 32 == state.seen_key.stat().st_size
    assert {0o600} == {stat.S_IMODE(path.stat().st_mode) for path in state.seen.iterdir()}
    assert 0o700 == stat.S_IMODE(state.seen.stat().st_mode)


def test_two_that_make_the_key_at_once(state: StatePaths, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who waited for the lock takes the key that the other made."""
    seen_pins(state)
    key = state.seen_key.read_bytes()
    load, answers = pins._load_key, [None]
    monkeypatch.setattr(pins, "_load_key", lambda state: answers.pop() if answers else load(state))
    assert derive(key, "pins") == seen_pins(state).key
    assert key == state.seen_key.read_bytes()


@pytest.mark.parametrize("data", [b"", bytes(31), bytes(33)])
def test_a_local_key_that_is_none(data: bytes, state: StatePaths) -> None:
    """It is never replaced silently: what it sealed would be forgotten."""
    state.seen.mkdir(parents=True)
    state.seen_key.write_bytes(data)
    with pytest.raises(VaultDamaged):
        seen_pins(state)
    assert data == state.seen_key.read_bytes()


def test_the_key_is_not_shown(paths: VaultPaths) -> None:
    """Printing a sealed file does not print its key."""
    sealed = replace(vault_pins(paths, OLD, VAULT_ID), key=b"secret")
    assert "secret" not in repr(sealed)


def test_the_outside_pin(state: StatePaths) -> None:
    """Nothing at first; then the note saved last, in a private file in a private folder."""
    assert load_self_pin(state, VAULT_ID) is None
    assert keep_self_pin(state, VAULT_ID) is None
    save_self_pin(state, VAULT_ID, b"note 1")
    save_self_pin(state, VAULT_ID, b"note 2")
    assert b"note 2" == load_self_pin(state, VAULT_ID)
    assert load_self_pin(state, bytes(32)) is None
    assert 0o600 == stat.S_IMODE(state.self_pin(VAULT_ID).stat().st_mode)
    assert 0o700 == stat.S_IMODE(state.self_pins.stat().st_mode)


def test_keeping_the_outside_pin_beside(state: StatePaths) -> None:
    """Copies are numbered and never overwritten."""
    kept = []
    for note in (b"note 1", b"note 2"):
        save_self_pin(state, VAULT_ID, note)
        kept.append(keep_self_pin(state, VAULT_ID))
    save_self_pin(state, VAULT_ID, b"note 3")
    name = state.self_pin(VAULT_ID).name
    assert [state.self_pins / f"{name}.1", state.self_pins / f"{name}.2"] == kept
    assert [b"note 1", b"note 2"] == [path.read_bytes() for path in kept if path]
    assert b"note 3" == load_self_pin(state, VAULT_ID)


def test_an_outside_pin_that_is_none(state: StatePaths) -> None:
    """A link, and a file that is too long, are refused."""
    save_self_pin(state, VAULT_ID, bytes(64 * 1024))
    assert bytes(64 * 1024) == load_self_pin(state, VAULT_ID)
    save_self_pin(state, VAULT_ID, bytes(64 * 1024 + 1))
    with pytest.raises(VaultDamaged, match="longer than"):
        load_self_pin(state, VAULT_ID)
    state.self_pin(VAULT_ID).unlink()
    state.self_pin(VAULT_ID).symlink_to(os.devnull)
    with pytest.raises(VaultDamaged):
        load_self_pin(state, VAULT_ID)


def test_leftovers_of_pins_are_removed(paths: VaultPaths) -> None:
    """Who replaces pins removes what stops have left of earlier replacements, and nothing else."""
    for name in ("pins.0123456789abcdef", "checkpoint.0123456789abcdef", "pins.other"):
        (paths.tmp / name).touch()
    vault_pins(paths, OLD, VAULT_ID).save(CONTENT)
    assert {"orphans", "checkpoint.0123456789abcdef", "pins.other"} == set(files.list_names(paths.tmp))


def test_leftovers_of_the_outside_pin_are_removed(state: StatePaths) -> None:
    """Once they are old: another process may be making one just now."""
    save_self_pin(state, VAULT_ID, b"note 1")
    keep_self_pin(state, VAULT_ID)
    name = state.self_pin(VAULT_ID).name
    old, young, other = (
        state.self_pins / f"{which}.{digits * 16}" for which, digits in ((name, "0"), (name, "1"), ("x", "0"))
    )
    for path in (old, young, other):
        path.touch()
    for path in (old, other, state.self_pins / f"{name}.1"):
        os.utime(path, (path.stat().st_mtime - 7200,) * 2)
    save_self_pin(state, VAULT_ID, b"note 2")
    assert {name, f"{name}.1", young.name, other.name} == set(files.list_names(state.self_pins))
