# SPDX-License-Identifier: Apache-2.0
"""Which documents of an own vault were erased on this machine, remembered outside of the vault.

An old copy that is put back in the vault's place does not know of later erasures; this list does, so that they
can be done again. Ids only, one a line: they are no secret and say nothing of a document.
Spec: docs/spec/vault-folder.md section 9.
"""

from collections.abc import Iterable

from healthvault.storage.layout import StatePaths
from healthvault.storage.statefolder import find_remembered, remember

__all__ = ["erased_here", "remember_erased"]

MAX_BYTES = 64 * 1024 * 1024


def erased_here(state: StatePaths, vault_id: bytes) -> tuple[str, ...]:
    """Return the ids of documents, in the order of their erasure.

    Raises:
        VaultDamaged: `vault_damaged`, the file is a link, no regular file or far too long.
        InvalidRequest: `io_error`; also where something else stands in the place of the folder.
    """
    data = find_remembered(state, state.erasures(vault_id), MAX_BYTES) or b""
    return tuple(data.decode("ascii", "replace").split())


def remember_erased(state: StatePaths, vault_id: bytes, ids: Iterable[str]) -> None:
    """Add documents to the list, durably; those that stand there already are not repeated. Raises as above."""
    known = erased_here(state, vault_id)
    lines = "".join(f"{name}\n" for name in dict.fromkeys((*known, *ids)))
    remember(state, state.erasures(vault_id), lines.encode())
