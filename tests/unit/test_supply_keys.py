# SPDX-License-Identifier: Apache-2.0
"""Names of things in one form, and the packs that codes name."""

import pytest

from healthvault.supply.keys import canonical, check_digit, company_of, pack_of, product_of_lot

UNIT_11 = "https://id.gs1.org/01/00300010123455/21/11"
FORMS = {
    "urn:epc:id:sgtin:030001.0012345.11": UNIT_11,
    "https://example.com/some/01/00300010123455/10/A123/21/11?17=250327": UNIT_11,
    "https://example.com/gtin/300010123455/ser/11": UNIT_11,
    "urn:epc:id:sgtin:030001.0012345.A%2FB:1": "https://id.gs1.org/01/00300010123455/21/A%2FB%3A1",
    "urn:epc:id:sscc:030001.41234567890": "https://id.gs1.org/00/403000112345678901",
    "urn:epc:id:sgln:0614141.00777.0": "https://id.gs1.org/414/0614141007776",
    "urn:epc:id:sgln:0614141.07346.1234": "https://id.gs1.org/414/0614141073467/254/1234",
    "urn:epc:id:pgln:4012345.00225": "https://id.gs1.org/417/4012345002256",
    "urn:epc:id:giai:039999.LOGGER7": "https://id.gs1.org/8004/039999LOGGER7",
    "urn:epc:id:gdti:4012345.55555.98": "https://id.gs1.org/253/401234555555498",
    "urn:epc:id:cpi:4012345.ABC.123": "https://id.gs1.org/8010/4012345ABC/8011/123",
    "urn:epc:id:itip:4012345.012345.01.02.999": "https://id.gs1.org/8006/040123451234560102/21/999",
    "urn:epc:class:lgtin:030001.0012345.A123": "https://id.gs1.org/01/00300010123455/10/A123",
    "urn:epc:idpat:sgtin:030001.0012345.*": "https://id.gs1.org/01/00300010123455",
    "urn:epc:id:sgtin:030001.0012345.*": "https://id.gs1.org/01/00300010123455/21/%2A",
    "https://id.gs1.org/01/00300010123455/22/V2/21/11": UNIT_11,
}
LEFT = (
    *("urn:epc:id:sgtin:030001.12345.11", "urn:epc:id:sgtin:1.2.3", "urn:uuid:0c8a4f0c", "geo:47.5,11.1", "A.1"),
    *("https://example.com/01/123", "https://id.gs1.org/414/12345", "urn:epc:id:sscc:030001.412345678901", ""),
    "urn:epc:id:sgtin:030001.0012345.11\n",
)


@pytest.mark.parametrize(("written", "form"), FORMS.items())
def test_each_form_of_a_name_is_one(written: str, form: str) -> None:
    """The one form, and that form of it again."""
    assert (form, form) == (canonical(written), canonical(form))


@pytest.mark.parametrize("written", LEFT)
def test_what_is_no_key_stays(written: str) -> None:
    """Wrong lengths, other names, trailing bytes."""
    assert written == canonical(written)


def test_check_digits_and_companies() -> None:
    """As the General Specifications compute it; a link does not tell the company."""
    assert ("5", "0") == (check_digit("0030001012345"), check_digit("0000000000000"))
    assert ("030001", None) == (company_of("urn:epc:id:sgln:030001.111111.0"), company_of(UNIT_11))


@pytest.mark.parametrize(
    ("code", "lot"),
    [
        ("(01)00300010123455(17)250327(10)A123(21)11", "A123"),
        ("https://id.gs1.org/01/00300010123455/10/A123/21/11?17=250327", "A123"),
        ("urn:epc:id:sgtin:030001.0012345.11", None),
        (UNIT_11, None),
    ],
)
def test_a_code_names_a_pack(code: str, lot: str | None) -> None:
    """Every way of writing it names the same pack."""
    pack = pack_of(code)
    assert pack is not None
    assert (UNIT_11, lot) == (pack.key, pack.lot)


def test_what_a_scanner_reads_names_a_pack() -> None:
    """With separators, by the tables of the extra."""
    pytest.importorskip("biip")
    pack = pack_of("]d201003000101234551725032710A123\x1d2111")
    assert pack is not None
    assert (UNIT_11, "A123") == (pack.key, pack.lot)


@pytest.mark.parametrize(
    "code",
    [
        "(01)00300010123456(21)11",
        "(01)00300010123455",
        "(01)00300010123455(21)1(21)2",
        "urn:epc:id:sscc:030001.41234567890",
        "https://id.gs1.org/01/00300010123456/21/11",
        "rubbish",
        "",
    ],
)
def test_no_single_pack(code: str) -> None:
    """A wrong check digit, no serial number, two of them, a pallet, nothing."""
    pytest.importorskip("biip")
    assert pack_of(code) is None


def test_lots_and_products() -> None:
    """A class of things is a lot or a whole product."""
    assert ("00300010123455", "A123") == product_of_lot("urn:epc:class:lgtin:030001.0012345.A123")
    assert ("00300010123455", None) == product_of_lot("urn:epc:idpat:sgtin:030001.0012345.*")
    assert product_of_lot(UNIT_11) is None
