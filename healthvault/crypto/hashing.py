# SPDX-License-Identifier: Apache-2.0
r"""SHA-256, HMAC and HKDF with the labels that keep one use apart from another.

Every string of ours that is hashed or MACed starts with `healthvault/v1/<label>\0`; every derived key has
its own `healthvault/v1/<use>` as HKDF info. Spec: docs/spec/cryptography.md sections 1 and 2.
"""

import hashlib
import hmac
import secrets
from collections.abc import Iterable

__all__ = [
    "DIGEST_BYTES",
    "ZERO_DIGEST",
    "derive",
    "equal",
    "hkdf",
    "hmac_sha256",
    "labelled",
    "labelled_hash",
    "labelled_hashes",
    "labelled_mac",
    "random_bytes",
    "sha256",
]

DIGEST_BYTES = 32
ZERO_DIGEST = bytes(DIGEST_BYTES)
_PREFIX = b"healthvault/v1/"


def random_bytes(size: int) -> bytes:
    """Return `size` bytes from the operating system's random generator."""
    return secrets.token_bytes(size)


def sha256(data: bytes) -> bytes:
    """Return the SHA-256 digest (32 bytes)."""
    return hashlib.sha256(data).digest()


def labelled(label: str, *parts: bytes) -> bytes:
    r"""Return `healthvault/v1/<label>\0` followed by the parts: what is hashed, MACed or signed for one use."""
    return _PREFIX + label.encode() + b"\0" + b"".join(parts)


def labelled_hash(label: str, *parts: bytes) -> bytes:
    """Return SHA-256 over the labelled parts (32 bytes)."""
    return hashlib.sha256(labelled(label, *parts)).digest()


def labelled_hashes(label: str, start: bytes, ends: Iterable[bytes]) -> list[bytes]:
    """Return `labelled_hash(label, start, end)` for each end, in half the time that single calls take."""
    begun, found = hashlib.sha256(labelled(label, start)), []
    for end in ends:
        whole = begun.copy()
        whole.update(end)
        found.append(whole.digest())
    return found


def labelled_mac(key: bytes, label: str, *parts: bytes) -> bytes:
    """Return HMAC-SHA-256 over the labelled parts (32 bytes). The key is always 32 bytes.

    A shorter key and the same key with zeros appended are one key to HMAC, so other lengths are refused.
    """
    if len(key) != 32:
        raise ValueError("a MAC key is 32 bytes")
    return hmac.digest(key, labelled(label, *parts), "sha256")


def hmac_sha256(key: bytes, data: bytes) -> bytes:
    """Return plain HMAC-SHA-256, for the formats of others (age)."""
    return hmac.digest(key, data, "sha256")


def derive(ikm: bytes, use: str, size: int = 32) -> bytes:
    """Return K(ikm, use): HKDF-SHA-256 with an empty salt and info `healthvault/v1/<use>`."""
    return hkdf(ikm, b"", _PREFIX + use.encode(), size)


def hkdf(ikm: bytes, salt: bytes, info: bytes, size: int) -> bytes:
    """Return `size` bytes of HKDF-SHA-256, at most 255 blocks of 32. Source: RFC 5869 section 2."""
    prk = hmac.digest(salt or bytes(32), ikm, "sha256")
    block, okm = b"", b""
    for counter in range(1, -(-size // 32) + 1):
        block = hmac.digest(prk, block + info + bytes([counter]), "sha256")
        okm += block
    return okm[:size]


def equal(left: bytes, right: bytes) -> bool:
    """Compare in constant time."""
    return hmac.compare_digest(left, right)
