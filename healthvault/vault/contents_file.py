# SPDX-License-Identifier: Apache-2.0
"""The index into contents, opened as it is: no document is read for it. Spec: docs/spec/contents.md section 4."""

from healthvault.errors import InvalidRequest
from healthvault.storage.contents import Contents
from healthvault.vault.unlock import contents_key
from healthvault.vault.vault import Vault

__all__ = ["contents_as_it_is"]


def contents_as_it_is(vault: Vault) -> Contents:
    """Open the index of an unlocked vault; where it cannot be written, an empty one in memory."""
    try:
        return Contents.open(vault.paths.contents, contents_key(vault.keys))
    except InvalidRequest as err:
        if err.code != "io_error":
            raise
        return Contents.in_memory()  # a read-only or full disk can still be read
