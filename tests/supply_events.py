# SPDX-License-Identifier: Apache-2.0
"""A chain of supply chain events of our own: maker, wholesaler, pharmacy; two packs in a case, a tote with one."""

import json
from copy import deepcopy

from healthvault.supply.custody import Trace, traces_of
from healthvault.supply.document import parse_epcis
from healthvault.supply.keys import pack_of
from healthvault.supply.told import Chain, Origin, chain_of

MAKER, DEPOT = "urn:epc:id:sgln:4012345.00001.0", "urn:epc:id:sgln:4012345.00002.0"
WHOLESALER, PHARMACY = "urn:epc:id:sgln:9521321.00001.0", "urn:epc:id:sgln:0614141.00777.0"
OTHER_PHARMACY = "urn:epc:id:sgln:0614142.00001.0"
CASE, TOTE = "urn:epc:id:sgtin:4012345.109876.7", "urn:epc:id:sscc:9521321.0000000017"
LOT = "urn:epc:class:lgtin:4012345.009876.L1"
CONTEXT = ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld", {"cbvmda": "urn:epcglobal:cbv:mda"}]

Event = dict
Legs = list[list[Event]]


def unit(serial: str) -> str:
    """Return the name of a pack."""
    return f"urn:epc:id:sgtin:4012345.009876.{serial}"


def happened(day: str, step: str, place: str, *things: str, **more: object) -> Event:
    """Return an ObjectEvent."""
    return {
        "type": "ObjectEvent",
        "eventTime": f"2026-{day}:00Z",
        "eventTimeZoneOffset": "+00:00",
        "epcList": list(things),
        "action": "OBSERVE",
        "bizStep": step,
        "readPoint": {"id": place},
        **more,
    }


def packed(day: str, step: str, place: str, parent: str, *children: str) -> Event:
    """Return an AggregationEvent."""
    event = happened(day, step, place)
    del event["epcList"]
    action = "DELETE" if step == "unpacking" else "ADD"
    return {**event, "type": "AggregationEvent", "parentID": parent, "childEPCs": list(children), "action": action}


def shipped(day: str, place: str, to: str, *things: str) -> Event:
    """Return a shipping event with where it goes."""
    to_there = [{"type": "location", "destination": to}]
    return happened(day, "shipping", place, *things, disposition="in_transit", destinationList=to_there)


def legs() -> Legs:
    """Return the events of each party: no fault in them."""
    ilmd = {"cbvmda:lotNumber": "L1", "cbvmda:itemExpirationDate": "2028-01-31"}
    first, second = unit("1"), unit("2")
    return [
        [
            happened("01-05T08:00", "commissioning", MAKER, first, second, action="ADD", ilmd=ilmd),
            packed("01-05T09:00", "packing", MAKER, CASE, first, second),
            shipped("01-06T09:00", DEPOT, WHOLESALER, CASE),
        ],
        [
            happened("01-07T10:00", "receiving", WHOLESALER, CASE),
            packed("01-08T08:00", "unpacking", WHOLESALER, CASE, first, second),
            packed("01-08T09:00", "packing", WHOLESALER, TOTE, first),
            shipped("01-08T10:00", WHOLESALER, PHARMACY, TOTE),
        ],
        [
            happened("01-09T08:00", "receiving", PHARMACY, TOTE),
            packed("01-09T08:30", "unpacking", PHARMACY, TOTE, first),
            happened("01-09T09:00", "stocking", PHARMACY, first),
            happened("01-20T12:00", "dispensing", PHARMACY, first, disposition="dispensed"),
        ],
    ]


def recall(day: str = "02-01T08:00", lot: str = LOT) -> Event:
    """Return a recall of a lot."""
    event = happened(day, "holding", MAKER, disposition="recalled", quantityList=[{"epcClass": lot}])
    del event["epcList"]
    return event


def document(events: list[Event], created: str = "2026-12-31T00:00:00Z") -> bytes:
    """Return a document of EPCIS 2.0 in JSON-LD."""
    members = {"@context": CONTEXT, "type": "EPCISDocument", "schemaVersion": "2.0", "creationDate": created}
    return json.dumps({**members, "epcisBody": {"eventList": deepcopy(events)}}).encode()


def chained(told: Legs, *signers: str | None) -> Chain:
    """Return the chain of legs, each of one signer or none."""
    names = [*signers, *[None] * (len(told) - len(signers))]
    return chain_of(
        (
            Origin(document=f"leg-{number}", signers=((name, "bundle"),) if name else ()),
            parse_epcis(document(events)),
        )
        for number, (events, name) in enumerate(zip(told, names, strict=True), start=1)
    )


def traced(told: Legs, serial: str = "1", *signers: str | None) -> Trace:
    """Return the way of a pack through legs."""
    pack = pack_of(unit(serial))
    assert pack is not None
    (trace,) = traces_of(chained(told, *signers), [pack])
    return trace


def names(trace: Trace) -> list[str]:
    """Return the names of what was found, each once."""
    return sorted({finding.name.value for finding in trace.findings})
