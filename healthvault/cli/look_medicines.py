# SPDX-License-Identifier: Apache-2.0
"""What every look at medicines begins and ends with. Loads the vault."""

from collections.abc import Iterator
from contextlib import contextmanager

from healthvault.areas.medicines import Known, known_medicines
from healthvault.cli.looking import looking, say_left_out
from healthvault.cli.terminal import Terminal

__all__ = ["looked_up"]


@contextmanager
def looked_up(terminal: Terminal, *, everyone: bool) -> Iterator[Known]:
    """Open the vault and gather what it holds about medicines; say at the end what could not be read."""
    with looking(terminal) as (vault, _), terminal.progress() as observer:
        known = known_medicines(vault, everyone=everyone, observer=observer)
        yield known
        for stumble in known.stumbles:
            terminal.warn(f"{stumble.document.id} was not read to the end: {stumble.reason}")
        say_left_out(terminal, known.whose)
