# SPDX-License-Identifier: Apache-2.0
"""`hv report retention`: what could go."""

import click

from healthvault.cli.clock import ms_of, now_ms, wall_clock
from healthvault.cli.command import hv_command
from healthvault.cli.dates import Span, parse_span
from healthvault.cli.options import CATEGORY_WORDS
from healthvault.cli.report_limits import RETENTION
from healthvault.cli.terminal import Terminal

__all__ = ["retention"]

_SCREEN = ("proposal", "name", "date", "id", "note")
_COLUMNS = ("proposal", "id", "name", "date", "category", "note", "command")


@hv_command("hv report retention --older-than 10y", "hv report retention --older-than 2y --category claim")
@click.option(
    "--older-than", type=parse_span, required=True, metavar="AGE", help="Documents from before then: 10y."
)
@click.option("--category", type=click.Choice(CATEGORY_WORDS), metavar="WORD", help="Only documents about this.")
@click.option(
    "--within", type=parse_span, default="30d", show_default=True, metavar="AGE", help="Grants that end so soon."
)
def retention(terminal: Terminal, older_than: Span, category: str | None, within: Span) -> None:
    """Propose what could go: old documents, grants that end soon, contacts that no grant in force names.

    Nothing is deleted, and nothing has to be: a child's vaccines matter for a lifetime. A document is as old as
    its own date; one without is as old as its entry. What is erased is gone for good; copies of others are not.
    """
    from healthvault.areas.reports import retention_rows
    from healthvault.cli.opening import opened
    from healthvault.cli.report_objects import proposal_object

    moment = now_ms()
    wall = wall_clock(moment)
    with opened(terminal) as vault:
        rows = retention_rows(
            vault,
            before=older_than.before(wall).date().isoformat(),
            category=category,
            soon_ms=ms_of(within.after(wall)),
            now_ms=moment,
        )
        terminal.rows(map(proposal_object, rows), _SCREEN if terminal.is_screen else _COLUMNS)
    RETENTION.say(terminal)
