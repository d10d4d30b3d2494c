# SPDX-License-Identifier: Apache-2.0
"""Who else may get at a vault: folders and files that are open wider than they were made. Mends nothing.

Spec: docs/spec/vault-folder.md section 8.1.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from shlex import quote

from healthvault.storage import files
from healthvault.storage.layout import StatePaths, VaultPaths

__all__ = ["permission_warnings"]

_OTHERS = 0o077


def permission_warnings(vault: VaultPaths, state: StatePaths) -> Iterator[str]:
    """Yield what to warn of: the vault's folder and keyring and the state folder, as far as they are there."""
    yield from _warnings(vault.root, files.DIRECTORY_MODE)
    yield from _warnings(vault.keyring, files.FILE_MODE)
    yield from _warnings(state.root, files.DIRECTORY_MODE)


def _warnings(path: Path, mode: int) -> Iterator[str]:
    try:
        found = path.stat()
    except OSError:
        return  # whoever needs it will say so
    if found.st_mode & _OTHERS:
        yield f"{path} is open to other users of this machine; close it with: chmod {mode:o} {quote(str(path))}"
    if found.st_uid != os.geteuid():
        yield f"{path} belongs to another user (number {found.st_uid}), who can change it and what is in it"
