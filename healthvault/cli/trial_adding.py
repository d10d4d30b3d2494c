# SPDX-License-Identifier: Apache-2.0
"""What `hv trial add` does once it runs. Loads the vault."""

from collections.abc import Iterator

from healthvault.areas.trials import Came, take_data
from healthvault.cli.clock import now_ms
from healthvault.cli.inputs import named_inputs
from healthvault.cli.objects import JsonObject
from healthvault.cli.opening import opened
from healthvault.cli.outcomes import Outcomes
from healthvault.cli.terminal import Terminal
from healthvault.cli.trial_objects import TAKEN, data_object

__all__ = ["add_chosen"]


def add_chosen(
    terminal: Terminal, study: str, files: tuple[str, ...], came: Came, *, columns: tuple[str, ...], clock_ok: bool
) -> None:
    """Add files as data of a trial; say what became of each."""
    outcomes = Outcomes(terminal)
    with opened(terminal, writing=True, clock_ok=clock_ok) as vault, terminal.progress() as progress:
        inputs = named_inputs(files, None, vault.place.root)
        taken = take_data(vault, study, inputs, came, now_ms=now_ms(), observer=progress)
        shown: Iterator[JsonObject] = outcomes.documents(taken, lambda document: data_object(study, document))
        terminal.stream(({**one, **TAKEN.fields()} for one in shown), columns)
    TAKEN.say(terminal)
    outcomes.check_complete()
