# SPDX-License-Identifier: Apache-2.0
"""Strict Ed25519: one verdict for each (key, message, signature), whatever the library's version.

libsodium's builds disagree on keys and commitments of mixed order (cofactorless against cofactored), so
both points are checked to lie in the prime-order group first. Spec: docs/spec/cryptography.md section 3.
"""

from dataclasses import dataclass
from functools import lru_cache

from nacl import bindings, exceptions

from healthvault.crypto.hashing import labelled
from healthvault.errors import IntegrityError

__all__ = [
    "PUBLIC_KEY_BYTES",
    "SEED_BYTES",
    "SIGNATURE_BYTES",
    "SigningKey",
    "check_public_key",
    "check_signature",
    "is_own_signature",
    "sign",
    "sign_raw",
    "signing_key",
    "verify_raw",
]

SEED_BYTES = 32
PUBLIC_KEY_BYTES = 32
SIGNATURE_BYTES = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningKey:
    """An Ed25519 key pair: the public half (32 bytes) and libsodium's secret form (64 bytes)."""

    public: bytes
    secret: bytes

    def __repr__(self) -> str:
        return f"SigningKey(public={self.public.hex()})"


def signing_key(seed: bytes) -> SigningKey:
    """Return the key pair of a 32-byte seed."""
    public, secret = bindings.crypto_sign_seed_keypair(seed)
    return SigningKey(public=public, secret=secret)


def sign(key: SigningKey, label: str, message: bytes) -> bytes:
    """Return the signature (64 bytes) over the labelled message."""
    return sign_raw(key, labelled(label, message))


def sign_raw(key: SigningKey, message: bytes) -> bytes:
    """Return the signature (64 bytes) over the message as it stands, for the formats of others (C2SP notes)."""
    return bindings.crypto_sign(message, key.secret)[:SIGNATURE_BYTES]


def check_signature(public: bytes, label: str, message: bytes, signature: bytes) -> None:
    """Check a strict signature over the labelled message.

    Args:
        public: 32 bytes, unverified.
        label: The use, see `hashing.labelled`.
        message: Unverified bytes.
        signature: 64 bytes, unverified.

    Raises:
        IntegrityError: `bad_signature`, it does not hold; `bad_key`, the key is no point of prime order.
    """
    check_public_key(public)
    if not verify_raw(public, labelled(label, message), signature):
        raise IntegrityError("bad_signature", f"the {label} signature does not hold")


def verify_raw(public: bytes, message: bytes, signature: bytes) -> bool:
    """Tell whether a strict signature over exactly these bytes holds (for C2SP notes)."""
    if len(signature) != SIGNATURE_BYTES or not _is_prime_order_point(public):
        return False
    return bindings.crypto_core_ed25519_is_valid_point(signature[:32]) and _opens(public, message, signature)


def is_own_signature(public: bytes, label: str, message: bytes, signature: bytes) -> bool:
    """Tell whether a signature of our own journal holds.

    Skips the check of the commitment's order, which only a hostile signer could exploit: this is the owner
    replaying what her own keys made. The key itself is still checked.
    """
    if len(signature) != SIGNATURE_BYTES or not _is_prime_order_point(public):
        return False
    return _opens(public, labelled(label, message), signature)


def check_public_key(public: bytes) -> None:
    """Check that a public key (32 bytes, unverified) is a canonical point of the prime-order group.

    Raises:
        IntegrityError: `bad_key`.
    """
    if not _is_prime_order_point(public):
        raise IntegrityError("bad_key", "a public key is not a canonical point of prime order")


@lru_cache(maxsize=1024)
def _is_prime_order_point(public: bytes) -> bool:
    return len(public) == PUBLIC_KEY_BYTES and bindings.crypto_core_ed25519_is_valid_point(public)


def _opens(public: bytes, message: bytes, signature: bytes) -> bool:
    try:
        bindings.crypto_sign_open(signature + message, public)
    except exceptions.BadSignatureError:
        return False
    return True
