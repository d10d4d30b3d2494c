# SPDX-License-Identifier: Apache-2.0
"""X25519 key agreement. Source: RFC 7748; libsodium refuses shares of low order by itself.

PyNaCl checks no lengths here and would read beyond shorter bytes, so they are checked first.
"""

from nacl import bindings, exceptions

from healthvault.errors import FormatError

__all__ = ["x25519", "x25519_public"]


_KEY_BYTES = 32


def x25519_public(secret: bytes) -> bytes:
    """Return the public share (32 bytes) of a 32-byte secret."""
    _check_secret(secret)
    return bindings.crypto_scalarmult_base(secret)


def x25519(secret: bytes, share: bytes) -> bytes:
    """Return the shared secret (32 bytes) of our secret and an unverified share (32 bytes).

    Raises:
        FormatError: `malformed`, the share has another length, or low order, so that the result would be all
            zeros.
    """
    _check_secret(secret)
    if len(share) != _KEY_BYTES:
        raise FormatError("malformed", f"an X25519 share of {len(share)} bytes")
    try:
        return bindings.crypto_scalarmult(secret, share)
    except exceptions.RuntimeError as err:
        raise FormatError("malformed", "an X25519 share has low order") from err


def _check_secret(secret: bytes) -> None:
    if len(secret) != _KEY_BYTES:
        raise ValueError("an X25519 secret is 32 bytes")
