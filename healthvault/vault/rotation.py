# SPDX-License-Identifier: Apache-2.0
"""Changing what speaks for a vault: its keys, its master key, its recovery words, its past after a loss.

Each change is a key event signed by the cold root key, which only the recovery words give. So a thief of the
unlocked vault can make none of them. Spec: docs/spec/keys.md sections 2.5, 4, 6 and 7.
"""

from dataclasses import dataclass, field, replace

from healthvault.codec import Value
from healthvault.crypto.agreement import x25519_public
from healthvault.crypto.hashing import random_bytes
from healthvault.crypto.signing import SigningKey, signing_key
from healthvault.crypto.words import to_words
from healthvault.errors import InvalidRequest, WrongKey
from healthvault.ledger.events import (
    EpochKeys,
    EventKind,
    RotateReason,
    restart_event,
    root_event,
    rotate_event,
    sign_event,
)
from healthvault.storage.identity import NextEpoch, seal_identity
from healthvault.storage.keyring import Keyring
from healthvault.storage.passphrase import new_passphrase
from healthvault.storage.selfpin import keep_self_pin
from healthvault.storage.slots import NO_KDF, Slot, SlotKind, kdf_profile, new_slot
from healthvault.tlog.compromise import Compromise, sign_compromise
from healthvault.vault.erase import erase_again
from healthvault.vault.rekey import NewMaster, rekey
from healthvault.vault.rollback import lost_checkpoint
from healthvault.vault.settle import store_identity
from healthvault.vault.transaction import Transaction
from healthvault.vault.unlock import Secret, root_key, slot_secret
from healthvault.vault.vault import Vault
from healthvault.vault.views import KeyEventView

__all__ = [
    "NewPassphrase",
    "change_words",
    "declare_compromised",
    "new_words",
    "restart_history",
    "rotate_keys",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPassphrase:
    """A passphrase that is to be set."""

    text: str = field(repr=False)
    kdf: str


def rotate_keys(vault: Vault, words: Secret, reason: RotateReason, *, now_ms: int) -> KeyEventView:
    """Put new signing, encryption and witness keys in the place of those in force.

    Args:
        vault: Unlocked, writing.
        words: The recovery words.
        reason: `planned` or `lost`; see `declare_compromised` for the other.
        now_ms: The clock.

    Raises:
        WrongKey: `bad_phrase`, `wrong_key`, the words are not this vault's.
        InvalidRequest: `io_error`.
    """
    root = _root_of(vault, words)
    following = _new_epoch(vault)
    identity = replace(vault.keys.identity, next=following)
    keyring = vault.keyring
    sealed = seal_identity(identity, vault.keys.master_key, keyring.vault_id)
    vault.replace_keyring(replace(keyring, identity_sealed=sealed))
    vault.keys = replace(vault.keys, identity=identity)
    return _append_rotate(vault, following, reason, root, since=None, now_ms=now_ms)


def declare_compromised(
    vault: Vault, words: Secret, passphrase: NewPassphrase, *, since: int, now_ms: int
) -> tuple[KeyEventView, bytes]:
    """Replace all that a thief may have: the keys, the master key, the keystore, every way in but the words.

    Args:
        vault: Unlocked, writing.
        words: The recovery words.
        passphrase: The only other way in from then on.
        since: The first entry that was made when somebody else may have had the keys.
        now_ms: The clock.

    Returns:
        What was done, and the compromise note for everybody who knows the vault.

    Raises:
        WrongKey: `bad_phrase`, `wrong_key`.
        InvalidRequest: `bad_since`, there is no such entry; `bad_passphrase`, `no_memory`, `io_error`.
    """
    root = _root_of(vault, words)
    history, closed = vault.history, vault.history.chain.newest
    if not closed.since_seq <= since <= history.size:
        raise InvalidRequest(
            "bad_since",
            f"the keys in force signed the entries from {closed.since_seq} on; the next entry is {history.size}",
            hint="`hv log` shows the entries: name the first that was made after the theft",
        )
    following = _new_epoch(vault)
    master_key = random_bytes(32)
    identity = replace(vault.keys.identity, next=following)
    rekey(
        vault,
        new=NewMaster(
            master_key=master_key, slots=_new_slots(vault, master_key, words, passphrase), identity=identity
        ),
    )
    compromise = Compromise(
        origin=history.checkpoint.origin, epoch=closed.number, size=history.size, root=history.checkpoint.root
    )
    event = _append_rotate(vault, following, RotateReason.COMPROMISED, root, since=since, now_ms=now_ms)
    return event, sign_compromise(compromise, root)


def change_words(vault: Vault, words: Secret, new_recovery: bytes, *, now_ms: int) -> KeyEventView:
    """Hand the vault over to other recovery words, which the owner has written down already.

    Args:
        vault: Unlocked, writing.
        words: The words in force.
        new_recovery: The new secret (32 bytes).
        now_ms: The clock.

    Raises:
        WrongKey: `bad_phrase`, `wrong_key`.
        InvalidRequest: `too_many_slots`, `io_error`.
    """
    root, new_root = _root_of(vault, words), root_key(new_recovery)
    keyring = vault.keyring
    slot = _recovery_slot(keyring.free_slot_id(), new_recovery, vault.keys.master_key, keyring)
    vault.replace_keyring(keyring.with_slot(slot))
    with Transaction(vault, now_ms=now_ms) as transaction:
        event = root_event(transaction.event_place(), new_root.public)
        entry = transaction.append_event(sign_event(event, root, new_root), vault.keys.sign_key)
        transaction.commit()
    kept = tuple(old for old in vault.keyring.slots if old == slot or old.kind != SlotKind.RECOVERY.value)
    vault.replace_keyring(replace(vault.keyring, slots=kept))
    return KeyEventView(kind=EventKind.ROOT.value, entry=entry.seq, epoch=vault.keys.identity.epoch)


def restart_history(vault: Vault, words: Secret, *, now_ms: int) -> KeyEventView:
    """Go on from an old copy, and say so: everybody who has seen more will be told, for ever.

    Args:
        vault: Unlocked, writing, opened for a restart.
        words: The recovery words.
        now_ms: The clock.

    Raises:
        WrongKey: `bad_phrase`, `wrong_key`.
        InvalidRequest: `io_error`.
    """
    root = _root_of(vault, words)
    lost = lost_checkpoint(vault.state, vault.history)
    keep_self_pin(vault.state, vault.keyring.vault_id)
    with Transaction(vault, now_ms=now_ms) as transaction:
        event = restart_event(
            transaction.event_place(), vault.history.checkpoint.root, (lost.size, lost.root) if lost else None
        )
        entry = transaction.append_event(sign_event(event, root), vault.keys.sign_key)
        transaction.commit()
    return KeyEventView(
        kind=EventKind.RESTART.value,
        entry=entry.seq,
        epoch=vault.keys.identity.epoch,
        lost_entries=lost.size if lost else None,
        erased_again=erase_again(vault, now_ms=now_ms),
    )


def new_words() -> tuple[bytes, tuple[str, ...]]:
    """Return a new recovery secret (32 bytes) and its 24 words."""
    recovery = random_bytes(32)
    return recovery, to_words(recovery)


def _root_of(vault: Vault, words: Secret) -> SigningKey:
    """Return the root key in force, from the words."""
    root = root_key(slot_secret(words))
    if root.public != vault.history.chain.root_pk:
        raise WrongKey(
            "wrong_key",
            "these recovery words are not the ones in force for this vault",
            hint="take the words that were shown when this vault was made, or by the last `hv key root`",
        )
    return root


def _new_epoch(vault: Vault) -> NextEpoch:
    return NextEpoch(
        epoch=vault.history.chain.newest.number + 1,
        sign_seed=random_bytes(32),
        witness_seed=random_bytes(32),
        recipient=random_bytes(32),
    )


def _append_rotate(
    vault: Vault, following: NextEpoch, reason: RotateReason, root: SigningKey, *, since: int | None, now_ms: int
) -> KeyEventView:
    """Append the event of an epoch whose keys are in the keyring already, then put them in force there."""
    sign_key = signing_key(following.sign_seed)
    keys = EpochKeys(
        sign_pk=sign_key.public,
        recipient_pk=x25519_public(following.recipient),
        witness_pk=signing_key(following.witness_seed).public,
    )
    with Transaction(vault, now_ms=now_ms) as transaction:
        place: dict[str, Value] = transaction.event_place()
        event = rotate_event(place, following.epoch, keys, reason, since=since)
        entry = transaction.append_event(sign_event(event, root), sign_key)
        transaction.commit()
    store_identity(vault)
    return KeyEventView(
        kind=EventKind.ROTATE.value, entry=entry.seq, epoch=following.epoch, reason=reason.value, since=since
    )


def _new_slots(vault: Vault, master_key: bytes, words: Secret, passphrase: NewPassphrase) -> tuple[Slot, ...]:
    typed, keyring = new_passphrase(passphrase.text), vault.keyring
    return (
        new_slot(0, SlotKind.PASSPHRASE, typed, master_key, keyring.vault_id, kdf_profile(passphrase.kdf)),
        _recovery_slot(1, slot_secret(words), master_key, keyring),
    )


def _recovery_slot(slot_id: int, recovery: bytes, master_key: bytes, keyring: Keyring) -> Slot:
    return new_slot(slot_id, SlotKind.RECOVERY, recovery, master_key, keyring.vault_id, NO_KDF)
