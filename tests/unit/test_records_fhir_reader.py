# SPDX-License-Identifier: Apache-2.0
"""The readers of FHIR as a whole: order, counts, XML, limits, and that nothing a file holds makes them fail."""

import io
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from healthvault.records import fhir_reader
from healthvault.records.reading import read
from healthvault.records.statements import (
    Item,
    Left,
    Name,
    Passage,
    Quantity,
    Resource,
    Subject,
    Tally,
    statement_bytes,
)
from tests.fhir_files import bundle, items_of, left_of, observation, patient, statements_of

XML = """<?xml version="1.0"?>
<Bundle xmlns="http://hl7.org/fhir"><type value="collection"/>
<entry><fullUrl value="urn:uuid:1"/><resource><Patient><id value="p"/>
<text><status value="generated"/><div xmlns="http://www.w3.org/1999/xhtml"><p>Ann <b>R</b>oe</p>
<p>x &lt; y</p></div>
</text><name><family value="Roe"/><given value="Ann"/></name><birthDate value="1970"/></Patient></resource></entry>
<entry><resource><Observation><status value="final"/>
<code><coding><system value="http://loinc.org"/><code value="8480-6"/></coding></code>
<subject><reference value="urn:uuid:1"/></subject>
<valueQuantity><value value="6.30"/><unit value="mm"/></valueQuantity></Observation></resource></entry>
<entry><request><method value="DELETE"/></request></entry></Bundle>"""


def test_subjects_come_first_and_counts_last() -> None:
    """Whoever keeps statements as they come knows whose they are, and what there was at the end."""
    kinds = [type(each) for each in statements_of(bundle(observation(), patient("p")))]
    assert [Subject, Resource, Item, Resource, Tally, Tally, Tally] == kinds


def test_resources_are_word_for_word() -> None:
    """Members in order, numbers digit by digit, letters as they are."""
    text = '{"resourceType":"Observation","z":1.50,"a":[1e3,-0,"é\\n"],"id":"o"}'
    (resource,) = [each for each in statements_of(text.encode()) if isinstance(each, Resource)]
    assert (text, "Observation", "o", "") == (
        resource.content.decode(),
        resource.type,
        resource.id,
        resource.place,
    )


def test_xml_is_read_like_json() -> None:
    """The same items, subjects and passages; word for word it is not given, and that is said."""
    statements = statements_of(XML.encode(), "file.xml")
    assert Subject(names=(Name(family="Roe", given=("Ann",)),), birth_date="1970") in statements
    assert ["Ann Roe", "x < y"] == [each.words for each in statements if isinstance(each, Passage)]
    (item,) = items_of(XML.encode(), "file.xml")
    assert ("entry[1]", 0, Quantity(number="6.30", unit="mm")) == (item.place, item.subject, item.quantity)
    assert Tally(sort="Bundle collection", count=1) in statements
    assert not any(isinstance(each, Resource) for each in statements)
    assert [
        ("entry[2]", "an entry without a resource DELETE"),
        ("", "FHIR XML is read, and not given word for word as JSON"),
    ] == left_of(XML.encode(), "file.xml")


def test_one_resource_in_xml() -> None:
    """A resource alone has no entry around it."""
    data = b'<Observation xmlns="http://hl7.org/fhir"><id value="o"/><valueString value="x"/></Observation>'
    (item,) = items_of(data, "file.xml")
    assert ("Observation", "Observation/o", "x") == (item.place, item.identity, item.text)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (XML[: XML.index("<request>")], "entry[2]"),
        (XML.replace("<Bundle", '<!DOCTYPE x [<!ENTITY e "y">]><Bundle'), ""),
        ('<Patient xmlns="http://hl7.org/fhir"><id value="p">', ""),
    ],
)
def test_xml_that_breaks_off_or_has_entities(text: str, place: str) -> None:
    """What came before is stated; entities end it at once."""
    left = [each for each in statements_of(text.encode(), "x.xml", "fhir-bundle") if isinstance(each, Left)]
    assert Left(place=place, reason="cut off, no XML, or with entities in it, which are refused") in left


def test_a_signature_is_not_checked() -> None:
    """A signature of any form is left, with the form that it says it has."""
    assert [("signature", "a signature, which is not checked (image/jpg)")] == left_of(
        bundle(signature={"sigFormat": "image/jpg"})
    )
    assert [("signature", "a signature, which is not checked")] == left_of(bundle(signature={}))


def test_text_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """More text than is kept costs the rest of the text, and no item."""
    monkeypatch.setattr(fhir_reader, "MAX_WORDS_CHARS", 100)
    resources = [observation(note=[{"text": "n" * 60}, {"text": "m" * 60}]) for _ in range(2)]
    statements = statements_of(bundle(*resources))
    assert ["n" * 60] == [each.words for each in statements if isinstance(each, Passage)]
    assert 2 == sum(isinstance(each, Item) for each in statements)
    assert ["entry[0].note[1]", "entry[1].note[0]"] == [
        each.place for each in statements if isinstance(each, Left)
    ]


def test_half_a_character_does_not_end_the_reading() -> None:
    """Half of a surrogate pair anywhere in a resource can still be passed on."""
    data = b'{"resourceType":"Patient","id":"\\ud800","name":[{"text":"A\\udfffB"}],"x":1.50}'
    for statement in statements_of(data):
        statement_bytes(statement)


LEAVES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8)
NAMES = """
resourceType id code coding system value text div name reference subject section component valueQuantity content
attachment data dosage total meta security entry resource contained identifier status reaction item participant
provision target
"""
WORDS = st.sampled_from(NAMES.split())
KINDS = """
Patient Observation Bundle AllergyIntolerance MedicationRequest Composition Claim Consent DocumentReference Binary
ImagingStudy Goal CareTeam FamilyMemberHistory Coverage Medication
"""
TYPES = st.sampled_from(KINDS.split())
VALUES = st.recursive(
    LEAVES | TYPES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=4),
    max_leaves=30,
)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.dictionaries(WORDS, VALUES, max_size=8), max_size=3), TYPES)
def test_any_shape_is_read_or_left(resources: list[dict[str, object]], kind: str) -> None:
    """Whatever stands where, every entry becomes statements that can be passed on, or is left."""
    data = json.dumps(bundle(*[{**each, "resourceType": kind} for each in resources])).encode()
    for statement in read(io.BytesIO(data), name="x.json", size_bytes=len(data), kind="fhir-bundle"):
        statement_bytes(statement)
