# SPDX-License-Identifier: Apache-2.0
"""When the recovery words of an own vault were last tried on this machine: a time, no secret.

Spec: docs/spec/vault-folder.md section 9.
"""

from healthvault.storage import files
from healthvault.storage.layout import StatePaths

__all__ = ["last_drill_ms", "remember_drill"]

MAX_BYTES = 32


def last_drill_ms(state: StatePaths, vault_id: bytes) -> int | None:
    """Return the time, or None if none is remembered, or nothing that is a time.

    Raises:
        VaultDamaged: `vault_damaged`, the file is a link or no regular file.
        InvalidRequest: `io_error`.
    """
    file = files.find_file(state.drill(vault_id))
    if file is None:
        return None
    with file:
        text = file.read_at(0, MAX_BYTES).decode("ascii", "replace").strip()
    return int(text) if text.isascii() and text.isdigit() else None


def remember_drill(state: StatePaths, vault_id: bytes, now_ms: int) -> None:
    """Remember the time, in the place of the one before. Raises InvalidRequest: `io_error`."""
    path = state.drill(vault_id)
    files.make_directories(path.parent)
    files.replace_file(path, f"{now_ms}\n".encode(), path.parent)
