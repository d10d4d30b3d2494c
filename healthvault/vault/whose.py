# SPDX-License-Identifier: Apache-2.0
"""Whose records these are: which of what documents say is about the owner, and which is not known to be.

Spec: docs/spec/contents.md.
"""

from dataclasses import dataclass

from healthvault.storage.contents import Contents
from healthvault.vault.vault import Vault

__all__ = ["Whose", "whose_records"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Whose:
    """What is about the owner. Made once for a command."""

    left_out: tuple[int, ...] = ()
    """Entries of documents of which something is not known to be about the owner."""

    def includes(self, seq: int, subject: int | None) -> bool:
        """Tell whether what document `seq` says of a subject (its number; None: it names none) is the owner's."""
        return seq not in self.left_out or subject is None


def whose_records(vault: Vault, contents: Contents) -> Whose:  # noqa: ARG001 - to be built
    """Return what is about the owner."""
    return Whose()
