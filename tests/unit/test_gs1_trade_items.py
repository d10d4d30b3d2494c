# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.gs1.trade_items and healthvault.gs1.epcs: what codes and names say of a thing."""

from datetime import date

import pytest

from healthvault.errors import FormatError
from healthvault.gs1.codes import Element, parse_code
from healthvault.gs1.epcs import item_of_epc
from healthvault.gs1.trade_items import TradeItem, gtin_14, same_lot, trade_item, wrong_check_digits

TODAY = date(2026, 11, 20)


def item(text: str) -> TradeItem:
    """Return what a code says."""
    return trade_item(parse_code(text).elements, today=TODAY)


def test_all_of_it() -> None:
    """National numbers are kept."""
    found = item("(01)00300010123455(11)240100(17)290100(10)A123(21)11(714)1234567")
    assert found == TradeItem(
        gtin="00300010123455",
        lot="A123",
        serial="11",
        expiry=date(2029, 1, 31),
        produced=date(2024, 1, 31),
        national=(Element(ai="714", value="1234567"),),
    )


def test_an_expiry_with_a_time() -> None:
    """Counts where it is the only one, and contradicts another."""
    assert date(2027, 3, 27) == item("(01)00300010123455(7003)2703271530").expiry
    assert date(2027, 3, 27) == item("(01)00300010123455(17)270327(7003)2703271530").expiry
    with pytest.raises(FormatError, match="two days of expiry"):
        item("(01)00300010123455(17)270328(7003)2703271530")


@pytest.mark.parametrize(
    ("text", "error"),
    [("(10)A", "no_gtin"), ("(01)00300010123455(17)250231", "bad_date"), ("(00)106141412345678908", "no_gtin")],
)
def test_what_is_no_product(text: str, error: str) -> None:
    """A lot alone, a pallet, a day that there is not."""
    with pytest.raises(FormatError) as caught:
        item(text)
    assert error == caught.value.code


def test_wrong_check_digits_are_named() -> None:
    """Of every number that has one."""
    assert () == wrong_check_digits(parse_code("(01)00300010123455(410)4012345000009").elements)
    assert ("01", "410") == wrong_check_digits(parse_code("(01)00300010123456(410)4012345000008").elements)


def test_gtins_are_compared_as_14_digits() -> None:
    """And only right ones."""
    assert ["00000096385074", "00614141123452", None, None, None] == [
        gtin_14(text) for text in ("96385074", "614141123452", "614141123453", "0614141123452"[:11], "abc")
    ]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("A123", " a123 ", True),
        ("A123", "A1234", False),
        ("A123", "A12", False),
        ("A-1", "A1", False),
        ("0123", "123", False),
    ],
)
def test_lots(one: str, other: str, same: bool) -> None:
    """Exactly, but for blanks around and case."""
    assert same == same_lot(one, other)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("urn:epc:id:sgtin:030001.0012345.11", TradeItem(gtin="00300010123455", serial="11")),
        ("urn:epc:id:sgtin:0614141.107346.2017", TradeItem(gtin="10614141073464", serial="2017")),
        ("urn:epc:id:sgtin:030001.0012345.a%2Fb", TradeItem(gtin="00300010123455", serial="a/b")),
        ("urn:epc:class:lgtin:030001.0012345.A123", TradeItem(gtin="00300010123455", lot="A123")),
        ("urn:epc:idpat:sgtin:030001.0012345.*", TradeItem(gtin="00300010123455")),
        ("https://id.gs1.org/01/00300010123455/21/11", TradeItem(gtin="00300010123455", serial="11")),
        ("https://id.gs1.org/01/00300010123456/21/11", None),
        ("urn:epc:id:sscc:030001.41234567890", None),
        ("urn:epc:id:sgtin:030001.001234.11", None),
        ("urn:epc:id:sgtin:030001.0012345.", None),
        ("urn:epc:id:sgtin:030001.0012345.a%00b", None),
        ("urn:epc:idpat:sgtin:030001.0012345.1", None),
        ("https://example.com/", None),
        ("gtin", None),
        ("urn:epc:id:sgtin:" + "1" * 600, None),
    ],
)
def test_names_in_events(name: str, expected: TradeItem | None) -> None:
    """Numbers of the Tag Data Standard and of the example of a supply chain."""
    assert expected == item_of_epc(name)
