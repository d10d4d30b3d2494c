# SPDX-License-Identifier: Apache-2.0
"""`hv can`: may somebody do something with a document, and by which rule."""

import click

from healthvault.cli.clock import ms_of, now_ms, wall_clock
from healthvault.cli.command import hv_command
from healthvault.cli.consent_objects import decision_object
from healthvault.cli.dates import When, parse_when
from healthvault.cli.reading_options import parse_purpose
from healthvault.cli.share_options import ACTIONS
from healthvault.cli.terminal import Terminal

__all__ = ["can"]


@hv_command('hv can "Dr Lee" d_7k3m --purpose treatment', "hv can code d_7k3m --action keep --json")
@click.argument("who", metavar="WHO")
@click.argument("document", metavar="WHAT")
@click.option("--purpose", type=parse_purpose, metavar="WORD", help="What for, such as treatment.")
@click.option("--action", type=click.Choice(ACTIONS), metavar="WORD", help="To do what: view, keep or forward.")
@click.option("--at", type=parse_when, metavar="DATE", help="When: the beginning of a day. Default: now.")
def can(
    terminal: Terminal, who: str, document: str, purpose: str | None, action: str | None, at: When | None
) -> None:
    """Say whether your grants allow somebody a document, by which rule, and by which grant.

    WHO is a contact, or `code` for whoever is told one; WHAT is a document. Nothing is handed out or logged. The
    exit code is 0 if it is allowed and 22 if not. Grants are taken as they stand now, also with --at.
    """
    from healthvault.cli.exits import EXITS
    from healthvault.cli.opening import opened
    from healthvault.errors import ConsentRefused
    from healthvault.vault.deciding import Question, decide_for

    at_ms = ms_of(at.start(wall_clock(now_ms()))) if at else None
    question = Question(who=who, document=document, purpose=purpose, action=action, at_ms=at_ms)
    with opened(terminal) as vault:
        decision, document_id = decide_for(vault, question, now_ms=now_ms())
    terminal.fields(decision_object(decision, who, document_id))
    if not decision.allowed:
        raise click.exceptions.Exit(EXITS[ConsentRefused])
