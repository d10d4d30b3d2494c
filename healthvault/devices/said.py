# SPDX-License-Identifier: Apache-2.0
"""What a FHIR Device says: of the owner's card and of anybody's documents, from DSTU2 to R5. Pure.

The printed identifier and the fields beside it may disagree; both are kept, and the disagreement has a name.
Spec: docs/spec/devices.md section 3.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from healthvault.devices.carriers import Carrier, Issuer, as_text, read_carrier
from healthvault.errors import FormatError
from healthvault.gs1.trade_items import TradeItem, gtin_14, same_lot
from healthvault.records.fhir import resource_name
from healthvault.records.json_walk import Json, items_at, text_at, value_at

__all__ = ["BODY_SITE", "BY", "FROM", "IMPLANTED", "DeviceSaid", "device_said"]

IMPLANTED = "urn:healthvault:implanted"
BODY_SITE = "urn:healthvault:body-site"
BY = "urn:healthvault:implanted-by"
FROM = "urn:healthvault:source-document"
MAX_TEXT_CHARS = 200
MAX_EXTENSIONS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceSaid:
    """What one resource says of a device. *Unverified*; its texts are on one line and cut."""

    name: str | None
    patient: str | None
    """Whose it is, as the resource says."""
    carrier: Carrier | None
    """None: it gives no identifier of a device."""
    items: tuple[TradeItem, ...]
    """What the identifier says, and what the fields beside it say where that differs; empty where neither can be
    read."""
    manufacturer: str | None
    model: str | None
    implanted: str | None
    """ISO 8601, as far as written."""
    site: str | None
    by: str | None
    source: str | None
    """Id of the document that it was taken from."""
    status: str | None
    contradictions: tuple[str, ...]
    """Names of what identifier and fields disagree in."""

    @property
    def key(self) -> tuple[str, str] | None:
        """Return product and serial number, where both are known and in no doubt."""
        pairs = {(item.gtin, item.serial) for item in self.items}
        (gtin, serial), *others = pairs or {("", None)}
        return None if others or serial is None else (gtin, serial)


def device_said(resource: Json, *, today: date) -> DeviceSaid:
    """Return what a Device says; what cannot be read of its identifier is text.

    Args:
        resource: *Unverified*.
        today: By which the centuries of an identifier are chosen.

    Raises:
        InvalidRequest: `extra_missing`.
    """
    carrier, fields = _carrier(resource, today), _fields(resource)
    own = carrier.item if carrier is not None else None
    contradictions = tuple(_contradictions(own, fields)) if own and fields else ()
    items = [
        item
        for item in (_filled(own, fields), _filled(fields, own) if contradictions else None)
        if item is not None
    ]
    return DeviceSaid(
        name=_line(resource_name(resource)),
        patient=_line(text_at(resource, "patient", "display") or text_at(resource, "patient", "reference")),
        carrier=carrier,
        items=tuple(items),
        manufacturer=_line(text_at(resource, "manufacturer") or text_at(resource, "manufacturer", "display")),
        model=_line(text_at(resource, "modelNumber") or text_at(resource, "model")),
        implanted=_extension(resource, IMPLANTED, "valueDateTime"),
        site=_extension(resource, BODY_SITE, "valueString"),
        by=_extension(resource, BY, "valueString"),
        source=_extension(resource, FROM, "valueString"),
        status=_line(text_at(resource, "status")),
        contradictions=contradictions,
    )


def _carrier(resource: Json, today: date) -> Carrier | None:
    text = (
        text_at(resource, "udiCarrier", "carrierHRF")
        or text_at(resource, "udi", "carrierHRF")
        or text_at(resource, "udi")
    )
    if text is None:
        number = _identifier(resource)
        return (
            None if number is None else Carrier(issuer=_issuer(resource), text=number[:MAX_TEXT_CHARS], item=None)
        )
    try:
        return read_carrier(text, today=today)
    except FormatError:
        pass
    try:
        return as_text(text)
    except FormatError:
        return None


def _identifier(resource: Json) -> str | None:
    return text_at(resource, "udiCarrier", "deviceIdentifier") or text_at(resource, "udi", "deviceIdentifier")


def _issuer(resource: Json) -> Issuer:
    uri = text_at(resource, "udiCarrier", "issuer") or text_at(resource, "udi", "issuer")
    return next((each for each in Issuer if each.value == uri), Issuer.UNKNOWN)


def _fields(resource: Json) -> TradeItem | None:
    """Return what the fields beside the identifier say, if its number is a right one of GS1."""
    gtin = gtin_14(_identifier(resource) or "")
    if gtin is None:
        return None
    return TradeItem(
        gtin=gtin,
        lot=_line(text_at(resource, "lotNumber")),
        serial=_line(text_at(resource, "serialNumber")),
        expiry=_day(text_at(resource, "expirationDate") or text_at(resource, "expiry")),
        produced=_day(text_at(resource, "manufactureDate")),
    )


def _contradictions(own: TradeItem, fields: TradeItem) -> Iterator[str]:
    if own.gtin != fields.gtin:
        yield "gtin"
    if own.lot and fields.lot and not same_lot(own.lot, fields.lot):
        yield "lot"
    if own.serial and fields.serial and own.serial != fields.serial:
        yield "serial"
    if own.expiry and fields.expiry and own.expiry != fields.expiry:
        yield "expiry"


def _filled(one: TradeItem | None, other: TradeItem | None) -> TradeItem | None:
    """Return what the one says; of what it leaves open, what the other says of the same product."""
    if one is None or other is None or one.gtin != other.gtin:
        return one or other
    return replace(
        one,
        lot=one.lot or other.lot,
        serial=one.serial or other.serial,
        expiry=one.expiry or other.expiry,
        produced=one.produced or other.produced,
    )


def _extension(resource: Json, url: str, name: str) -> str | None:
    for each in items_at(resource, "extension")[:MAX_EXTENSIONS]:
        if value_at(each, "url") == url:
            return _line(text_at(each, name))
    return None


def _day(text: str | None) -> date | None:
    try:
        return None if text is None else date.fromisoformat(text[:10])
    except ValueError:
        return None  # a month or a year alone, or no date: not known


def _line(text: str | None) -> str | None:
    line = " ".join((text or "").split())[:MAX_TEXT_CHARS]
    return line or None
