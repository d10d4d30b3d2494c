# SPDX-License-Identifier: Apache-2.0
"""`hv id check`: whose records the documents hold, with reasons."""

import click

from healthvault.cli.command import hv_command
from healthvault.cli.person_objects import WHOSE_COLUMNS, whose_object
from healthvault.cli.terminal import Terminal

__all__ = ["check"]

_COLUMNS = WHOSE_COLUMNS


@hv_command("hv id check", "hv id check d_7k3m --json")
@click.argument("documents", nargs=-1, metavar="[DOC...]")
def check(terminal: Terminal, documents: tuple[str, ...]) -> None:
    """Show whose records your documents hold, and why; what is in doubt comes first.

    A comparison of words in files with what you said of yourself: no proof of who anybody is. Only what is `same`,
    what you linked, and what names nobody counts as yours.
    """
    from healthvault.cli.opening import opened
    from healthvault.vault.contents import opened_contents
    from healthvault.vault.read import Filter, find_document, list_documents
    from healthvault.vault.whose_views import check_whose

    with opened(terminal) as vault, terminal.progress() as progress:
        chosen = [find_document(vault, asked) for asked in documents]
        only = [document.entry for document in chosen] if documents else None
        kept = (document for document in list_documents(vault, Filter()) if document.status != "erased")
        with opened_contents(vault, only=only, observer=progress) as contents:
            views = check_whose(vault, contents, chosen if documents else kept)
            terminal.rows(map(whose_object, views), _COLUMNS)
