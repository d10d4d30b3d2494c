# SPDX-License-Identifier: Apache-2.0
"""`hv status`: the vault at a glance, without asking for anything."""

from healthvault.cli.clock import now_ms
from healthvault.cli.command import hv_command
from healthvault.cli.failures import failures_text
from healthvault.cli.objects import vault_object
from healthvault.cli.terminal import Terminal

__all__ = ["status"]

_YEAR_MS = 365 * 86_400_000


@hv_command("hv status", "hv --vault /mnt/copy status --json")
def status(terminal: Terminal) -> None:
    """Show the vault at a glance: whose it is, how much is in it, its checkpoint.

    Never asks. The name and the number of documents are shown only if a key file or another source of the
    secret is named; everything else can be read while the vault is locked.
    """
    from healthvault.cli.opening import opened_maybe_locked
    from healthvault.vault.status import vault_status

    with opened_maybe_locked(terminal, asking=False) as vault:
        seen = vault_status(vault)
        terminal.fields(vault_object(seen), unsaid=("failed_unlocks",))
        terminal.lines("failed_unlocks", [failures_text(seen.failures)])
    if now_ms() - (seen.last_drill_ms or seen.made_ms) > _YEAR_MS:
        terminal.warn("the recovery words were not tried on this machine for a year: `hv key drill` tries them")
