# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.agefile.bech32."""

import pytest

from healthvault.agefile.bech32 import (
    decode,
    decode_identity,
    decode_recipient,
    encode,
    encode_identity,
    encode_recipient,
)
from healthvault.crypto.agreement import x25519_public
from healthvault.errors import FormatError

# c2sp.org/age, "The X25519 recipient type"
SECRET = b"B" * 32
IDENTITY = "AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX"
RECIPIENT = "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj"

BIP173_VALID = [
    "A12UEL5L",
    "a12uel5l",
    "an83characterlonghumanreadablepartthatcontainsthenumber1andtheexcludedcharactersbio1tt5tgs",
    "abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw",
    "split1checkupstagehandshakeupstreamerranterredcaperred2y9e3w",
    "?1ezyfcl",
]
BIP173_INVALID = [
    "x1b4n0q5v",  # a character of the data that is not in the list
    "li1dgmt3",  # checksum too short
    "de1lg7wt\xff",  # a character of the checksum that is not in the list
    "A1G7SGD8",  # checksum over the prefix in upper case
    "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5",  # wrong checksum
    "tb1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3q0sL5k7",  # mixed case
]
BIP350_VALID = [  # Bech32m: none of them is Bech32
    "A1LQFN3A",
    "a1lqfn3a",
    "an83characterlonghumanreadablepartthatcontainsthetheexcludedcharactersbioandnumber11sg7hg6",
    "abcdef1l7aum6echk45nj3s0wdvt2fg8x9yrzpqzd3ryx",
    "split1checkupstagehandshakeupstreamerranterredcaperredlc445v",
    "?1v759aa",
]
# The bytes of SECRET in 52 groups of five bits, the last bit set, and the checksum over just that.
PADDED = "age1gfpyysjzgfpyysjzgfpyysjzgfpyysjzgfpyysjzgfpyysjzgfppmq0j58"


def prefix_of(text: str) -> str:
    """Return what stands before the last 1."""
    return text.rpartition("1")[0]


def refused(text: str) -> str:
    """Return the code with which a recipient's text is refused."""
    with pytest.raises(FormatError) as caught:
        decode_recipient(text)
    return caught.value.code


def test_a_recipient_is_written_as_age_writes_it() -> None:
    """The example of the age specification, both ways."""
    assert RECIPIENT == encode_recipient(x25519_public(SECRET))
    assert x25519_public(SECRET) == decode_recipient(RECIPIENT)


def test_an_identity_is_written_as_age_writes_it() -> None:
    """The example of the age specification, both ways; upper case."""
    assert IDENTITY == encode_identity(SECRET)
    assert SECRET == decode_identity(IDENTITY)


@pytest.mark.parametrize("text", BIP173_VALID)
def test_valid_bech32_reads_and_writes_back(text: str) -> None:
    """BIP 173's valid strings, in their own case."""
    assert text == encode(prefix_of(text), decode(prefix_of(text), text))


@pytest.mark.parametrize("text", BIP173_INVALID + BIP350_VALID)
def test_invalid_bech32_is_refused(text: str) -> None:
    """BIP 173's invalid strings, and Bech32m, whose checksum has another constant."""
    with pytest.raises(FormatError) as caught:
        decode(prefix_of(text), text)
    assert "bad_card" == caught.value.code


@pytest.mark.parametrize("text", ["", "age", "age1", IDENTITY, RECIPIENT.upper(), RECIPIENT + "q", "x" * 10**6])
def test_what_is_no_recipient_is_refused(text: str) -> None:
    """Other lengths, another prefix and upper case; a text of any length costs no work."""
    assert "bad_card" == refused(text)


def test_no_single_changed_character_is_accepted() -> None:
    """A slip of the finger anywhere is noticed, one of case too."""
    for place, char in enumerate(RECIPIENT):
        for other in {"q", "p", "b", "1", "\u017f", char.upper()} - {char}:
            assert "bad_card" == refused(RECIPIENT[:place] + other + RECIPIENT[place + 1 :])


def test_padding_bits_that_are_set_are_refused() -> None:
    """A key of 32 bytes leaves four bits over: with one of them set and a right checksum it is another text."""
    assert len(RECIPIENT) == len(PADDED)
    assert encode_recipient(SECRET)[:-7] == PADDED[:-7]
    assert "bad_card" == refused(PADDED)


def test_a_public_key_is_no_identity() -> None:
    """The two prefixes are not mixed up."""
    with pytest.raises(FormatError) as caught:
        decode_identity(RECIPIENT)
    assert "bad_card" == caught.value.code
