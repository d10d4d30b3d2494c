# SPDX-License-Identifier: Apache-2.0
"""Where things lie on this machine: the only import of appdirs.

The state folder holds what a verifier remembers; it stands apart from the vault, so that restoring or syncing the
vault does not take that memory back with it.
"""

import os
from pathlib import Path

import appdirs

__all__ = ["state_folder", "vault_folder"]

_NAME = "healthvault"


def vault_folder(chosen: Path | None) -> Path:
    """Return the vault's folder: the option, else HV_HOME, else the platform's data folder."""
    return Path(os.path.abspath(chosen or os.environ.get("HV_HOME") or appdirs.user_data_dir(_NAME)))  # noqa: PTH100


def state_folder() -> Path:
    """Return where this user's memory is: HV_STATE_HOME, else the platform's state folder."""
    return Path(os.path.abspath(os.environ.get("HV_STATE_HOME") or appdirs.user_state_dir(_NAME)))  # noqa: PTH100
