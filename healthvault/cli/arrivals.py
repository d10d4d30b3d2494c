# SPDX-License-Identifier: Apache-2.0
"""What is new in what was just added: exports overlap, and a person wants to know what a later one brought.

Talk on stderr, after everything is safely stored. Loads the vault.
"""

from collections.abc import Iterable, Iterator

from healthvault.cli.terminal import Terminal
from healthvault.storage.contents import Contents
from healthvault.vault.add import Observer
from healthvault.vault.looking import looked_into
from healthvault.vault.relations import CONTAINERS, relations_of
from healthvault.vault.vault import Vault
from healthvault.vault.views import Document, Failure

__all__ = ["Arrivals"]

MOST_BYTES = 64 << 20  # in all: what is larger is read by whoever looks into it


class Arrivals:
    """Notes what was added, and tells afterwards what it says."""

    def __init__(self) -> None:
        self._new: list[Document] = []
        self._left_bytes = MOST_BYTES

    def noted(self, added: Iterable[Document | Failure]) -> Iterator[Document | Failure]:
        """Yield what was added, and remember what holds many things."""
        for item in added:
            if isinstance(item, Document) and item.duplicate_of is None and item.kind in CONTAINERS:
                self._left_bytes -= item.size_bytes
                if self._left_bytes >= 0:
                    self._new.append(item)
            yield item

    def tell(self, terminal: Terminal, vault: Vault, observer: Observer | None) -> None:
        """Read what was noted, and say how much of it no document said before.

        Raises:
            InvalidRequest: `io_error`.
        """
        if not self._new or terminal.settings.quiet:
            return
        with looked_into(vault, only=[item.entry for item in self._new], observer=observer) as contents:
            for item in self._new:
                _tell(terminal, vault, contents, item)


def _tell(terminal: Terminal, vault: Vault, contents: Contents, item: Document) -> None:
    relations = relations_of(vault, contents, item.entry)
    if relations.said and relations.new < relations.said:
        most = relations.same[0].id[:10] if relations.same else ""
        others = f"; {most} and others" if len(relations.same) > 1 else f"; {most}"
        new = f"{relations.new} of them new" if relations.new else "nothing new"
        terminal.say(f"{item.name}: says {relations.said} things, {new}{others} said the rest before")
