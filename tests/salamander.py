# SPDX-License-Identifier: Apache-2.0
"""Ciphertexts that open under two keys, as a dishonest sender would make them. Not a test.

ChaCha20-Poly1305 does not commit to its key: Poly1305 is linear in each block, so two blocks of ciphertext can be
chosen such that one tag fits two keys. Source: Dodis et al., "Fast Message Franking", CRYPTO 2018; Albertini et
al., "How to Abuse and Fix Authenticated Encryption Without Key Commitment", USENIX Security 2022.
"""

import secrets
import struct
from itertools import product

from healthvault.crypto.aead import NONCE_BYTES

_PRIME = 2**130 - 5
_CLAMP = 0x0FFFFFFC0FFFFFFC0FFFFFFC0FFFFFFF
_BLOCK = 16
_QUARTERS = (
    (0, 4, 8, 12), (1, 5, 9, 13), (2, 6, 10, 14), (3, 7, 11, 15),
    (0, 5, 10, 15), (1, 6, 11, 12), (2, 7, 8, 13), (3, 4, 9, 14),
)  # fmt: skip


def two_faced(keys: tuple[bytes, bytes], nonce: bytes, shown: bytes, aad: bytes, free: int) -> bytes:
    """Return ciphertext and tag that both keys accept.

    Args:
        keys: Two keys of 32 bytes.
        nonce: 12 bytes for ChaCha20-Poly1305, 24 for XChaCha20-Poly1305.
        shown: What it decrypts to under the second key, but for the free blocks; a multiple of 16 bytes.
        aad: Associated data.
        free: Number of the first of two blocks of 16 bytes that come out as nonsense.
    """
    inner = [(_hchacha(key, nonce[:16]), bytes(4) + nonce[16:]) if len(nonce) == NONCE_BYTES else (key, nonce)
             for key in keys]  # fmt: skip
    ones = [_one_time(key, inner_nonce) for key, inner_nonce in inner]
    sealed = bytearray(_stream(*inner[1], shown))
    sealed[free * _BLOCK : (free + 2) * _BLOCK] = bytes(2 * _BLOCK)
    padded_aad = aad + bytes(-len(aad) % _BLOCK)
    text = padded_aad + bytes(sealed) + struct.pack("<QQ", len(aad), len(sealed))
    blocks = [int.from_bytes(text[at : at + _BLOCK], "little") + 2**128 for at in range(0, len(text), _BLOCK)]
    power = len(blocks) - len(padded_aad) // _BLOCK - free
    first, second, tag = _solve(ones, blocks, power)
    sealed[free * _BLOCK : (free + 2) * _BLOCK] = first.to_bytes(16, "little") + second.to_bytes(16, "little")
    return bytes(sealed) + tag.to_bytes(16, "little")


def _solve(ones: list[tuple[int, int]], blocks: list[int], power: int) -> tuple[int, int, int]:
    """Return two blocks and a tag such that both one-time keys give the tag."""
    (r1, s1), (r2, s2) = ones
    known = [sum(block * pow(r, len(blocks) - at, _PRIME) for at, block in enumerate(blocks)) for r, _ in ones]
    a, b, c, d = (pow(r, power - at, _PRIME) for r in (r1, r2) for at in (0, 1))
    inverse = pow(a * d - b * c, -1, _PRIME)
    while True:
        tag = secrets.randbits(128)
        for high1, high2 in product(range(4), repeat=2):
            want1 = (tag - s1) % 2**128 + (high1 << 128) - known[0]
            want2 = (tag - s2) % 2**128 + (high2 << 128) - known[1]
            first = (want1 * d - want2 * b) * inverse % _PRIME
            second = (want2 * a - want1 * c) * inverse % _PRIME
            if max(first, second) < 2**128:
                return first, second, tag


def _one_time(key: bytes, nonce: bytes) -> tuple[int, int]:
    block = _chacha_block(key, 0, nonce)
    return int.from_bytes(block[:16], "little") & _CLAMP, int.from_bytes(block[16:32], "little")


def _stream(key: bytes, nonce: bytes, data: bytes) -> bytes:
    pad = b"".join(_chacha_block(key, 1 + at, nonce) for at in range(-(-len(data) // 64)))
    return bytes(left ^ right for left, right in zip(data, pad, strict=False))


def _hchacha(key: bytes, nonce: bytes) -> bytes:
    words = _rounds(_state(key) + list(struct.unpack("<4I", nonce)))
    return struct.pack("<8I", *words[:4], *words[12:])


def _chacha_block(key: bytes, counter: int, nonce: bytes) -> bytes:
    state = [*_state(key), counter, *struct.unpack("<3I", nonce)]
    return struct.pack("<16I", *((old + new) & 0xFFFFFFFF for old, new in zip(state, _rounds(state), strict=True)))


def _state(key: bytes) -> list[int]:
    return [*struct.unpack("<4I", b"expand 32-byte k"), *struct.unpack("<8I", key)]


def _rounds(state: list[int]) -> list[int]:
    words = list(state)
    for _ in range(10):
        for a, b, c, d in _QUARTERS:
            for to, by, turned, left in ((a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)):
                words[to] = (words[to] + words[by]) & 0xFFFFFFFF
                mixed = words[turned] ^ words[to]
                words[turned] = (mixed << left | mixed >> (32 - left)) & 0xFFFFFFFF
    return words
