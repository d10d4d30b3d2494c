# SPDX-License-Identifier: Apache-2.0
"""`hv id suspects`: uses of the owner's identity that she may not know of."""

from healthvault.cli.command import hv_command
from healthvault.cli.terminal import Terminal

__all__ = ["suspects"]

_COLUMNS = ("suspicion", "confidence", "about", "date", "reason", "documents")


@hv_command("hv id suspects", "hv id suspects --json")
def suspects(terminal: Terminal) -> None:
    """Look for uses of your identity that you may not know of, each with what it rests on.

    Claims for services that no record tells of, claims and visits at providers of whom nothing else tells, and
    documents with something of yours and a birth date or sex that is not yours. hv cannot prove who was where, and
    does not prove who is holding a bundle: it is no ID.
    """
    from healthvault.areas.suspects import suspects_of
    from healthvault.cli.claims_looking import say_stumbles
    from healthvault.cli.claims_objects import SUSPECT_LIMITS, suspect_object
    from healthvault.cli.opening import opened

    with opened(terminal) as vault, terminal.progress() as progress:
        found = suspects_of(vault, observer=progress)
    terminal.rows([suspect_object(each) for each in found.found], _COLUMNS)
    terminal.say(f"looked at {found.claims} claims and {found.records} records")
    if not found.is_checked:
        terminal.say("say what tells you from others first: `hv id take ID`, or `hv id add birth-date`")
    say_stumbles(terminal, found.stumbles)
    SUSPECT_LIMITS.say(terminal)
