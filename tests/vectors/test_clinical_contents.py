# SPDX-License-Identifier: Apache-2.0
"""What C-CDA, HL7 v2, EPCIS and trial files say: the facts that the collection of real records lists of each.

The facts were made with other readers (lxml, pyreadstat, Python's json). Where a fact counts something else than a
statement does, the test says so.
"""

import json
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from healthvault.records.absence import NONE_KNOWN, absence_of
from healthvault.records.dates import moment_from_compact
from healthvault.records.describe import describe
from healthvault.records.hl7_messages import Segment, segments
from healthvault.records.reading import read
from healthvault.records.sense import sense_of
from healthvault.records.statements import Coding, Item, Left, Passage, Statement, Subject, Tally

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data"
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="shared vectors are not here")
MANIFEST = json.loads((DATA / "MANIFEST.json").read_text("utf-8")) if DATA.is_dir() else []
FACTS: dict[str, dict[str, Any]] = {entry["path"]: entry["facts"] for entry in MANIFEST}
CCDA = [path for path in FACTS if path.startswith("ccda/")]
HL7 = [path for path in FACTS if path.startswith("hl7v2/")]
EPCIS = [path for path in FACTS if path.startswith(("epcis/chain/", "epcis/examples/"))]
TRIALS = [path for path in FACTS if path.startswith("trials/") and path.endswith(("xpt", "te.json"))]
PILOT = [path for path in TRIALS if path.endswith("xpt")]
STRUCTURED = [path for path in CCDA if FACTS[path]["sections"]]
UNSTRUCTURED = [path for path in CCDA if not FACTS[path]["sections"]]
SEX = {"F": "female", "M": "male"}
SSN = Coding(system="urn:oid:2.16.840.1.113883.4.1", code="111-00-2330")
SHARED_SSN = (
    "ccda/discharge-summary-isabella-jones.xml",
    "ccda/unstructured-embedded-text.xml",
    "ccda/unstructured-external-reference.xml",
)
FIRST_OF_THE_CHAIN = "epcis/chain/01-manufacturer-commission-pack-ship.xml"
COMBINATION = "epcis/examples/combination.json"
LOGS = {"CRLF": b"\r\n", "LF": b"\n"}


@cache
def stated(path: str) -> tuple[Statement, ...]:
    """Return all that a file states."""
    with (DATA / path).open("rb") as stream:
        return tuple(read(stream, name=Path(path).name, size_bytes=(DATA / path).stat().st_size))


def items(path: str, kind: str | None = None) -> list[Item]:
    """Return the items of a file, of one type or all."""
    return [each for each in stated(path) if isinstance(each, Item) and kind in {None, each.type}]


def tallies(path: str) -> dict[str, int]:
    """Return the counts that a file states."""
    return {each.sort: each.count for each in stated(path) if isinstance(each, Tally)}


def left(path: str) -> list[Left]:
    """Return what was left of a file."""
    return [each for each in stated(path) if isinstance(each, Left)]


def subjects(path: str) -> list[Subject]:
    """Return the persons of a file."""
    return [each for each in stated(path) if isinstance(each, Subject)]


def parsed(path: str) -> list[Segment]:
    """Return the segments of a file of messages."""
    with (DATA / path).open("rb") as stream:
        return list(segments(stream, (DATA / path).read_bytes()))


@pytest.mark.parametrize("path", [*CCDA, *HL7, *EPCIS, *TRIALS])
def test_every_file_is_read_to_its_end(path: str) -> None:
    """A reader states something of each, and its kind is the one of its folder."""
    kinds = {"ccda": "ccda", "hl7v2": "hl7v2", "epcis": "epcis", "trials": "cdisc"}
    with (DATA / path).open("rb") as stream:
        told = describe(stream, name=Path(path).name, size_bytes=(DATA / path).stat().st_size)
    assert kinds[path.partition("/")[0]] == told.kind
    assert any(isinstance(each, Tally) for each in stated(path))


@pytest.mark.parametrize("path", CCDA)
def test_header_of_a_cda_document(path: str) -> None:
    """Its code, title and time are those of the document, with the offset that is written."""
    facts, (header,) = FACTS[path], items(path, "Composition")
    assert facts["documentCode"] == header.codes[0].code
    assert facts["title"] == header.title
    assert moment_from_compact(facts["effectiveTime"]) == header.date
    assert "-" not in facts["effectiveTime"] or facts["effectiveTime"][-5:] == (header.date or "")[-6:].replace(
        ":", ""
    )


@pytest.mark.parametrize("path", CCDA)
def test_patient_of_a_cda_document(path: str) -> None:
    """Names, birth date, sex and every id of the patient."""
    (fact,), (subject,) = FACTS[path]["patients"], subjects(path)
    assert fact["name"] == [name.text for name in subject.names]
    assert fact["birthTime"] == (subject.birth_date or "").replace("-", "")
    assert SEX[fact["gender"]] == subject.sex
    ids = [Coding(system=f"urn:oid:{each['root']}", code=each["extension"]) for each in fact["ids"]]
    assert ids == list(subject.identifiers)


@pytest.mark.parametrize("path", CCDA)
def test_sections_and_entries_of_a_cda_document(path: str) -> None:
    """As many sections and entries as it holds, and of each code as many as listed."""
    facts, told = FACTS[path], tallies(path)
    assert (facts["sections"], facts["entries"]) == (told["sections"], told["entries"])
    codes = {sort.removeprefix("section "): count for sort, count in told.items() if sort.startswith("section ")}
    assert Counter(facts["section_codes"]) == Counter(codes)


@pytest.mark.parametrize("path", STRUCTURED)
def test_entries_are_items_or_left(path: str) -> None:
    """Each entry became at least one item, or is named as left."""
    places = {each.place for each in [*items(path), *left(path)] if "/entry[" in each.place}
    entries = {"/".join(place.split("/")[: [part[:6] for part in place.split("/")].index("entry[") + 1])
               for place in places}  # fmt: skip
    assert FACTS[path]["entries"] == len(entries)
    assert {"ccda/care-plan.xml": 1}.get(path, 0) == len(left(path))


def test_line_ends_of_a_cda_document() -> None:
    """The one file with CRLF is read as the others are."""
    data = (DATA / "ccda/onc-ccd-thomas-manfred.xml").read_bytes()
    assert FACTS["ccda/onc-ccd-thomas-manfred.xml"]["line_ends"] == "CRLF"
    assert data.count(b"\r\n") == data.count(b"\n")


@pytest.mark.parametrize("path", UNSTRUCTURED)
def test_bodies_of_another_kind(path: str) -> None:
    """An enclosed text is read, an enclosed PDF is handed on, and a file outside is named as missing."""
    facts = FACTS[path]["nonXMLBody"]
    if facts["mediaType"] is None:
        assert [Left(place="nonXMLBody", reason="refers to a file that is not here: UD_sample.pdf")] == left(path)
        return
    assert tallies(path)[f"body {facts['mediaType']}"] == 1
    passages = [each for each in stated(path) if isinstance(each, Passage)]
    if facts["mediaType"] == "text/plain":
        assert passages
        assert all(each.place.startswith("nonXMLBody/") for each in passages)


def test_three_persons_with_one_number() -> None:
    """Each keeps the identifier that stands in her file; nothing here joins them."""
    told = [subject for path in SHARED_SSN for subject in subjects(path)]
    assert [True, True, True] == [SSN in subject.identifiers for subject in told]
    assert len({subject.names[0].text for subject in told}) == len(told)


@pytest.mark.parametrize("path", CCDA)
def test_nothing_denied_becomes_a_thing(path: str) -> None:
    """Somebody without allergies, problems or medicines has none of them among her items."""
    nobody_has = {"ccda/ccd-isabella-jones.xml": ("AllergyIntolerance",), "ccda/onc-ccd-thomas-manfred.xml": (
        "AllergyIntolerance", "Condition", "MedicationStatement", "MedicationRequest")}  # fmt: skip
    found = [item for kind in nobody_has.get(path, ()) for item in items(path, kind)]
    assert [NONE_KNOWN] * len(found) == [absence_of(item) for item in found]


def test_what_is_denied_is_said() -> None:
    """It is said in words."""
    told = [item.title for item in items("ccda/onc-ccd-thomas-manfred.xml") if item.title.startswith("No known")]
    assert ["No known allergies", "No known medications", "No known problems"] == told
    assert "No known allergies" in {item.title for item in items("ccda/ccd-isabella-jones.xml")}


def test_results_of_a_cda_document() -> None:
    """A number has its unit and reference range, and the time its offset."""
    (item,) = [
        each for each in items("ccda/ccd-eve-everywoman.xml") if each.codes[:1] and each.codes[0].code == "718-7"
    ]
    quantity = item.quantity
    assert quantity is not None
    assert ("13.2", "g/dL", "12.0", "15.5") == (quantity.number, quantity.unit, quantity.low, quantity.high)
    assert ("Observation", "lab", "final", "2008-03-19T08:30-08:00") == (
        item.type, item.category, item.status, item.date)  # fmt: skip
    assert item.codes == (Coding(system="http://loinc.org", code="718-7", display="Hemoglobin"),)


def test_illnesses_of_a_relative_are_not_the_patients() -> None:
    """The father's diabetes is told of the father."""
    path = "ccda/ccd-eve-everywoman.xml"
    assert not [item for item in items(path, "Condition") if "Diabetes" in item.title]
    (item,) = items(path, "FamilyMemberHistory")
    assert ("father", "Myocardial infarction; Diabetes mellitus type 2") == (item.title, item.text)


def test_a_risk_is_no_condition() -> None:
    """What somebody is at risk of is told as a risk."""
    (item,) = items("ccda/care-plan.xml", "RiskAssessment")
    assert item.text == "Respiratory insufficiency"


@pytest.mark.parametrize("path", HL7)
def test_header_of_a_message(path: str) -> None:
    """Type, version, control id and separators are those declared, even odd ones."""
    facts = FACTS[path]
    (header,) = items(path, "MessageHeader")
    assert facts["messages"] == tallies(path)["messages"]
    assert (facts["type"], f"HL7 {facts['version']}") == (header.title, header.text)
    assert f"MessageHeader/{facts['control_id']}" == header.identity
    first = parsed(path)[0]
    marks = first.marks
    declared = marks.field + marks.component + marks.repetition + marks.escape + (marks.subcomponent or "\\")
    assert facts["delimiters"] == declared
    assert (facts["declared_charset"] or "") == first.raw(18)


@pytest.mark.parametrize("path", HL7)
def test_segments_of_a_message(path: str) -> None:
    """Every segment is counted, whatever the line ends, and understood or named as left."""
    facts, told = FACTS[path], tallies(path)
    counts = {sort.removeprefix("segment "): count for sort, count in told.items() if sort.startswith("segment ")}
    assert facts["segment_counts"] == counts
    assert facts["segments"] == sum(counts.values())
    ends = b"\r\n" if b"\r\n" in (DATA / path).read_bytes() else b"\n"
    assert LOGS[facts["line_ends"]] == ends


@pytest.mark.parametrize("path", HL7)
def test_patient_of_a_message(path: str) -> None:
    """The fields of PID are as written, and the person is what they say."""
    (fact,), (subject,) = FACTS[path]["patients"], subjects(path)
    (pid,) = [segment for segment in parsed(path) if segment.name == "PID"]
    assert fact["PID-3"].strip().startswith(pid.raw(3)) or pid.raw(3).startswith(fact["PID-3"].strip())
    assert fact["PID-5"].strip() == pid.raw(5)[: len(fact["PID-5"].strip())]
    assert fact["PID-7"] == pid.raw(7)
    assert moment_from_compact(fact["PID-7"]) == subject.birth_date
    assert fact["PID-3"].partition("^")[0] == subject.identifiers[0].code
    assert fact["PID-5"].partition("^")[0].partition("&")[0] == subject.names[0].family


def test_twins_of_a_message_say_the_same() -> None:
    """The two files that differ in line ends and MSH-18 have the same person and the same senses."""
    windows, unix = "hl7v2/sample_win.hl7", "hl7v2/sample_unix.hl7"
    assert subjects(windows) == subjects(unix)
    assert [sense_of(item) for item in items(windows)] == [sense_of(item) for item in items(unix)]
    assert len(items(unix)) == 6


def test_donald_is_the_same_in_each_message() -> None:
    """Three files name one person in the same words."""
    paths = ("hl7v2/ADT01-23.hl7", "hl7v2/LAB-ORM-1.hl7", "hl7v2/LAB-ORU-1.hl7")
    assert len({subject for path in paths for subject in subjects(path)}) == 1


def test_results_of_a_message() -> None:
    """Numbers with units and times with offsets, and a result that is not there yet is none."""
    told = {item.codes[0].code: item for item in items("hl7v2/LAB-ORU-1.hl7", "Observation")}
    platelets = told["11125-2"]
    assert platelets.quantity is not None
    assert ("221", "giga.l-1") == (platelets.quantity.number, platelets.quantity.unit)
    assert ("final", "2014-10-06T08:30:00+07:00") == (platelets.status, platelets.date)
    assert (None, "registered") == (told["20509-6"].quantity, told["20509-6"].status)


@pytest.mark.parametrize("path", EPCIS)
def test_events_of_a_chain(path: str) -> None:
    """As many events of each type and step as it holds; what is invalid is left and still counted."""
    facts, told = FACTS[path], tallies(path)
    assert facts["events"] == told["events"] == len(items(path, "SupplyDelivery")) + len(left(path))
    kinds = {sort.removeprefix("event "): count for sort, count in told.items() if sort.startswith("event ")}
    assert facts["event_types"] == kinds
    steps = Counter({sort.removeprefix("step "): n for sort, n in told.items() if sort.startswith("step ")})
    listed = Counter(step.rpartition("/")[2].removeprefix("BizStep-").rpartition(":")[2]
                     for step in facts["bizSteps"] if step)  # fmt: skip
    assert listed == Counter({step.rpartition(":")[2]: count for step, count in steps.items()})


@pytest.mark.parametrize("path", [path for path in EPCIS if "distinct_epcs" in FACTS[path]])
def test_things_of_a_chain(path: str) -> None:
    """As many different things as listed; the list counts nothing that was transformed, the statement does."""
    transformed = 6 if path == COMBINATION else 0
    assert FACTS[path]["distinct_epcs"] + transformed == tallies(path)["epcs"]
    told = {coding.code for item in items(path) for coding in item.codes}
    assert left(path) or set(FACTS[path]["first_epcs"]) <= told


def test_first_leg_of_the_chain() -> None:
    """Product, lot, expiry, units, cases and pallet are those of the published example."""
    facts = FACTS[FIRST_OF_THE_CHAIN]
    product = items(FIRST_OF_THE_CHAIN, "Medication")[0]
    assert facts["product"] == f"{product.title}, NDC {product.codes[1].code}"
    units, cases = items(FIRST_OF_THE_CHAIN, "SupplyDelivery")[:2]
    things = [[each.code for each in item.codes if each.code.startswith("urn:epc:id:")] for item in (units, cases)]
    assert [facts["units"], facts["cases"]] == [len(each) for each in things]
    assert f"lot {facts['lot']}, expires {facts['expiry']}" in (units.text or "")
    assert facts["pallet"] == items(FIRST_OF_THE_CHAIN, "SupplyDelivery")[-1].codes[-1].code


def test_temperature_of_the_chain() -> None:
    """A sensor's report has its smallest and largest number and its unit."""
    path = "epcis/chain/04-pharmacy-receive-with-temperature.jsonld"
    (item,) = items(path, "Observation")
    assert item.quantity is not None
    assert FACTS[path]["temperature"] == f"{item.quantity.least}..{item.quantity.most} {item.quantity.unit}"


def test_xml_and_json_say_the_same() -> None:
    """The two syntaxes of the same events have the same senses."""
    twin = "epcis/examples/combination.xml"
    assert [sense_of(item) for item in items(twin)] == [sense_of(item) for item in items(COMBINATION)]


def test_invalid_events_are_left() -> None:
    """An event with a wrong action or time is named, and no item."""
    reasons = {path: [each.reason for each in left(path)] for path in EPCIS if "invalid" in path}
    assert {
        "epcis/examples/invalid-action.json": ["an event without a valid action"],
        "epcis/examples/invalid-eventTime.json": ["an event without a valid time"],
    } == reasons


@pytest.mark.parametrize("path", PILOT)
def test_trial_data_sets(path: str) -> None:
    """Rows, columns, first columns, subjects and study are those that pyreadstat finds."""
    facts, told, (study,) = FACTS[path], tallies(path), items(path)
    assert (facts["rows"], facts["columns"]) == (told["rows"], told["columns"])
    columns = [each.words.partition(":")[0] for each in stated(path) if isinstance(each, Passage)]
    assert facts["first_columns"] == columns[: len(facts["first_columns"])]
    assert facts["subjects"] == told[f"subjects {study.place}"]
    assert [*facts["studyid"]] == [study.title.partition(" ")[0]]


def test_dataset_json() -> None:
    """Its name and number of records."""
    (path,) = [each for each in TRIALS if each.endswith("json")]
    facts, (study,) = FACTS[path], items(path)
    assert (facts["records"], facts["name"]) == (tallies(path)["rows"], study.place)
