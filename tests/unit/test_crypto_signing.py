# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.crypto.signing."""

import hashlib

import pytest

from healthvault.crypto.signing import (
    check_public_key,
    check_signature,
    is_own_signature,
    sign,
    sign_raw,
    signing_key,
    verify_raw,
)
from healthvault.errors import IntegrityError

# RFC 8032 section 7.1: secret, public, message, signature
RFC8032 = [
    (
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        b"",
        (
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
            "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
        ),
    ),
    (
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        b"\x72",
        (
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
            "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
        ),
    ),
    (
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        b"\xaf\x82",
        (
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
            "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"
        ),
    ),
    (
        "833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
        "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
        hashlib.sha512(b"abc").digest(),
        (
            "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b589"
            "09351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704"
        ),
    ),
]
KEY = signing_key(b"s" * 32)
IDENTITY_POINT = b"\1" + bytes(31)
GROUP_ORDER = 2**252 + 27742317777372353535851937790883648493


@pytest.mark.parametrize(("secret", "public", "message", "signature"), RFC8032)
def test_signatures_are_those_of_the_rfc(secret: str, public: str, message: bytes, signature: str) -> None:
    """Key pair, signature and verification."""
    key = signing_key(bytes.fromhex(secret))
    assert public == key.public.hex()
    assert signature == sign_raw(key, message).hex()
    assert verify_raw(key.public, message, bytes.fromhex(signature))


def test_a_labelled_signature_holds_under_its_label_only() -> None:
    """An entry's signature is no manifest's, and none over the bare message."""
    signature = sign(KEY, "entry", b"body")
    check_signature(KEY.public, "entry", b"body", signature)
    assert is_own_signature(KEY.public, "entry", b"body", signature)
    assert verify_raw(KEY.public, b"healthvault/v1/entry\0body", signature)
    assert not verify_raw(KEY.public, b"body", signature)
    assert not is_own_signature(KEY.public, "manifest", b"body", signature)
    with pytest.raises(IntegrityError) as caught:
        check_signature(KEY.public, "manifest", b"body", signature)
    assert "bad_signature" == caught.value.code


@pytest.mark.parametrize("size", [0, 1, 32, 63, 65, 128])
def test_a_signature_has_64_bytes(size: int) -> None:
    """Missing is not unsigned, it is wrong; longer is not cut."""
    signature = (sign(KEY, "entry", b"body") * 2)[:size]
    assert not verify_raw(KEY.public, b"healthvault/v1/entry\0body", signature)
    assert not is_own_signature(KEY.public, "entry", b"body", signature)


def test_no_changed_bit_of_a_signature_holds() -> None:
    """Commitment and scalar alike."""
    signature = sign_raw(KEY, b"body")
    for bit in range(512):
        changed = (int.from_bytes(signature, "big") ^ 1 << bit).to_bytes(64, "big")
        assert not verify_raw(KEY.public, b"body", changed)


def test_a_scalar_has_one_encoding() -> None:
    """Adding the order of the group, which leaves the equation true, is refused."""
    signature = sign_raw(KEY, b"body")
    scalar = int.from_bytes(signature[32:], "little") + GROUP_ORDER
    assert not verify_raw(KEY.public, b"body", signature[:32] + scalar.to_bytes(32, "little"))


@pytest.mark.parametrize(
    "public",
    [
        b"",
        b"p" * 31,
        b"p" * 33,
        bytes(32),  # order 4
        IDENTITY_POINT,
        b"\xec" + b"\xff" * 30 + b"\x7f",  # order 2
        b"\xee" + b"\xff" * 30 + b"\x7f",  # the identity again, not reduced
        b"\2" + bytes(31),  # no point of the curve
    ],
)
def test_a_key_is_a_canonical_point_of_prime_order(public: bytes) -> None:
    """Other lengths, low order, another encoding and what is no point at all."""
    with pytest.raises(IntegrityError) as caught:
        check_public_key(public)
    assert "bad_key" == caught.value.code
    assert not verify_raw(public, b"", bytes(64))
    assert not is_own_signature(public, "entry", b"", bytes(64))
    with pytest.raises(IntegrityError) as caught:
        check_signature(public, "entry", b"", bytes(64))
    assert "bad_key" == caught.value.code


def test_a_secret_is_not_shown() -> None:
    """A key in a message shows its public half only."""
    assert KEY.public.hex() in repr(KEY)
    assert KEY.secret[:32].hex() not in repr(KEY)
    assert "ssss" not in repr(KEY)
