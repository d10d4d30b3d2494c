# SPDX-License-Identifier: Apache-2.0
"""From one secret to all keys of a vault: slot, master key, identity, keystore key.

Python cannot wipe memory; keys live as long as the process. Spec: docs/spec/keys.md section 2.
"""

from dataclasses import dataclass, field, replace

from healthvault.crypto.hashing import derive
from healthvault.crypto.signing import SigningKey, signing_key
from healthvault.crypto.words import from_words
from healthvault.errors import WrongKey
from healthvault.ledger.keychain import KeyChain
from healthvault.storage.identity import Identity, open_identity, open_keystore_key
from healthvault.storage.keyfile import parse_key_file
from healthvault.storage.keyring import Keyring
from healthvault.storage.passphrase import typed_passphrase
from healthvault.storage.slots import SlotKind
from healthvault.vault.history import damaged

__all__ = [
    "Keys",
    "Secret",
    "catalogue_key",
    "check_own_key",
    "contents_key",
    "keys_in_force",
    "root_key",
    "slot_secret",
    "unlock",
]

RECOVERY_BYTES = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret:
    """What the user has: a passphrase or phrase as text, the content of a key file, or a stored slot secret."""

    kind: SlotKind
    value: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """The keys of an unlocked vault."""

    master_key: bytes = field(repr=False)
    identity: Identity = field(repr=False)
    ks_epoch: int
    ks_key: bytes = field(repr=False)
    sign_key: SigningKey = field(repr=False)


def unlock(keyring: Keyring, secret: Secret) -> Keys:
    """Open the keyring with a secret.

    Raises:
        WrongKey: `wrong_passphrase`, `wrong_key`, `bad_phrase`.
        VaultDamaged: `vault_damaged`, what the right secret opens was changed.
    """
    master_key = keyring.unlock(secret.kind, slot_secret(secret))
    identity = open_identity(keyring.identity_sealed, master_key, keyring.vault_id)
    ks_key = open_keystore_key(keyring.ks_sealed, keyring.ks_epoch, master_key, keyring.vault_id)
    return Keys(
        master_key=master_key,
        identity=identity,
        ks_epoch=keyring.ks_epoch,
        ks_key=ks_key,
        sign_key=signing_key(identity.sign_seed),
    )


def keys_in_force(keys: Keys, chain: KeyChain) -> Keys:
    """Return the keys with those of the epoch to come promoted, once the newest key event names them.

    A rotation stores them in the keyring before its entry, and promotes them there after it.
    """
    following = keys.identity.next
    if following is None or chain.newest.number != following.epoch:
        return keys
    sign_key = signing_key(following.sign_seed)
    if sign_key.public != chain.newest.keys.sign_pk:
        return keys
    return replace(keys, identity=keys.identity.promoted(), sign_key=sign_key)


def root_key(recovery: bytes) -> SigningKey:
    """Return the cold root key of a recovery secret (32 bytes); it is never stored."""
    return signing_key(derive(recovery, "root-sign"))


def check_own_key(keys: Keys, chain: KeyChain) -> None:
    """Check that the signing key is the one that the newest key event names. Raises VaultDamaged."""
    if keys.sign_key.public != chain.newest.keys.sign_pk or keys.identity.epoch != chain.newest.number:
        raise damaged("the keyring does not hold the key that the newest key event names")


def catalogue_key(keys: Keys) -> bytes:
    """Return the key (32 bytes) of the catalogue: it dies with the keystore's epoch."""
    return derive(keys.ks_key, "catalogue")


def contents_key(keys: Keys) -> bytes:
    """Return the key (32 bytes) of the index into what documents say: it too dies with the keystore's epoch."""
    return derive(keys.ks_key, "contents")


def slot_secret(secret: Secret) -> bytes:
    """Return the bytes that open a slot of the secret's kind.

    Raises:
        WrongKey: `wrong_passphrase`, not text; `wrong_key`, not a key file; `bad_phrase`.
    """
    if secret.kind is SlotKind.KEY_FILE:
        return parse_key_file(secret.value)
    if secret.kind is SlotKind.OS_KEYRING:
        return secret.value
    try:
        text = secret.value.decode()
    except UnicodeDecodeError as err:
        raise WrongKey("wrong_passphrase", "the passphrase is not valid Unicode text") from err
    if secret.kind is SlotKind.RECOVERY:
        return from_words(text, RECOVERY_BYTES)
    return typed_passphrase(text)
