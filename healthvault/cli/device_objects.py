# SPDX-License-Identifier: Apache-2.0
"""The JSON objects of the device commands. Pure; see `objects` for what holds for all of them."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from healthvault.cli.limits import Limits
from healthvault.cli.objects import JsonObject, new_object
from healthvault.cli.pack_objects import failed_exit

if TYPE_CHECKING:
    from healthvault.areas.device_verdicts import KnownDevice
    from healthvault.areas.devices import CheckedDevice

__all__ = ["LIMITS", "card_object", "check_objects", "device_object", "exit_of_checks"]

LIMITS = Limits(
    proves="what documents here say of each device, and whether a list of recalls known here names it",
    does_not_prove="that a device is genuine or the one in the body, or that no list elsewhere recalls it",
)


def device_object(device: "KnownDevice") -> JsonObject:
    """Return a device by what its first document says, with all that tell of it."""
    said, item = device.said, device.items[0] if device.items else None
    carrier = said.carrier
    return new_object(
        "device",
        {
            "document": device.sources[0].document.id,
            "name": said.name,
            "gtin": item.gtin if item else None,
            "lot": item.lot if item else None,
            "serial": item.serial if item else None,
            "expiry": item.expiry.isoformat() if item and item.expiry else None,
            "produced": item.produced.isoformat() if item and item.produced else None,
            "udi": carrier.text if carrier else None,
            "issuer": carrier.issuer.name.lower() if carrier else None,
            "manufacturer": said.manufacturer,
            "model": said.model,
            "implanted": said.implanted,
            "site": said.site,
            "by": said.by,
            "patient": said.patient,
            "card": device.sources[0].is_card,
            "documents": list(dict.fromkeys(source.document.id for source in device.sources)),
        },
    )


def check_objects(checked: "CheckedDevice") -> Iterator[JsonObject]:
    """Yield an object for each verdict on a device."""
    said = checked.device.said
    item = checked.device.items[0] if checked.device.items else None
    for one in checked.verdicts:
        yield new_object(
            "device_verdict",
            {
                "document": checked.device.sources[0].document.id,
                "name": said.name,
                "gtin": item.gtin if item else None,
                "serial": item.serial if item else None,
                "verdict": one.name,
                "result": one.result.value,
                "code": one.code,
                "detail": one.detail,
                **LIMITS.fields(),
            },
        )


def card_object(device: "KnownDevice", lines: "tuple[tuple[str, str], ...]") -> JsonObject:
    """Return the lines of a card to print."""
    return new_object(
        "device_card",
        {
            "document": device.sources[0].document.id,
            "lines": [{"name": name, "value": value} for name, value in lines],
            **LIMITS.fields(),
        },
    )


def exit_of_checks(checked: "tuple[CheckedDevice, ...]") -> int:
    """Return the exit code of all devices."""
    return max((failed_exit(each.verdicts) for each in checked), default=0)
