# SPDX-License-Identifier: Apache-2.0
"""Which documents of an own vault were erased on this machine, remembered outside of the vault.

An old copy that is put back in the vault's place does not know of later erasures; this list does, so that they
can be done again. Ids only, one a line: they are no secret and say nothing of a document.
Spec: docs/spec/vault-folder.md section 9.
"""

from collections.abc import Iterable

from healthvault.storage import files
from healthvault.storage.layout import StatePaths

__all__ = ["erased_here", "remember_erased"]

MAX_BYTES = 64 * 1024 * 1024


def erased_here(state: StatePaths, vault_id: bytes) -> tuple[str, ...]:
    """Return the ids of documents, in the order of their erasure.

    Raises:
        VaultDamaged: `vault_damaged`, the file is a link, no regular file or far too long.
        InvalidRequest: `io_error`.
    """
    path = state.erasures(vault_id)
    file = files.find_file(path)
    if file is None:
        return ()
    with file:
        data = file.read_at(0, MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise files.damaged(path, f"longer than {MAX_BYTES} bytes")
    return tuple(data.decode("ascii", "replace").split())


def remember_erased(state: StatePaths, vault_id: bytes, ids: Iterable[str]) -> None:
    """Add documents to the list, durably; those that stand there already are not repeated. Raises as above."""
    known = erased_here(state, vault_id)
    path = state.erasures(vault_id)
    files.make_directories(path.parent)
    lines = "".join(f"{name}\n" for name in dict.fromkeys((*known, *ids)))
    files.replace_file(path, lines.encode(), path.parent)
