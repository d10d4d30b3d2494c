# SPDX-License-Identifier: Apache-2.0
"""Whose records a view shows: the owner's, unless everybody's are asked for.

Spec: docs/spec/contents.md section 7.
"""

from dataclasses import replace

from healthvault.storage.contents import Contents
from healthvault.storage.item_rows import ItemRows
from healthvault.storage.item_scope import Scope
from healthvault.vault.vault import Vault
from healthvault.vault.whose import whose_records

__all__ = ["owners_scope"]


def owners_scope(
    vault: Vault, contents: Contents, scope: Scope, *, everyone: bool
) -> tuple[Scope, tuple[int, ...]]:
    """Return a scope narrowed to what is about the owner, and the entries of the documents that this leaves out.

    Args:
        vault: Unlocked.
        contents: Brought up.
        scope: What is asked for.
        everyone: Do not narrow it.
    """
    if everyone:
        return scope, ()
    whose = whose_records(vault, contents)
    pairs = ItemRows(contents).subjects(whose.left_out)
    others = tuple(pair for pair in pairs if not whose.includes(*pair))
    partly = {seq for seq, _ in set(pairs) - set(others)}
    hidden = tuple(seq for seq in whose.left_out if seq not in partly)
    return replace(scope, not_owners=others, hidden=hidden), whose.left_out
