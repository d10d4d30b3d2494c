# SPDX-License-Identifier: Apache-2.0
"""The way of one pack through a chain of events: each step, and what does not fit, by name.

A pack moves with what it is packed into: an event about a pallet is a step of each pack in it. Complete custody
says that the documents agree, not that they are true, nor which pack is in whose hand. Spec: docs/spec/supply.md
section 5.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import unquote

from healthvault.errors import FormatError
from healthvault.gs1.trade_items import same_lot
from healthvault.supply.findings import Finding, Name, Verdict, verdict_of
from healthvault.supply.follower import Follower
from healthvault.supply.keys import Pack
from healthvault.supply.recalls import find_recalls
from healthvault.supply.steps import State, Step
from healthvault.supply.told import Chain, Told

__all__ = ["Trace", "packs_in", "traces_of"]

MAX_CONTAINERS = 500  # that one pack is ever in
MAX_PACKS = 20_000
MAX_STEPS = 1_000_000  # of all packs asked for


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """What the documents tell of one pack."""

    pack: str
    """Canonical Digital Link."""
    lot: str | None
    expiry: str | None
    """As its maker's event writes it."""
    steps: tuple[Step, ...]
    findings: tuple[Finding, ...]
    state: State
    verdict: Verdict

    @property
    def serial(self) -> str:
        """Its serial number, as it is printed."""
        return unquote(self.pack.partition("/21/")[2])


class _Index:
    """Events by what they touch."""

    def __init__(self, chain: Chain) -> None:
        self.chain = chain
        self._about: dict[str, list[Told]] = defaultdict(list)
        self.commissioned: set[str] = set()
        """Products of which some piece was commissioned."""
        for told in chain.events:
            for thing in dict.fromkeys(told.touched):
                self._about[thing].append(told)
            if told.event.step == "commissioning":
                self.commissioned.update(thing.partition("/21/")[0] for thing in told.event.things)

    def of(self, pack: str) -> list[Told]:
        """Return the events about a pack or anything that it is ever in, in the order of time."""
        known, waiting = {pack}, [pack]
        while waiting and len(known) < MAX_CONTAINERS:
            thing = waiting.pop()
            for told in self._about.get(thing, ()):
                parent = told.event.parent
                if told.event.kind == "AggregationEvent" and thing in told.event.things and parent not in known:
                    known.add(parent or "")
                    waiting.append(parent or "")
        found = {id(told): told for thing in known for told in self._about.get(thing, ())}
        return sorted(found.values(), key=lambda told: told.rank)


def packs_in(chain: Chain) -> tuple[str, ...]:
    """Return the packs in the events: all with a serial number in which nothing else is packed, sorted.

    Raises:
        FormatError: `too_large`.
    """
    everything = (*chain.events, *chain.undated, *chain.voided)
    parents = {told.event.parent for told in everything}
    packs = {
        thing
        for told in everything
        for thing in told.touched
        if "/01/" in thing and "/21/" in thing and thing not in parents
    }
    if len(packs) > MAX_PACKS:
        hint = "name the packs with --pack"
        raise FormatError("too_large", f"more than {MAX_PACKS} packs in these documents", hint=hint)
    return tuple(sorted(packs))


def traces_of(chain: Chain, packs: Iterable[Pack]) -> Iterator[Trace]:
    """Yield what the documents tell of each of some packs. Raises FormatError: `too_large`."""
    index = _Index(chain)
    left = MAX_STEPS
    for pack in packs:
        events = index.of(pack.key)
        left -= len(events)
        if left < 0:
            hint = "name the packs with --pack"
            raise FormatError("too_large", f"more than {MAX_STEPS} steps of packs in these documents", hint=hint)
        yield _trace(index, pack, events)


def _trace(index: _Index, pack: Pack, events: list[Told]) -> Trace:
    followed = Follower(pack.key, events, index.commissioned).follow()
    made = [step.told.event for step in followed.steps if step.told.event.step == "commissioning"]
    maker = next(iter(made), None)
    told_lot = maker.lot if maker is not None else None
    lot = told_lot or pack.lot
    findings = [*followed.findings, *_about_events(index.chain, pack.key)]
    if pack.lot and told_lot and not same_lot(pack.lot, told_lot):
        said = f"the code says lot {pack.lot}, its maker's event lot {told_lot}"
        findings.append(Finding(name=Name.WRONG_LOT, detail=said))
    lots = dict.fromkeys(filter(None, (*(each.lot for each in made), pack.lot)))
    findings += find_recalls(index.chain, pack.key, lots, {id(step.told) for step in followed.steps})
    is_dispensed = followed.state.kind == "dispensed"
    if not is_dispensed:
        findings.append(Finding(name=Name.NOT_DISPENSED, detail="no document tells that it was dispensed"))
    return Trace(
        pack=pack.key,
        lot=lot,
        expiry=maker.expiry if maker is not None else None,
        steps=followed.steps,
        findings=tuple(findings),
        state=followed.state,
        verdict=verdict_of(tuple(findings), is_dispensed=is_dispensed),
    )


def _about_events(chain: Chain, pack: str) -> Iterator[Finding]:
    """Yield what became of events about a pack that could not simply be followed."""
    outcomes = (
        (chain.voided, Name.DECLARED_IN_ERROR, "declared wrong by whoever answers for it; it does not count"),
        (chain.disputed, Name.ERROR_BY_OTHER, "declared wrong by somebody who did not sign it; it still counts"),
        (
            chain.undated,
            Name.UNKNOWN_ORDER,
            "its time has no zone, so nobody knows when it was; it does not count",
        ),
    )
    for events, name, detail in outcomes:
        for told in events:
            if pack in told.touched:
                yield _at(told, name, f"{told.event.step or told.event.kind}: {detail}")
    for one, other in chain.conflicting:
        if pack in {*one.touched, *other.touched}:
            same = next(each for each in one.ids if each in other.ids)
            yield _at(other, Name.CONFLICTING_EVENT, f"another event has the same id, {same}")


def _at(told: Told, name: Name, detail: str) -> Finding:
    return Finding(name=name, detail=detail, document=told.origins[0].document, place=told.event.place)
