# SPDX-License-Identifier: Apache-2.0
"""The event hash: what belongs to it and what does not. Equality with others is in tests/vectors."""

import json

import pytest
from supply_events import CONTEXT, MAKER, document, happened, shipped, unit

from healthvault.supply.document import parse_epcis
from healthvault.supply.event import Hashes
from healthvault.supply.prehash import canonical_value
from healthvault.supply.reading import Reading

_EVENT = shipped("01-06T09:00", MAKER, MAKER, unit("1"), unit("2"))


def hashes(event: dict) -> Hashes:
    """Return the hashes of one event."""
    return parse_epcis(document([event])).events[0].hashes


@pytest.mark.parametrize(
    ("written", "form"),
    [
        ("200.50", "200.5"),
        ("12.0", "12"),
        ("+5", "5"),
        ("-0.0", "0"),
        ("007", "7"),
        ("0.00001", "1e-05"),
        ("0.000015", "1.5e-05"),
        ("0.0001", "0.0001"),
        ("1234567890123456789", "1234567890123456789"),
        ("1_000", "1_000"),
        ("inf", "inf"),
        ("1e999", "1e999"),
        ("urn:epcglobal:cbv:disp:in_transit", "https://ref.gs1.org/cbv/Disp-in_transit"),
    ],
)
def test_values_in_one_form(written: str, form: str) -> None:
    """Numbers without idle zeros, words as addresses; what is too long to be exact stays."""
    assert form == canonical_value(written, Reading.REFERENCE)


def test_what_does_not_belong_to_an_event() -> None:
    """Its id, when it was recorded, whether it was declared wrong, the order of lists, how things are written."""
    link = "https://example.com/01/04012345098761/21/1"
    same = [
        {**_EVENT, "eventID": "urn:uuid:1", "recordTime": "2026-02-01T00:00:00Z"},
        {**_EVENT, "errorDeclaration": {"declarationTime": "2026-02-01T00:00:00Z"}},
        {**_EVENT, "epcList": list(reversed(_EVENT["epcList"]))},
        {**_EVENT, "epcList": [link, unit("2")]},
        {**_EVENT, "eventTime": "2026-01-06T10:00:00.0+01:00"},
        {**_EVENT, "bizStep": "https://ref.gs1.org/cbv/BizStep-shipping"},
        dict(reversed(_EVENT.items())),
    ]
    assert [hashes(_EVENT)] * len(same) == [hashes(event) for event in same]


@pytest.mark.parametrize(
    "change",
    [
        {"eventTime": "2026-01-06T09:00:00.001Z"},
        {"epcList": [unit("1")]},
        {"disposition": "in_progress"},
        {"readPoint": {"id": "urn:epc:id:sgln:4012345.00009.0"}},
        {"destinationList": []},
        {"ilmd": {"cbvmda:lotNumber": "L2"}},
        {"eventTimeZoneOffset": "+01:00"},
    ],
)
def test_every_change_changes_both_hashes(change: dict) -> None:
    """Whatever else an event says."""
    before, after = hashes(_EVENT), hashes({**_EVENT, **change})
    assert before.reference != after.reference
    assert before.text != after.text


def test_the_readings_differ_where_it_is_said() -> None:
    """The order of parties and the words for true and false; else they are the same."""
    plain = happened("01-06T09:00", "storing", MAKER, unit("1"))
    ends = [
        (one.reference or "").split("?")[0] == (one.text or "").split("?")[0]
        for one in map(hashes, (plain, _EVENT))
    ]
    assert [True, True] == ends  # one list of parties stands in the same place either way
    both = {**_EVENT, "sourceList": [{"type": "location", "source": MAKER}]}
    found = hashes(both)
    assert (found.reference or "")[:80] != (found.text or "")[:80]


def test_xml_and_json_say_the_same() -> None:
    """One event in either syntax has one hash."""
    xml = f"""<e:EPCISDocument xmlns:e="urn:epcglobal:epcis:xsd:2" xmlns:cbvmda="urn:epcglobal:cbv:mda"
      schemaVersion="2.0" creationDate="2026-12-31T00:00:00Z"><EPCISBody><EventList><ObjectEvent>
      <eventTime>2026-01-06T09:00:00Z</eventTime><eventTimeZoneOffset>+00:00</eventTimeZoneOffset>
      <epcList><epc>{unit("1")}</epc><epc>{unit("2")}</epc></epcList><action>OBSERVE</action>
      <bizStep>urn:epcglobal:cbv:bizstep:shipping</bizStep>
      <disposition>urn:epcglobal:cbv:disp:in_transit</disposition><readPoint><id>{MAKER}</id></readPoint>
      <destinationList><destination type="urn:epcglobal:cbv:sdt:location">{MAKER}</destination></destinationList>
      </ObjectEvent></EventList></EPCISBody></e:EPCISDocument>"""
    (event,) = parse_epcis(xml.encode()).events
    assert hashes(_EVENT) == event.hashes
    assert json.dumps(CONTEXT)
