# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.ledger.header."""

import pytest

from healthvault.codec import MAX_INT, Value, positional
from healthvault.errors import FormatError
from healthvault.ledger.header import ENTRY_FIELDS, MAX_BLOBS, BlobRef, Header, SignedEvent, parse_header
from tests.owners import put

HEADER = Header(
    vault_id=b"v" * 32,
    seq=7,
    prev=b"p" * 32,
    ts_ms=MAX_INT,
    signer=65_535,
    state=b"s" * 32,
    event=SignedEvent(event=b"event", root_sig=b"r" * 64, new_root_sig=b"n" * 64),
    blobs=(BlobRef(oid=b"o" * 32, stored_bytes=4128),),
    commits=(b"c" * 32,),
)
BLOB, COMMIT = [b"o" * 32, 1], b"c" * 32


def parse(fields: list[Value]) -> Header:
    """Parse fields 0 to 9; nothing is sealed."""
    return parse_header(positional([*fields, None], ENTRY_FIELDS, "entry"))


def test_headers_come_back() -> None:
    """With an event and blobs, and with neither."""
    plain = Header(vault_id=b"v" * 32, seq=0, prev=bytes(32), ts_ms=0, signer=0, state=bytes(32))
    assert HEADER == parse(HEADER.to_value())
    assert plain == parse(plain.to_value())


def test_as_many_blobs_as_may_be() -> None:
    """512, each with its commitment."""
    fields = put(9, [COMMIT] * MAX_BLOBS)(put(8, [BLOB] * MAX_BLOBS)(HEADER.to_value()))
    assert MAX_BLOBS == len(parse(fields).blobs)


@pytest.mark.parametrize(
    ("place", "value", "code"),
    [
        (0, 2, "unsupported"),
        (0, 0, "unsupported"),
        (0, True, "bad_schema"),
        (0, None, "bad_schema"),
        (1, b"v" * 31, "bad_schema"),
        (1, "v" * 32, "bad_schema"),
        (2, False, "bad_schema"),
        (3, b"", "bad_schema"),
        (3, None, "bad_schema"),
        (4, "1", "bad_schema"),
        (5, 65_536, "unsupported"),
        (5, MAX_INT, "unsupported"),
        (6, b"s" * 33, "bad_schema"),
        (7, False, "bad_schema"),
        (7, [b"event", b"r" * 64], "bad_schema"),
        (7, [b"event", b"r" * 63, None], "bad_schema"),
        (7, [b"event", b"r" * 64, b"n" * 65], "bad_schema"),
        (7, ["event", b"r" * 64, None], "bad_schema"),
        (7, [None, b"r" * 64, None], "bad_schema"),
        (8, None, "bad_schema"),
        (8, [], "bad_schema"),
        (8, [BLOB, BLOB], "bad_schema"),
        (8, [[b"o" * 32]], "bad_schema"),
        (8, [[b"o" * 31, 1]], "bad_schema"),
        (8, [[b"o" * 32, True]], "bad_schema"),
        (8, [BLOB] * (MAX_BLOBS + 1), "bad_schema"),
        (9, [], "bad_schema"),
        (9, [b"c" * 31], "bad_schema"),
        (9, [None], "bad_schema"),
        (9, {"a": 1}, "bad_schema"),
    ],
)
def test_wrong_fields_are_refused(place: int, value: Value, code: str) -> None:
    """Each field has one type and length; versions and delegates of later are unsupported."""
    with pytest.raises(FormatError) as caught:
        parse(put(place, value)(HEADER.to_value()))
    assert code == caught.value.code
