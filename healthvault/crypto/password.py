# SPDX-License-Identifier: Apache-2.0
"""Stretching of passphrases: Argon2id (RFC 9106) for the vault, scrypt (RFC 7914) for age files."""

import hashlib

from nacl import bindings

__all__ = ["argon2id", "scrypt"]


def argon2id(passphrase: bytes, salt: bytes, *, ops: int, mem_kib: int, size: int) -> bytes:
    """Return `size` bytes. Salt 16 bytes, one lane. The caller bounds `ops` and `mem_kib` first."""
    return bindings.crypto_pwhash_alg(
        size, passphrase, salt, ops, mem_kib * 1024, bindings.crypto_pwhash_ALG_ARGON2ID13
    )


def scrypt(passphrase: bytes, salt: bytes, *, log_n: int) -> bytes:
    """Return 32 bytes with r = 8 and p = 1, as age uses it. Needs 2^log_n KiB; the caller bounds it first."""
    n = 1 << log_n
    return hashlib.scrypt(passphrase, salt=salt, n=n, r=8, p=1, maxmem=n * 1024 + (1 << 20), dklen=32)
