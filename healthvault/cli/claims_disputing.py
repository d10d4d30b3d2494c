# SPDX-License-Identifier: Apache-2.0
"""What `hv claims dispute` does once it runs: show what would go out, ask, write it. Loads the vault."""

from pathlib import Path

import click

from healthvault.areas.claims import check_claims
from healthvault.areas.claims_dispute import Plan, dispute, plan_dispute
from healthvault.cli.claims_objects import DISPUTE_LIMITS, dispute_object
from healthvault.cli.claims_options import DisputeChoice
from healthvault.cli.clock import ms_of, now_ms, wall_clock
from healthvault.cli.dates import parse_when
from healthvault.cli.opening import opened
from healthvault.cli.options import is_stdout
from healthvault.cli.prompt import confirm
from healthvault.cli.terminal import Terminal
from healthvault.cli.text import short_id
from healthvault.consent.purposes import PURPOSES
from healthvault.consent.selectors import conditions_from_words
from healthvault.vault.contacts import find_contact
from healthvault.vault.terms import Terms

__all__ = ["dispute_chosen"]

_UNTIL = parse_when("90d")
_ACTIONS = ("view",)


def dispute_chosen(terminal: Terminal, claim: str, output: Path, chosen: DisputeChoice) -> None:
    """Write the dispute that the options describe, once the owner has said yes; say so."""
    if is_stdout(output):
        raise click.UsageError("a dispute is a file: name one with -o")
    reason = chosen["reason"].strip()
    with opened(terminal, writing=True, clock_ok=chosen["clock_ok"]) as vault:
        insurer = find_contact(vault, chosen["to"]).name
        with terminal.progress() as progress:
            checked = check_claims(vault, observer=progress)
            plan = plan_dispute(vault, checked, claim, chosen["without"], reason)
        _warn(terminal, plan)
        about = [
            f"  {short_id(each.document.id)} {each.document.title}{_more(each.more)}" for each in plan.needed
        ] + ["  and your statement"]
        question = f"Hand these to {insurer}, for payment only, to {', '.join(_actions(chosen))}?"
        confirm(terminal.settings, question, yes=chosen["yes"], about=about)
        now, day = now_ms(), wall_clock(now_ms()).date().isoformat()
        with terminal.progress() as progress:
            sent = dispute(
                vault, plan, _terms(chosen), output, reason=reason, day=day, now_ms=now, observer=progress
            )
    terminal.fields(dispute_object(sent, plan.case.label), unsaid=("proves", "does_not_prove"))
    DISPUTE_LIMITS.say(terminal)


def _warn(terminal: Terminal, plan: Plan) -> None:
    """Name what holds more than the claim, and what is missing, before anything is written: by ids, no titles."""
    for each in plan.needed:
        if each.more:
            terminal.warn(
                f"{each.document.id} holds {each.more} more things than the claim:"
                f" {', '.join(each.sorts)}; --without leaves it out"
            )
    for id_text in plan.withheld:
        terminal.warn(f"{id_text} is left out, and the statement says how many are")


def _more(count: int) -> str:
    return f" (and {count} more things in it)" if count else ""


def _actions(chosen: DisputeChoice) -> tuple[str, ...]:
    return chosen["action"] or _ACTIONS


def _terms(chosen: DisputeChoice) -> Terms:
    end = (chosen["until"] or _UNTIL).end(wall_clock(now_ms()))
    return Terms(
        records=(),
        to=(chosen["to"],),
        purposes=(PURPOSES["payment"],),
        actions=_actions(chosen),
        not_after_ms=ms_of(end),
        conditions=conditions_from_words((), chosen["sensitivity"], None),
    )
