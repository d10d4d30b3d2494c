# SPDX-License-Identifier: Apache-2.0
"""When the recovery words of an own vault were last tried on this machine: a time, no secret.

Spec: docs/spec/vault-folder.md section 9.
"""

from healthvault.storage.layout import StatePaths
from healthvault.storage.statefolder import find_remembered, remember

__all__ = ["last_drill_ms", "remember_drill"]

MAX_BYTES = 32


def last_drill_ms(state: StatePaths, vault_id: bytes) -> int | None:
    """Return the time, or None if none is remembered, or nothing that is a time.

    Raises:
        VaultDamaged: `vault_damaged`, the file is a link, no regular file or far too long.
        InvalidRequest: `io_error`; also where something else stands in the place of the folder.
    """
    data = find_remembered(state, state.drill(vault_id), MAX_BYTES) or b""
    text = data.decode("ascii", "replace").strip()
    return int(text) if text.isascii() and text.isdigit() else None


def remember_drill(state: StatePaths, vault_id: bytes, now_ms: int) -> None:
    """Remember the time, in the place of the one before. Raises InvalidRequest: `io_error`."""
    remember(state, state.drill(vault_id), f"{now_ms}\n".encode())
