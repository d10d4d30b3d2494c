# SPDX-License-Identifier: Apache-2.0
"""X25519 key agreement. Source: RFC 7748; libsodium refuses shares of low order by itself."""

from nacl import bindings, exceptions

from healthvault.errors import FormatError

__all__ = ["x25519", "x25519_public"]


def x25519_public(secret: bytes) -> bytes:
    """Return the public share (32 bytes) of a 32-byte secret."""
    return bindings.crypto_scalarmult_base(secret)


def x25519(secret: bytes, share: bytes) -> bytes:
    """Return the shared secret (32 bytes) of our secret and an unverified share (32 bytes).

    Raises:
        FormatError: `malformed`, the share has low order, so that the result would be all zeros.
    """
    try:
        return bindings.crypto_scalarmult(secret, share)
    except (exceptions.RuntimeError, exceptions.ValueError, exceptions.TypeError) as err:
        raise FormatError("malformed", "an X25519 share is not usable") from err
