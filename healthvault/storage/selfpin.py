# SPDX-License-Identifier: Apache-2.0
"""The outside pin: the newest checkpoint of an own vault, remembered outside of it.

Only memory outside can show that a vault was put back to an earlier state. The signed note itself is kept, not
just its numbers, because two signed notes that contradict one another are a proof that anybody can check.

Checks no signature; who controls this folder too can still rewind. Spec: docs/spec/vault-folder.md section 9.
"""

import contextlib
from pathlib import Path

from healthvault.storage import files
from healthvault.storage.layout import StatePaths
from healthvault.storage.statefolder import find_remembered, remember

__all__ = ["keep_self_pin", "load_self_pin", "save_self_pin"]

MAX_NOTE_BYTES = 64 * 1024
STALE_SECONDS = 3600  # making a pin takes milliseconds


def load_self_pin(state: StatePaths, vault_id: bytes) -> bytes | None:
    """Return the note remembered of a vault, unverified, or None if there is none.

    Raises:
        VaultDamaged: `vault_damaged`, the file is a link, no regular file or too long.
        InvalidRequest: `io_error`; also where something else stands in the place of the folder.
    """
    return find_remembered(state, state.self_pin(vault_id), MAX_NOTE_BYTES)


def save_self_pin(state: StatePaths, vault_id: bytes, note: bytes) -> None:
    """Remember a checkpoint (a signed note) of a vault instead of the one before, durably.

    Raises:
        InvalidRequest: `io_error`; also where something else stands in the place of the folder.
    """
    remember(state, state.self_pin(vault_id), note)
    _clear_leftovers(state.self_pin(vault_id))


def keep_self_pin(state: StatePaths, vault_id: bytes) -> Path | None:
    """Keep a copy of what is remembered, for good, before a restart replaces it; return where it is.

    Raises:
        VaultDamaged: `vault_damaged`, as `load_self_pin`.
        InvalidRequest: `io_error`.
    """
    note = load_self_pin(state, vault_id)
    if note is None:
        return None
    name = state.self_pin(vault_id).name
    taken = set(files.list_names(state.self_pins))
    number = 1
    while f"{name}.{number}" in taken:
        number += 1
    kept = state.self_pins / f"{name}.{number}"
    remember(state, kept, note)
    return kept


def _clear_leftovers(pin: Path) -> None:
    """Remove half-made pins that crashes left: readers make them too, without a lock, so only what is old."""
    made = pin.lstat().st_mtime
    for name in files.list_names(pin.parent):
        with contextlib.suppress(FileNotFoundError):  # another process was faster
            path = pin.with_name(name)
            if files.is_temporary(name, pin.name) and path.lstat().st_mtime < made - STALE_SECONDS:
                files.discard(path)
