# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.records.ccda, through the door."""

import io

from healthvault.records.describe import describe
from healthvault.records.description import Description

DEVICE = """<author><assignedAuthor><assignedAuthoringDevice><softwareName>EHR 2</softwareName>
</assignedAuthoringDevice></assignedAuthor></author>"""
PERSON = """<author><time value="2013"/><assignedAuthor><assignedPerson><name><prefix>Dr</prefix><given>Ann</given>
<given qualifier="CL">Annie</given><family> Lee
</family></name></assignedPerson></assignedAuthor></author>"""
CUSTODIAN = """<custodian><assignedCustodian><representedCustodianOrganization><name>Good Health</name>
</representedCustodianOrganization></assignedCustodian></custodian>"""
BODY = "<component><structuredBody><title>Body</title></structuredBody></component>"


def described(header: str) -> Description:
    """Describe a document with this header."""
    data = f'<ClinicalDocument xmlns="urn:hl7-org:v3">{header}{BODY}</ClinicalDocument>'.encode()
    return describe(io.BytesIO(data), name="a.xml", size_bytes=len(data))


def test_the_header_describes() -> None:
    """Title, time, first person among the authors, and custodian."""
    told = described(
        f'<title>Discharge\n Summary</title><effectiveTime value="201308201120-0800"/>{DEVICE}{PERSON}{CUSTODIAN}'
    )
    expected = Description(
        kind="ccda",
        media_type="application/xml",
        title="Discharge Summary",
        date="2013-08-20",
        author="Dr Ann Lee",
        source="Good Health",
        category="letter",
        sensitivity=(),
    )
    assert expected == told


def test_what_is_missing_has_substitutes() -> None:
    """The name of the type serves as title, a device as author; the body is not looked into."""
    told = described(f'<code displayName="Care plan"/><title> </title>{DEVICE}')
    assert ("Care plan", None, "EHR 2", None) == (told.title, told.date, told.author, told.source)


def test_a_name_may_be_plain_text() -> None:
    """A name without parts is taken as it is, the first author's."""
    name = PERSON.replace(PERSON[PERSON.index("<prefix") : PERSON.index("</name")], "Jo  Kim")
    assert "Jo Kim" == described(name + PERSON).author


def test_a_long_text_is_cut() -> None:
    """A text in very many pieces costs no more than its start."""
    assert "x" * 199 + "…" == described(f"<title>{'x<?p?>' * 20_000}</title>").title


def test_a_damaged_document_is_told_as_far_as_it_goes() -> None:
    """What stands before the damage counts."""
    told = described(f"<title>Letter</title>{CUSTODIAN}<a>")
    assert ("Letter", "Good Health") == (told.title, told.source)


def test_an_advance_directive_is_a_directive() -> None:
    """The code of the document tells what it is about."""
    assert described('<code code="81334-5"/><title>Wishes</title>').category == "directive"
