# SPDX-License-Identifier: Apache-2.0
"""A pack at one moment of its way, and what is told of it at the end."""

from dataclasses import dataclass, field

from healthvault.supply.findings import Finding
from healthvault.supply.told import Told

__all__ = ["Followed", "Now", "State", "Step", "what_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """An event that concerns the pack."""

    told: Told
    via: str
    """The pack itself, or what it is in: what the event names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """Where a pack is at the end of what the documents tell."""

    kind: str
    """`dispensed`, `in_stock`, `in_container`, `in_transit`, `decommissioned` or `unknown`."""
    place: str | None = None
    """As written; where it is to arrive, if it is on its way."""
    container: str | None = None
    since_ms: int | None = None


@dataclass(slots=True, kw_only=True)
class Followed:
    """What became of a pack."""

    steps: tuple[Step, ...]
    findings: tuple[Finding, ...]
    state: State


@dataclass(slots=True)
class Now:
    """The pack at one moment."""

    inside: dict[str, str] = field(default_factory=dict)
    """What the pack, or what it is in, is packed into."""
    where: str | None = None
    shipped: Told | None = None
    commissioned: Told | None = None
    dispensed: Told | None = None
    ended: Told | None = None
    last: Told | None = None

    def state(self, pack: str) -> State:
        """Return where a pack is, as far as was told until then."""
        last = self.last.event.time.ms if self.last is not None else None
        if self.ended is not None:
            return State(kind="decommissioned", place=self.where, since_ms=self.ended.event.time.ms)
        if self.dispensed is not None:
            return State(kind="dispensed", place=self.dispensed.event.where, since_ms=self.dispensed.event.time.ms)
        if self.shipped is not None:
            meant = (name for kind, name in self.shipped.event.destinations if kind == "location")
            return State(kind="in_transit", place=next(meant, None), since_ms=self.shipped.event.time.ms)
        container = self.inside.get(pack)
        if container is not None:
            return State(kind="in_container", place=self.where, container=container, since_ms=last)
        return State(kind="in_stock" if self.where else "unknown", place=self.where, since_ms=last)


def what_of(told: Told) -> str:
    """Return a step in words: what, when, where."""
    event = told.event
    where = f" at {event.where}" if event.where else ""
    return f"{event.step.replace('_', ' ') or event.kind} {event.time_text[:16].replace('T', ' ')}{where}"
