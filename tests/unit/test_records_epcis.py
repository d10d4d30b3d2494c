# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.records.epcis, through the door."""

import io
import json

from healthvault.records.describe import describe

STEPS = (
    "https://ref.gs1.org/cbv/BizStep-sensor_reporting",
    "urn:epcglobal:cbv:bizstep:packing",
    "packing",
    "holding",
)
XML = """<?xml version="1.0"?>
<e:EPCISDocument xmlns:e="urn:epcglobal:epcis:xsd:1" creationDate="2023-04-01T08:45:16Z">
<EPCISHeader><s:Sender xmlns:s="s"><s:Identifier>urn:epc:id:sgln:1.2.0</s:Identifier></s:Sender></EPCISHeader>
<EPCISBody><EventList>{}</EventList></EPCISBody></e:EPCISDocument>"""


def test_a_long_step_is_cut() -> None:
    """A step in very many pieces costs no more than its start."""
    data = XML.format(f"<ObjectEvent><bizStep>{'x<?p?>' * 20_000}</bizStep></ObjectEvent>").encode()
    assert 200 == len(describe(io.BytesIO(data), name="a", size_bytes=len(data)).title)


def test_both_notations_tell_the_same() -> None:
    """Steps without the address of their vocabulary, each once; date and sender of the document."""
    events = [{"bizStep": step} for step in STEPS] + [{"bizStep": None}, {}]
    document = {
        "type": "EPCISDocument", "creationDate": "2023-04-01T08:45:16Z", "sender": "urn:epc:id:sgln:1.2.0",
        "epcisBody": {"eventList": events},
    }  # fmt: skip
    xml_events = "".join(f"<ObjectEvent><bizStep> {step}</bizStep></ObjectEvent>" for step in STEPS)
    for data, media_type in (
        (json.dumps(document).encode(), "application/ld+json"),
        (XML.format(xml_events).encode(), "application/xml"),
    ):
        told = describe(io.BytesIO(data), name="a", size_bytes=len(data))
        assert ("epcis", media_type) == (told.kind, told.media_type)
        assert "Supply chain events: sensor reporting, packing, holding" == told.title
        assert ("2023-04-01", None, "urn:epc:id:sgln:1.2.0") == (told.date, told.author, told.source)
