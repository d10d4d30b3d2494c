# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.records.epcis_read and epcis_events, through the door."""

import json

import pytest

from healthvault.records.sense import sense_of
from healthvault.records.statements import Item, Left, Tally
from tests.statements import broken_off, of, stated

EVENT = {
    "type": "ObjectEvent",
    "eventTime": "2024-01-02T10:15:00.000+01:00",
    "action": "ADD",
    "bizStep": "shipping",
    "epcList": ["urn:epc:id:sgtin:1.2.3"],
    "ilmd": {"cbvmda:lotNumber": "A1"},
    "sensorElementList": [{"sensorReport": [{"type": "Temperature", "value": 2.90, "uom": "CEL"}]}],
}
XML = """<e:EPCISDocument xmlns:e="urn:epcglobal:epcis:xsd:2" xmlns:cbvmda="urn:epcglobal:cbv:mda"><EPCISBody>
<EventList><ObjectEvent><eventTime>2024-01-02T09:15:00Z</eventTime>
<epcList><epc>urn:epc:id:sgtin:1.2.3</epc></epcList><action>ADD</action>
<bizStep>urn:epcglobal:cbv:bizstep:shipping</bizStep><extension><ilmd><cbvmda:lotNumber>A1</cbvmda:lotNumber></ilmd>
<sensorElementList><sensorElement><sensorReport type="gs1:Temperature" value="2.90" uom="CEL"/></sensorElement>
</sensorElementList></extension></ObjectEvent></EventList></EPCISBody></e:EPCISDocument>"""


def document(*events: object) -> bytes:
    """Return a document of these events."""
    return json.dumps({"type": "EPCISDocument", "epcisBody": {"eventList": events}}).encode()


def test_both_syntaxes_say_the_same() -> None:
    """An event in JSON-LD and in XML, its time in another zone, is the same."""
    told = [of(Item, stated(data, name)) for data, name in ((document(EVENT), "a.json"), (XML.encode(), "a.xml"))]
    assert [sense_of(each) for each in told[0]] == [sense_of(each) for each in told[1]]
    delivery, sensor = told[0]
    assert ("shipping", "ADD, lot A1", None) == (delivery.title, delivery.text, delivery.subject)
    assert sensor.quantity is not None
    assert ("2.9", "CEL") == (sensor.quantity.number, sensor.quantity.unit)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"action": "CREATE"}, "an event without a valid action"),
        ({"action": None}, "an event without a valid action"),
        ({"eventTime": "22-07-2026"}, "an event without a valid time"),
        ({"eventTime": "2026-07-22"}, "an event without a valid time"),
        ({"eventTime": "2026-02-30T10:00:00Z"}, "an event without a valid time"),
        ({"type": "OtherEvent"}, "an event of a type that is not known"),
        ({"epcList": [f"urn:{number}" for number in range(5001)]}, "an event of more things than are read"),
    ],
)
def test_what_is_no_event_is_left(change: dict[str, object], reason: str) -> None:
    """An event without a valid time, action or type is named, counted, and no item."""
    told = stated(document(EVENT | change, EVENT), "a.json")
    assert [Left(place="event[1]", reason=reason)] == of(Left, told)
    assert ["event[2]", "event[2]/sensor[1]"] == [each.place for each in of(Item, told)]
    assert 2 == next(each.count for each in of(Tally, told) if each.sort == "events")


def test_an_event_in_error_says_so() -> None:
    """What a later declaration takes back is not joined with what it corrects."""
    good, wrong = (of(Item, stated(document(EVENT | extra), "a.json"))[0]
                   for extra in ({}, {"errorDeclaration": {"reason": "incorrect_data"}}))  # fmt: skip
    assert "entered-in-error" == wrong.status
    assert sense_of(good) != sense_of(wrong)


@pytest.mark.parametrize("size", [40, 300, len(XML) - 1])
def test_truncated_documents_break_off(size: int) -> None:
    """XML that ends too early is not read to its end, and says so."""
    assert "reader_failed" == broken_off(b"<?xml version='1.0'?>" + XML[:size].encode(), "a.xml")[1] or size == 40


def test_an_entity_is_refused() -> None:
    """An external entity is not read."""
    doctype = '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
    told, _ = broken_off((doctype + XML).encode(), "a.xml")
    assert [] == of(Item, told)


@pytest.mark.parametrize("event", [None, 1, "x", [], {}, {"type": []}, {"epcList": {"a": 1}}])
def test_odd_json_is_left(event: object) -> None:
    """Values of another shape than an event's cost nothing but a place that is left."""
    assert "" == broken_off(document(event), "a.json")[1]
