# SPDX-License-Identifier: Apache-2.0
"""`hv trial eligible`: whether the owner may take part, answered here and told to nobody."""

from datetime import date
from typing import TYPE_CHECKING

import click

from healthvault.cli.command import hv_command
from healthvault.cli.limits import Limits
from healthvault.cli.objects import Json, JsonObject, new_object
from healthvault.cli.terminal import Terminal
from healthvault.cli.trial_consent_options import at_option

if TYPE_CHECKING:
    from healthvault.trials.eligibility import Answer
    from healthvault.vault.whose import Whose

__all__ = ["eligible"]

_COLUMNS = ("title", "answer", "reason", "documents")
_LIMITS = Limits(
    proves="what your own documents and facts say of each criterion, on this machine; nothing was shared or kept",
    does_not_prove=(
        "that a study will take you, or what no document says: no record of a thing is no proof that there is"
        " none; units are not converted; what documents say is not checked"
    ),
)


@hv_command("hv trial eligible criteria.json", "hv trial eligible criteria.json --at 2026-11-20 --json")
@click.argument("criteria", metavar="CRITERIA")
@at_option("As of this day. Default: today.")
def eligible(terminal: Terminal, criteria: str, day: date | None) -> None:
    """Judge the criteria of a study by what your documents say: yes, no or unknown, each with its reason.

    The last line is the answer to all of them. Reads only; nobody learns that you asked, or the answer.
    """
    from healthvault.areas.trial_eligible import judge
    from healthvault.cli.inputs import read_argument
    from healthvault.cli.looking import looking
    from healthvault.cli.trial_consenting import today
    from healthvault.trials.criteria import parse_criteria

    asked = parse_criteria(read_argument(criteria))
    on = day or today()
    with looking(terminal) as (vault, contents):
        judged = judge(vault, contents, asked, on)
        terminal.rows((_object(asked.study, on, each) for each in (*judged.answer.parts, judged.answer)), _COLUMNS)
        _say_whose(terminal, judged.whose)
    _LIMITS.say(terminal)


def _object(study: str, on: date, answer: "Answer") -> JsonObject:
    about: JsonObject = {"study": study, "at": on.isoformat()}
    return new_object("eligibility", {**about, **_part(answer), **_LIMITS.fields()})


def _part(answer: "Answer") -> JsonObject:
    documents: list[Json] = [*answer.documents]
    parts: list[Json] = [_part(each) for each in answer.parts]
    return {
        "title": answer.name,
        "answer": answer.truth.value,
        "reason": answer.why,
        "documents": documents,
        "parts": parts,
    }


def _say_whose(terminal: Terminal, whose: "Whose") -> None:
    """Say what was left out because it is not known to be about the owner."""
    if not whose.is_checked:
        terminal.say("not checked whose records these are: `hv id take ID` says who you are")
    if whose.left_out:
        count = len(whose.left_out)
        terminal.warn(f"left out, not known to be about you: {count} of your documents (`hv id check` says why)")
