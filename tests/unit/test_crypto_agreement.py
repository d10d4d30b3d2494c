# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.crypto.agreement."""

import pytest

from healthvault.crypto.agreement import x25519, x25519_public
from healthvault.errors import FormatError

# RFC 7748 section 5.2: scalar, share, result
RFC7748 = [
    (
        "a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4",
        "e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c",
        "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552",
    ),
    (
        "4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d",
        "e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493",
        "95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957",
    ),
]
ALICE = bytes.fromhex("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a")
BOB = bytes.fromhex("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb")


@pytest.mark.parametrize(("scalar", "share", "result"), RFC7748)
def test_agreement_is_that_of_the_rfc(scalar: str, share: str, result: str) -> None:
    """RFC 7748 section 5.2; the second share has its top bit set, which is ignored."""
    assert result == x25519(bytes.fromhex(scalar), bytes.fromhex(share)).hex()


def test_a_thousand_agreements_are_those_of_the_rfc() -> None:
    """RFC 7748 section 5.2, iterated."""
    scalar = share = b"\x09" + bytes(31)
    for _ in range(1000):
        scalar, share = x25519(scalar, share), scalar
    assert "684cf59ba83309552800ef566f2f4d3c1c3887c49360e3875f2eb94d99532c51" == scalar.hex()


def test_two_sides_agree() -> None:
    """RFC 7748 section 6.1."""
    alice, bob = x25519_public(ALICE), x25519_public(BOB)
    assert "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a" == alice.hex()
    assert "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f" == bob.hex()
    assert "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742" == x25519(ALICE, bob).hex()
    assert x25519(ALICE, bob) == x25519(BOB, alice)


@pytest.mark.parametrize(
    "share",
    [
        bytes(32),
        b"\1" + bytes(31),
        bytes.fromhex("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800"),  # order 8
        bytes.fromhex("5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157"),  # order 8
        b"\xec" + b"\xff" * 30 + b"\x7f",
        b"\xed" + b"\xff" * 30 + b"\x7f",  # zero, not reduced
        b"",
        bytes(31),
        b"\x09" + bytes(32),
    ],
)
def test_unusable_shares_are_malformed(share: bytes) -> None:
    """Low order, where everybody knows the result, and other lengths."""
    with pytest.raises(FormatError) as caught:
        x25519(ALICE, share)
    assert "malformed" == caught.value.code


@pytest.mark.parametrize("size", [0, 31, 33])
def test_a_secret_has_32_bytes(size: int) -> None:
    """PyNaCl would read what lies behind a shorter one."""
    with pytest.raises(ValueError, match="32 bytes"):
        x25519_public(bytes(size))
    with pytest.raises(ValueError, match="32 bytes"):
        x25519(bytes(size), b"\x09" + bytes(31))
