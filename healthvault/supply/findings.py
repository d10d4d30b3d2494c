# SPDX-License-Identifier: Apache-2.0
"""What may be wrong with the way of a pack, by name, and what each name means for the verdict.

The names are a promise: they may gain, never change. Spec: docs/spec/supply.md section 5.
"""

from dataclasses import dataclass
from enum import Enum

__all__ = ["Finding", "Level", "Name", "Verdict", "verdict_of"]


class Level(Enum):
    """What a finding does to the verdict."""

    BROKEN = "broken"
    """The documents contradict each other, or a link of the chain is not there."""
    ALERT = "alert"
    """The chain may hold, and the pack ought still not to be used before somebody was asked."""
    UNKNOWN = "unknown"
    """Something cannot be judged."""
    NOTE = "note"


class Name(Enum):
    """What was found."""

    MISSING_HOP = "missing_hop"
    SWAPPED_ORDER = "swapped_order"
    TIME_REVERSAL = "time_reversal"
    WRONG_SERIAL = "wrong_serial"
    WRONG_LOT = "wrong_lot"
    DUPLICATE = "duplicate"
    DISPENSED_TWICE = "dispensed_twice"
    DECOMMISSIONED = "decommissioned"
    CONFLICTING_EVENT = "conflicting_event"
    RECALLED_LOT = "recalled_lot"
    LOT_UNKNOWN = "lot_unknown"
    UNKNOWN_STEP = "unknown_step"
    UNKNOWN_ORDER = "unknown_order"
    UNKNOWN_PLACE = "unknown_place"
    ERROR_BY_OTHER = "error_by_other"
    DECLARED_IN_ERROR = "declared_in_error"
    NOT_DISPENSED = "not_dispensed"

    @property
    def level(self) -> Level:
        """What it does to the verdict."""
        return _LEVELS.get(self, Level.BROKEN)


_LEVELS = {
    Name.RECALLED_LOT: Level.ALERT,
    Name.LOT_UNKNOWN: Level.UNKNOWN,
    Name.UNKNOWN_STEP: Level.UNKNOWN,
    Name.UNKNOWN_ORDER: Level.UNKNOWN,
    Name.UNKNOWN_PLACE: Level.UNKNOWN,
    Name.ERROR_BY_OTHER: Level.UNKNOWN,
    Name.DECLARED_IN_ERROR: Level.NOTE,
    Name.NOT_DISPENSED: Level.NOTE,
}


class Verdict(Enum):
    """What the documents show of the way of one pack."""

    COMPLETE = "complete"
    """From commissioning to dispensing without a gap."""
    UNDERWAY = "underway"
    """Without a gap as far as it goes; not dispensed in these documents."""
    UNKNOWN = "unknown"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was found about one pack."""

    name: Name
    detail: str
    """What and where; holds text of strangers."""
    document: str | None = None
    """Where: id or file name."""
    place: str | None = None
    """In the document: `event[3]`."""


def verdict_of(findings: tuple[Finding, ...], *, is_dispensed: bool) -> Verdict:
    """Return what findings make of the way of a pack."""
    levels = {finding.name.level for finding in findings}
    if Level.BROKEN in levels:
        return Verdict.BROKEN
    if levels & {Level.UNKNOWN}:
        return Verdict.UNKNOWN
    return Verdict.COMPLETE if is_dispensed else Verdict.UNDERWAY
