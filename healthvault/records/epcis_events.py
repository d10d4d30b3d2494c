# SPDX-License-Identifier: Apache-2.0
"""One supply chain event in a form of its own, out of XML and out of JSON-LD, and the items that it is.

Business steps and dispositions are the words of GS1's vocabulary where they are of it, however they are written;
others stay as they are. Source: GS1 EPCIS 2.0 sections 7 and 9; CBV 2.0 section 7.
"""

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from healthvault.records.categories import Category
from healthvault.records.dates import moment_from_iso
from healthvault.records.json_walk import Json, items_at, text_at, value_at
from healthvault.records.statements import Coding, Item, Quantity
from healthvault.records.xml_tree import Node, children, content_digest, down, words

__all__ = ["Event", "Sensor", "event_of_json", "event_of_xml", "items_of", "problem_of"]

MAX_EPCS = 5000  # of one event
MAX_SENSORS = 1000
EPC_SYSTEM = "urn:ietf:rfc:3986"
STEPS = "https://ref.gs1.org/cbv/BizStep"
DISPOSITIONS = "https://ref.gs1.org/cbv/Disp"
_KINDS = frozenset({"ObjectEvent", "AggregationEvent", "TransactionEvent", "TransformationEvent",
                    "AssociationEvent"})  # fmt: skip
_ACTIONS = frozenset({"ADD", "OBSERVE", "DELETE"})
_WITHOUT_ACTION = "TransformationEvent"
_OLD = {STEPS: "urn:epcglobal:cbv:bizstep:", DISPOSITIONS: "urn:epcglobal:cbv:disp:"}
_WORD = re.compile(r"[a-z][a-z_]{1,60}\Z", re.ASCII)
_EPC_LISTS = ("epcList", "childEPCs", "inputEPCList", "outputEPCList")
_QUANTITY_LISTS = ("quantityList", "childQuantityList", "inputQuantityList", "outputQuantityList")
_LOT = "lotNumber"
_EXPIRY = "itemExpirationDate"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sensor:
    """One report of a sensor, numbers as written."""

    kind: str
    value: str
    least: str | None
    most: str | None
    unit: str | None
    begin: str | None
    until: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What an event says, in whatever syntax."""

    kind: str
    id: str | None
    time: str
    action: str
    step: Coding | None
    disposition: Coding | None
    epcs: tuple[str, ...]
    """Each once, in the order told, the parent first."""
    classes: tuple[str, ...]
    """Products and lots, of which the event tells a quantity and no single piece."""
    notes: tuple[str, ...]
    is_in_error: bool
    """The event declares that an earlier one was wrong; what it tells did not happen so."""
    sensors: tuple[Sensor, ...]
    digest: bytes


def event_of_xml(node: Node) -> Event:
    """Return an event (unverified) out of XML; extensions within are seen through."""
    parts = list(_flat(node, 4))
    named = {part.name: part for part in reversed(parts)}
    lists = [part for part in parts if part.name in _EPC_LISTS + _QUANTITY_LISTS]
    epcs = [words(each) for part in lists for each in children(part, "epc")]
    classes = [words(each) for part in lists for each in _classes(part)]
    ilmd = {each.name.rpartition(" ")[2]: words(each) for each in children(named.get("ilmd"))}
    return Event(
        kind=node.name,
        id=words(named.get("eventID")) or words(down(named.get("baseExtension"), "eventID")) or None,
        time=words(named.get("eventTime")),
        action=words(named.get("action")),
        step=_term(words(named.get("bizStep")), STEPS),
        disposition=_term(words(named.get("disposition")), DISPOSITIONS),
        epcs=_each_once([words(named.get("parentID")), *epcs]),
        classes=_each_once([*classes]),
        notes=_notes(words(down(named.get("readPoint"), "id")), words(down(named.get("bizLocation"), "id")), ilmd),
        is_in_error="errorDeclaration" in named,
        sensors=tuple(_sensors_of_xml(named.get("sensorElementList")))[:MAX_SENSORS],
        digest=content_digest(node),
    )


def event_of_json(event: Json) -> Event:
    """Return an event (unverified) out of JSON-LD, its numbers read as texts."""
    epcs = [each for name in _EPC_LISTS for each in items_at(event, name)]
    classes = [text_at(each, "epcClass") for name in _QUANTITY_LISTS for each in items_at(event, name)]
    known = value_at(event, "ilmd")
    ilmd = {
        key.rpartition(":")[2]: value
        for key, value in (known.items() if isinstance(known, dict) else ())
        if isinstance(value, str)
    }
    return Event(
        kind=text_at(event, "type") or "",
        id=text_at(event, "eventID"),
        time=text_at(event, "eventTime") or "",
        action=text_at(event, "action") or "",
        step=_term(text_at(event, "bizStep") or "", STEPS),
        disposition=_term(text_at(event, "disposition") or "", DISPOSITIONS),
        epcs=_each_once([text_at(event, "parentID"), *epcs]),
        classes=_each_once([*classes]),
        notes=_notes(text_at(event, "readPoint", "id"), text_at(event, "bizLocation", "id"), ilmd),
        is_in_error=value_at(event, "errorDeclaration") is not None,
        sensors=tuple(_sensors_of_json(event))[:MAX_SENSORS],
        digest=hashlib.sha256(json.dumps(event, sort_keys=True).encode()).digest(),
    )


def problem_of(event: Event) -> str | None:
    """Return why an event is none; None if it is one."""
    if event.kind not in _KINDS:
        return "an event of a type that is not known"
    if "T" not in (moment_from_iso(event.time) or ""):
        return "an event without a valid time"
    if event.action not in _ACTIONS and event.kind != _WITHOUT_ACTION:
        return "an event without a valid action"
    return "an event of more things than are read" if len(event.epcs) + len(event.classes) > MAX_EPCS else None


def items_of(event: Event, place: str) -> Iterator[Item]:
    """Yield an event that has no problem as an item, and one for each report of a sensor in it."""
    terms = tuple(filter(None, (event.step, event.disposition)))
    told = [event.action, event.disposition.code if event.disposition else "", *event.notes]
    yield Item(
        type="SupplyDelivery",
        place=place,
        title=event.step.code.replace("_", " ")[:500] if event.step else event.kind,
        identity=f"SupplyDelivery/{event.id}" if event.id else None,
        digest=event.digest,
        date=moment_from_iso(event.time),
        status="entered-in-error" if event.is_in_error else "completed",
        category=Category.OTHER.value,
        codes=(*terms, *(Coding(system=EPC_SYSTEM, code=each) for each in (*event.epcs, *event.classes))),
        text=", ".join(filter(None, told)) or None,
    )
    for number, sensor in enumerate(event.sensors, start=1):
        yield Item(
            type="Observation",
            place=f"{place}/sensor[{number}]",
            title=sensor.kind[:500] or "Sensor",
            date=sensor.begin or moment_from_iso(event.time),
            until=sensor.until,
            status="final",
            category=Category.OTHER.value,
            quantity=Quantity(number=sensor.value, unit=sensor.unit, least=sensor.least, most=sensor.most),
        )


def _flat(node: Node, left: int) -> Iterator[Node]:
    for part in children(node):
        if part.name in {"extension", "baseExtension"} and left:
            yield from _flat(part, left - 1)
        else:
            yield part


def _classes(part: Node) -> Iterator[Node]:
    for element in children(part, "quantityElement"):
        yield from children(element, "epcClass")


def _each_once(epcs: list[Json]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(epc for epc in epcs if isinstance(epc, str) and epc))


def _term(value: str, system: str) -> Coding | None:
    """Return a word of GS1's vocabulary in one form, or another word as it is."""
    if not value:
        return None
    short = value.removeprefix(_OLD[system]).removeprefix(f"{system}-")
    short = short.removeprefix(f"cbv:{system.rpartition('/')[2]}-")
    return Coding(system=system, code=short) if _WORD.match(short) else Coding(system="", code=value)


def _notes(read_point: str | None, location: str | None, ilmd: dict[str, str]) -> tuple[str, ...]:
    places = [f"at {place}" for place in dict.fromkeys((read_point, location)) if place]
    lot = [f"lot {ilmd[_LOT]}"] if ilmd.get(_LOT) else []
    expiry = [f"expires {ilmd[_EXPIRY]}"] if ilmd.get(_EXPIRY) else []
    return (*lot, *expiry, *places)


def _sensors_of_xml(node: Node | None) -> Iterator[Sensor]:
    for element in children(node, "sensorElement"):
        about = down(element, "sensorMetadata")
        when = about.attributes if about is not None else {}
        for report in children(element, "sensorReport"):
            if sensor := _sensor(when, report.attributes):
                yield sensor


def _sensors_of_json(event: Json) -> Iterator[Sensor]:
    for element in items_at(event, "sensorElementList"):
        about = value_at(element, "sensorMetadata")
        for report in items_at(element, "sensorReport"):
            if sensor := _sensor(_texts(about), _texts(report)):
                yield sensor


def _texts(value: Json) -> dict[str, str]:
    return {key: each for key, each in value.items() if isinstance(each, str)} if isinstance(value, dict) else {}


def _sensor(about: dict[str, str], report: dict[str, str]) -> Sensor | None:
    """Return what a report measured; None if it tells no number."""
    value = report.get("value") or report.get("meanValue") or report.get("minValue") or report.get("maxValue")
    if not value:
        return None
    kind = " ".join(filter(None, (report.get("type", "").rpartition(":")[2], report.get("component"))))
    return Sensor(
        kind=kind,
        value=value,
        least=report.get("minValue"),
        most=report.get("maxValue"),
        unit=report.get("uom"),
        begin=moment_from_iso(report.get("time") or about.get("time") or about.get("startTime")),
        until=moment_from_iso(about.get("endTime")),
    )
