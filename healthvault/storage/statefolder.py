# SPDX-License-Identifier: Apache-2.0
"""The folder in which this machine remembers vaults: small files, each replaced as a whole.

What stands in the way of its folders is no damage of the vault, which lies elsewhere.
Spec: docs/spec/vault-folder.md section 9.
"""

from pathlib import Path

from healthvault.errors import InvalidRequest
from healthvault.storage import files
from healthvault.storage.layout import StatePaths
from healthvault.storage.openfile import reporting

__all__ = ["check_state_folder", "find_remembered", "remember"]


def find_remembered(state: StatePaths, path: Path, max_bytes: int) -> bytes | None:
    """Return the whole of a file in a folder of the state folder, or None if there is none.

    Raises:
        VaultDamaged: `vault_damaged`, the file is a link, no regular file or longer than `max_bytes`.
        InvalidRequest: `io_error`; also where something else stands in the place of the folder.
    """
    check_state_folder(state, path.parent)
    return files.find_bytes(path, max_bytes)


def remember(state: StatePaths, path: Path, data: bytes) -> None:
    """Replace a file in a folder of the state folder, durably; the folder is made if it is missing.

    Raises:
        InvalidRequest: `io_error`; also where something else stands in the place of the folder.
    """
    check_state_folder(state, path.parent)
    files.make_directories(path.parent)
    files.replace_file(path, data, path.parent)


def check_state_folder(state: StatePaths, inner: Path) -> None:
    """Check that neither the state folder nor `inner`, a folder in it, is something else; either may be missing.

    The state folder itself may be a link of the user's.

    Raises:
        InvalidRequest: `io_error`.
    """
    with reporting(state.root):
        is_other = state.root.exists() and not state.root.is_dir()
        blocked = state.root if is_other else inner
        if is_other or inner.is_symlink() or (inner.exists() and not inner.is_dir()):
            raise InvalidRequest(
                "io_error",
                f"{blocked}: not a folder, so this machine cannot remember vaults there",
                hint="move away what is there, or name another state folder with HV_STATE_HOME",
            )
