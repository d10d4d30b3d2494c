# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.crypto.aead."""

import pytest

from healthvault.crypto.aead import SEAL_OVERHEAD_BYTES, chacha_open, chacha_seal, open_sealed, seal
from healthvault.errors import IntegrityError

SUNSCREEN = (
    b"Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, "
    b"sunscreen would be it."
)
KEY = bytes(range(0x80, 0xA0))
AAD = bytes.fromhex("50515253c0c1c2c3c4c5c6c7")


def refused(key: bytes, sealed: bytes, aad: bytes) -> str:
    """Return the code with which sealed bytes are refused."""
    with pytest.raises(IntegrityError) as caught:
        open_sealed(key, sealed, aad)
    return caught.value.code


def test_chacha_encrypts_as_the_rfc() -> None:
    """RFC 8439 section 2.8.2: the ciphertext; its tag covers associated data, which age does not use."""
    expected = (
        "d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d63dbea45e8ca9671282fafb69da92728b"
        "1a71de0a9e060b2905d6a5b67ecd3b3692ddbd7f2d778b8c9803aee328091b58fab324e4fad675945585808b4831d7bc"
        "3ff4def08e4b7a9de576d26586cec64b6116"
    )
    sealed = chacha_seal(KEY, bytes.fromhex("070000004041424344454647"), SUNSCREEN)
    assert expected == sealed[:-16].hex()
    assert SUNSCREEN == chacha_open(KEY, bytes.fromhex("070000004041424344454647"), sealed)


def test_xchacha_opens_as_the_draft() -> None:
    """draft-irtf-cfrg-xchacha-03 appendix A.3.1."""
    nonce = bytes(range(0x40, 0x58))
    ciphertext = bytes.fromhex(
        "bd6d179d3e83d43b9576579493c0e939572a1700252bfaccbed2902c21396cbb731c7f1b0b4aa6440bf3a82f4eda7e39"
        "ae64c6708c54c216cb96b72e1213b4522f8c9ba40db5d945b11b69b982c1bb9e3f3fac2bc369488f76b2383565d3fff9"
        "21f9664c97637da9768812f615c68b13b52e"
    )
    tag = bytes.fromhex("c0875924c1c7987947deafd8780acf49")
    assert SUNSCREEN == open_sealed(KEY, nonce + ciphertext + tag, AAD)


@pytest.mark.parametrize("size", [0, 1, 64, 1000])
def test_what_is_sealed_opens(size: int) -> None:
    """40 bytes longer, and never twice the same."""
    sealed = seal(KEY, bytes(size), AAD)
    assert size + SEAL_OVERHEAD_BYTES == len(sealed)
    assert bytes(size) == open_sealed(KEY, sealed, AAD)
    assert sealed != seal(KEY, bytes(size), AAD)


def test_no_changed_byte_opens() -> None:
    """Nonce, ciphertext or tag; nor another key or other associated data."""
    sealed = seal(KEY, b"meta", AAD)
    for place in range(len(sealed)):
        changed = bytearray(sealed)
        changed[place] ^= 1
        assert "tampered" == refused(KEY, bytes(changed), AAD)
    assert "tampered" == refused(bytes(32), sealed, AAD)
    assert "tampered" == refused(KEY, sealed, b"")


def test_what_is_too_short_is_refused() -> None:
    """Anything shorter than nonce and tag, or than a tag."""
    sealed = seal(KEY, b"", AAD)
    for size in range(len(sealed)):
        assert "tampered" == refused(KEY, sealed[:size], AAD)
    for size in range(17):
        with pytest.raises(IntegrityError) as caught:
            chacha_open(KEY, bytes(12), bytes(size))
        assert "tampered" == caught.value.code
