# SPDX-License-Identifier: Apache-2.0
"""Whose records a view shows: the owner's, unless everybody's are asked for.

Spec: docs/spec/contents.md section 9.
"""

from dataclasses import replace

from healthvault.storage.contents import Contents
from healthvault.storage.item_rows import ItemRows
from healthvault.storage.item_scope import Scope
from healthvault.vault.vault import Vault
from healthvault.vault.whose import Whose, whose_records

__all__ = ["owners_scope"]


def owners_scope(vault: Vault, contents: Contents, scope: Scope, *, everyone: bool) -> tuple[Scope, Whose]:
    """Return a scope narrowed to what is about the owner, and what is known of whose records there are.

    Args:
        vault: Unlocked.
        contents: Brought up.
        scope: What is asked for.
        everyone: Do not narrow it.

    Raises:
        InvalidRequest: `io_error`.
    """
    if everyone:
        return scope, Whose()
    whose = whose_records(vault, contents)
    own = {pair[0] for pair in ItemRows(contents).subjects(whose.left_out) if whose.includes(*pair)}
    hidden = tuple(seq for seq in whose.left_out if seq not in own)
    others = (*whose.outside, *((seq, None) for seq in whose.left_out))
    return replace(scope, not_owners=others, hidden=hidden), whose
