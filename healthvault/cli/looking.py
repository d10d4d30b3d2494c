# SPDX-License-Identifier: Apache-2.0
"""What every look into contents says at its end: what was not read, and what was left out.

Imported by commands when they run: it loads the vault.
"""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager

from healthvault.cli.opening import opened
from healthvault.cli.terminal import Terminal
from healthvault.storage.contents import Contents
from healthvault.vault.contents import unread
from healthvault.vault.looking import looked_into
from healthvault.vault.read import find_document
from healthvault.vault.vault import Vault
from healthvault.vault.whose import NOT_CHECKED, Whose

__all__ = ["looking", "say_left_out"]

_REASONS = {
    "extra_missing": "a library that reads {them} is not installed",
    "too_large": "more than is read of one document; what was read before is there",
    "reader_failed": "{their} content was not understood to the end",
    "underway": "{their} reading was stopped",
}


@contextmanager
def looking(terminal: Terminal, *, only: Sequence[str] = ()) -> Iterator[tuple[Vault, Contents]]:
    """Open the vault and the index into what its documents say, and say at the end what was not read.

    Args:
        terminal: Shows how reading gets on.
        only: Ids of documents, if no other has to be read; then nothing is said of others.

    Raises:
        NotFound: `not_found`, `ambiguous`.
    """
    with ExitStack() as closing:
        vault = closing.enter_context(opened(terminal))
        entries = [find_document(vault, name).entry for name in only] or None
        with terminal.progress() as observer:
            contents = closing.enter_context(looked_into(vault, only=entries, observer=observer))
        yield vault, contents
        if not only:
            _say_unread(terminal, contents)


def _say_unread(terminal: Terminal, contents: Contents) -> None:
    """Say how many documents were not read, why, and what would help."""
    counts: dict[tuple[str, str | None], int] = {}
    for each in unread(contents):
        key = each.code, each.hint
        counts[key] = counts.get(key, 0) + len(each.entries)
    for (code, hint), count in counts.items():
        one = count == 1
        reason = _REASONS.get(code, code).format(them="it" if one else "them", their="its" if one else "their")
        said = f"1 document was not read: {reason}" if one else f"{count} documents were not read: {reason}"
        terminal.warn(f"{said}; {hint}" if hint else said)


def say_left_out(terminal: Terminal, whose: Whose) -> None:
    """Say how many documents were left out because they are not known to be about the owner, or that none was."""
    if not whose.is_checked:
        terminal.say(NOT_CHECKED)
    count = len(whose.left_out)
    if count:
        which = "1 document is" if count == 1 else f"{count} documents are"
        said = f"{which} not known to be about you, or not all of it, and left out"
        terminal.warn(f"{said}: `hv id check` says why, --everyone shows all")
