# SPDX-License-Identifier: Apache-2.0
"""`hv emergency list`: the sheet, item by item."""

from healthvault.cli.command import hv_command
from healthvault.cli.emergency_options import COLUMNS, stale_option
from healthvault.cli.terminal import Terminal

__all__ = ["list_"]

_COLUMNS = COLUMNS


@hv_command("hv emergency list", "hv emergency list --stale-after 12 --json", name="list")
@stale_option
def list_(terminal: Terminal, stale_after: int) -> None:
    """Show the sheet: each item with its number, when you last confirmed it, and where it is from."""
    from healthvault.cli.emergency_editing import show_sheet
    from healthvault.cli.opening import opened
    from healthvault.vault.emergency import find_sheet

    with opened(terminal) as vault:
        show_sheet(terminal, vault, find_sheet(vault).sheet, months=stale_after)
