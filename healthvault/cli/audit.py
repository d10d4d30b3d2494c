# SPDX-License-Identifier: Apache-2.0
"""`hv audit`: who did what with what, newest first."""

import click

from healthvault.cli.command import hv_command
from healthvault.cli.dates import When, parse_when
from healthvault.cli.terminal import Terminal

__all__ = ["audit"]

_SCREEN = ("index", "time", "action", "parties", "documents", "grants", "purpose", "detail")
_PIPE = ("index", "time", "action", "parties", "documents", "grants", "purpose", "id", "detail", "kind")


@hv_command(
    "hv audit --since 90d",
    'hv audit --party "Dr Lee"',
    "hv audit --doc d_7k3m --json",
)
@click.option("--party", metavar="NAME|ID", help="Only what names this person: contact, key, or `code`.")
@click.option("--doc", metavar="ID", help="Only what names this document.")
@click.option("--since", type=parse_when, metavar="DATE", help="Only what was done on this day or later.")
@click.option("--until", type=parse_when, metavar="DATE", help="Only what was done on this day or earlier.")
@click.option("-n", "--limit", type=click.IntRange(1), metavar="N", help="At most so many.")
def audit(
    terminal: Terminal,
    party: str | None,
    doc: str | None,
    since: When | None,
    until: When | None,
    limit: int | None,
) -> None:
    """Show who did what with which document, for whom, under which grant and purpose, the newest first.

    Each line is one entry of the journal, by its index; `hv check` shows that none is missing, moved or changed.
    Times are by your own clock. What others did is seen only where they sent a receipt, and looking at your own
    documents is not written down. Failed attempts to unlock are counted on this machine alone: not on a copy
    of the vault, and not by another user.
    """
    from healthvault.cli.auditing import say_failures, trail_filter, trail_objects
    from healthvault.cli.opening import opened

    with opened(terminal) as vault:
        wanted = trail_filter(vault, party, doc, (since, until), limit)
        say_failures(terminal, vault)
        terminal.rows(trail_objects(terminal, vault, wanted), _SCREEN if terminal.is_screen else _PIPE)
