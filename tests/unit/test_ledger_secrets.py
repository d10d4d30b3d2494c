# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.ledger.secrets: values of docs/spec/cryptography.md section 1 and age.md section 6."""

from healthvault.crypto.aead import chacha_open
from healthvault.crypto.hashing import sha256
from healthvault.ledger.secrets import commit_key, commitment, dedupe_tag, file_key, meta_key
from tests.salamander import two_faced
from tests.worked import DATA

SECRET = b"\x11" * 32


def test_keys_of_the_specification() -> None:
    """The worked object's keys and commitment are those that the specification prints."""
    assert "146afa523588ad2fe8ca6fe05417906c" == file_key(SECRET, 0).hex()
    assert "32d4322d60eb68aa83c50e064f870890cbf2c226ba23490172259f6def353de8" == commit_key(SECRET, 0).hex()
    assert (
        "0c6a5114ee5f7f05892b1ba1d2be55d2bd6db4f7daf5eca1b0bf353ad9ee3576"
        == commitment(commit_key(SECRET, 0), len(DATA), sha256(DATA)).hex()
    )
    assert "0e435c5395026faf3698619a688b1924eed7998710be11dec9c00e6b56efa8e8" == meta_key(bytes(32)).hex()
    assert (
        "6f1ce2c150e7b156705a118edf02f43d37746ed85bf9efc1bd944d51b731cee9"
        == commitment(bytes(32), 3, sha256(b"abc")).hex()
    )


def test_each_key_opens_one_thing() -> None:
    """Every use and every part has a key of its own, and none of them is the secret."""
    keys = [meta_key(SECRET), SECRET]
    keys += [commit_key(SECRET, part) for part in range(12)]
    keys += [file_key(SECRET, part) for part in range(12)]
    assert len(keys) == len({key[:16] for key in keys})


def test_a_commitment_binds_size_and_bytes() -> None:
    """Another size, other bytes or another opening give another commitment."""
    shown = commitment(SECRET, 17, sha256(DATA))
    assert shown != commitment(SECRET, 18, sha256(DATA))
    assert shown != commitment(SECRET, 17, sha256(DATA + b"\0"))
    assert shown != commitment(bytes(32), 17, sha256(DATA))


def test_the_tag_of_content_needs_its_key() -> None:
    """Equal content has equal tags under one key only."""
    tag = "0d06f3db9ee7059558acd45a194f496b277e552ac46bfb321ba7e968561a5887"
    assert tag == dedupe_tag(b"\x05" * 32, sha256(DATA)).hex()
    assert tag != dedupe_tag(b"\x06" * 32, sha256(DATA)).hex()


def test_one_object_for_two_file_keys() -> None:
    """Stored bytes can open under two file keys to two documents; only one of them fits the commitment."""
    nonce, keys = bytes(11) + b"\x01", (b"a" * 32, b"b" * 32)
    lie = (b"the other document, as long as it takes" * 10)[:320]
    sealed = two_faced(keys, nonce, lie, b"", free=10)
    first, second = (chacha_open(key, nonce, sealed) for key in keys)
    assert second.startswith(lie[:160])
    assert first != second
    logged = commitment(SECRET, len(first), sha256(first))
    assert logged != commitment(SECRET, len(second), sha256(second))
