# SPDX-License-Identifier: Apache-2.0
"""What `hv trial bundle` does once it runs. Loads the vault."""

from pathlib import Path

import click

from healthvault.areas.trial_bundle import RESEARCH, bundle_trial, documents_of_trial
from healthvault.cli.clock import ms_of, now_ms, wall_clock
from healthvault.cli.dates import parse_when
from healthvault.cli.limits import Limits
from healthvault.cli.objects import bundle_object
from healthvault.cli.opening import opened
from healthvault.cli.options import is_stdout
from healthvault.cli.sharing import confirm_terms
from healthvault.cli.terminal import Terminal
from healthvault.cli.trial_options import BundleChoice
from healthvault.consent.purposes import DEFAULT_ACTIONS
from healthvault.vault.read import find_document
from healthvault.vault.terms import Terms

__all__ = ["bundle_chosen"]

HANDED = Limits(
    proves="to its reader the order of all that is in it, and how many protocols are registered in this vault",
    does_not_prove="what was left out of the study's data, or what other vaults hold",
)
_UNTIL = parse_when("90d")


def bundle_chosen(terminal: Terminal, study: str, output: Path, chosen: BundleChoice) -> None:
    """Write the bundle once the owner has said yes; say so."""
    if is_stdout(output):
        raise click.UsageError("a bundle of a trial is a file: name one with -o")
    terms = Terms(
        records=(),
        to=chosen["to"],
        purposes=(RESEARCH,),
        actions=DEFAULT_ACTIONS,
        not_after_ms=ms_of((chosen["until"] or _UNTIL).end(wall_clock(now_ms()))),
        may_end_earlier=chosen["until"] is None,
        is_for_bearer=chosen["code"],
    )
    with opened(terminal, writing=True, clock_ok=chosen["clock_ok"]) as vault, terminal.progress() as progress:
        found, ids = documents_of_trial(vault, study)
        documents = tuple(find_document(vault, each) for each in ids)
        form = f"Share {found.id}, {{what}}, and how many protocols this vault registered, with {{whom}}"
        confirm_terms(terminal, vault, documents, terms, form=form, yes=chosen["yes"])
        made = bundle_trial(vault, study, terms, output, now_ms=now_ms(), observer=progress)
    terminal.fields({**bundle_object(made), **HANDED.fields()}, unsaid=("proves", "does_not_prove"))
    HANDED.say(terminal)
