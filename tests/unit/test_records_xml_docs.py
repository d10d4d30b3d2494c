# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.records.xml_docs, through the door."""

import io

import pytest

from healthvault.records.describe import describe


@pytest.mark.parametrize(
    ("data", "kind", "media_type", "title"),
    [
        (b'<ClinicalDocument xmlns="urn:hl7-org:v3"/>', "ccda", "application/xml", "a"),
        (b'<c:ClinicalDocument xmlns:c="urn:hl7-org:v3"/>', "ccda", "application/xml", "a"),
        (b"<ClinicalDocument/>", "xml", "application/xml", "a"),
        (b'<Patient xmlns="http://hl7.org/fhir"/>', "fhir", "application/fhir+xml", "Patient"),
        (b'<feed xmlns="http://hl7.org/fhir"/>', "xml", "application/xml", "a"),
        (b"<HealthData/>", "apple-health", "application/xml", "Apple Health export"),
        (
            b'<e:EPCISDocument xmlns:e="urn:epcglobal:epcis:xsd:1"/>',
            "epcis",
            "application/xml",
            "Supply chain events",
        ),
        ('<?xml version="1.0" encoding="utf-16"?><a/>'.encode("utf-16"), "xml", "application/xml", "a"),
        (b"\xef\xbb\xbf<a/>", "xml", "application/xml", "a"),
        (b"<?xml ?>", "xml", "application/xml", "a"),
        (b"<!DOCTYPE html><html><br></html>", "text", "text/html", "a"),
        (b"<html><body/></html>", "text", "text/html", "a"),
        (b"<ann@example.org> wrote", "text", "text/plain", "<ann@example.org> wrote"),
    ],
)
def test_the_root_decides(data: bytes, kind: str, media_type: str, title: str) -> None:
    """Namespace and name of the root element tell the format."""
    told = describe(io.BytesIO(data), name="a.xml", size_bytes=len(data))
    assert (kind, media_type, title) == (told.kind, told.media_type, told.title)


def test_a_bomb_is_only_xml() -> None:
    """A document that declares entities is not read for its title."""
    data = b'<!DOCTYPE ClinicalDocument [<!ENTITY a "b">]><ClinicalDocument xmlns="urn:hl7-org:v3"/>'
    assert "xml" == describe(io.BytesIO(data), name="a", size_bytes=len(data)).kind
