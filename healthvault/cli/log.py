# SPDX-License-Identifier: Apache-2.0
"""`hv log`: the history, newest entry first."""

import click

from healthvault.cli.command import hv_command
from healthvault.cli.objects import entry_object
from healthvault.cli.terminal import Terminal

__all__ = ["log"]

_COLUMNS = ("index", "time", "kind", "id", "detail")


@hv_command("hv log", "hv log -n 20 --json", "hv log --locked")
@click.option("-n", "--limit", type=click.IntRange(1), metavar="N", help="At most so many.")
@click.option("--locked", is_flag=True, help="Do not ask for a passphrase; what is sealed stays so.")
def log(terminal: Terminal, limit: int | None, *, locked: bool) -> None:
    """Show every entry of the journal, the newest first.

    While the vault is locked the kind of an entry is `sealed`: the journal does not show what happened to whom.
    """
    from healthvault.cli.opening import opened_maybe_locked
    from healthvault.vault.journal_log import log_entries

    with opened_maybe_locked(terminal, asking=not locked) as vault:
        terminal.rows(map(entry_object, log_entries(vault, limit=limit)), _COLUMNS)
