# SPDX-License-Identifier: Apache-2.0
"""Which directive holds: of each topic the newest record, by the day it was made; a revocation is a record too.

The order in which records were added decides nothing but between two of one day. Spec: docs/spec/directives.md
section 3.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import Enum

from healthvault.directives.record import Act, Directive, Topic

__all__ = ["Kept", "Standing", "State", "standings", "state_of"]


class State(Enum):
    """What a record is worth on a day."""

    IN_FORCE = "in-force"
    SUPERSEDED = "superseded"
    REVOKED = "revoked"
    """The newest record of its topic revokes."""
    UNSETTLED = "unsettled"
    """The newest that is left, but something that is no record here replaced it, now or when it was written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A record of the owner's own, neither retracted nor erased, and where it stands."""

    id: str
    entry: int
    said: Directive
    is_current: bool = True
    """Nothing in the vault has replaced its document."""

    @property
    def age(self) -> tuple[date, int]:
        """By which records are ordered: the day it was made, then its place in the journal."""
        return self.said.made, self.entry


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What is in force about one topic on one day."""

    topic: Topic
    state: State
    newest: Kept
    same_day: tuple[Kept, ...]
    """Others of the day of the newest, which only their place in the journal makes older."""
    history: tuple[Kept, ...]
    """All up to that day, the newest first."""


def standings(records: Iterable[Kept], *, at: date | None = None) -> tuple[Standing, ...]:
    """Return what stands about each topic of which there is a record, in the order of `Topic`.

    Args:
        records: In any order.
        at: As of this day; None: of all days.
    """
    by_topic: dict[Topic, list[Kept]] = {}
    for kept in records:
        by_topic.setdefault(kept.said.topic, []).append(kept)
    found = (_standing(topic, by_topic.get(topic, []), at) for topic in Topic)
    return tuple(one for one in found if one is not None)


def state_of(kept: Kept, standing: Standing) -> State:
    """Return what a record of a standing's history is worth."""
    if kept == standing.newest:
        return standing.state
    return State.SUPERSEDED


def _standing(topic: Topic, records: list[Kept], at: date | None) -> Standing | None:
    history = sorted(records, key=lambda kept: kept.age, reverse=True)
    known = [kept for kept in history if at is None or kept.said.made <= at]
    if not known:
        return None
    newest = known[0]
    return Standing(
        topic=topic,
        state=_state(newest, is_last=newest == history[0]),
        newest=newest,
        same_day=tuple(kept for kept in known[1:] if kept.said.made == newest.said.made),
        history=tuple(known),
    )


def _state(newest: Kept, *, is_last: bool) -> State:
    if newest.said.act is Act.REVOKED:
        return State.REVOKED
    if is_last and not (newest.said.is_active and newest.is_current):
        return State.UNSETTLED
    return State.IN_FORCE
