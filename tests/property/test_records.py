# SPDX-License-Identifier: Apache-2.0
"""Properties of healthvault.records: any bytes under any name are described, always alike, in bounded text."""

import io
import json
import re
from dataclasses import astuple

from hypothesis import example, given, settings
from hypothesis import strategies as st

from healthvault.records.describe import DESCRIBERS, describe
from healthvault.records.description import MAX_TEXT_CHARS, Description
from healthvault.records.json_walk import STREAMED, JsonWalk
from healthvault.records.kinds import Kind
from healthvault.records.probe import Probe
from healthvault.records.sniff import sniff

STARTS = [
    b"",
    b"%PDF-1.4\n/Info 1 0 R\n1 0 obj",
    b"PK\x03\x04apple_health_export/",
    b"{\\rtf",
    bytes(128) + b"DICM",
    b"\xff\xfe",
    b"HEADER RECORD*******LIBRARY HEADER RECORD!!!!!!!",
    b"MSH|^~\\&|",
    b"MSH|^~\\&|a|b\rOBR|1|\rRXA|",
    b"shc:/",
    b"shlink:/",
    b'{"resourceType":"Bundle","type":"document","entry":[',
    b'{"resourceType":"Observation",',
    b'{"resourceType":"A"}\n{',
    b'{"verifiableCredential":["eyJ',
    b'{"datasetJSONVersion":',
    b'{"type":"EPCISDocument","epcisBody":',
    b"<?xml ",
    b"<!DOCTYPE ",
    b'<ClinicalDocument xmlns="urn:hl7-org:v3"><author>',
    b'<Bundle xmlns="http://hl7.org/fhir"><entry>',
    b"<HealthData>",
    b'<e:EPCISDocument xmlns:e="urn:epcglobal:epcis:xsd:1">',
    b"a,b,c\n1,2,3\n",
    b"eyJhbGciOiJFUzI1NiIsInppcCI6IkRFRiJ9.",
]
NAMES = ["a", "", ".csv", "a.csv", "a.ndjson", "a.dcm", "a/b\\c.pdf", "\udcff\u202e", "x" * 300]
WORDS = """
    resourceType Bundle Composition Patient Practitioner DiagnosticReport document entry resource type
    coding code text display name given family reference author performer actor custodian contained id
    fullUrl date period start 2024-03-15 #x x Patient/x 60591-5 http://loinc.org system concept epcisBody
    eventList bizStep EPCISDocument datasetJSONVersion referenceData itemGroupData label
    verifiableCredential title use official source observer
""".split()  # noqa: SIM905 - a word a line would fill a page
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(WORDS) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(WORDS), inner, max_size=5),
    max_leaves=25,
)


def check(data: bytes, name: str) -> Description:
    """Describe twice and check what must hold for every description."""
    told = describe(io.BytesIO(data), name=name, size_bytes=len(data))
    probe = Probe(io.BytesIO(data), name=name, size_bytes=len(data))
    if reader := DESCRIBERS.get(sniff(probe).kind):
        reader(probe)  # without the net that would hide a fault
    assert told == describe(io.BytesIO(data), name=name, size_bytes=len(data))
    assert told.kind in {kind.value for kind in Kind}
    assert told.title
    assert told.date is None or re.fullmatch(r"\d{4}(-\d\d(-\d\d)?)?", told.date)
    for text in filter(None, astuple(told)):
        assert len(text) <= MAX_TEXT_CHARS
        assert [text] == text.splitlines()
        assert text == text.strip()
        text.encode()
    return told


@settings(max_examples=400, deadline=None)
@given(start=st.sampled_from(STARTS), rest=st.binary(max_size=200), name=st.sampled_from(NAMES))
def test_any_bytes_are_described(start: bytes, rest: bytes, name: str) -> None:
    """Random bytes behind every beginning that is recognised."""
    check(start + rest, name)


@settings(max_examples=150, deadline=None)
@given(start=st.sampled_from(STARTS), rest=st.text(max_size=200), name=st.text(max_size=20))
def test_any_text_is_described(start: bytes, rest: str, name: str) -> None:
    """Random text behind every beginning that is recognised, under any name."""
    check(start + rest.encode(), name)


@settings(max_examples=300, deadline=None)
@given(value=VALUES, kind=st.sampled_from(["Bundle", "Observation", "Patient", 7, None]))
def test_any_json_is_described(value: object, kind: object) -> None:
    """Members of the right names with values of the wrong shapes."""
    members = {"resourceType": kind, "entry": value} | (value if isinstance(value, dict) else {})
    told = check(json.dumps(members).encode(), "a.json")
    assert "title" in told.__slots__


@settings(max_examples=150, deadline=None)
@given(value=st.dictionaries(st.sampled_from(WORDS), VALUES, max_size=5), cut=st.integers(0, 500))
@example(value={"actor": None, "Bundle": 10}, cut=27)
def test_a_cut_text_walks_alike(value: dict[str, object], cut: int) -> None:
    """Whatever a walk of a cut text hands over is the beginning of what the whole text holds."""
    text = json.dumps(value)
    whole = [repr(member) for member in JsonWalk(text)]
    part = [repr(member) for member in JsonWalk(text[: min(cut, len(text) - 1)])]
    assert whole[: len(part)] == part
    assert STREAMED not in value or not isinstance(value[STREAMED], dict) or whole
