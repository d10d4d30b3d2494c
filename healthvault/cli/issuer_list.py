# SPDX-License-Identifier: Apache-2.0
"""`hv issuer list`: the issuers that are believed."""

from healthvault.cli.command import hv_command
from healthvault.cli.issuer_objects import issuer_object
from healthvault.cli.terminal import Terminal

__all__ = ["list_"]

_COLUMNS = ("iss", "name", "keys", "documents")


@hv_command("hv issuer list", "hv issuer list --json", name="list")
def list_(terminal: Terminal) -> None:
    """List the issuers that you believe, with their keys, and the list of revoked cards in force for each."""
    from healthvault.cli.opening import opened
    from healthvault.vault.issuers import list_issuers

    with opened(terminal) as vault:
        terminal.rows(map(issuer_object, list_issuers(vault)), _COLUMNS)
