# SPDX-License-Identifier: Apache-2.0
"""The file VERSION: the first thing read in a folder, and the last thing that a new vault needs.

Spec: docs/spec/vault-folder.md section 7 step 1.
"""

from healthvault.errors import InvalidRequest, VaultNotFound
from healthvault.storage import files
from healthvault.storage.layout import VaultPaths

__all__ = ["check_version", "write_version"]

VERSION = b"healthvault 1\n"


def write_version(paths: VaultPaths) -> None:
    """Mark a folder as a vault. Raises InvalidRequest: `io_error`."""
    files.replace_file(paths.version, VERSION, paths.tmp)


def check_version(paths: VaultPaths) -> None:
    """Check that there is a vault that this program can read.

    Raises:
        VaultNotFound: `no_vault`, no folder or no VERSION in it.
        InvalidRequest: `unsupported`, made by another version; `io_error`.
        VaultDamaged: `vault_damaged`, VERSION is a link or no regular file.
    """
    file = files.find_file(paths.version) if paths.root.is_dir() else None
    if file is None:
        raise VaultNotFound("no_vault", f"there is no vault in {paths.root}", hint="`hv init` makes one")
    with file:
        found = file.read_at(0, 64)
    if found != VERSION:
        raise InvalidRequest(
            "unsupported",
            f"{paths.version}: not a vault of format 1",
            hint="a newer version of hv may read it",
        )
