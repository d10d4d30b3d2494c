# SPDX-License-Identifier: Apache-2.0
"""What `hv trial contribute` does once it runs: judge, show, share."""

from pathlib import Path
from typing import TypedDict

import click

from healthvault.cli.clock import ms_of, now_ms, wall_clock
from healthvault.cli.dates import When, parse_when
from healthvault.cli.objects import bundle_object
from healthvault.cli.options import is_stdout
from healthvault.cli.terminal import Terminal

__all__ = ["ContributeChoice", "contribute_chosen"]

_UNTIL = parse_when("90d")


class ContributeChoice(TypedDict):
    """To whom and how, as the options say it."""

    to: tuple[str, ...]
    option: str
    until: When | None
    sensitivity: tuple[str, ...]
    yes: bool
    clock_ok: bool


def contribute_chosen(
    terminal: Terminal, wish: tuple[str, tuple[str, ...]], output: Path, chosen: ContributeChoice
) -> None:
    """Share documents with a study, once consent covers each and the owner has said yes; say so."""
    from healthvault.areas.trial_contributing import Contribution, contribute, covered
    from healthvault.cli.opening import opened
    from healthvault.cli.prompt import confirm

    if is_stdout(output):
        raise click.UsageError("a bundle goes to a file: name one with -o")
    study, documents = wish
    now = now_ms()
    whole = Contribution(
        study=study,
        documents=documents,
        to=chosen["to"],
        option=chosen["option"],
        not_after_ms=ms_of((chosen["until"] or _UNTIL).end(wall_clock(now))),
        sensitivity=chosen["sensitivity"],
    )
    today = wall_clock(now).date()
    with opened(terminal, writing=True, clock_ok=chosen["clock_ok"]) as vault:
        kept, found = covered(vault, whole, today=today)
        question = f"Give {len(found)} of your documents to {', '.join(whole.to)} for study {study}?"
        about = [f"  consent of {kept.consent.date}", *(f"  {document.title}" for document in found)]
        confirm(terminal.settings, question, yes=chosen["yes"], about=about)
        view = contribute(vault, whole, output, today=today, now_ms=now)
    terminal.fields(bundle_object(view))
    terminal.say(f"The consent of {kept.consent.date} goes along: {kept.document[:10]}")
    terminal.say("What they have, a later withdrawal cannot take back; it refuses data dated after it.")
