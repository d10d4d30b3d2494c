# SPDX-License-Identifier: Apache-2.0
"""What `hv key compromised` asks and writes once it runs. Loads the vault."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from healthvault.cli.prompt import confirm
from healthvault.cli.terminal import Terminal
from healthvault.storage.outputs import OutputFile
from healthvault.vault.vault import Vault

__all__ = ["confirm_theft", "write_note"]


def confirm_theft(terminal: Terminal, vault: Vault, since: int, *, yes: bool) -> None:
    """Say how much was logged since the theft, and go on only if the owner keeps it. Raises as `confirm`."""
    count = vault.history.size - since
    if count > 0:
        made = "1 entry of this vault was made" if count == 1 else f"{count} entries of this vault were made"
        terminal.warn(
            f"{made} from entry {since} on, and stays as yours. "
            "If you did not make it, put back a copy from before, and `hv key restart`"
        )
    confirm(terminal.settings, "Replace all keys, and every way in but the recovery words?", yes=yes)


@contextmanager
def write_note(path: Path) -> Iterator[Callable[[bytes], None]]:
    """Open a file for the note before anything is changed, so that it can be written after it."""
    with OutputFile(path) as file:

        def keep(note: bytes) -> None:
            file.write(note)
            file.publish()

        yield keep
