# SPDX-License-Identifier: Apache-2.0
"""The history as people read it: one line an entry, newest first.

Spec: docs/spec/journal.md section 4.
"""

from collections.abc import Iterator

from healthvault.storage.consent_rows import ConsentRows
from healthvault.vault.vault import Vault
from healthvault.vault.views import LogEntry

__all__ = ["log_entries"]


def log_entries(vault: Vault, *, limit: int | None = None) -> Iterator[LogEntry]:
    """Yield the newest entries; a locked vault shows their number, time and signer only.

    Raises:
        VaultDamaged: `vault_damaged`, an entry cannot be read.
    """
    if vault.unlocked is None:
        yield from _locked(vault, limit)
        return
    for row in ConsentRows(vault.catalogue).history(limit):
        yield LogEntry(index=row.seq, kind=row.kind, time_ms=row.time_ms, id=row.id, signer=row.signer)


def _locked(vault: Vault, limit: int | None) -> Iterator[LogEntry]:
    first = 0 if limit is None else max(0, vault.history.size - limit)
    for seq in range(vault.history.size - 1, first - 1, -1):
        header = vault.history.entry(seq).header
        kind = "sealed" if header.event is None else "key"
        yield LogEntry(index=seq, kind=kind, time_ms=header.ts_ms, id=None, signer=header.signer)
