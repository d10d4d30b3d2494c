# SPDX-License-Identifier: Apache-2.0
"""From the options that choose documents to the vault's filter and to the documents themselves.

Imported by commands when they run: it loads the vault.
"""

from collections.abc import Sequence

import click

from healthvault.cli.clock import now_ms, wall_clock
from healthvault.cli.dates import When
from healthvault.cli.options import SelectChoice
from healthvault.errors import NotFound
from healthvault.vault.read import Filter, find_document, list_documents
from healthvault.vault.vault import Vault
from healthvault.vault.views import Document

__all__ = ["filter_of", "is_described", "selected_apart"]


def filter_of(chosen: SelectChoice, until: When | None = None, limit: int | None = None) -> Filter:
    """Return the filter that the options describe; a span counts backwards from now."""
    now = wall_clock(now_ms())
    since = chosen["since"]
    return Filter(
        since=since.past_day(now) if since else None,
        until=until.past_day(now) if until else None,
        kind=chosen["kind"],
        tag=chosen["tag"],
        category=chosen["category"],
        author=chosen["author"],
        limit=limit,
    )


def is_described(chosen: SelectChoice) -> bool:
    """Tell whether an option chooses documents."""
    return any((chosen["since"], chosen["kind"], chosen["tag"], chosen["category"], chosen["author"]))


def selected_apart(
    vault: Vault, ids: Sequence[str], chosen: SelectChoice
) -> tuple[tuple[Document, ...], tuple[Document, ...]]:
    """Return the documents named by id, and the others that the options describe, each once.

    Raises:
        UsageError: nothing was named and nothing described.
        NotFound: `not_found`, `ambiguous`; also when no document is as described.
    """
    described = is_described(chosen)
    if not ids and not described:
        raise click.UsageError("say which documents: by id, or by --tag, --category, --type, --since or --author")
    named = {found.id: found for found in (find_document(vault, name) for name in ids)}
    others = [found for found in _described(vault, chosen) if found.id not in named] if described else []
    return tuple(named.values()), tuple(others)


def _described(vault: Vault, chosen: SelectChoice) -> list[Document]:
    found = [document for document in list_documents(vault, filter_of(chosen)) if document.status == "current"]
    if not found:
        raise NotFound(
            "not_found", "no document is as described", hint="`hv list` with the same options shows none"
        )
    return found
