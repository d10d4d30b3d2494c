# SPDX-License-Identifier: Apache-2.0
"""Making a vault: all of it in a folder beside its place, which then gets its name in one step.

A half-made vault cannot exist. The root key is derived from the recovery words and forgotten.
Spec: docs/spec/keys.md section 1 and docs/spec/vault-folder.md section 8.
"""

import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from healthvault.consent.status import SlotTable
from healthvault.crypto.agreement import x25519_public
from healthvault.crypto.hashing import random_bytes
from healthvault.crypto.signing import signing_key
from healthvault.crypto.words import to_words
from healthvault.errors import InvalidRequest
from healthvault.ledger.entry import Entry, sign_entry
from healthvault.ledger.events import EpochKeys, genesis_event, key_head_of, sign_event
from healthvault.ledger.header import Header
from healthvault.ledger.kinds import Owner
from healthvault.ledger.meta import seal_meta
from healthvault.ledger.secrets import meta_key
from healthvault.ledger.state import StateOpening, state_blind
from healthvault.storage import files
from healthvault.storage.identity import Identity, seal_identity, seal_keystore_key
from healthvault.storage.journal import Journal
from healthvault.storage.keyring import Keyring
from healthvault.storage.keystore import create_keystore
from healthvault.storage.layout import VaultPaths
from healthvault.storage.openfile import reporting
from healthvault.storage.passphrase import new_passphrase
from healthvault.storage.slots import NO_KDF, SlotKind, kdf_profile, new_slot
from healthvault.storage.treecache import TreeCache
from healthvault.storage.version import write_version
from healthvault.tlog.checkpoint import Checkpoint, origin_of, sign_checkpoint
from healthvault.tlog.tree import MemoryTree, tree_root
from healthvault.vault.history import leaf_of
from healthvault.vault.unlock import root_key
from healthvault.vault.vault import Place

__all__ = ["NewVault", "create_vault"]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewVault:
    """What a new vault is made of."""

    name: str
    """The owner's name, for her card."""
    passphrase: str = field(repr=False)
    kdf: str = "standard"
    """`light`, `standard` or `strong`: Argon2id over 64, 256 or 1024 MiB."""


def create_vault(
    place: Place, new: NewVault, *, now_ms: int, confirm_words: Callable[[tuple[str, ...]], None] | None = None
) -> tuple[str, ...]:
    """Make a vault and return its 24 recovery words, which are stored nowhere.

    Args:
        place: Where; the folder must not exist, or be empty.
        new: Name, passphrase and its cost.
        now_ms: The clock.
        confirm_words: Shows the words and may raise, before anything is in its place.

    Raises:
        InvalidRequest: `vault_exists`, something is there; `empty_name`; a bad passphrase; `unknown_kdf`;
            `io_error`.
    """
    kdf_profile(new.kdf)  # before anybody writes words down
    if not new.name.strip():
        raise InvalidRequest("empty_name", "a vault needs its owner's name", hint="--name 'Ana Silva'")
    if place.root.exists() and (not place.root.is_dir() or any(place.root.iterdir())):
        raise InvalidRequest(
            "vault_exists", f"{place.root} is not empty", hint="choose another folder with --vault"
        )
    passphrase = new_passphrase(new.passphrase)
    recovery = random_bytes(32)
    words = to_words(recovery)
    if confirm_words:
        confirm_words(words)
    staging = place.root.with_name(f".{place.root.name}.new-{random_bytes(4).hex()}")
    try:
        _build(VaultPaths(root=staging), new, passphrase, recovery, now_ms)
        _publish(staging, place.root)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return words


def _build(paths: VaultPaths, new: NewVault, passphrase: bytes, recovery: bytes, now_ms: int) -> None:
    master_key, ks_key, secret = random_bytes(32), random_bytes(32), random_bytes(32)
    identity = Identity(
        epoch=0,
        sign_seed=random_bytes(32),
        witness_seed=random_bytes(32),
        recipients=((0, random_bytes(32)),),
        state_key=random_bytes(32),
        dedupe_key=random_bytes(32),
    )
    genesis = _genesis(identity, new.name, recovery, secret, now_ms)
    vault_id = genesis.header.vault_id
    keyring = Keyring(
        vault_id=vault_id,
        generation=1,
        slots=(
            new_slot(0, SlotKind.PASSPHRASE, passphrase, master_key, vault_id, kdf_profile(new.kdf)),
            new_slot(1, SlotKind.RECOVERY, recovery, master_key, vault_id, NO_KDF),
        ),
        identity_sealed=seal_identity(identity, master_key, vault_id),
        ks_epoch=0,
        ks_sealed=seal_keystore_key(ks_key, 0, master_key, vault_id),
    )
    _write(paths, keyring, genesis, ks_key, secret)
    _write_checkpoint(paths, genesis, identity)


def _genesis(identity: Identity, name: str, recovery: bytes, secret: bytes, now_ms: int) -> Entry:
    own_root = root_key(recovery)
    sign_key = signing_key(identity.sign_seed)
    keys = EpochKeys(
        sign_pk=sign_key.public,
        recipient_pk=x25519_public(identity.recipients[0][1]),
        witness_pk=signing_key(identity.witness_seed).public,
    )
    vault_id, event = genesis_event(own_root.public, keys)
    prev = bytes(32)
    slots = SlotTable()
    opening = StateOpening(
        blind=state_blind(identity.state_key, prev),
        grants_root=slots.root(identity.state_key),
        capacity=slots.capacity,
    )
    header = Header(
        vault_id=vault_id,
        seq=0,
        prev=prev,
        ts_ms=now_ms,
        signer=0,
        state=opening.state(key_head_of(event)),
        event=sign_event(event, own_root),
    )
    enc = seal_meta(meta_key(secret), Owner(name=name).to_map(), header)
    return sign_entry(header, enc, sign_key)


def _write(paths: VaultPaths, keyring: Keyring, genesis: Entry, ks_key: bytes, secret: bytes) -> None:
    files.make_directory(paths.root)
    for directory in paths.directories:
        files.make_directory(directory)
    keystore = create_keystore(paths, keyring.vault_id, 0, ks_key)
    keystore.write([(0, secret)])
    keystore.close()
    files.replace_file(paths.keyring, keyring.to_bytes(), paths.tmp)
    journal, tree = Journal(paths, writable=True), TreeCache(paths, writable=True)
    (position,) = journal.append([genesis.raw])
    tree.append([leaf_of(position, genesis)])
    journal.close()
    tree.close()


def _write_checkpoint(paths: VaultPaths, genesis: Entry, identity: Identity) -> None:
    root = tree_root(MemoryTree([genesis.leaf]), 1)
    checkpoint = Checkpoint(origin=origin_of(genesis.header.vault_id), size=1, root=root)
    note = sign_checkpoint(checkpoint, signing_key(identity.sign_seed))
    files.replace_file(paths.checkpoint, note, paths.tmp)
    write_version(paths)


def _publish(staging: Path, root: Path) -> None:
    if root.is_dir():
        with reporting(root):
            root.rmdir()  # known to be empty
    files.publish(staging, root)
