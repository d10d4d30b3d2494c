# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.records.json_docs, through the door."""

import io

import pytest

from healthvault.records.describe import describe
from healthvault.records.description import Description
from healthvault.records.probe import WHOLE_BYTES

PATIENT = b'{"resourceType":"Patient","name":[{"text":"Ann Lee"}]}'


def described(data: bytes) -> Description:
    """Describe bytes as a file of JSON."""
    return describe(io.BytesIO(data), name="a.json", size_bytes=len(data))


@pytest.mark.parametrize(
    ("data", "kind", "title"),
    [
        (PATIENT, "fhir", "Patient: Ann Lee"),
        (b"\xef\xbb\xbf\r\n" + PATIENT, "fhir", "Patient: Ann Lee"),
        (PATIENT.decode().encode("utf-16"), "fhir", "Patient: Ann Lee"),
        (b'{"entry":[{"resource":%b}],"resourceType":"Bundle"}' % PATIENT, "fhir-bundle", "Ann Lee (1 resource)"),
        (b'{"resourceType":"List","title":"Drugs","entry":[{"item":{}}]}', "fhir", "List: Drugs"),
        (b'{"type":"EPCISDocument","epcisBody":{}}', "epcis", "Supply chain events"),
        (b'{"datasetJSONVersion":"1.1.0","name":"DM","label":"Demographics"}', "cdisc", "DM: Demographics"),
        (b'{"verifiableCredential":["x"]}', "smart-health-card", "a"),
        (b'{"verifiableCredential":"x"}', "json", "a"),
        (b"[%b]" % PATIENT, "json", "a"),
        (b'{"a":%b}' % PATIENT, "json", "a"),
        (b'{"resourceType":"no type"}', "json", "a"),
        (b'{"resourceType":7}', "json", "a"),
        (b"{}", "json", "a"),
        (b"[]", "json", "a"),
    ],
)
def test_the_outermost_members_decide(data: bytes, kind: str, title: str) -> None:
    """Only what the outermost object says of itself counts, in any order and encoding."""
    told = described(data)
    assert (kind, title) == (told.kind, told.title)


def test_a_damaged_file_is_told_as_far_as_it_goes() -> None:
    """A cut download is still what it says it is."""
    told = described(b'{"resourceType":"Bundle","entry":[{"resource":%b},{"resource":{"res' % PATIENT)
    assert ("fhir-bundle", "Ann Lee (more than 1 resource)") == (told.kind, told.title)
    assert "text" == described(b'{"a":"note that only looks like it').kind
    told = described(b'{"resourceType":"Bundle","entry":[{"resource":%b},{"resource":}]}' % PATIENT)
    assert ("fhir-bundle", "Ann Lee (more than 1 resource)") == (told.kind, told.title)


def test_a_huge_file_is_told_by_its_head() -> None:
    """Above 16 MiB the first 64 KiB speak."""
    entry = b'{"resource":%b},' % PATIENT
    told = described(b'{"resourceType":"Bundle","entry":[' + entry * (WHOLE_BYTES // len(entry) + 1))
    assert "fhir-bundle" == told.kind
    assert " patients (more than " in told.title
