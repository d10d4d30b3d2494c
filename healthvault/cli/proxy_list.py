# SPDX-License-Identifier: Apache-2.0
"""`hv proxy list`: who may act for the owner."""

from healthvault.cli.clock import now_ms
from healthvault.cli.command import hv_command
from healthvault.cli.rule_objects import proxy_object
from healthvault.cli.terminal import Terminal

__all__ = ["list_"]

_COLUMNS = ("grant", "contact", "powers", "purpose", "actions", "not_after", "status", "records")


@hv_command("hv proxy list", "hv proxy list --json", name="list")
def list_(terminal: Terminal) -> None:
    """List the grants that make somebody your proxy, the newest first, ended ones too."""
    from healthvault.cli.opening import opened
    from healthvault.vault.proxies import list_proxies

    with opened(terminal) as vault:
        terminal.rows(map(proxy_object, list_proxies(vault, now_ms=now_ms())), _COLUMNS)
