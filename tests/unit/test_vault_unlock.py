# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.vault.unlock."""

from dataclasses import replace
from pathlib import Path

import pytest

from healthvault.crypto.hashing import derive
from healthvault.crypto.signing import signing_key
from healthvault.errors import VaultDamaged, WrongKey
from healthvault.storage.keyring import Keyring, parse_keyring
from healthvault.storage.slots import SlotKind
from healthvault.vault.unlock import Secret, catalogue_key, check_own_key, slot_secret, unlock
from tests import vaults
from tests.vaults import Sample


@pytest.fixture
def ana(tmp_path: Path) -> Sample:
    """An empty vault."""
    return vaults.ana(tmp_path)


@pytest.fixture
def keyring(ana: Sample) -> Keyring:
    """Its keyring."""
    return parse_keyring(ana.paths.keyring.read_bytes())


def test_all_keys(ana: Sample, keyring: Keyring) -> None:
    """A secret gives the identity and the keystore's key; the catalogue's key hangs on the keystore's."""
    keys = unlock(keyring, ana.secret)
    assert keys.sign_key.public == signing_key(keys.identity.sign_seed).public
    assert (0, 32) == (keys.ks_epoch, len(keys.ks_key))
    assert derive(keys.ks_key, "catalogue") == catalogue_key(keys)
    with ana.open() as vault:
        check_own_key(keys, vault.history.chain)


def test_a_key_that_no_event_names(ana: Sample, keyring: Keyring) -> None:
    """A keyring with another signing key, or of another epoch, is not this journal's."""
    keys = unlock(keyring, ana.secret)
    with ana.open() as vault:
        for wrong in (
            replace(keys, sign_key=signing_key(bytes(32))),
            replace(keys, identity=replace(keys.identity, epoch=1)),
        ):
            with pytest.raises(VaultDamaged):
                check_own_key(wrong, vault.history.chain)


def test_the_sealed_parts(ana: Sample, keyring: Keyring) -> None:
    """What the right secret opens, but was changed, is damage and no wrong key."""
    for changed in (
        replace(keyring, identity_sealed=bytes(len(keyring.identity_sealed))),
        replace(keyring, ks_sealed=bytes(len(keyring.ks_sealed))),
        replace(keyring, ks_epoch=1),
        replace(keyring, vault_id=bytes(32)),
    ):
        with pytest.raises(VaultDamaged):
            unlock(changed, ana.secret)


def test_forms_of_secrets(ana: Sample) -> None:
    """Words in any case and spacing, a key file with comments, a passphrase in any Unicode form."""
    words = ana.words.value.decode()
    spaced = Secret(kind=SlotKind.RECOVERY, value=words.upper().replace(" ", "\n  ").encode())
    assert slot_secret(ana.words) == slot_secret(spaced)
    commented = Secret(kind=SlotKind.KEY_FILE, value=b"# mine\n\n" + ana.secret.value)
    assert slot_secret(ana.secret) == slot_secret(commented)
    composed, decomposed = (Secret(kind=SlotKind.PASSPHRASE, value=text.encode()) for text in ("é", "e\u0301"))
    assert slot_secret(composed) == slot_secret(decomposed)


def test_a_secret_that_a_system_keeps_is_taken_as_it_is() -> None:
    """Random bytes, which need not be text."""
    assert b"\xff" * 32 == slot_secret(Secret(kind=SlotKind.OS_KEYRING, value=b"\xff" * 32))


@pytest.mark.parametrize("kind", [SlotKind.PASSPHRASE, SlotKind.RECOVERY])
def test_secrets_that_are_no_text(kind: SlotKind) -> None:
    """Bytes that are no text open nothing, and are no traceback."""
    with pytest.raises(WrongKey):
        slot_secret(Secret(kind=kind, value=b"\xff\xfe"))


def test_secrets_are_never_shown(ana: Sample, keyring: Keyring) -> None:
    """The text forms of secrets and keys do not tell them."""
    keys = unlock(keyring, ana.secret)
    shown = repr(ana.secret) + repr(ana.words) + repr(keys)
    secrets = [ana.secret.value, ana.words.value, keys.master_key, keys.ks_key, keys.identity.sign_seed]
    assert not any(repr(secret)[2:-1] in shown or secret.hex() in shown for secret in secrets)
