# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.devices: identifiers, cards, and what FHIR documents of any version say of a device."""

import json
from datetime import date

import pytest
from fhir.resources.R4B.device import Device

from healthvault.devices.cards import NewCard, card_bytes, card_lines, card_title
from healthvault.devices.carriers import Issuer, as_text, read_carrier
from healthvault.devices.said import device_said
from healthvault.errors import FormatError
from healthvault.gs1.trade_items import TradeItem
from healthvault.records.json_walk import parse

TODAY = date(2026, 11, 20)
GTIN = "09506000117843"
UDI = f"(01){GTIN}(11)240101(17)290101(10)A123(21)S-1"
ITEM = TradeItem(gtin=GTIN, lot="A123", serial="S-1", expiry=date(2029, 1, 1), produced=date(2024, 1, 1))
CARD = NewCard(
    carrier=read_carrier(UDI, today=TODAY),
    owner="Ana Silva",
    name="Hip stem",
    manufacturer="Acme",
    model="M1",
    implanted="2026-03",
    site="left hip",
    by="St Mary's",
    source="d_" + "a" * 32,
)


def test_a_card_comes_back() -> None:
    """And is a Device of FHIR R4."""
    data = card_bytes(CARD)
    Device.model_validate_json(data)
    said = device_said(parse(data.decode()), today=TODAY)
    assert (CARD.carrier, (ITEM,), (GTIN, "S-1")) == (said.carrier, said.items, said.key)
    told = (
        said.name,
        said.patient,
        said.manufacturer,
        said.model,
        said.implanted,
        said.site,
        said.by,
        said.source,
    )
    assert ("Hip stem", "Ana Silva", "Acme", "M1", "2026-03", "left hip", "St Mary's", "d_" + "a" * 32) == told
    assert () == said.contradictions


def test_what_is_not_said_is_not_written() -> None:
    """FHIR knows no empty values; the printed card says what is missing."""
    bare = NewCard(carrier=as_text("+A999BJC5D6E71G"), owner="")
    data = card_bytes(bare)
    Device.model_validate_json(data)
    assert "null" not in data.decode()
    said = device_said(parse(data.decode()), today=TODAY)
    assert (Issuer.HIBCC, (), None) == (said.carrier and said.carrier.issuer, said.items, said.key)
    lines = dict(card_lines(said, "Ana"))
    assert ("Ana", "+A999BJC5D6E71G", "not known here") == (lines["patient"], lines["UDI"], lines["serial number"])
    assert "Implant card: +A999BJC5D6E71G" == card_title(bare)


def test_the_printed_card() -> None:
    """What article 18 asks for, as far as it is known."""
    lines = dict(card_lines(device_said(parse(card_bytes(CARD).decode()), today=TODAY), "Ana Silva"))
    assert ("S-1", "A123", "2029-01-01") == (lines["serial number"], lines["lot number"], lines["use by"])
    assert "not known here" not in lines.values()


@pytest.mark.parametrize("text", ["+A999BJC5D6E71G", "=/A9999XYZ100T0944", "&,100"])
def test_other_issuers_are_refused_by_name(text: str) -> None:
    """Or kept as text."""
    with pytest.raises(FormatError) as caught:
        read_carrier(text, today=TODAY)
    assert "unsupported_code" == caught.value.code
    assert as_text(text).issuer in {Issuer.HIBCC, Issuer.ICCBBA}
    assert as_text(text).item is None


@pytest.mark.parametrize("text", ["", " ", "a\nb", "a\x1bb", "x" * 3000])
def test_what_is_no_line_is_no_text(text: str) -> None:
    """Of an identifier."""
    with pytest.raises(FormatError):
        as_text(text)


@pytest.mark.parametrize(
    "fields",
    [
        {"udiCarrier": [{"carrierHRF": UDI}]},
        {"udi": {"carrierHRF": UDI, "deviceIdentifier": GTIN}},
        {"udi": UDI},
        {"udiCarrier": [{"carrierHRF": f"(01){GTIN}(21)S-1", "deviceIdentifier": GTIN}], "lotNumber": "A123",
         "expirationDate": "2029-01-01T00:00:00Z", "manufactureDate": "2024-01-01"},
    ],
)  # fmt: skip
def test_documents_of_any_version(fields: dict[str, object]) -> None:
    """R4, STU3, DSTU2; what the printed identifier leaves open the fields fill."""
    said = device_said(json.loads(json.dumps({"resourceType": "Device", **fields})), today=TODAY)
    assert ((ITEM,), ()) == (said.items, said.contradictions)


def test_an_identifier_without_a_printed_form() -> None:
    """The fields say what it is."""
    device = {"udiCarrier": [{"deviceIdentifier": GTIN}], "lotNumber": "A123", "serialNumber": "S-1"}
    said = device_said({"resourceType": "Device", **device}, today=TODAY)  # type: ignore[dict-item]  # JSON
    assert (GTIN, "S-1") == said.key


@pytest.mark.parametrize(
    ("field", "value", "name"),
    [
        ("lotNumber", "B", "lot"),
        ("serialNumber", "S-2", "serial"),
        ("expirationDate", "2030-01-01", "expiry"),
    ],
)
def test_contradictions_are_named_and_both_count(field: str, value: str, name: str) -> None:
    """A recall of either is found; a serial number in doubt tells no device from another."""
    udi = [{"carrierHRF": UDI, "deviceIdentifier": GTIN}]
    said = device_said({"resourceType": "Device", "udiCarrier": udi, field: value}, today=TODAY)  # type: ignore[dict-item]
    assert (name,) == said.contradictions
    assert 2 == len(said.items)
    assert (said.key is None) == (name == "serial")


@pytest.mark.parametrize(
    "resource",
    [None, [], 7, {}, {"udiCarrier": 7}, {"udiCarrier": [{}]}, {"udi": {"carrierHRF": 7}}, {"udi": "\n"}],
)
def test_what_gives_no_identifier(resource: object) -> None:
    """Has no carrier, and costs nothing."""
    said = device_said(resource, today=TODAY)  # type: ignore[arg-type]
    assert ((), None) == (said.items, said.key)
