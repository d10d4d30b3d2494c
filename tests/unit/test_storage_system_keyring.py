# SPDX-License-Identifier: Apache-2.0
"""Which keyrings of systems are used, and what is kept there. The real thing: tests/e2e/test_system_keyring.py."""

import sys

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends import chainer, fail, null
from keyring.errors import KeyringLocked

from healthvault.errors import InvalidRequest, WrongKey
from healthvault.storage import system_keyring as ours
from healthvault.storage.system_keyring import StoredSecret, SystemKeyring, concrete_backend
from tests.system_keyrings import MemoryKeyring, called

VAULT_ID, SALT, SECRET = bytes(32), bytes(range(16)), b"s" * 32


@pytest.mark.parametrize(
    "name",
    [
        "keyring.backends.SecretService.Keyring",
        "keyring.backends.kwallet.DBusKeyring",
        "keyring.backends.kwallet.DBusKeyringKWallet4",
        "keyring.backends.macOS.Keyring",
        "keyring.backends.Windows.WinVaultKeyring",
    ],
)
def test_the_keyrings_of_systems_are_used(name: str) -> None:
    """By the exact class; also where the library puts a chain before them."""
    backend = called(name)
    assert backend is concrete_backend(backend)


@pytest.mark.parametrize(
    "backend",
    [
        fail.Keyring(),
        null.Keyring(),
        called("keyrings.alt.file.PlaintextKeyring"),
        called("keyrings.alt.file.EncryptedKeyring"),
        called("keyring.backends.libsecret.Keyring"),
        called("mine.SecretService.Keyring"),
        MemoryKeyring(),
    ],
    ids=lambda backend: type(backend).__module__,
)
def test_everything_else_is_refused_by_name(backend: KeyringBackend) -> None:
    """The message says which it was, the hint what to use instead."""
    with pytest.raises(InvalidRequest) as caught:
        concrete_backend(backend)
    assert "no_system_keyring" == caught.value.code
    assert f"{type(backend).__module__}.{type(backend).__qualname__}" in caught.value.message
    assert "--key-file" in str(caught.value.hint)


def test_of_a_chain_the_first_real_one_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """Never the chain itself, which would go on to a plain file."""
    real, plain = called("keyring.backends.SecretService.Keyring"), called("keyrings.alt.file.PlaintextKeyring")
    chain = chainer.ChainerBackend()
    monkeypatch.setattr(chainer.ChainerBackend, "backends", [plain, real])
    assert real is concrete_backend(chain)
    monkeypatch.setattr(chainer.ChainerBackend, "backends", [plain])
    with pytest.raises(InvalidRequest):
        concrete_backend(chain)


def test_without_a_keyring_there_is_a_hint(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the library finds on a machine without one, or when it is told of one that is not there."""
    monkeypatch.setattr(keyring, "get_keyring", fail.Keyring)
    with pytest.raises(InvalidRequest) as caught:
        ours.system_keyring()
    assert "no_system_keyring" == caught.value.code
    assert "none is running here" in caught.value.message

    def broken() -> KeyringBackend:
        raise RuntimeError("The Secret Service daemon is neither running nor activatable through D-Bus")

    monkeypatch.setattr(keyring, "get_keyring", broken)
    with pytest.raises(InvalidRequest, match="neither running"):
        ours.system_keyring()


def test_a_secret_and_its_end_come_back() -> None:
    """Each slot has an item of its own; one that was forgotten is gone, and twice is no error."""
    backend = MemoryKeyring()
    system = SystemKeyring(backend)
    stored = StoredSecret(secret=SECRET, ends_ms=1_795_219_200_000)
    system.store(VAULT_ID, SALT, stored)
    system.store(VAULT_ID, bytes(16), StoredSecret(secret=SECRET, ends_ms=None))
    assert stored == system.find(VAULT_ID, SALT)
    assert StoredSecret(secret=SECRET, ends_ms=None) == system.find(VAULT_ID, bytes(16))
    for _ in range(2):
        system.forget(VAULT_ID, SALT)
        assert system.find(VAULT_ID, SALT) is None


def test_the_item_is_what_the_specification_says() -> None:
    """docs/spec/keys.md section 2.6, letter by letter."""
    backend = MemoryKeyring()
    SystemKeyring(backend).store(VAULT_ID, SALT, StoredSecret(secret=bytes(32), ends_ms=17))
    assert {
        ("healthvault", f"c_{'a' * 52}/000102030405060708090a0b0c0d0e0f"): f"HEALTHVAULT-UNLOCK-1 17 {'a' * 52}"
    } == backend.items


def test_the_end_is_a_moment() -> None:
    """From then on it is over; without one it never is."""
    stored = StoredSecret(secret=SECRET, ends_ms=100)
    assert [False, True, True] == [stored.is_over(now) for now in (99, 100, 101)]
    assert not StoredSecret(secret=SECRET, ends_ms=None).is_over(1 << 60)
    assert "sss" not in repr(stored)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "secret",
        "HEALTHVAULT-UNLOCK-1 x " + "a" * 52,
        "HEALTHVAULT-UNLOCK-1 01 " + "a" * 52,
        "HEALTHVAULT-UNLOCK-1 0 " + "a" * 51 + "b",
        "HEALTHVAULT-UNLOCK-2 0 " + "a" * 52,
    ],
)
def test_an_item_of_somebody_else(text: str) -> None:
    """It is not taken for a secret."""
    backend = MemoryKeyring()
    system = SystemKeyring(backend)
    system.store(VAULT_ID, SALT, StoredSecret(secret=SECRET, ends_ms=None))
    backend.items = dict.fromkeys(backend.items, text)
    with pytest.raises(WrongKey) as caught:
        system.find(VAULT_ID, SALT)
    assert "wrong_key" == caught.value.code


def test_a_locked_keyring() -> None:
    """Its error is ours, and not a traceback."""

    class Locked(MemoryKeyring):
        def get_password(self, service: str, username: str) -> str | None:
            raise KeyringLocked("dismissed")

    with pytest.raises(InvalidRequest, match="KeyringLocked: dismissed"):
        SystemKeyring(Locked()).find(VAULT_ID, SALT)


def test_without_the_extra_there_is_a_hint(monkeypatch: pytest.MonkeyPatch) -> None:
    """It says what to install."""
    monkeypatch.setitem(sys.modules, "keyring", None)  # an import of it fails
    with pytest.raises(InvalidRequest) as caught:
        ours.system_keyring()
    assert ("extra_missing", "pip install 'healthvault[keyring]'") == (caught.value.code, caught.value.hint)
