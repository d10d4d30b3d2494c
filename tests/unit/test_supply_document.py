# SPDX-License-Identifier: Apache-2.0
"""EPCIS documents: what is none is refused with its place, and nothing of it counts."""

import json

import pytest
from supply_events import MAKER, document, happened, legs, unit

from healthvault.errors import FormatError
from healthvault.supply import document as module
from healthvault.supply.document import parse_epcis

_GOOD = happened("01-06T09:00", "storing", MAKER, unit("1"))
_XML = (
    '<e:EPCISDocument xmlns:e="urn:epcglobal:epcis:xsd:{version}" creationDate="2026-01-01T00:00:00Z">'
    "{body}</e:EPCISDocument>"
)


def code(data: bytes) -> tuple[str, str]:
    """Return how a document is refused."""
    with pytest.raises(FormatError) as caught:
        parse_epcis(data)
    return caught.value.code, caught.value.message


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"action": "CREATE"}, "action"),
        ({"action": None}, "action"),
        ({"eventTime": "22-07-2026"}, "eventTime"),
        ({"eventTime": ""}, "eventTime"),
        ({"type": "QuantityEvent"}, "type"),
    ],
)
def test_an_event_that_is_none_is_named(change: dict, said: str) -> None:
    """With its number; the good one before it does not count either."""
    found = code(document([_GOOD, {**_GOOD, **change}]))
    assert "bad_event" == found[0]
    assert found[1].startswith("event[2]: ")
    assert said in found[1]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"hello",
        b"{}",
        b'{"type":"EPCISDocument"',
        b'{"type":"EPCISDocument","epcisBody":{"eventList":[{"quantity":NaN}]}}',
        b'{"type":"EPCISDocument","type":"EPCISDocument"}',
        b"\xff\xfe",
        b"<html/>",
        _XML.format(version=3, body="").encode(),
        _XML.format(version=2, body="<EPCISBody>").encode(),
        b'<!DOCTYPE e [<!ENTITY a "b">]>' + _XML.format(version=2, body="&a;").encode(),
        b"[" * 100_000,
    ],
)
def test_what_is_no_document(data: bytes) -> None:
    """No EPCIS, not well-formed, two members of one name, entities, depth."""
    assert "not_epcis" == code(data)[0]


def test_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bytes, events, parts and values of a document are counted."""
    monkeypatch.setattr(module, "MAX_EVENTS", 2)
    assert "too_large" == code(document([_GOOD] * 3))[0]
    assert "too_large" == code(document([{**_GOOD, "ext:a": "x" * 5000}]))[0]
    assert "too_large" == code(document([{**_GOOD, "ext:a": ["x"] * 200_001}]))[0]
    assert "too_large" == code(b"{" + b" " * (17 << 20))[0]
    deep: object = "x"
    for _ in range(60):
        deep = {"ext:a": deep}
    assert "bad_schema" == code(document([{**_GOOD, "ext:b": deep}]))[0]


def test_events_where_documents_have_them() -> None:
    """A list, one event alone, the results of a query; numbers keep their figures."""
    (one,) = parse_epcis(document([_GOOD])).events
    body = json.loads(document([_GOOD]))
    alone = {**body, "epcisBody": {"event": _GOOD}}
    results = {"queryResults": {"resultsBody": {"eventList": [_GOOD]}}}
    queried = {**body, "type": "EPCISQueryDocument", "epcisBody": results}
    assert [one.hashes] * 2 == [
        parse_epcis(json.dumps(each).encode()).events[0].hashes for each in (alone, queried)
    ]
    assert [4, 4, 3] == [len(parse_epcis(document(leg)).events) for leg in reversed(legs())]


def test_xml_of_the_first_version() -> None:
    """What stands in extension elements is seen, a transformation in one too."""
    inner = "<eventTime>2026-01-01T00:00:00Z</eventTime><bizStep>urn:epcglobal:cbv:bizstep:commissioning</bizStep>"
    lot = '<x:lotNumber xmlns:x="urn:epcglobal:cbv:mda">L7</x:lotNumber>'
    first = f"<ObjectEvent>{inner}<action>ADD</action><extension><ilmd>{lot}</ilmd></extension></ObjectEvent>"
    made = f"<extension><TransformationEvent>{inner}</TransformationEvent></extension>"
    body = f"<EPCISBody><EventList>{first}{made}</EventList></EPCISBody>"
    events = parse_epcis(_XML.format(version=1, body=body).encode()).events
    assert [("ObjectEvent", "L7"), ("TransformationEvent", None)] == [(event.kind, event.lot) for event in events]
