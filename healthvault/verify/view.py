# SPDX-License-Identifier: Apache-2.0
"""What a file proves of a vault's history: a signed size and root, and the roots of older sizes.

Spec: docs/spec/bundle.md section 5, docs/spec/views.md.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from healthvault.ledger.keychain import KeyChain

__all__ = ["View"]


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What a file shows of a vault's tree: its size and root, and the roots of older sizes."""

    size: int
    root: bytes
    mark_roots: Mapping[int, bytes]
    chain: KeyChain

    def root_at(self, size: int) -> bytes | None:
        """Return the root that the file shows for a size."""
        return self.root if size == self.size else self.mark_roots.get(size)
