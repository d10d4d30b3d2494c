# SPDX-License-Identifier: Apache-2.0
"""Work on many inputs where some may fail: each failure is named at once, the rest goes on, the exit is 3."""

from collections.abc import Callable, Iterable, Iterator

from healthvault.cli.objects import JsonObject, document_object
from healthvault.cli.terminal import Terminal
from healthvault.errors import HealthVaultError, PartlyDone
from healthvault.vault.views import Document, Failure

__all__ = ["Outcomes"]


class Outcomes:
    """Counts what was done and names what failed."""

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal
        self._done = 0
        self._failed = 0

    def documents(
        self,
        items: Iterable[Document | Failure],
        shown: Callable[[Document], JsonObject] = document_object,
    ) -> Iterator[JsonObject]:
        """Yield the objects of the documents among the items."""
        for item in items:
            if isinstance(item, Failure):
                self.failed(item.name, item.error)
            else:
                self.succeeded()
                if item.duplicate_of is not None:
                    self._terminal.say(
                        f"{item.name}: already there as {item.duplicate_of[:10]}; nothing was changed"
                    )
                yield shown(item)

    def succeeded(self) -> None:
        """Count one input that is done."""
        self._done += 1

    def failed(self, name: str, error: HealthVaultError) -> None:
        """Name and count one input that failed."""
        self._failed += 1
        self._terminal.failed(name, error)

    def check_complete(self) -> None:
        """Check that nothing failed. Raises PartlyDone: `partly_done`."""
        if self._failed:
            rest = "; the others are done" if self._done else "; nothing was done"
            said = f"{self._failed} of {self._done + self._failed} failed, each named above{rest}"
            raise PartlyDone("partly_done", said)
