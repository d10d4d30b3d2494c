# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.ledger.entry: the worked entries of docs/spec/journal.md, and wrong ones."""

from dataclasses import replace

import pytest

from healthvault.codec import pack, unpack
from healthvault.crypto.signing import sign, signing_key
from healthvault.errors import FormatError, IntegrityError
from healthvault.ledger.entry import MAX_ENTRY_BYTES, check_link, parse_entry, sign_entry, verify_entry
from tests.owners import GROUP_ORDER, MIXED_ORDER, ORDER_FOUR, flip, put
from tests.worked import SIGN, worked_entries, worked_event

FIRST, SECOND, *_ = worked_entries()
OTHER = signing_key(b"\x09" * 32)
LEAVES = """
c847fcb4c79988bf2896e460ebccecdcf0602447266b2b4d6fdc102ffe1bf68b
947f9566e66afbb97ec3d8ccf9cc64976d1361c3b7302324deca16c722f4583b
26f4092fab1d5242b3ebd0a9bc63c125285e33ba10b2919032a182539af85b05
74d07ab4edeb6d1707fb5b4c222105d19e4c3fa00cb4620e81431a7d43bbe48d
"""


def code_of(raw: bytes) -> tuple[type[Exception], str]:
    """Return the class and code with which an entry is refused."""
    with pytest.raises((FormatError, IntegrityError)) as caught:
        verify_entry(parse_entry(raw), SIGN.public)
    return type(caught.value), caught.value.code


def test_entries_of_the_specification() -> None:
    """Lengths, leaf hashes and the first bytes are those that the specification prints."""
    entries = worked_entries()
    assert LEAVES.split() == [entry.leaf.hex() for entry in entries]
    assert [952, 585, 513, 513] == [len(entry.raw) for entry in entries]
    vault_id, event = worked_event()
    start = "9b01c420" + vault_id.hex() + "00c420" + "00" * 32 + "cf000001a1fb67180000c420"
    assert FIRST.raw.hex().startswith(start)
    assert event.root_sig.hex().startswith("9f0a746ebe4d4283d55e50647c9a824ec9a7cb851c2469e6b61dc8d18c6ec98c")
    assert FIRST.enc is not None
    assert "77f7b1ada6b9deda71347dd06ef5e49ed525a253fb86fc7d1d127d25b886985b" == FIRST.enc[:32].hex()


def test_entries_come_back() -> None:
    """The very bytes, with the header and the sealed part that were signed."""
    for entry in worked_entries():
        assert entry == verify_entry(parse_entry(entry.raw), SIGN.public)
        assert entry == verify_entry(parse_entry(entry.raw), SIGN.public, own=True)
        assert entry.seq == parse_entry(entry.raw).header.seq


def test_another_key_is_refused() -> None:
    """For others and for the owner, who only skips the rule against hostile signers."""
    for own in (False, True):
        with pytest.raises(IntegrityError) as caught:
            verify_entry(parse_entry(FIRST.raw), OTHER.public, own=own)
        assert "bad_signature" == caught.value.code


def test_a_key_outside_the_group_is_refused() -> None:
    """A key of small or mixed order signs nothing."""
    for public in (ORDER_FOUR, MIXED_ORDER, bytes(31)):
        with pytest.raises(IntegrityError) as caught:
            verify_entry(parse_entry(FIRST.raw), public)
        assert "bad_key" == caught.value.code


def test_the_signature_is_over_the_label() -> None:
    """The same bytes signed as something else are no entry."""
    body = FIRST.raw[:-64]
    assert (IntegrityError, "bad_signature") == code_of(body + sign(SIGN, "manifest", body))


@pytest.mark.parametrize(
    "signature",
    [
        FIRST.raw[-64:-32] + (int.from_bytes(FIRST.raw[-32:], "little") + GROUP_ORDER).to_bytes(32, "little"),
        ORDER_FOUR + FIRST.raw[-32:],
        MIXED_ORDER + FIRST.raw[-32:],
        b"\xff" * 64,
        bytes(64),
    ],
    ids=["S + L", "R of small order", "R of mixed order", "no point", "zeros"],
)
def test_signatures_outside_the_strict_rule_are_refused(signature: bytes) -> None:
    """Whatever a library says of them."""
    assert (IntegrityError, "bad_signature") == code_of(FIRST.raw[:-64] + signature)


def test_too_short_and_too_long() -> None:
    """64 bytes hold no entry; more than 64 KiB are not looked at."""
    assert (IntegrityError, "bad_signature") == code_of(b"")
    assert (IntegrityError, "bad_signature") == code_of(FIRST.raw[:64])
    assert (FormatError, "bad_encoding") == code_of(FIRST.raw + bytes(MAX_ENTRY_BYTES))
    assert (FormatError, "bad_encoding") == code_of(FIRST.raw[:-1])
    assert (FormatError, "bad_encoding") == code_of(FIRST.raw + b"\0")


def test_the_longest_entry() -> None:
    """Exactly 64 KiB pass, one byte more is not written."""
    fields = len(pack([*SECOND.header.to_value(), bytes(60_000)])) - 60_000
    room = MAX_ENTRY_BYTES - 64 - fields
    longest = sign_entry(SECOND.header, bytes(room), SIGN)
    assert MAX_ENTRY_BYTES == len(longest.raw)
    assert longest == verify_entry(parse_entry(longest.raw), SIGN.public)
    with pytest.raises(FormatError) as caught:
        sign_entry(SECOND.header, bytes(room + 1), SIGN)
    assert "bad_schema" == caught.value.code


@pytest.mark.parametrize(
    ("place", "value", "code"),
    [(0, 2, "unsupported"), (5, 65_536, "unsupported"), (9, [], "bad_schema"), (10, "text", "bad_schema")],
)
def test_signed_nonsense_is_refused(place: int, value: object, code: str) -> None:
    """A right signature does not make a wrong field right."""
    body = pack(put(place, value)(unpack(SECOND.raw[:-64])))
    assert (FormatError, code) == code_of(body + sign(SIGN, "entry", body))


@pytest.mark.parametrize("count", [10, 12])
def test_an_entry_has_eleven_items(count: int) -> None:
    """Arrays that stand for a record never grow."""
    body = pack([*unpack(SECOND.raw[:-64]), None][:count])
    assert (FormatError, "bad_schema") == code_of(body + sign(SIGN, "entry", body))


def test_links() -> None:
    """An entry follows the one before by number and by leaf hash."""
    check_link(FIRST.leaf, 1, SECOND.header)
    for header in (replace(SECOND.header, seq=2), replace(SECOND.header, prev=flip(FIRST.leaf))):
        with pytest.raises(IntegrityError) as caught:
            check_link(FIRST.leaf, 1, header)
        assert "bad_chain" == caught.value.code
