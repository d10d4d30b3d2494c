# SPDX-License-Identifier: Apache-2.0
"""Stretching of passphrases: Argon2id (RFC 9106) for the vault, scrypt (RFC 7914) for age files."""

import hashlib

from nacl import bindings, exceptions

from healthvault.errors import FormatError, InvalidRequest

__all__ = ["argon2id", "scrypt"]


def argon2id(passphrase: bytes, salt: bytes, *, ops: int, mem_kib: int, size: int) -> bytes:
    """Return `size` bytes. Salt 16 bytes, one lane. The caller bounds `ops` and `mem_kib` first.

    Raises:
        InvalidRequest: `no_memory`, this machine has not that much memory.
    """
    try:
        return bindings.crypto_pwhash_alg(
            size, passphrase, salt, ops, mem_kib * 1024, bindings.crypto_pwhash_ALG_ARGON2ID13
        )
    except exceptions.RuntimeError as err:
        raise InvalidRequest("no_memory", f"there is not enough memory: {mem_kib} KiB are needed") from err


def scrypt(passphrase: bytes, salt: bytes, *, log_n: int) -> bytes:
    """Return 32 bytes with r = 8 and p = 1, as age uses it. Needs 2^log_n KiB; the caller bounds it first.

    Raises:
        FormatError: `limit_exceeded`, this machine has not that much memory.
    """
    n = 1 << log_n
    try:
        return hashlib.scrypt(passphrase, salt=salt, n=n, r=8, p=1, maxmem=n * 1024 + (1 << 20), dklen=32)
    except (ValueError, OverflowError) as err:
        raise FormatError("limit_exceeded", f"there is not enough memory: 2^{log_n} KiB are needed") from err
