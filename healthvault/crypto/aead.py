# SPDX-License-Identifier: Apache-2.0
"""Sealing: XChaCha20-Poly1305-IETF with a random nonce for ours, ChaCha20-Poly1305-IETF for age.

Neither commits to its key: wherever a key is handed out, the format carries a key commitment beside the
ciphertext. Spec: docs/spec/cryptography.md section 4.
"""

from nacl import bindings, exceptions

from healthvault.crypto.hashing import random_bytes
from healthvault.errors import IntegrityError

__all__ = [
    "NONCE_BYTES",
    "SEAL_OVERHEAD_BYTES",
    "TAG_BYTES",
    "chacha_open",
    "chacha_seal",
    "open_sealed",
    "seal",
]

NONCE_BYTES = 24
TAG_BYTES = 16
SEAL_OVERHEAD_BYTES = NONCE_BYTES + TAG_BYTES


def seal(key: bytes, plaintext: bytes, aad: bytes) -> bytes:
    """Return nonce (24 random bytes) and ciphertext with tag (16 bytes) under a 32-byte key."""
    nonce = random_bytes(NONCE_BYTES)
    return nonce + bindings.crypto_aead_xchacha20poly1305_ietf_encrypt(plaintext, aad, nonce, key)


def open_sealed(key: bytes, sealed: bytes, aad: bytes) -> bytes:
    """Return the plaintext of what `seal` made.

    Raises:
        IntegrityError: `tampered`, too short, or not sealed by this key with this associated data.
    """
    if len(sealed) < SEAL_OVERHEAD_BYTES:
        raise IntegrityError("tampered", "sealed bytes are too short")
    try:
        return bindings.crypto_aead_xchacha20poly1305_ietf_decrypt(
            sealed[NONCE_BYTES:], aad, sealed[:NONCE_BYTES], key
        )
    except exceptions.CryptoError as err:
        raise IntegrityError("tampered", "sealed bytes do not authenticate") from err


def chacha_seal(key: bytes, nonce: bytes, plaintext: bytes) -> bytes:
    """Return ciphertext with tag (16 bytes); the 12-byte nonce must never repeat under one key."""
    return bindings.crypto_aead_chacha20poly1305_ietf_encrypt(plaintext, None, nonce, key)


def chacha_open(key: bytes, nonce: bytes, sealed: bytes) -> bytes:
    """Return the plaintext of what `chacha_seal` made.

    Raises:
        IntegrityError: `tampered`, too short or not authentic.
    """
    try:
        return bindings.crypto_aead_chacha20poly1305_ietf_decrypt(sealed, None, nonce, key)
    except (exceptions.CryptoError, ValueError) as err:  # ValueError: shorter than a tag
        raise IntegrityError("tampered", "sealed bytes do not authenticate") from err
