# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.records.ccda_read and the modules of CDA beneath it, through the door."""

import base64
import re

import pytest

from healthvault.records.absence import absence_of
from healthvault.records.sense import sense_of
from healthvault.records.statements import Coding, Item, Left, Name, Passage, Quantity, Subject, Tally
from tests.statements import broken_off, of, stated

LOINC, SNOMED = "2.16.840.1.113883.6.1", "2.16.840.1.113883.6.96"
TEMPLATES = "2.16.840.1.113883.10.20."
HEADER = """<title>Summary</title><code code="34133-9" codeSystem="2.16.840.1.113883.6.1"/>
<effectiveTime value="20240102101500+0100"/>
<recordTarget><patientRole><id root="1.2.3" extension="A"/><patient><name use="L"><given>Ana</given>
<given qualifier="CL">Annie</given><family>Silva</family></name>
<administrativeGenderCode code="F"/><birthTime value="1980"/></patient></patientRole></recordTarget>"""


def document(body: str, header: str = HEADER) -> bytes:
    """Return a document with this body."""
    return f'<ClinicalDocument xmlns="urn:hl7-org:v3" xmlns:xsi="{XSI}">{header}{body}</ClinicalDocument>'.encode()


XSI = "http://www.w3.org/2001/XMLSchema-instance"


def structured(code: str, inner: str, title: str = "Part") -> bytes:
    """Return a document of one section."""
    section = f'<section><code code="{code}" codeSystem="{LOINC}"/><title>{title}</title>{inner}</section>'
    return document(f"<component><structuredBody><component>{section}</component></structuredBody></component>")


def items(code: str, inner: str) -> list[Item]:
    """Return the items of a document of one section, but the document itself."""
    return [each for each in of(Item, stated(structured(code, inner), "a.xml")) if each.type != "Composition"]


def observation(inner: str, attributes: str = "", template: str = "") -> str:
    """Return an observation as an entry."""
    named = f'<templateId root="{TEMPLATES}{template}"/>' if template else ""
    return f'<entry><observation classCode="OBS" moodCode="EVN" {attributes}>{named}{inner}</observation></entry>'


def test_the_patient_and_the_document() -> None:
    """Names without the nickname, sex, a birth date as far as written, ids by OID; the document is an item."""
    told = stated(document(""), "a.xml")
    expected = Subject(
        names=(Name(family="Silva", given=("Ana",), text="Ana Silva", use="usual"),),
        birth_date="1980",
        sex="female",
        identifiers=(Coding(system="urn:oid:1.2.3", code="A"),),
    )
    assert [expected] == of(Subject, told)
    (item,) = of(Item, told)
    assert ("Composition", "Summary", "2024-01-02T10:15:00+01:00", 0) == (
        item.type, item.title, item.date, item.subject)  # fmt: skip


def test_unknown_stays_unknown() -> None:
    """A null flavour is no value."""
    header = """<recordTarget><patientRole><id nullFlavor="UNK"/><patient><name nullFlavor="UNK"/>
    <administrativeGenderCode nullFlavor="UNK"/><birthTime nullFlavor="UNK"/></patient></patientRole>
    </recordTarget>"""
    assert [Subject(sex="unknown")] == of(Subject, stated(document("", header), "a.xml"))


def test_two_patients_own_no_item() -> None:
    """Of a document about two persons nobody can tell whose an entry is."""
    target = HEADER[HEADER.index("<recordTarget") :]
    (item,) = of(Item, stated(document("", HEADER + target), "a.xml"))
    assert item.subject is None


def test_a_result_is_the_same_as_in_fhir() -> None:
    """LOINC code, time with offset and value of a result give the sense of the same FHIR Observation."""
    (item,) = items(
        "30954-2",
        observation(f"""<code code="718-7" codeSystem="{LOINC}"/><statusCode code="completed"/>
        <effectiveTime value="200803190830-0800"/><value xsi:type="PQ" value="13.20" unit="g/dL"/>
        <referenceRange><observationRange><value xsi:type="IVL_PQ"><low value="12.0" unit="g/dL"/>
        <high value="15.5" unit="g/dL"/></value></observationRange></referenceRange>"""),
    )
    same = Item(
        type="Observation",
        place="entry[0]",
        title="Hemoglobin",
        date="2008-03-19T16:30:00Z",
        codes=(Coding(system="http://loinc.org", code="718-7"),),
        quantity=Quantity(number="13.2", unit="g/dL"),
    )
    assert sense_of(same) == sense_of(item)
    assert item.quantity == Quantity(number="13.20", unit="g/dL", low="12.0", high="15.5")


def test_a_range_in_another_unit_is_none() -> None:
    """Ends of a range that are not in the unit of the value are not taken for it."""
    (item,) = items(
        "30954-2",
        observation("""<value xsi:type="PQ" value="1" unit="g/L"/><referenceRange>
        <observationRange><value xsi:type="IVL_PQ"><low value="12" unit="g/dL"/></value></observationRange>
        </referenceRange>"""),
    )
    assert item.quantity == Quantity(number="1", unit="g/L")


@pytest.mark.parametrize(
    ("inner", "expected"),
    [
        ('<high value="5" unit="mg"/>', Quantity(number="5", unit="mg", comparator="<=")),
        ('<low value="5" unit="mg" inclusive="false"/>', Quantity(number="5", unit="mg", comparator=">")),
        ('<low value="1" unit="mg"/><high value="5" unit="mg"/>', None),
    ],
)
def test_open_intervals(inner: str, expected: Quantity | None) -> None:
    """A value with one end is a comparison; one with two is words."""
    (item,) = items("30954-2", observation(f'<value xsi:type="IVL_PQ">{inner}</value>'))
    assert expected == item.quantity
    assert (None if expected else "1 mg to 5 mg") == item.text


@pytest.mark.parametrize(
    ("code", "attributes", "value", "title", "kind"),
    [
        ("48765-2", 'negationInd="true"', "419199007", "No known allergies", "AllergyIntolerance"),
        ("48765-2", "", "716186003", "No known allergy", "AllergyIntolerance"),
        ("11450-4", 'negationInd="true"', "55607006", "No known problems", "Condition"),
        ("11450-4", 'negationInd="true"', "38341003", "Does not have: No known allergy", "Observation"),
    ],
)
def test_what_is_denied_is_not_the_thing(code: str, attributes: str, value: str, title: str, kind: str) -> None:
    """A negated allergy or problem is none; that none is known is known as that."""
    template = "22.4.7" if code == "48765-2" else "22.4.4"
    (item,) = items(code, observation(
        f'<value xsi:type="CD" code="{value}" codeSystem="{SNOMED}" displayName="No known allergy"/>',
        attributes, template))  # fmt: skip
    assert (kind, title) == (item.type, item.title)
    assert (kind == "Observation") == (absence_of(item) is None)


def test_severity_is_no_allergy() -> None:
    """Beside an allergy, what tells how severe it is does not become another."""
    severity = (
        f'<observation moodCode="EVN"><code code="SEV"/><value xsi:type="CD" code="1" codeSystem="{SNOMED}"/>'
    )
    found = items(
        "48765-2",
        f"""<entry><act moodCode="EVN"><code code="CONC"/><statusCode code="active"/>
        <entryRelationship><observation moodCode="EVN"><participant><participantRole><playingEntity>
        <code code="7980" codeSystem="2.16.840.1.113883.6.88" displayName="Penicillin"/></playingEntity>
        </participantRole></participant></observation></entryRelationship>
        <entryRelationship typeCode="SUBJ">{severity}</observation></entryRelationship></act></entry>""",
    )
    assert [("AllergyIntolerance", "Penicillin", "active")] == [
        (each.type, each.title, each.status) for each in found
    ]
    assert "http://www.nlm.nih.gov/research/umls/rxnorm" == found[0].codes[0].system


def test_what_was_not_given_is_another_sense() -> None:
    """A vaccine that was refused is not joined with the same vaccine given on that day."""
    inner = """<statusCode code="completed"/><effectiveTime value="20240101"/><consumable><manufacturedProduct>
        <manufacturedMaterial><code code="140" codeSystem="2.16.840.1.113883.12.292" displayName="Flu"/>
        </manufacturedMaterial></manufacturedProduct></consumable></substanceAdministration></entry>"""
    start = '<entry><substanceAdministration moodCode="EVN"'
    given, refused = items("11369-6", f'{start}>{inner}{start} negationInd="true">{inner}')
    assert ("Flu", "Not given: Flu", "not-done") == (given.title, refused.title, refused.status)
    assert sense_of(given) != sense_of(refused)


def test_words_are_found_in_the_narrative() -> None:
    """A code without words is named by the text that it refers to; a reference to nothing names nothing."""
    text = '<text><table><tbody><tr><td>Dose</td><td ID="m1">two  drops</td></tr></tbody></table></text>'
    told = stated(structured("10160-0", f"""{text}<entry><substanceAdministration moodCode="INT">
        <consumable><manufacturedProduct><manufacturedMaterial><code nullFlavor="OTH"><originalText>
        <reference value="#m1"/></originalText></code></manufacturedMaterial></manufacturedProduct></consumable>
        </substanceAdministration></entry>""", "Medicines"), "a.xml")  # fmt: skip
    assert [Passage(words="Dose | two drops", place="Medicines")] == of(Passage, told)
    assert [("MedicationRequest", "two drops")] == [(each.type, each.title) for each in of(Item, told)[1:]]


def test_entries_that_are_not_understood_are_left() -> None:
    """Of each entry there is an item or a place that was left, and the count is of all."""
    told = stated(
        structured("99999-9", f'<entry><act moodCode="EVN"/></entry><entry/>{observation("<value/>")}'), "a.xml"
    )
    assert ["Part/entry[1]", "Part/entry[2]"] == [each.place for each in of(Left, told)]
    assert 3 == next(each.count for each in of(Tally, told) if each.sort == "entries 99999-9")


def test_an_enclosed_text_is_read() -> None:
    """A body in base64 is read as the document that it is, under its own place."""
    body = base64.b64encode(b"first\nsecond\n").decode()
    data = document(f'<component><nonXMLBody><text mediaType="text/plain" representation="B64">{body}</text>'
                    "</nonXMLBody></component>")  # fmt: skip
    assert ["first", "second"] == [each.words for each in of(Passage, stated(data, "a.xml"))]


@pytest.mark.parametrize(
    "text", ["<text representation='B64'>***</text>", "", "<text><reference value='a.pdf'/></text>"]
)
def test_a_body_that_cannot_be_read_is_left(text: str) -> None:
    """Broken base64, no content, and a file that is not here are named."""
    data = document(f"<component><nonXMLBody>{text}</nonXMLBody></component>")
    assert ["nonXMLBody"] == [each.place for each in of(Left, stated(data, "a.xml"))]


def test_what_came_before_a_break_is_kept() -> None:
    """A truncated document states its whole sections, and then says that it was not read to its end."""
    whole = structured("30954-2", observation('<value xsi:type="PQ" value="1"/>'))
    told, code = broken_off(whole[: whole.index(b"</structuredBody>")], "a.xml")
    assert ("reader_failed", 2) == (code, len(of(Item, told)))


@pytest.mark.parametrize(
    "doctype",
    [
        b'<!DOCTYPE a [<!ENTITY x "y">]>',
        b'<!DOCTYPE a [<!ENTITY % x SYSTEM "file:///etc/hostname"> %x;]>',
        b'<!DOCTYPE a SYSTEM "file:///etc/hostname">',
        b'<!DOCTYPE a [<!ENTITY b "&c;&c;"><!ENTITY c "bomb">]>',
    ],
)
def test_entities_and_outside_parts_are_refused(doctype: bytes) -> None:
    """What could expand, or would be read from elsewhere, ends the reading before anything is stated."""
    assert ([], "reader_failed") == broken_off(doctype + document(""), "a.xml", "ccda")


def test_a_plain_doctype_is_allowed() -> None:
    """A DOCTYPE that declares nothing does not keep a document from being read."""
    assert of(Subject, stated(b"<!DOCTYPE ClinicalDocument>" + document(""), "a.xml"))


def test_depth_is_limited() -> None:
    """A document of a hundred thousand elements within each other is refused, and takes no stack."""
    depth = 100_000
    told, code = broken_off(
        structured("1-8", "<text>" + "<list>" * depth + "</list>" * depth + "</text>"), "a.xml"
    )
    assert ([], "reader_failed") == (of(Passage, told), code)


def test_a_reference_told_often_costs_little() -> None:
    """Thousands of entries that refer to one long text share its words, which are cut."""
    text = f'<text><paragraph ID="t">{"word " * 20_000}</paragraph></text>'
    entry = observation(
        '<code nullFlavor="OTH"><originalText><reference value="#t"/></originalText></code><value/>'
    )
    found = items("8716-3", text + entry * 2000)
    assert 2000 == len(found)
    assert {500} == {len(each.title) for each in found}


@pytest.mark.parametrize("codec", ["utf-16", "utf-8-sig"])
def test_other_encodings(codec: str) -> None:
    """UTF-16 and a byte order mark are read."""
    data = document("").decode().encode(codec)
    assert 1 == len(of(Subject, stated(data, "a.xml")))


def test_a_section_in_a_section_is_read() -> None:
    """Sections within sections are counted and read, and a second one of the same name is told apart."""
    inner = "<component><section><title>Part</title><text>inside</text></section></component>"
    told = stated(structured("1-8", f"<text>outside</text>{inner}"), "a.xml")
    assert [("outside", "Part"), ("inside", "Part (2)")] == [
        (each.words, each.place) for each in of(Passage, told)
    ]


def test_digests_are_of_the_content() -> None:
    """White space and the order of attributes do not change the digest of an entry; its value does."""
    first = observation('<code code="1" codeSystem="1.2"/><value xsi:type="PQ" value="1"/>')
    spaced = re.sub("><", ">\n <", first).replace('code="1" codeSystem="1.2"', 'codeSystem="1.2" code="1"')
    other = first.replace('value="1"', 'value="2"')
    one, same, changed = (items("8716-3", each)[0].digest for each in (first, spaced, other))
    assert one == same
    assert one != changed
