# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.ledger.meta: what is sealed opens in its own entry, with its own key, to one map."""

from dataclasses import replace

import pytest

from healthvault.codec import pack, pad
from healthvault.crypto.aead import open_sealed
from healthvault.crypto.hashing import derive, labelled_hash
from healthvault.errors import FormatError, IntegrityError
from healthvault.ledger.entry import Entry
from healthvault.ledger.header import Header
from healthvault.ledger.meta import PAD_BYTES, open_meta, seal_meta
from healthvault.ledger.secrets import meta_key
from tests.owners import flip, seal_map
from tests.salamander import two_faced
from tests.worked import SECRETS, worked_entries

HEADER = Header(vault_id=b"v" * 32, seq=7, prev=b"p" * 32, ts_ms=1, signer=0, state=b"s" * 32)
KEY = b"m" * 32


def entry(enc: bytes | None, header: Header = HEADER) -> Entry:
    """Return an entry around a sealed part; its signature does not matter here."""
    return Entry(header=header, enc=enc, raw=b"", leaf=b"")


def code_of(item: Entry, key: bytes = KEY) -> tuple[type[Exception], str]:
    """Return the class and code with which a sealed part is refused."""
    with pytest.raises((FormatError, IntegrityError)) as caught:
        open_meta(key, item)
    return type(caught.value), caught.value.code


def test_sealed_maps_come_back() -> None:
    """Those of the specification, with their own keys, and one of ours."""
    kinds = [open_meta(meta_key(secret), item) for secret, item in zip(SECRETS, worked_entries(), strict=True)]
    assert ["owner", "doc.add", "grant", "share"] == [kind.text("kind") for kind in kinds]
    assert "Ana Silva" == kinds[0].text("name")
    sealed = {"kind": "note", "about": 3, "text": "x" * 1000}
    assert sealed == open_meta(KEY, entry(seal_meta(KEY, sealed, HEADER))).map


def test_lengths_are_blurred() -> None:
    """Short and longer maps have the same size: 32 + 24 + a multiple of 256 + 16."""
    sizes = {len(seal_meta(KEY, {"kind": "note", "text": "x" * size}, HEADER)) for size in range(0, 200, 20)}
    assert {32 + 24 + PAD_BYTES + 16} == sizes


def test_the_key_is_checked_before_decrypting() -> None:
    """Another key is one that the entry does not commit to."""
    enc = seal_meta(KEY, {"kind": "note"}, HEADER)
    assert (IntegrityError, "commitment_mismatch") == code_of(entry(enc), flip(KEY))
    assert (IntegrityError, "commitment_mismatch") == code_of(entry(flip(enc, 0)))
    assert (IntegrityError, "commitment_mismatch") == code_of(entry(b""))
    assert (IntegrityError, "commitment_mismatch") == code_of(entry(enc[:31]))


@pytest.mark.parametrize("place", [32, 55, 56, 200, -1])
def test_a_changed_byte_is_noticed(place: int) -> None:
    """In nonce, ciphertext and tag."""
    enc = seal_meta(KEY, {"kind": "note"}, HEADER)
    assert (IntegrityError, "tampered") == code_of(entry(flip(enc, place)))
    assert (IntegrityError, "tampered") == code_of(entry(enc[:32]))


@pytest.mark.parametrize(
    "header",
    [
        replace(HEADER, seq=8),
        replace(HEADER, prev=b"q" * 32),
        replace(HEADER, vault_id=b"w" * 32),
        replace(HEADER, ts_ms=2),
        replace(HEADER, signer=1),
        replace(HEADER, state=b"t" * 32),
    ],
)
def test_a_part_that_was_moved_does_not_open(header: Header) -> None:
    """All clear fields are its associated data."""
    enc = seal_meta(KEY, {"kind": "note"}, HEADER)
    assert (IntegrityError, "tampered") == code_of(entry(enc, header))


@pytest.mark.parametrize(
    ("plain", "code"),
    [
        (pack({"kind": "note"}), "tampered"),
        (bytes(256), "tampered"),
        (b"", "tampered"),
        (pad(pack({"kind": "note"}), 256) + bytes(256), "tampered"),
        (pad(b"", 256), "bad_encoding"),
        (pad(b"\x81\xa4kind\xa1\xff", 256), "bad_text"),
        (pad(b"\xde\x00\x01\xa4kind\xa4note", 256), "bad_encoding"),
        (pad(pack(["kind"]), 256), "bad_schema"),
        (pad(pack({"name": "x"}), 256), "bad_schema"),
        (pad(pack({"kind": b"note"}), 256), "bad_schema"),
    ],
)
def test_what_is_inside_is_read_strictly(plain: bytes, code: str) -> None:
    """Padding, encoding and a text `kind`."""
    enc = seal_map(KEY, {}, HEADER.to_value(), lambda _: plain)
    assert (FormatError, code) == code_of(entry(enc))


def test_one_ciphertext_for_two_keys() -> None:
    """It can be made and decrypts under both keys; the commitment lets only one of them in."""
    other, nonce = b"n" * 32, b"\x07" * 24
    aad = labelled_hash("meta", pack(HEADER.to_value()))
    lie = pad(pack({"kind": "grant", "noise": bytes(100)}), PAD_BYTES)
    keys = (derive(KEY, "meta-key"), derive(other, "meta-key"))
    sealed = nonce + two_faced(keys, nonce, lie, aad, free=4)
    assert open_sealed(keys[0], sealed, aad)
    assert open_sealed(keys[1], sealed, aad).startswith(lie[:64])
    assert "grant" == open_meta(other, entry(derive(other, "meta-commit") + sealed)).text("kind")
    assert (IntegrityError, "commitment_mismatch") == code_of(entry(derive(KEY, "meta-commit") + sealed), other)
