# SPDX-License-Identifier: Apache-2.0
"""What the master key opens: the owner's secret keys and the secrets of the vault, sealed in the keyring.

Old X25519 secrets are kept, to read what was sent to them; old signing seeds are not. While a key rotation is
under way, `next` holds the secrets of the epoch to come. Spec: docs/spec/keys.md section 2.
"""

from dataclasses import dataclass, field, replace

from healthvault.codec import Fields, Value, pack, positional, unpack
from healthvault.crypto.aead import open_sealed, seal
from healthvault.crypto.hashing import derive, labelled
from healthvault.errors import FormatError, IntegrityError, VaultDamaged

__all__ = ["Identity", "NextEpoch", "open_identity", "open_keystore_key", "seal_identity", "seal_keystore_key"]

KEY_BYTES = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class NextEpoch:
    """The secrets of an owner epoch that no key event names yet."""

    epoch: int
    sign_seed: bytes = field(repr=False)
    witness_seed: bytes = field(repr=False)
    recipient: bytes = field(repr=False)
    """X25519 secret."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """The secrets of a vault's owner, 32 bytes each."""

    epoch: int
    """Of the signing and the witness seed."""
    sign_seed: bytes = field(repr=False)
    witness_seed: bytes = field(repr=False)
    recipients: tuple[tuple[int, bytes], ...] = field(repr=False)
    """(epoch, X25519 secret), epochs rising."""
    state_key: bytes = field(repr=False)
    """Blinds the status of grants."""
    dedupe_key: bytes = field(repr=False)
    next: NextEpoch | None = None

    def promoted(self) -> "Identity":
        """Return the identity with the epoch to come in force; there must be one."""
        if self.next is None:
            raise ValueError("no epoch is to come")
        return replace(
            self,
            epoch=self.next.epoch,
            sign_seed=self.next.sign_seed,
            witness_seed=self.next.witness_seed,
            recipients=(*self.recipients, (self.next.epoch, self.next.recipient)),
            next=None,
        )


def seal_identity(identity: Identity, master_key: bytes, vault_id: bytes) -> bytes:
    """Return the sealed map that stands in the keyring."""
    following = identity.next
    known: dict[str, Value] = {
        "epoch": identity.epoch,
        "sign_seed": identity.sign_seed,
        "witness_seed": identity.witness_seed,
        "recipient": [[epoch, secret] for epoch, secret in identity.recipients],
        "state_key": identity.state_key,
        "dedupe_key": identity.dedupe_key,
        "next": _next_to_value(following) if following else None,
    }
    return seal(derive(master_key, "identity"), pack(known), labelled("identity", vault_id))


def open_identity(sealed: bytes, master_key: bytes, vault_id: bytes) -> Identity:
    """Open what `seal_identity` made; the master key is known to be right.

    Raises:
        VaultDamaged: `vault_damaged`, it was changed, or is of another vault or another master key.
    """
    try:
        plain = open_sealed(derive(master_key, "identity"), sealed, labelled("identity", vault_id))
        return _parse(Fields(unpack(plain), "identity"))
    except (FormatError, IntegrityError) as err:
        raise _damaged("the sealed identity", err) from err


def seal_keystore_key(ks_key: bytes, epoch: int, master_key: bytes, vault_id: bytes) -> bytes:
    """Return the sealed key (KS, 32 bytes) of a keystore epoch, as it stands in the keyring."""
    return seal(derive(master_key, "keystore"), ks_key, _keystore_label(vault_id, epoch))


def open_keystore_key(sealed: bytes, epoch: int, master_key: bytes, vault_id: bytes) -> bytes:
    """Return KS (32 bytes). Raises VaultDamaged: `vault_damaged`, as `open_identity`, or of another epoch."""
    try:
        return open_sealed(derive(master_key, "keystore"), sealed, _keystore_label(vault_id, epoch))
    except IntegrityError as err:
        raise _damaged("the sealed key of the keystore", err) from err


def _parse(fields: Fields) -> Identity:
    fields.refuse_unknown_must(frozenset())
    pairs = [positional(item, ("epoch", "secret"), "recipient") for item in fields.array("recipient")]
    return Identity(
        epoch=fields.uint("epoch"),
        sign_seed=fields.bin("sign_seed", KEY_BYTES),
        witness_seed=fields.bin("witness_seed", KEY_BYTES),
        recipients=tuple((pair.uint("epoch"), pair.bin("secret", KEY_BYTES)) for pair in pairs),
        state_key=fields.bin("state_key", KEY_BYTES),
        dedupe_key=fields.bin("dedupe_key", KEY_BYTES),
        next=_parse_next(Fields(fields.map["next"], "identity.next")) if fields.has("next") else None,
    )


def _parse_next(fields: Fields) -> NextEpoch:
    return NextEpoch(
        epoch=fields.uint("epoch"),
        sign_seed=fields.bin("sign_seed", KEY_BYTES),
        witness_seed=fields.bin("witness_seed", KEY_BYTES),
        recipient=fields.bin("recipient", KEY_BYTES),
    )


def _next_to_value(following: NextEpoch) -> Value:
    return {
        "epoch": following.epoch,
        "sign_seed": following.sign_seed,
        "witness_seed": following.witness_seed,
        "recipient": following.recipient,
    }


def _keystore_label(vault_id: bytes, epoch: int) -> bytes:
    return labelled("keystore", vault_id, epoch.to_bytes(8, "big"))


def _damaged(what: str, err: FormatError | IntegrityError) -> VaultDamaged:
    return VaultDamaged("vault_damaged", f"keyring: {what} does not open ({err.message})")
