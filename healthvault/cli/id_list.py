# SPDX-License-Identifier: Apache-2.0
"""`hv id list`: what the owner said of herself."""

from healthvault.cli.command import hv_command
from healthvault.cli.person_objects import FACT_COLUMNS, fact_object
from healthvault.cli.terminal import Terminal

__all__ = ["list_"]

_COLUMNS = FACT_COLUMNS


@hv_command("hv id list", "hv id list --json", name="list")
def list_(terminal: Terminal) -> None:
    """List what you said by which your records are known, and from which document it was taken."""
    from healthvault.cli.opening import opened
    from healthvault.vault.person import list_facts

    with opened(terminal) as vault:
        terminal.rows(map(fact_object, list_facts(vault)), _COLUMNS)
