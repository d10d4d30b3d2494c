# SPDX-License-Identifier: Apache-2.0
"""Field 6 of every entry: a blinded commitment to the grants' status, the key events and room for more.

The blind changes with `prev`, so equal states in neighbouring entries do not show which entries are grants.
Spec: docs/spec/grants.md section 3.
"""

from dataclasses import dataclass

from healthvault.crypto.hashing import ZERO_DIGEST, labelled_hash, labelled_mac

__all__ = ["NO_EXTENSION", "StateOpening", "state_blind"]

NO_EXTENSION = ZERO_DIGEST  # ext_root of version 1: opaque to verifiers


@dataclass(frozen=True, slots=True, kw_only=True)
class StateOpening:
    """What opens the state of one entry; disclosed for the tip of a bundle only."""

    blind: bytes
    grants_root: bytes
    """Root of the grant status tree (32 bytes)."""
    capacity: int
    """Number of its slots."""
    ext_root: bytes = NO_EXTENSION

    def state(self, key_head: bytes) -> bytes:
        """Return field 6 for the newest key event's head (32 bytes)."""
        capacity = self.capacity.to_bytes(8, "big")
        return labelled_hash("state", self.blind, self.grants_root, capacity, key_head, self.ext_root)


def state_blind(state_key: bytes, prev: bytes) -> bytes:
    """Return the blind (32 bytes) of the entry that follows the one with leaf hash `prev`."""
    return labelled_mac(state_key, "blind", prev)
