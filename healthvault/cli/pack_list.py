# SPDX-License-Identifier: Apache-2.0
"""`hv pack list`: the packs that the owner scanned."""

from healthvault.cli.command import hv_command
from healthvault.cli.terminal import Terminal

__all__ = ["list_"]

_SCREEN = ("gtin", "lot", "expiry", "serial", "expired", "recall")
_DIFFERING = (*_SCREEN, "contradictions")  # on a screen where there are some: whole numbers matter more
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
        packs = [pack_object(one) for one in known_packs(vault, now=here_and_now())]
    screen = _DIFFERING if any(each["contradictions"] for each in packs) else _SCREEN
    terminal.rows(packs, screen if terminal.is_screen else _PIPE)
    LIMITS.say(terminal)
