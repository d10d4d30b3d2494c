# SPDX-License-Identifier: Apache-2.0
"""`hv research list`: the studies that the owner takes part in."""

from healthvault.cli.command import hv_command
from healthvault.cli.research_objects import study_object
from healthvault.cli.terminal import Terminal

__all__ = ["list_"]

_COLUMNS = ("study", "records", "exports", "last_export", "withdrawn", "pseudonym", "grants")


@hv_command("hv research list", "hv research list --json | jq -r .pseudonym", name="list")
def list_(terminal: Terminal) -> None:
    """List the studies, with the pseudonym that each knows you by, and what went there.

    Only you see this: no study learns of another, nor that there are any.
    """
    from healthvault.areas.research_studies import broken_forms, list_studies
    from healthvault.cli.opening import opened

    with opened(terminal) as vault:
        terminal.rows(map(study_object, list_studies(vault)), _COLUMNS)
        broken = broken_forms(vault)
    if broken:
        terminal.warn(f"said to be studies, and none of this vault's: {', '.join(broken)}")
