# SPDX-License-Identifier: Apache-2.0
"""`hv key list`: what opens the vault."""

from healthvault.cli.command import hv_command
from healthvault.cli.objects import key_object
from healthvault.cli.terminal import Terminal

__all__ = ["list_"]

_COLUMNS = ("id", "kind", "memory_kib")


@hv_command("hv key list", "hv key list --json", name="list")
def list_(terminal: Terminal) -> None:
    """List the ways into the vault. Needs no passphrase."""
    from healthvault.cli.opening import opened_locked
    from healthvault.vault.keyslots import list_keys

    with opened_locked(terminal) as vault:
        terminal.rows(map(key_object, list_keys(vault)), _COLUMNS)
