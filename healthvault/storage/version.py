# SPDX-License-Identifier: Apache-2.0
"""The file VERSION: the first thing read in a folder, and the last thing that a new vault needs.

Spec: docs/spec/vault-folder.md section 7 step 1.
"""

import re

from healthvault.errors import InvalidRequest, VaultNotFound
from healthvault.storage import files
from healthvault.storage.layout import VaultPaths

__all__ = ["VERSION", "check_version", "write_version"]

VERSION = b"healthvault 1\n"
_ANY_VERSION = re.compile(rb"healthvault [1-9][0-9]{0,8}\n")


def write_version(paths: VaultPaths) -> None:
    """Mark a folder as a vault. Raises InvalidRequest: `io_error`."""
    files.replace_file(paths.version, VERSION, paths.tmp)


def check_version(paths: VaultPaths) -> None:
    """Check that there is a vault that this program can read.

    Raises:
        VaultNotFound: `no_vault`, no folder, or neither VERSION nor keyring in it.
        InvalidRequest: `unsupported`, made by another version; `io_error`.
        VaultDamaged: `vault_damaged`, VERSION is missing beside a keyring, says nothing, or is no regular file.
    """
    file = files.find_file(paths.version) if paths.root.is_dir() else None
    if file is None:
        if files.is_there(paths.keyring):
            raise files.damaged(paths.version, "the file is missing")
        raise VaultNotFound("no_vault", f"there is no vault in {paths.root}", hint="`hv init` makes one")
    with file:
        found = file.read_at(0, 64)
    if found == VERSION:
        return
    if not _ANY_VERSION.fullmatch(found):
        raise files.damaged(paths.version, "it does not name a version")
    raise InvalidRequest(
        "unsupported",
        f"{paths.version}: not a vault of format 1",
        hint="a newer version of hv may read it",
    )
