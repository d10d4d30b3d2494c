# SPDX-License-Identifier: Apache-2.0
"""The two ways of reading the rules of the event hash that are computed here, and compared with others'.

The last release of the reference implementation for CBV 2.0 (1.9.3) differs from the text in a few places, and
what it computes is what systems hold; later text and vectors go the other way. Spec: docs/spec/supply.md section
3.
"""

from enum import Enum

__all__ = ["Reading"]


class Reading(Enum):
    """How the pre-hash string is made."""

    REFERENCE = "CBV2.0"
    """As the reference implementation 1.9.3 does."""
    TEXT = "CBV2.1"
    """In the order of the table, extensions where they stand: the text, and its vectors since CBV 2.1."""
