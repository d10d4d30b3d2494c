# SPDX-License-Identifier: Apache-2.0
"""Slots of the keyring: each holds the master key under one secret, so that many things open one vault.

A secret is stretched to 64 bytes: half is the key, half a check that is compared before anything is decrypted.
The check commits a slot to one secret; without it a ciphertext could be crafted that many passphrases open.
The costs that a slot asks for are bounded before any memory is taken.

A slot of a kind that this version does not know is kept as it is, and skipped. Spec: docs/spec/keys.md section 2.
"""

from dataclasses import dataclass, field
from enum import Enum

from healthvault.codec import Value, pack, positional
from healthvault.crypto.aead import NONCE_BYTES, open_sealed, seal
from healthvault.crypto.hashing import equal, hkdf, labelled, random_bytes
from healthvault.crypto.password import argon2id
from healthvault.errors import IntegrityError, InvalidRequest, VaultDamaged, WrongKey

__all__ = [
    "KDF_PROFILES",
    "MASTER_KEY_BYTES",
    "Kdf",
    "Slot",
    "SlotKind",
    "check_cost",
    "kdf_profile",
    "new_slot",
    "open_slot",
    "parse_slot",
]

MASTER_KEY_BYTES = 32
SALT_BYTES = 16
CHECK_BYTES = 32
SEALED_KEY_BYTES = MASTER_KEY_BYTES + 16
STRETCHED_BYTES = 64
MAX_OPS = 16
MIN_MEM_KIB = 64 * 1024
MAX_MEM_KIB = 1024 * 1024
_FIELDS = ("id", "kind", "salt", "ops", "mem_kib", "check", "nonce", "ct")


class SlotKind(Enum):
    """What opens a slot."""

    PASSPHRASE = "passphrase"  # noqa: S105 - the name of the kind
    RECOVERY = "recovery"
    KEY_FILE = "key-file"
    OS_KEYRING = "os-keyring"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kdf:
    """The cost of Argon2id; both zero for secrets that are random already."""

    ops: int
    mem_kib: int


NO_KDF = Kdf(ops=0, mem_kib=0)
KDF_PROFILES = {
    "light": Kdf(ops=3, mem_kib=64 * 1024),  # RFC 9106 section 4, second choice, on one lane
    "standard": Kdf(ops=3, mem_kib=256 * 1024),  # libsodium's MODERATE: about half a second
    "strong": Kdf(ops=3, mem_kib=1024 * 1024),  # about two seconds, and a machine with memory to spare
}


def kdf_profile(name: str) -> Kdf:
    """Return the cost that a name stands for. Raises InvalidRequest: `unknown_kdf`."""
    if name not in KDF_PROFILES:
        hint = f"one of {', '.join(KDF_PROFILES)}"
        raise InvalidRequest("unknown_kdf", f"{name!r} is not the name of a cost of passphrases", hint=hint)
    return KDF_PROFILES[name]


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """One slot, as stored."""

    id: int
    """Unique in its keyring."""
    kind: str
    """A value of `SlotKind`, or of a later version."""
    salt: bytes
    kdf: Kdf
    check: bytes = field(repr=False)
    sealed_key: bytes = field(repr=False)
    """nonce24 ‖ the sealed master key."""

    def to_value(self) -> list[Value]:
        """Return the array that stands in the keyring."""
        return [*_bound(self), self.sealed_key[:NONCE_BYTES], self.sealed_key[NONCE_BYTES:]]


def new_slot(
    slot_id: int,
    kind: SlotKind,
    secret: bytes,
    master_key: bytes,
    vault_id: bytes,
    kdf: Kdf = KDF_PROFILES["standard"],
) -> Slot:
    """Return a slot that gives `master_key` to whoever has `secret`.

    Args:
        slot_id: Not yet in the keyring.
        kind: What the secret is.
        secret: For a passphrase its bytes as `new_passphrase` gives them; else 32 random bytes.
        master_key: 32 bytes.
        vault_id: 32 bytes.
        kdf: The cost for a passphrase; ignored for the other kinds.

    Raises:
        InvalidRequest: `no_memory`, the cost is more than this machine can bear.
    """
    cost = kdf if kind is SlotKind.PASSPHRASE else NO_KDF
    salt = random_bytes(SALT_BYTES)
    key, check = _stretch(kind.value, secret, salt, cost)
    blank = Slot(id=slot_id, kind=kind.value, salt=salt, kdf=cost, check=check, sealed_key=b"")
    sealed_key = seal(key, master_key, _associated(blank, vault_id))
    return Slot(id=slot_id, kind=kind.value, salt=salt, kdf=cost, check=check, sealed_key=sealed_key)


def open_slot(slot: Slot, secret: bytes, vault_id: bytes) -> bytes:
    """Return the master key (32 bytes).

    Args:
        slot: Unverified, of a known kind.
        secret: As for `new_slot`.
        vault_id: 32 bytes, of the keyring.

    Raises:
        WrongKey: `wrong_passphrase` or `wrong_key`, the secret is not this slot's.
        VaultDamaged: `vault_damaged`, the cost is out of bounds, or the secret is right but the rest was changed.
        InvalidRequest: `no_memory`, the slot needs more memory than there is.
    """
    check_cost(slot)
    key, check = _stretch(slot.kind, secret, slot.salt, slot.kdf)
    if not equal(check, slot.check):  # before decrypting: this is the commitment to the secret
        raise _wrong(slot.kind)
    try:
        return open_sealed(key, slot.sealed_key, _associated(slot, vault_id))
    except IntegrityError as err:
        raise VaultDamaged("vault_damaged", f"keyring: slot {slot.id} was changed or is of another vault") from err


def parse_slot(value: Value) -> Slot:
    """Parse a slot of any kind. Raises FormatError: `bad_schema`."""
    fields = positional(value, _FIELDS, "slot")
    return Slot(
        id=fields.uint("id"),
        kind=fields.text("kind"),
        salt=fields.bin("salt", SALT_BYTES),
        kdf=Kdf(ops=fields.uint("ops"), mem_kib=fields.uint("mem_kib")),
        check=fields.bin("check", CHECK_BYTES),
        sealed_key=fields.bin("nonce", NONCE_BYTES) + fields.bin("ct", SEALED_KEY_BYTES),
    )


def _stretch(kind: str, secret: bytes, salt: bytes, kdf: Kdf) -> tuple[bytes, bytes]:
    """Return the key and the check (32 bytes each) of a secret."""
    if kind == SlotKind.PASSPHRASE.value:
        okm = argon2id(secret, salt, ops=kdf.ops, mem_kib=kdf.mem_kib, size=STRETCHED_BYTES)
    else:
        okm = hkdf(secret, salt, f"healthvault/v1/slot/{kind}".encode(), STRETCHED_BYTES)
    return okm[:32], okm[32:]


def _bound(slot: Slot) -> list[Value]:
    """Return the fields before the nonce, to which the sealed key is bound."""
    return [slot.id, slot.kind, slot.salt, slot.kdf.ops, slot.kdf.mem_kib, slot.check]


def _associated(slot: Slot, vault_id: bytes) -> bytes:
    return labelled("slot", vault_id, pack(_bound(slot)))


def check_cost(slot: Slot) -> None:
    """Check that a slot asks for no more than a machine can bear. Raises VaultDamaged: `vault_damaged`."""
    if slot.kind == SlotKind.PASSPHRASE.value:
        is_bounded = 1 <= slot.kdf.ops <= MAX_OPS and MIN_MEM_KIB <= slot.kdf.mem_kib <= MAX_MEM_KIB
    else:
        is_bounded = slot.kdf == NO_KDF
    if not is_bounded:
        raise VaultDamaged(
            "vault_damaged",
            f"keyring: slot {slot.id} asks for {slot.kdf.ops} rounds over {slot.kdf.mem_kib} KiB, "
            "which no version of hv writes",
            hint="another slot (recovery phrase, key file) may open the vault",
        )


def _wrong(kind: str) -> WrongKey:
    if kind == SlotKind.PASSPHRASE.value:
        return WrongKey("wrong_passphrase", "the passphrase does not open this vault")
    return WrongKey("wrong_key", f"the {kind} secret does not open this vault")
