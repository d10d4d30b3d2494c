# SPDX-License-Identifier: Apache-2.0
"""`hv device list`: devices by what documents say of them."""

from healthvault.cli.command import hv_command
from healthvault.cli.terminal import Terminal

__all__ = ["list_"]

_SCREEN = ("document", "name", "gtin", "lot", "serial", "implanted")
_PIPE = ("document", "name", "gtin", "lot", "serial", "expiry", "implanted", "site", "by", "patient", "documents")


@hv_command("hv device list", "hv device list --json | jq .udi", name="list")
def list_(terminal: Terminal) -> None:
    """List the devices that your cards and FHIR documents give an identifier of.

    Documents that tell of one product and serial number are one row. Records that are not known to be yours are
    left out once you said by what you are known: see `hv id`.
    """
    from healthvault.areas.devices import known_devices
    from healthvault.cli.device_objects import LIMITS, device_object
    from healthvault.cli.opening import opened
    from healthvault.cli.pack_scanning import here_and_now

    with opened(terminal) as vault, terminal.progress() as observer:
        found = known_devices(vault, today=here_and_now().date(), observer=observer)
    terminal.rows(map(device_object, found), _SCREEN if terminal.is_screen else _PIPE)
    LIMITS.say(terminal)
