# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.ledger.issuers."""

import pytest

from healthvault.codec import Fields
from healthvault.errors import FormatError
from healthvault.ledger.issuers import IssuerDrop, IssuerPin, parse_issuer_drop, parse_issuer_pin

PIN = IssuerPin(about=3, form="jwks", issuers=("https://clinic.example",))
DROP = IssuerDrop(about=4, issuers=())


def test_they_come_back_as_they_went() -> None:
    """Both kinds."""
    assert PIN == parse_issuer_pin(Fields(PIN.to_map(), "pin"))
    assert DROP == parse_issuer_drop(Fields(DROP.to_map(), "drop"))


@pytest.mark.parametrize("change", [{"about": None}, {"about": "3"}, {"iss": "x"}, {"iss": [1]}, {"form": 1}])
def test_another_form_is_refused(change: dict) -> None:
    """Each key has its type."""
    with pytest.raises(FormatError):
        parse_issuer_pin(Fields({**PIN.to_map(), **change}, "pin"))


def test_too_many_issuers() -> None:
    """At most 64."""
    many = IssuerPin(about=3, form="jwks", issuers=("https://a",) * 65)
    with pytest.raises(FormatError):
        parse_issuer_pin(Fields(many.to_map(), "pin"))


def test_an_important_key_that_is_not_known() -> None:
    """It is refused, not passed over."""
    for parse, said in ((parse_issuer_pin, PIN), (parse_issuer_drop, DROP)):
        with pytest.raises(FormatError) as caught:
            parse(Fields({**said.to_map(), "must": ["until"]}, "entry"))
        assert "unsupported" == caught.value.code
