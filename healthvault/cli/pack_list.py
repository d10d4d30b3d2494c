# SPDX-License-Identifier: Apache-2.0
"""`hv pack list`: the packs that the owner scanned."""

from healthvault.cli.command import hv_command
from healthvault.cli.terminal import Terminal

__all__ = ["list_"]

_SCREEN = ("gtin", "lot", "expiry", "serial", "expired", "recall", "contradictions")
_PIPE = ("gtin", "lot", "expiry", "serial", "expired", "recall", "scans", "last_scan", "contradictions")


@hv_command("hv pack list", "hv pack list --json | jq 'select(.recall == \"recalled\")'", name="list")
def list_(terminal: Terminal) -> None:
    """List the packs that you scanned, the last one first, with all that the scans said together.

    What one scan knew, a later one that says less does not undo. Where scans of one serial number contradict each
    other, no value is shown, and JSON has all of them with the scan that gave each.
    """
    from healthvault.areas.packs import known_packs
    from healthvault.cli.opening import opened
    from healthvault.cli.pack_objects import LIMITS, pack_object
    from healthvault.cli.pack_scanning import here_and_now

    with opened(terminal) as vault:
        terminal.rows(
            map(pack_object, known_packs(vault, now=here_and_now())), _SCREEN if terminal.is_screen else _PIPE
        )
    LIMITS.say(terminal)
