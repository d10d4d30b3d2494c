# SPDX-License-Identifier: Apache-2.0
"""`hv device`: implants and aids, by what their identifiers say.

One file a command: `device_NAME.py` holds the function of that name.
"""

from healthvault.cli.command import hv_group

__all__ = ["device"]

_LINES = {
    "add": "Keep the card of a device.",
    "list": "List your devices.",
    "check": "Say what is known of each device, each question apart.",
    "card": "Print the card of a device.",
}


@hv_group(
    'hv device add --udi "(01)09506000117843(11)240101(17)290101(10)A123(21)S-1" --name "Hip stem"',
    "hv device check",
    "hv device card d_7k3m -o card.txt",
    lines=_LINES,
)
def device() -> None:
    """Keep cards of implants and aids, and compare them with recalls, offline.

    FHIR documents of hospitals that tell of a device with its identifier count too. An identifier shows what a
    device is said to be: none of this proves a device genuine, or that it is in the body.
    """
