# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.records.fhir_xml."""

import io

from healthvault.records.describe import describe
from healthvault.records.description import Description

HEAD = '<?xml version="1.0"?>\n<{0} xmlns="http://hl7.org/fhir"><!-- c -->'
TEXT = '<text><status value="generated"/><div xmlns="http://www.w3.org/1999/xhtml"><p>title</p></div></text>'


def described(body: str, root: str) -> Description:
    """Describe a resource in XML."""
    data = (HEAD.format(root) + TEXT + body + f"</{root}>").encode()
    return describe(io.BytesIO(data), name="a.xml", size_bytes=len(data))


def test_a_resource_is_told_as_in_json() -> None:
    """Title, date, author and source come from the same fields as in JSON."""
    told = described(
        '<extension url="x"><valueCode value="y"/></extension>'
        '<contained><Practitioner><id value="p"/><name><text value="Dr Kim"/></name></Practitioner></contained>'
        '<code><coding><code value="1"/><display value="Heart rate"/></coding><text value="Pulse"/></code>'
        '<effectivePeriod><start value="2024-01-05T10:00:00Z"/></effectivePeriod>'
        '<performer><reference value="#p"/></performer><performer><reference value="Organization/1"/>'
        '<display value="Lab"/></performer>',
        "Observation",
    )
    assert ("fhir", "application/fhir+xml") == (told.kind, told.media_type)
    assert ("Observation: Pulse", "2024-01-05", "Dr Kim", "Lab") == (
        told.title,
        told.date,
        told.author,
        told.source,
    )


def test_a_patient_summary_is_known() -> None:
    """A Bundle in XML is told by its Composition, its references by full URL."""
    told = described(
        '<type value="document"/><timestamp value="2024-02-02"/>'
        '<entry><fullUrl value="urn:1"/><resource><Composition><type><coding><system value="http://loinc.org"/>'
        '<code value="60591-5"/></coding></type><date value="2024-01-01"/>'
        '<author><reference value="urn:2"/></author>'
        '<title value="Summary"/></Composition></resource></entry>'
        '<entry><fullUrl value="urn:2"/><resource><Organization><name value="Clinic"/></Organization></resource>'
        "</entry>",
        "Bundle",
    )
    assert ("ips", "Summary", "2024-01-01", None, "Clinic") == (
        told.kind, told.title, told.date, told.author, told.source
    )  # fmt: skip


def test_a_member_cannot_pose_as_the_type() -> None:
    """The name of the root is the type, whatever else claims to be."""
    assert "Basic" == described('<resourceType value="Bundle"/>', "Basic").title


def test_a_damaged_resource_is_told_as_far_as_it_goes() -> None:
    """What stands before the damage counts."""
    data = (HEAD.format("Bundle") + "<entry><resource><Patient/></resource></entry><entry>").encode()
    told = describe(io.BytesIO(data), name="a.xml", size_bytes=len(data))
    assert ("fhir-bundle", "Patient (more than 1 resource)") == (told.kind, told.title)
