# SPDX-License-Identifier: Apache-2.0
"""What a result proves and what it cannot, said wherever the result is shown. Pure but for the saying."""

from dataclasses import dataclass

from healthvault.cli.objects import JsonObject
from healthvault.cli.terminal import Terminal

__all__ = ["Limits"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Two sentences, each without its end."""

    proves: str
    does_not_prove: str

    def fields(self) -> JsonObject:
        """Return what stands in every JSON object of the result."""
        return {"proves": self.proves, "does_not_prove": self.does_not_prove}

    def say(self, terminal: Terminal) -> None:
        """Say it after the result, on stderr; JSON has it in its objects."""
        if not terminal.settings.json:
            terminal.say(f"This shows: {self.proves}.")
            terminal.say(f"It cannot show: {self.does_not_prove}.")
