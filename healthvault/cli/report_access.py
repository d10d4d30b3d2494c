# SPDX-License-Identifier: Apache-2.0
"""`hv report access`: who was given what."""

import click

from healthvault.cli.command import hv_command
from healthvault.cli.dates import When, parse_when
from healthvault.cli.report_limits import ACCESS
from healthvault.cli.terminal import Terminal

__all__ = ["access"]

_SCREEN = ("time", "action", "parties", "documents", "grants", "id")
_COLUMNS = ("index", "time", "action", "parties", "documents", "grants", "purpose", "id", "receipts")


@hv_command("hv report access --since 1y", 'hv report access --party "Dr Lee" --json')
@click.option("--party", metavar="NAME|ID", help="Only what names this person: contact, key, or `code`.")
@click.option("--since", type=parse_when, metavar="DATE", help="Only what was done on this day or later.")
def access(terminal: Terminal, party: str | None, since: When | None) -> None:
    """Show who was given what, when, for what, under which grant; what they signed about it; what was ended.

    Bundles, feeds, emergency pages, status files, receipts and revocations, the newest first. `hv audit` shows
    everything that was done, and `hv verify` what a single bundle proves.
    """
    from dataclasses import replace

    from healthvault.areas.reports import access_kinds, access_rows
    from healthvault.cli.auditing import trail_filter
    from healthvault.cli.opening import opened
    from healthvault.cli.report_objects import access_object
    from healthvault.cli.reporting import flat

    with opened(terminal) as vault:
        wanted = replace(trail_filter(vault, party, None, (since, None), None), kinds=access_kinds())
        rows = map(access_object, access_rows(vault, wanted))
        terminal.rows(
            rows if terminal.settings.json else map(flat, rows), _SCREEN if terminal.is_screen else _COLUMNS
        )
    ACCESS.say(terminal)
