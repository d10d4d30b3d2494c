# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.crypto.hashing."""

import hashlib
import hmac

import pytest

from healthvault.crypto.hashing import (
    ZERO_DIGEST,
    derive,
    equal,
    hkdf,
    hmac_sha256,
    labelled,
    labelled_hash,
    labelled_mac,
    random_bytes,
    sha256,
)

# RFC 5869 appendix A, test cases 1 to 3: ikm, salt, info, output
RFC5869 = [
    (
        b"\x0b" * 22,
        bytes(range(13)),
        bytes(range(0xF0, 0xFA)),
        "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865",
    ),
    (
        bytes(range(0x50)),
        bytes(range(0x60, 0xB0)),
        bytes(range(0xB0, 0x100)),
        (
            "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e590e09"
            "da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87"
        ),
    ),
    (
        b"\x0b" * 22,
        b"",
        b"",
        "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8",
    ),
]


@pytest.mark.parametrize(("ikm", "salt", "info", "okm"), RFC5869)
def test_hkdf_derives_as_the_rfc(ikm: bytes, salt: bytes, info: bytes, okm: str) -> None:
    """The three cases with SHA-256."""
    assert okm == hkdf(ikm, salt, info, len(okm) // 2).hex()


def test_hkdf_has_an_end() -> None:
    """255 blocks can be derived, and no byte more."""
    assert 255 * 32 == len(hkdf(b"ikm", b"", b"", 255 * 32))
    with pytest.raises(ValueError, match="byte"):
        hkdf(b"ikm", b"", b"", 255 * 32 + 1)


def test_hmac_is_that_of_the_rfc() -> None:
    """RFC 4231 section 4.3, test case 2."""
    expected = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    assert expected == hmac_sha256(b"Jefe", b"what do ya want for nothing?").hex()


def test_sha256_is_that_of_the_standard() -> None:
    """FIPS 180-4, `abc`."""
    assert "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" == sha256(b"abc").hex()


def test_a_label_stands_before_what_is_hashed() -> None:
    """Name of the format and version, the label, a zero byte, then the parts as one."""
    assert b"healthvault/v1/doc\0ab" == labelled("doc", b"a", b"b")
    assert hashlib.sha256(b"healthvault/v1/doc\0ab").digest() == labelled_hash("doc", b"ab")
    assert hmac.digest(b"k" * 32, b"healthvault/v1/doc\0ab", "sha256") == labelled_mac(b"k" * 32, "doc", b"ab")


def test_labels_keep_uses_apart() -> None:
    """The same bytes under another label have another hash, and under another use another key."""
    assert labelled_hash("doc", b"x") != labelled_hash("state", b"x")
    assert derive(b"k" * 32, "record") != derive(b"k" * 32, "catalogue")


@pytest.mark.parametrize("size", [0, 16, 31, 33, 64])
def test_a_mac_key_has_32_bytes(size: int) -> None:
    """A shorter key would be equal to itself with zeros behind it."""
    with pytest.raises(ValueError, match="32 bytes"):
        labelled_mac(bytes(size), "doc", b"x")


def test_a_derived_key_is_hkdf_with_the_use_as_info() -> None:
    """As the specification's K(ikm, use), and longer where it is asked for."""
    assert hkdf(b"ikm", b"", b"healthvault/v1/root-sign", 32) == derive(b"ikm", "root-sign")
    assert 64 == len(derive(b"ikm", "slot/key-file", 64))


def test_random_bytes_are_new_each_time() -> None:
    """Of the size that was asked for."""
    assert 24 == len(random_bytes(24))
    assert random_bytes(24) != random_bytes(24)


def test_comparison() -> None:
    """Other bytes and another length are unequal."""
    assert equal(b"abc", b"abc")
    assert not equal(b"abc", b"abd")
    assert not equal(b"abc", b"abcd")
    assert 32 == len(ZERO_DIGEST)
