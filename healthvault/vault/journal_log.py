# SPDX-License-Identifier: Apache-2.0
"""The history as people read it: one line an entry, newest first.

Spec: docs/spec/journal.md section 4.
"""

from collections.abc import Iterator

from healthvault.errors import VaultDamaged
from healthvault.storage.consent_rows import ConsentRows, HistoryRow
from healthvault.storage.document_rows import DocumentRows
from healthvault.vault.around import entries_text
from healthvault.vault.history import damaged
from healthvault.vault.intervals import Intervals
from healthvault.vault.vault import Vault
from healthvault.vault.views import Document, LogEntry, Story

__all__ = ["entry_view", "log_entries", "story_of"]


def log_entries(vault: Vault, *, limit: int | None = None) -> Iterator[LogEntry]:
    """Yield the newest entries; a locked vault shows their number, time and signer only.

    Raises:
        VaultDamaged: `vault_damaged`, at the end: entries of a locked vault cannot be read.
    """
    if vault.unlocked is None:
        yield from _locked(vault, limit)
        return
    intervals = Intervals(vault)
    for row in ConsentRows(vault.catalogue).history(limit):
        yield entry_view(row, intervals)


def story_of(vault: Vault, document: Document) -> Story:
    """Return what became of a document."""
    table, row = DocumentRows(vault.catalogue), DocumentRows(vault.catalogue).at(document.entry)
    older = table.at(row.supersedes) if row is not None and row.supersedes is not None else None
    newer, intervals = table.replaced_by(document.entry), Intervals(vault)
    return Story(
        replaces=older.id if older else None,
        replaced_by=newer.id if newer else None,
        entries=tuple(entry_view(row, intervals) for row in ConsentRows(vault.catalogue).history_of(document.id)),
        interval=intervals.of(document.entry),
    )


def entry_view(row: HistoryRow, intervals: Intervals) -> LogEntry:
    """Return an entry as the index knows it."""
    return LogEntry(
        index=row.seq,
        kind=row.kind,
        time_ms=row.time_ms,
        id=row.id,
        signer=row.signer,
        detail=row.detail,
        interval=intervals.of(row.seq),
    )


def _locked(vault: Vault, limit: int | None) -> Iterator[LogEntry]:
    first = 0 if limit is None else max(0, vault.history.size - limit)
    lost: list[int] = []
    for seq in range(vault.history.size - 1, first - 1, -1):
        try:
            header = vault.history.entry(seq).header
        except VaultDamaged:
            lost.insert(0, seq)
            continue
        kind = "sealed" if header.event is None else "key"
        yield LogEntry(index=seq, kind=kind, time_ms=header.ts_ms, id=None, signer=header.signer)
    if lost:
        raise damaged(f"{entries_text(lost)} cannot be read")
