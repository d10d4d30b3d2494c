# SPDX-License-Identifier: Apache-2.0
"""The folder in which this machine remembers vaults: that what has its name is a folder.

What stands in its way is no damage of the vault, which lies elsewhere. Spec: docs/spec/vault-folder.md section 9.
"""

from pathlib import Path

from healthvault.errors import InvalidRequest
from healthvault.storage.layout import StatePaths
from healthvault.storage.openfile import reporting

__all__ = ["check_state_folder"]


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
