# SPDX-License-Identifier: Apache-2.0
"""`hv key remove`: one way into the vault less."""

import click

from healthvault.cli.command import hv_command
from healthvault.cli.objects import key_object
from healthvault.cli.options import yes_option
from healthvault.cli.prompt import confirm
from healthvault.cli.terminal import Terminal

__all__ = ["remove"]


@hv_command("hv key remove 2", "hv key remove 2 --yes")
@click.argument("slot", type=int, metavar="ID")
@yes_option
def remove(terminal: Terminal, slot: int, *, yes: bool) -> None:
    """Remove a way into the vault, by its number in `hv key list`; never the last one.

    Says first what would then be needed to open the vault. Copies of the vault made before still open by the
    way that was removed; was it stolen with a copy, then `hv key compromised`. `hv passwd` changes a passphrase.
    """
    from healthvault.cli.opening import opened
    from healthvault.vault.keyslots import loss_by_removal, remove_key

    with opened(terminal, writing=True) as vault:
        for line in loss_by_removal(vault, slot):
            terminal.warn(line)
        confirm(terminal.settings, f"Remove way {slot}? It will not open the vault again.", yes=yes)
        terminal.fields(key_object(remove_key(vault, slot)))
