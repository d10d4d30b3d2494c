# SPDX-License-Identifier: Apache-2.0
"""`hv role list`: the roles that there are, and who has each."""

from healthvault.cli.clock import now_ms
from healthvault.cli.command import hv_command
from healthvault.cli.rule_objects import role_object
from healthvault.cli.terminal import Terminal

__all__ = ["list_"]

_SCREEN = ("name", "contacts", "purpose", "longest_days", "categories")
_PIPE = ("name", "version", "contacts", "purpose", "actions", "longest_days", "sensitivity", "categories")


@hv_command("hv role list", "hv role list --json", name="list")
def list_(terminal: Terminal) -> None:
    """List the roles with who has each now. The version is the entry that defined it, 0 where it is built in."""
    from healthvault.cli.opening import opened
    from healthvault.vault.roles import list_roles

    with opened(terminal) as vault:
        roles = list_roles(vault, now_ms=now_ms())
        terminal.rows(map(role_object, roles), _SCREEN if terminal.is_screen else _PIPE)
