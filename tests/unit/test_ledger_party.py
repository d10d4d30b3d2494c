# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.ledger.party."""

import pytest

from healthvault.codec import Fields, Value
from healthvault.errors import FormatError
from healthvault.ledger.party import CODE_BEARER, Party, parse_party

VAULT, KEY = b"v" * 32, b"k" * 32


@pytest.mark.parametrize(
    "party",
    [
        CODE_BEARER,
        Party(vault=VAULT, recipient_pk=KEY, name="Dr Costa"),
        Party(vault=VAULT, name=""),
        Party(recipient_pk=KEY, name="\u202e éxil"),
    ],
)
def test_parties_come_back(party: Party) -> None:
    """A vault, a bare key, both, or whoever has the code."""
    assert party == parse_party(Fields(party.to_value(), "party"))


@pytest.mark.parametrize(
    "value",
    [
        {},
        {"name": "nobody"},
        {"vault": None, "recipient_pk": None, "name": "nobody"},
        {"vault": VAULT},
        {"vault": VAULT[1:], "name": ""},
        {"vault": VAULT, "recipient_pk": KEY + b"x", "name": ""},
        {"recipient_pk": KEY, "name": b"bytes"},
        {"code": False},
        {"code": 1},
        [],
        None,
    ],
    ids=str,
)
def test_other_maps_are_refused(value: Value) -> None:
    """Nobody at all, wrong lengths and types, a code that is not true."""
    with pytest.raises(FormatError) as caught:
        parse_party(Fields(value, "party"))
    assert "bad_schema" == caught.value.code


def test_a_vault_is_matched_by_its_id() -> None:
    """New keys of the same vault do not end a grant; the same key in another vault does not get one."""
    grantee = Party(vault=VAULT, recipient_pk=KEY)
    assert grantee.covers(Party(vault=VAULT, recipient_pk=b"n" * 32))
    assert not grantee.covers(Party(vault=b"o" * 32, recipient_pk=KEY))
    assert not grantee.covers(Party(recipient_pk=KEY))


def test_a_bare_key_is_matched_by_itself() -> None:
    """Whatever vault its holder has."""
    assert Party(recipient_pk=KEY).covers(Party(vault=VAULT, recipient_pk=KEY))
    assert not Party(recipient_pk=KEY).covers(Party(vault=VAULT, recipient_pk=b"n" * 32))


def test_a_code_is_neither() -> None:
    """Who has the code is not somebody with a key, and the other way round."""
    assert CODE_BEARER.covers(CODE_BEARER)
    assert not CODE_BEARER.covers(Party(recipient_pk=KEY))
    assert not Party(recipient_pk=KEY).covers(CODE_BEARER)
