# SPDX-License-Identifier: Apache-2.0
"""The keyring: the one file that turns a secret into the keys of the vault.

It is replaced as a whole, and that is the commit point of each change of a passphrase, a slot, the master key
and of each erasure. Without it the vault is lost, recovery phrase or not: the phrase opens a slot in it.

`Keyring` is as unverified as its bytes, until a slot opens. Spec: docs/spec/keys.md section 2.
"""

from collections.abc import Collection
from dataclasses import dataclass, field, replace

from healthvault.codec import pack, positional, unpack
from healthvault.errors import FormatError, InvalidRequest, NotFound, VaultDamaged, WrongKey
from healthvault.storage.slots import Slot, SlotKind, open_slot, parse_slot

__all__ = ["MAX_KEYRING_BYTES", "MAX_SLOTS", "Keyring", "parse_keyring"]

MAX_KEYRING_BYTES = 1 << 20
MAX_SLOTS = 64
VERSION = 1
VAULT_ID_BYTES = 32
_LASTING = frozenset({SlotKind.PASSPHRASE.value, SlotKind.RECOVERY.value, SlotKind.KEY_FILE.value})
_FIELDS = ("version", "vault_id", "generation", "slots", "identity_sealed", "ks_epoch", "ks_sealed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Keyring:
    """A keyring, as stored."""

    vault_id: bytes
    generation: int
    """One more with every replacement."""
    slots: tuple[Slot, ...]
    identity_sealed: bytes = field(repr=False)
    ks_epoch: int
    """Which keystore is in force."""
    ks_sealed: bytes = field(repr=False)

    def to_bytes(self) -> bytes:
        """Return the canonical bytes of the file."""
        return pack(
            [
                VERSION,
                self.vault_id,
                self.generation,
                [slot.to_value() for slot in self.slots],
                self.identity_sealed,
                self.ks_epoch,
                self.ks_sealed,
            ]
        )

    def free_slot_id(self) -> int:
        """Return an id for a new slot: above all that are there.

        Raises:
            InvalidRequest: `too_many_slots`, there is no room for one more.
        """
        if len(self.slots) >= MAX_SLOTS:
            raise InvalidRequest("too_many_slots", f"the keyring holds {MAX_SLOTS} slots already")
        return max((slot.id for slot in self.slots), default=-1) + 1

    def slots_of(self, kind: SlotKind) -> tuple[Slot, ...]:
        """Return the slots of one kind."""
        return tuple(slot for slot in self.slots if slot.kind == kind.value)

    def with_slot(self, slot: Slot, *, instead_of: Collection[int] = ()) -> "Keyring":
        """Return it without some slots and with one more, whose id is from `free_slot_id`."""
        kept = tuple(old for old in self.slots if old.id not in instead_of)
        return replace(self, slots=(*kept, slot))

    def without_slots(self, slot_ids: Collection[int]) -> "Keyring":
        """Return it without some slots.

        Raises:
            NotFound: `not_found`, there is no such slot.
            InvalidRequest: `last_slot`, nothing would be left that opens the vault for ever and everywhere: what
                a system's keyring keeps ends, and stays on its machine.
        """
        missing = set(slot_ids) - {slot.id for slot in self.slots}
        if missing:
            raise NotFound("not_found", f"the keyring has no slot {min(missing)}", hint="`hv key list` shows them")
        left = tuple(slot for slot in self.slots if slot.id not in slot_ids)
        if not any(slot.kind in _LASTING for slot in left):
            raise InvalidRequest(
                "last_slot",
                "this is the last lasting way in: without it nothing would open the vault for good",
                hint="add another first: `hv key add --new-passphrase`",
            )
        return replace(self, slots=left)

    def unlock(self, kind: SlotKind, secret: bytes) -> bytes:
        """Return the master key (32 bytes), from the first slot of a kind that the secret opens.

        Args:
            kind: What the secret is.
            secret: See `slots.new_slot`.

        Raises:
            WrongKey: `wrong_passphrase` or `wrong_key`, it opens none, or there is no slot of this kind.
            VaultDamaged: `vault_damaged`, a slot was changed.
            InvalidRequest: `no_memory`.
        """
        wrong = WrongKey(
            "wrong_key", f"this vault has no {kind.value} slot", hint="`hv key list` shows what opens it"
        )
        for slot in self.slots_of(kind):
            try:
                return open_slot(slot, secret, self.vault_id)
            except WrongKey as err:
                wrong = err
        raise wrong


def parse_keyring(data: bytes) -> Keyring:
    """Parse the bytes of a keyring file.

    Args:
        data: Unverified bytes, at most `MAX_KEYRING_BYTES`.

    Raises:
        InvalidRequest: `unsupported`, another version.
        VaultDamaged: `vault_damaged`, they are not the canonical bytes of a keyring.
    """
    try:
        return _parse(data)
    except FormatError as err:
        if err.code == "unsupported":
            raise InvalidRequest(
                err.code, f"keyring: {err.message}", hint="a newer version of hv may read it"
            ) from err
        raise VaultDamaged(
            "vault_damaged",
            f"keyring: {err.message}",
            hint="without its keyring the vault cannot be opened; put back the copy from a backup",
        ) from err


def _parse(data: bytes) -> Keyring:
    fields = positional(unpack(data), _FIELDS, "keyring")
    if fields.uint("version") != VERSION:
        raise FormatError("unsupported", "a version that this program does not know")
    slots = tuple(parse_slot(item) for item in fields.array("slots", MAX_SLOTS))
    if not slots or len({slot.id for slot in slots}) != len(slots):
        raise FormatError("bad_schema", "there is no slot, or two have the same id")
    return Keyring(
        vault_id=fields.bin("vault_id", VAULT_ID_BYTES),
        generation=fields.uint("generation"),
        slots=slots,
        identity_sealed=fields.bin("identity_sealed"),
        ks_epoch=fields.uint("ks_epoch"),
        ks_sealed=fields.bin("ks_sealed"),
    )
