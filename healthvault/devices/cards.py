# SPDX-License-Identifier: Apache-2.0
"""The implant card: a FHIR R4 Device as the owner keeps it, and its lines as they are printed. Pure.

Source: Regulation (EU) 2017/745, article 18; FHIR R4 Device. Spec: docs/spec/devices.md sections 2 and 4.
"""

import json
from dataclasses import dataclass

from healthvault.devices.carriers import Carrier
from healthvault.devices.said import BODY_SITE, BY, FROM, IMPLANTED, DeviceSaid
from healthvault.records.json_walk import Json

__all__ = ["NewCard", "card_bytes", "card_lines", "card_title"]

_UNKNOWN = "not known here"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCard:
    """What the owner says of a device, on one line each; what is empty or None she does not say."""

    carrier: Carrier
    owner: str
    name: str | None = None
    manufacturer: str | None = None
    model: str | None = None
    implanted: str | None = None
    """ISO 8601 day, month or year."""
    site: str | None = None
    """Where in or on the body."""
    by: str | None = None
    """Who implanted it: a hospital or a person."""
    source: str | None = None
    """Id of the document that it is taken from."""


def card_title(card: NewCard) -> str:
    """Return the title of the document."""
    return f"Implant card: {card.name or card.carrier.text}"


def card_bytes(card: NewCard) -> bytes:
    """Return the document: a Device without what is not said."""
    item = card.carrier.item
    udi: dict[str, Json] = {
        "deviceIdentifier": item.gtin if item else None,
        "issuer": card.carrier.issuer.value,
        "carrierHRF": card.carrier.text,
        "entryType": "manual",
    }
    device: dict[str, Json] = {
        "resourceType": "Device",
        "extension": [each for each in _extensions(card) if each],
        "udiCarrier": [_said(udi)],
        "status": "active",
        "manufacturer": card.manufacturer,
        "manufactureDate": item.produced.isoformat() if item and item.produced else None,
        "expirationDate": item.expiry.isoformat() if item and item.expiry else None,
        "lotNumber": item.lot if item else None,
        "serialNumber": item.serial if item else None,
        "deviceName": [{"name": card.name, "type": "user-friendly-name"}] if card.name else None,
        "modelNumber": card.model,
        "patient": {"display": card.owner} if card.owner else None,
    }
    return (json.dumps(_said(device), indent=1, ensure_ascii=False) + "\n").encode()


def card_lines(said: DeviceSaid, owner: str) -> tuple[tuple[str, str], ...]:
    """Return the lines of a card to print, those that article 18 asks for first; what is missing says so."""
    item = said.items[0] if said.items else None
    expiry = item.expiry.isoformat() if item and item.expiry else None
    told = (
        ("patient", owner),
        ("device", said.name),
        ("UDI", said.carrier.text if said.carrier else None),
        ("GTIN", item.gtin if item else None),
        ("serial number", item.serial if item else None),
        ("lot number", item.lot if item else None),
        ("model", said.model),
        ("manufacturer", said.manufacturer),
        ("implanted on", said.implanted),
        ("implanted by", said.by),
        ("site", said.site),
        ("use by", expiry),
    )
    return tuple((name, value or _UNKNOWN) for name, value in told)


def _extensions(card: NewCard) -> tuple[Json, ...]:
    return (
        {"url": IMPLANTED, "valueDateTime": card.implanted} if card.implanted else None,
        {"url": BODY_SITE, "valueString": card.site} if card.site else None,
        {"url": BY, "valueString": card.by} if card.by else None,
        {"url": FROM, "valueString": card.source} if card.source else None,
    )


def _said(fields: dict[str, Json]) -> dict[str, Json]:
    """Return an object without what is empty: FHIR knows no empty values."""
    return {name: value for name, value in fields.items() if value not in (None, "", [])}
