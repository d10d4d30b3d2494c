# SPDX-License-Identifier: Apache-2.0
"""`hv device check`: what is known of each device, each question apart."""

import click

from healthvault.cli.command import hv_command
from healthvault.cli.terminal import Terminal

__all__ = ["check"]

_COLUMNS = ("document", "name", "serial", "verdict", "result", "detail")


@hv_command("hv device check", "hv device check --json | jq 'select(.result == \"fail\")'")
def check(terminal: Terminal) -> None:
    """Say what is known of each device: check digit, recall, last day of use, agreement, serial number.

    What cannot be known is `unknown`: a device whose identifier is not of GS1 is compared with no list. The exit
    code is 20 if a verdict of any device is `fail`.
    """
    from healthvault.areas.devices import check_devices
    from healthvault.cli.device_objects import LIMITS, check_objects, exit_of_checks
    from healthvault.cli.opening import opened
    from healthvault.cli.pack_scanning import here_and_now

    with opened(terminal) as vault, terminal.progress() as observer:
        found = check_devices(vault, today=here_and_now().date(), observer=observer)
    terminal.rows((one for checked in found for one in check_objects(checked)), _COLUMNS)
    LIMITS.say(terminal)
    raise click.exceptions.Exit(exit_of_checks(found))
