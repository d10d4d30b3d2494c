# SPDX-License-Identifier: Apache-2.0
"""`hv copies`: which bundles are out, and what came back about them."""

from healthvault.cli.command import hv_command
from healthvault.cli.receipts import copy_object
from healthvault.cli.terminal import Terminal

__all__ = ["copies"]

_SCREEN = ("bundle", "recipient", "state", "shared", "documents", "grants")
_PIPE = ("bundle", "recipient", "vault", "state", "shared", "documents", "grants")


@hv_command("hv copies", "hv copies --json | jq 'select(.state == \"unknown\")'")
def copies(terminal: Terminal) -> None:
    """List every bundle that you handed out, for each recipient, with what is known of it.

    `unknown`: no receipt came back; it may have been read all the same. `verified`, `opened`, `imported`: the
    recipient says so in a signed receipt. `attested_deleted`: the recipient promises to have deleted it. Nothing
    proves that a copy is gone.
    """
    from healthvault.cli.opening import opened
    from healthvault.vault.copies import list_copies

    with opened(terminal) as vault:
        terminal.rows(map(copy_object, list_copies(vault)), _SCREEN if terminal.is_screen else _PIPE)
