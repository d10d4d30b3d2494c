# SPDX-License-Identifier: Apache-2.0
"""Three-valued logic: yes, no, and unknown, which is neither. Pure. Source: Kleene's strong logic K3, 1938."""

from collections.abc import Iterable
from enum import Enum

__all__ = ["Truth", "all_of", "any_of", "negated"]


class Truth(Enum):
    """What is known of a statement."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


def negated(value: Truth) -> Truth:
    """Return the contrary; of what is unknown nothing else is known."""
    return {Truth.YES: Truth.NO, Truth.NO: Truth.YES}.get(value, Truth.UNKNOWN)


def all_of(values: Iterable[Truth]) -> Truth:
    """Return no if one is no, else unknown if one is unknown, else yes."""
    found = set(values)
    return next((each for each in (Truth.NO, Truth.UNKNOWN) if each in found), Truth.YES)


def any_of(values: Iterable[Truth]) -> Truth:
    """Return yes if one is yes, else unknown if one is unknown, else no."""
    return negated(all_of(map(negated, values)))
