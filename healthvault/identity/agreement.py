# SPDX-License-Identifier: Apache-2.0
"""How far two statements about the same thing agree."""

from enum import IntEnum

__all__ = ["Agreement"]


class Agreement(IntEnum):
    """From contradiction to agreement; of several comparisons the highest is the best."""

    DIFFERENT = 0
    UNKNOWN = 1
    """One of the two says nothing, or they cannot be compared."""
    CLOSE = 2
    """Neither the same nor a contradiction: an initial, a letter more or less, a part of it."""
    SAME = 3
