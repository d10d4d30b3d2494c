# SPDX-License-Identifier: Apache-2.0
"""`hv standing list`: the rules, and what each made."""

from healthvault.cli.clock import now_ms
from healthvault.cli.command import hv_command
from healthvault.cli.rule_objects import rule_object
from healthvault.cli.terminal import Terminal

__all__ = ["list_"]

_SCREEN = ("id", "contact", "selection", "status", "grants")
_PIPE = ("id", "contact", "role", "selection", "purpose", "actions", "lasts_days", "not_after", "status", "grants")


@hv_command("hv standing list", "hv standing list --json", name="list")
def list_(terminal: Terminal) -> None:
    """List the rules, oldest first, with the grants that each made."""
    from healthvault.cli.opening import opened
    from healthvault.vault.standing import list_rules

    with opened(terminal) as vault:
        rules = list_rules(vault, now_ms=now_ms())
        terminal.rows(map(rule_object, rules), _SCREEN if terminal.is_screen else _PIPE)
