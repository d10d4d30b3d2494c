# SPDX-License-Identifier: Apache-2.0
"""Follows one pack from event to event: where it is, what it is in, and each step that does not follow.

Each surprise is named once and then taken for granted, so that one missing document does not make every later step
a surprise. Spec: docs/spec/supply.md section 5.
"""

from collections.abc import Callable, Collection, Iterator, Sequence

from healthvault.supply.event import Event
from healthvault.supply.findings import Finding, Name
from healthvault.supply.places import are_one_party
from healthvault.supply.steps import Followed, Now, Step, what_of
from healthvault.supply.told import Told
from healthvault.supply.words import STEPS

__all__ = ["Follower"]

_SHIPPING = frozenset(("shipping", "consigning"))
_RECEIVING = frozenset(("receiving", "accepting"))
_ON_THE_WAY = frozenset(
    ("transporting", "departing", "arriving", "loading", "unloading", "sensor_reporting", "entering_exiting",
     "void_shipping", "inspecting")
)  # fmt: skip
_HANDED_OUT = frozenset(("dispensing", "retail_selling"))
_ENDED_STEPS = frozenset(("decommissioning", "destroying"))
_ENDED_DISPOSITIONS = frozenset(("destroyed", "inactive", "disposed"))
_AFTERWARDS = frozenset(("holding", "collecting", "destroying", "decommissioning"))  # what may follow the end
_BACK = frozenset(("returned", "recalled", "partially_dispensed", "expired", "damaged", "disposed", "destroyed"))
MAX_FINDINGS = 100  # of one pack: then nothing of its way can be made out
MAX_DEPTH = 20  # of containers in containers


class Follower:
    """One pack, and the events about it and whatever it is ever in."""

    def __init__(self, pack: str, events: Sequence[Told], commissioned: Collection[str]) -> None:
        self._pack = pack
        self._events = events
        self._products = commissioned
        self._now = Now()
        self._steps: list[Step] = []
        self._findings: list[Finding] = []
        self._explained: set[int] = set()
        """Steps already named as out of order: they surprise nobody again."""
        self._at = 0
        self._has_begun = False

    def follow(self) -> Followed:
        """Take the events in the order of time."""
        for at, told in enumerate(self._events):
            self._at = at
            if len(self._findings) >= MAX_FINDINGS:
                break
            via = self._via(told.event)
            if via is not None:
                self._steps.append(Step(told=told, via=via))
                self._take(told, via)
        return Followed(
            steps=tuple(self._steps), findings=tuple(self._findings), state=self._now.state(self._pack)
        )

    def _via(self, event: Event) -> str | None:
        """Return what of the pack, and whatever it is in, an event names; the smallest."""
        named = {*event.things, *event.inputs, *event.outputs, event.parent}
        return next((thing for thing in self._line() if thing in named), None)

    def _line(self) -> Iterator[str]:
        """Yield the pack, what it is in, what that is in, and so on."""
        thing: str | None = self._pack
        for _ in range(MAX_DEPTH):
            if thing is None:
                return
            yield thing
            thing = self._now.inside.get(thing)

    def _take(self, told: Told, via: str) -> None:
        event = told.event
        self._check_report(told)
        if event.step not in STEPS:
            said = f"{event.step or 'no business step'} is not a step that is known"
            self._find(told, Name.UNKNOWN_STEP, said)
        self._check_begun(told)
        self._check_not_over(told)
        if event.kind == "AggregationEvent":
            self._packed(told, via)
        if id(told) not in self._explained:
            self._moved(told)
        self._done(told)
        self._now.last = told

    # --- before anything else ---

    def _check_report(self, told: Told) -> None:
        """An event cannot be later than the document that tells it."""
        ms = told.event.time.ms or 0
        if any(at.ms is not None and at.ms < ms for at in told.told_at):
            self._find(told, Name.TIME_REVERSAL, f"{what_of(told)} is later than the document that tells it")

    def _check_begun(self, told: Told) -> None:
        """A pack is commissioned before anything else happens to it."""
        event, now = told.event, self._now
        if event.step == "commissioning" or self._pack in event.outputs:
            if self._pack not in {*event.things, *event.outputs}:
                return
            if now.commissioned is not None:
                self._find(told, Name.DUPLICATE, "commissioned twice: two packs would have one serial number")
            elif self._has_begun:
                self._explained.add(id(told))
            now.commissioned = now.commissioned or told
            self._has_begun = True
            return
        if self._has_begun:
            return
        self._has_begun = True
        if self._later(lambda event: event.step == "commissioning" and self._pack in event.things):
            self._find(told, Name.SWAPPED_ORDER, f"{what_of(told)} before it was commissioned")
        elif self._pack.partition("/21/")[0] in self._products:
            self._find(told, Name.WRONG_SERIAL, "never commissioned, though others of its product were")
        else:
            self._find(told, Name.MISSING_HOP, "no document tells that its maker commissioned it")

    def _check_not_over(self, told: Told) -> None:
        event, now = told.event, self._now
        is_told_off = event.step in _AFTERWARDS or event.disposition in _BACK
        if now.ended is not None and not is_told_off:
            self._find(told, Name.DECOMMISSIONED, f"{what_of(told)} after {what_of(now.ended)}")
        elif now.dispensed is not None and event.step in _HANDED_OUT:
            if event.disposition != "partially_dispensed":
                self._find(told, Name.DISPENSED_TWICE, f"{what_of(told)} after {what_of(now.dispensed)}")
        elif now.dispensed is not None and not is_told_off and event.step not in {"inspecting", "other", ""}:
            self._find(told, Name.DUPLICATE, f"{what_of(told)} after {what_of(now.dispensed)}: in two places")

    # --- what it is in ---

    def _packed(self, told: Told, via: str) -> None:
        event = told.event
        if event.parent is None or via == event.parent:
            if event.action == "DELETE" and not event.things:
                for child in [child for child, parent in self._now.inside.items() if parent == event.parent]:
                    del self._now.inside[child]
            return
        known = self._now.inside.get(via)
        if event.action == "ADD":
            self._packs(told, via, event.parent, known)
        elif known == event.parent:
            if event.action == "DELETE":
                del self._now.inside[via]
        elif id(told) not in self._explained:
            self._not_in(told, via, event.parent)
            self._now.inside.pop(via, None)

    def _packs(self, told: Told, via: str, parent: str, known: str | None) -> None:
        if id(told) in self._explained:
            return
        if known is not None and known != parent:
            self._in_two(told, via, parent, known)
        self._now.inside[via] = parent

    def _in_two(self, told: Told, via: str, parent: str, known: str) -> None:
        """Name why something is packed while it is in something else: the unpacking may only come too late."""

        def is_unpacking(event: Event) -> bool:
            is_here = bool(event.where and told.event.where and are_one_party(event.where, told.event.where))
            return is_here and event.action == "DELETE" and event.parent == known and via in event.things

        if self._later(is_unpacking, explain=True):
            self._find(told, Name.SWAPPED_ORDER, f"{what_of(told)} before it was unpacked from {known}")
        else:
            self._find(told, Name.DUPLICATE, f"packed into {parent} while it is in {known}: in two places")

    def _not_in(self, told: Told, via: str, parent: str) -> None:
        """Name why something is told of being in a container that it is not in."""

        def is_packing(event: Event) -> bool:
            return event.action == "ADD" and event.parent == parent and via in event.things

        if self._later(is_packing, explain=True):
            self._find(told, Name.SWAPPED_ORDER, f"{what_of(told)} from {parent} before it was packed into it")
        else:
            self._find(told, Name.WRONG_SERIAL, f"{what_of(told)}: never packed into {parent}")

    # --- where it is ---

    def _moved(self, told: Told) -> None:
        event, now = told.event, self._now
        if event.step == "void_shipping":
            now.shipped = None
        elif event.step in _SHIPPING:
            if now.shipped is not None:
                self._find(told, Name.MISSING_HOP, f"{what_of(told)} again, without being received in between")
            self._arrive(told, event.read_point or event.location)
            now.shipped = told
        elif event.step in _RECEIVING and (now.shipped is not None or event.step == "receiving"):
            self._received(told)
        elif now.shipped is None:
            self._arrive(told, event.where)
        elif event.step not in _ON_THE_WAY:
            self._not_received(told)

    def _received(self, told: Told) -> None:
        now = self._now
        if now.shipped is None:
            self._not_shipped(told)
        else:
            self._check_addressee(told, now.shipped)
        now.shipped, now.where = None, told.event.where or now.where

    def _not_shipped(self, told: Told) -> None:
        line = set(self._line())
        stepped = {id(step.told) for step in self._steps}
        for at, other in enumerate(self._events):
            is_new = id(other) not in stepped and id(other) not in self._explained
            if other.event.step in _SHIPPING and is_new and line & set(other.event.things):
                self._explained.add(id(other))
                if at > self._at:
                    self._find(told, Name.TIME_REVERSAL, f"{what_of(told)} before {what_of(other)}")
                else:
                    self._find(
                        told, Name.SWAPPED_ORDER, f"{what_of(other)} before it was packed into what was shipped"
                    )
                return
        self._find(told, Name.MISSING_HOP, f"{what_of(told)}: never shipped to there")

    def _check_addressee(self, told: Told, shipped: Told) -> None:
        here = told.event.where
        meant = [name for kind, name in shipped.event.destinations if kind == "location"]
        if here is None or not meant:
            return
        fits = [are_one_party(here, each) for each in meant]
        if True not in fits:
            name = Name.UNKNOWN_PLACE if None in fits else Name.MISSING_HOP
            self._find(told, name, f"shipped to {meant[0]}, received at {here}")

    def _not_received(self, told: Told) -> None:
        """Name a step that happened while the pack was on its way."""
        line, now = {*self._line(), told.event.parent} - {None}, self._now

        def is_receipt(event: Event) -> bool:
            return event.step == "receiving" and bool(line & {*event.things, event.parent})

        shipped = what_of(now.shipped) if now.shipped else ""
        if self._later(is_receipt, explain=True):
            self._find(told, Name.SWAPPED_ORDER, f"{what_of(told)} before it was received")
        else:
            self._find(told, Name.MISSING_HOP, f"{shipped}, and never received before: {what_of(told)}")
        now.shipped, now.where = None, told.event.where or now.where

    def _arrive(self, told: Told, place: str | None) -> None:
        """Take in where the pack is; a way between two parties that nobody tells is a missing hop."""
        now = self._now
        if place is None:
            return
        is_one = True if now.where is None else are_one_party(now.where, place)
        if is_one is None:
            said = f"from {now.where} to {place}, and their names do not tell whether they are one party's"
            self._find(told, Name.UNKNOWN_PLACE, said)
        elif not is_one and self._goes_on_at(now.where or ""):
            self._find(told, Name.DUPLICATE, f"{what_of(told)} while it is at {now.where}: in two places")
            return
        elif not is_one:
            said = f"{what_of(told)}: from {now.where} to there, and no document tells of shipping or receiving"
            self._find(told, Name.MISSING_HOP, said)
        now.where = place

    def _goes_on_at(self, place: str) -> bool:
        """Tell whether the pack is seen at a place again before anything is shipped."""
        line = set(self._line())
        for told in self._events[self._at + 1 :]:
            if not line & set(told.touched):
                continue
            where = told.event.where
            if where is not None and are_one_party(where, place) and told.event.step not in _RECEIVING:
                return True
            if told.event.step in _SHIPPING:
                return False
        return False

    # --- what it was ---

    def _done(self, told: Told) -> None:
        event, now = told.event, self._now
        if event.step in _HANDED_OUT:
            self._check_unpacked(told)
            now.dispensed = now.dispensed or told
        elif event.disposition == "returned":
            now.dispensed = None
        if event.step in _ENDED_STEPS or event.disposition in _ENDED_DISPOSITIONS or self._pack in event.inputs:
            now.ended = now.ended or told

    def _check_unpacked(self, told: Told) -> None:
        container = self._now.inside.get(self._pack)
        if container is None:
            return

        def is_unpacking(event: Event) -> bool:
            return event.action == "DELETE" and event.parent == container and self._pack in event.things

        if self._later(is_unpacking, explain=True):
            self._find(told, Name.SWAPPED_ORDER, f"{what_of(told)} before it was unpacked from {container}")
        else:
            self._find(told, Name.MISSING_HOP, f"{what_of(told)}: never unpacked from {container}")
        self._now.inside.pop(self._pack, None)

    def _later(self, is_wanted: Callable[[Event], bool], *, explain: bool = False) -> bool:
        """Tell whether an event of some sort comes later; it then surprises nobody."""
        for told in self._events[self._at + 1 :]:
            if is_wanted(told.event):
                if explain:
                    self._explained.add(id(told))
                return True
        return False

    def _find(self, told: Told, name: Name, detail: str) -> None:
        self._findings.append(
            Finding(name=name, detail=detail, document=told.origins[0].document, place=told.event.place)
        )
