# SPDX-License-Identifier: Apache-2.0
"""The owner's decisions about a document: what `hv id link`, `refuse` and `unlink` share. Loads the vault."""

from healthvault.cli.clock import now_ms
from healthvault.cli.opening import opened
from healthvault.cli.person_objects import WHOSE_COLUMNS, whose_object
from healthvault.cli.terminal import Terminal
from healthvault.ledger.person import Decision
from healthvault.vault.contents import opened_contents
from healthvault.vault.linking import decide, subject_number, undo_decision
from healthvault.vault.read import find_document
from healthvault.vault.whose_views import whose_of

__all__ = ["decide_whose"]


def decide_whose(
    terminal: Terminal, document: str, decision: str | None, subject: int | None, *, clock_ok: bool
) -> None:
    """Keep a decision about a document, and show whose it is now.

    Args:
        terminal: Where to show it.
        document: Id, or its beginning.
        decision: A value of `Decision`; None: the last one is taken back.
        subject: Number of a person in it, from 1; None: all of it.
        clock_ok: Write although the clock looks wrong.
    """
    with opened(terminal, writing=True, clock_ok=clock_ok) as vault:
        found = find_document(vault, document)
        with opened_contents(vault, only=[found.entry]) as contents:
            if decision is None:
                undo_decision(vault, found, now_ms=now_ms())
            else:
                number = subject_number(contents, found, subject)
                decide(vault, found, Decision(decision), number, now_ms=now_ms())
            terminal.rows([whose_object(whose_of(vault, contents, found))], WHOSE_COLUMNS)
