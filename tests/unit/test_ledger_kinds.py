# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.ledger.kinds."""

from dataclasses import replace

import pytest

from healthvault.codec import Fields
from healthvault.errors import FormatError
from healthvault.ledger.kinds import (
    Anchor,
    ContactDrop,
    ContactPin,
    EmergencyPage,
    Owner,
    Share,
    StatusGiven,
    parse_anchor,
    parse_contact_drop,
    parse_contact_pin,
    parse_emergency_page,
    parse_owner,
    parse_share,
    parse_status_given,
)
from healthvault.ledger.party import CODE_BEARER
from tests.owners import Map, merge, without

SHARE = Share(bundle_id=b"b" * 16, size=4, slots=(5, 0), seqs=((1, 1),), recipients=(CODE_BEARER,))
STATUS = StatusGiven(slot=5, size=9, recipients=(CODE_BEARER,))
ANCHOR = Anchor(size=9, root=b"r" * 32, tsr=b"response", time_ms=77)

PAGE = EmergencyPage(page_id=b"p" * 16, sheet=4, sections=("allergy",), protection="shares", needed=2, count=3)


def sealed(item: Map) -> Fields:
    """Return a map as the parsers read it."""
    return Fields({**item, "later": "kept and ignored"}, "sealed part")


def test_maps_come_back() -> None:
    """Each kind of map is parsed as it was made, unknown keys ignored."""
    pin = ContactPin(name="Dr Costa", card=b"card", is_witness=True)
    assert Owner(name="Ana") == parse_owner(sealed(Owner(name="Ana").to_map()))
    assert pin == parse_contact_pin(sealed(pin.to_map()))
    assert ContactDrop(about=7) == parse_contact_drop(sealed(ContactDrop(about=7).to_map()))
    assert SHARE == parse_share(sealed(SHARE.to_map()))
    assert PAGE == parse_emergency_page(sealed(PAGE.to_map()))
    plain = EmergencyPage(page_id=b"p" * 16, sheet=4, sections=(), protection="none")
    assert plain == parse_emergency_page(sealed(plain.to_map()))
    for given in (STATUS, replace(STATUS, slot=None)):
        assert given == parse_status_given(sealed(given.to_map()))
    assert ANCHOR == parse_anchor(sealed(ANCHOR.to_map()))


@pytest.mark.parametrize("key", ["size", "recipients", "root", "tsr", "time"])
def test_a_wrong_status_or_anchor_is_refused(key: str) -> None:
    """Any key that is missing; only the slot of a proof file may be."""
    for item, parse in ((STATUS, parse_status_given), (ANCHOR, parse_anchor)):
        if key in item.to_map():
            with pytest.raises(FormatError) as caught:
                parse(sealed(without(key)(item.to_map())))
            assert "bad_schema" == caught.value.code


@pytest.mark.parametrize(
    "change",
    [
        merge(bundle_id=b"b" * 15),
        merge(size=True),
        merge(k=5),
        merge(k=["5"]),
        merge(seqs=[[2, 1], [1, 1]]),
        merge(recipients=[{"code": True}] * 65),
        merge(recipients=[{}]),
        *(without(key) for key in ("bundle_id", "size", "k", "seqs", "recipients")),
    ],
)
def test_a_wrong_share_is_refused(change: object) -> None:
    """Any key that is missing or of another form."""
    with pytest.raises(FormatError) as caught:
        parse_share(sealed(change(SHARE.to_map())))
    assert "bad_schema" == caught.value.code


@pytest.mark.parametrize("item", [{}, {"name": 1}, {"name": "x"}, {"name": "x", "card": b"", "witness": 1}])
def test_a_wrong_contact_is_refused(item: Map) -> None:
    """Name, card and whether they are a witness have to be there."""
    with pytest.raises(FormatError) as caught:
        parse_contact_pin(sealed(item))
    assert "bad_schema" == caught.value.code


@pytest.mark.parametrize(
    "change",
    [
        merge(page_id=b"p"),
        merge(sheet="4"),
        merge(sections=[1]),
        merge(protection=None),
        merge(needed="2"),
        *(without(key) for key in ("page_id", "sheet", "sections", "protection")),
    ],
)
def test_a_wrong_emergency_page_is_refused(change: object) -> None:
    """Any key that is missing or of another form."""
    with pytest.raises(FormatError) as caught:
        parse_emergency_page(sealed(change(PAGE.to_map())))
    assert "bad_schema" == caught.value.code
