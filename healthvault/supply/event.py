# SPDX-License-Identifier: Apache-2.0
"""One supply chain event, out of its tree: what it says of which things, where, when, between whom.

*Unverified*: whatever it says, it says by itself. Names of things are in their one form (`keys.canonical`), those
of places and parties as they are written: only some forms tell the company. Source: GS1 EPCIS 2.0 section 7.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from healthvault.errors import FormatError
from healthvault.supply.keys import canonical
from healthvault.supply.part import Part
from healthvault.supply.times import Moment, moment_of
from healthvault.supply.words import short_of

__all__ = ["Event", "Hashes", "event_of_part"]

KINDS = frozenset(
    ("ObjectEvent", "AggregationEvent", "TransactionEvent", "TransformationEvent", "AssociationEvent")
)
ACTIONS = frozenset(("ADD", "OBSERVE", "DELETE"))
MAX_THINGS = 20_000  # of one event
_WITHOUT_ACTION = "TransformationEvent"
_MDA = "urn:epcglobal:cbv:mda"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hashes:
    """The event hash id by each reading of the rules; None where the event's time has no zone."""

    reference: str | None
    text: str | None
    content: str | None = None
    """SHA-256 of the same content with every field apart, in hexadecimal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What an event says."""

    place: str
    """In its document: `event[3]`."""
    kind: str
    id: str | None
    time: Moment
    time_text: str
    """As written."""
    recorded: Moment | None
    action: str
    """Empty for a TransformationEvent."""
    step: str
    """A word of CBV, else as written; empty if none is told."""
    disposition: str
    things: tuple[str, ...]
    """What it is about directly: its EPCs, or what goes into or comes out of a parent."""
    parent: str | None
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    classes: tuple[str, ...]
    """Products and lots of which it tells a quantity."""
    read_point: str | None
    location: str | None
    sources: tuple[tuple[str, str], ...]
    """Type (a word of CBV, else as written) and name."""
    destinations: tuple[tuple[str, str], ...]
    transactions: tuple[str, ...]
    lot: str | None
    expiry: str | None
    is_error: bool
    """It declares that an event like it was wrong."""
    corrections: tuple[str, ...]
    """Ids of the events that it names in the place of the wrong one."""
    sensors: tuple[Part, ...]
    hashes: Hashes

    @property
    def where(self) -> str | None:
        """Where things are after it, as written."""
        return self.location or self.read_point


def event_of_part(part: Part, place: str, hashes: Hashes) -> Event:
    """Return what an event says.

    Raises:
        FormatError: `bad_event`, its type, time or action is none, or it is about too many things.
    """
    recorded = moment_of(part.told("recordTime"))
    return Event(
        place=place,
        kind=_kind(part, place),
        id=part.told("eventID") or part.told("baseExtension", "eventID") or None,
        time=_time(part, place),
        time_text=part.told("eventTime"),
        recorded=recorded,
        action=_action(part, place),
        step=short_of(part.told("bizStep"), "BizStep"),
        disposition=short_of(part.told("disposition"), "Disp"),
        things=_things(part, place, "epcList", "childEPCs"),
        parent=canonical(part.told("parentID")) or None,
        inputs=_things(part, place, "inputEPCList"),
        outputs=_things(part, place, "outputEPCList"),
        classes=tuple(dict.fromkeys(_classes(part))),
        read_point=part.told("readPoint", "id") or None,
        location=part.told("bizLocation", "id") or None,
        sources=tuple(_parties(part, "source")),
        destinations=tuple(_parties(part, "destination")),
        transactions=tuple(each.text for each in _within(part, "bizTransactionList", "bizTransaction")),
        lot=_master(part, "lotNumber"),
        expiry=_master(part, "itemExpirationDate"),
        is_error=part.first("errorDeclaration") is not None,
        corrections=tuple(_corrections(part)),
        sensors=tuple(_within(part, "sensorElementList", "sensorElement")),
        hashes=hashes,
    )


def _kind(part: Part, place: str) -> str:
    if part.name not in KINDS:
        raise FormatError("bad_event", f"{place}: an event of a type that EPCIS does not have")
    return part.name


def _time(part: Part, place: str) -> Moment:
    moment = moment_of(part.told("eventTime"))
    if moment is None:
        raise FormatError("bad_event", f"{place}: eventTime is no time")
    return moment


def _action(part: Part, place: str) -> str:
    action = part.told("action")
    if action not in ACTIONS and (action or part.name != _WITHOUT_ACTION):
        raise FormatError("bad_event", f"{place}: action is neither ADD, OBSERVE nor DELETE")
    return action


def _things(part: Part, place: str, *lists: str) -> tuple[str, ...]:
    found = [canonical(each.text.strip()) for name in lists for each in _within(part, name, "epc")]
    if len(found) > MAX_THINGS:
        raise FormatError("bad_event", f"{place}: more than {MAX_THINGS} things in one event")
    return tuple(dict.fromkeys(each for each in found if each))


def _classes(part: Part) -> Iterator[str]:
    for name in ("quantityList", "childQuantityList", "inputQuantityList", "outputQuantityList"):
        for element in _within(part, name, "quantityElement"):
            if told := element.told("epcClass"):
                yield canonical(told)


def _parties(part: Part, name: str) -> Iterator[tuple[str, str]]:
    for each in _within(part, f"{name}List", name):
        yield short_of(each.told("type"), "SDT"), each.text.strip()


def _corrections(part: Part) -> Iterator[str]:
    for each in part.parts:
        if each.name == "errorDeclaration":
            yield from (inner.text for inner in each.all("correctiveEventIDs") if inner.text)
            yield from (inner.text for inner in _within(each, "correctiveEventIDs", "correctiveEventID"))


def _master(part: Part, name: str) -> str | None:
    """Return a value of the master data of the lot or instance, whatever the spelling of its namespace."""
    names = (f"{{{_MDA}}}{name}", f"{{{_MDA}:}}{name}", f"{{{_MDA}#}}{name}", f"cbvmda:{name}")
    for ilmd in part.all("ilmd"):
        for each in ilmd.all(*names):
            if told := each.text.strip():
                return told
    return None


def _within(part: Part, name: str, member: str) -> Iterator[Part]:
    for each in part.all(name):
        yield from each.all(member)
