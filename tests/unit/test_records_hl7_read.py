# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.records.hl7_read and the modules of HL7 v2 beneath it, through the door."""

import base64

import pytest

from healthvault.records.statements import Coding, Item, Left, Passage, Quantity, Subject, Tally
from tests.statements import broken_off, of, stated

HEADER = r"MSH|^~\&|APP|CLINIC|||20240102101500+0100||ORU^R01|7|P|2.5"
PID = "PID|1||77^^^CLINIC&1.2.3&ISO||Silva&da^Ana^M^^Dr^^L||19800102|F"


def message(*lines: str, end: str = "\r") -> bytes:
    """Return a message of a header, a patient and these segments."""
    return end.join((HEADER, PID, *lines, "")).encode()


def items(*lines: str) -> list[Item]:
    """Return the items of a message, but its header."""
    return [each for each in of(Item, stated(message(*lines), "a.hl7")) if each.type != "MessageHeader"]


@pytest.mark.parametrize("end", ["\r", "\n", "\r\n"])
@pytest.mark.parametrize("frame", ["{}", "\v{}\x1c\r", "\ufeff{}"])
def test_line_ends_and_frames(end: str, frame: str) -> None:
    """A message says the same whatever ends its lines, and in a frame of the wire."""
    data = frame.format(message("NTE|1||told", end=end).decode()).encode()
    told = stated(data, "a.hl7")
    assert [Passage(words="told", place="message[1]/PID[1]/NTE[1]")] == of(Passage, told)
    assert 1 == len(of(Subject, told))


def test_the_patient() -> None:
    """An id has its authority as system, a name its own family name and use."""
    (subject,) = of(Subject, stated(message(), "a.hl7"))
    assert (Coding(system="urn:oid:1.2.3", code="77"),) == subject.identifiers
    (name,) = subject.names
    assert ("Silva", ("Ana", "M"), "official", "1980-01-02", "female") == (
        name.family, name.given, name.use, subject.birth_date, subject.sex)  # fmt: skip


def test_batches() -> None:
    """Several messages in one file are counted; a patient who comes again is stated once."""
    other = PID.replace("77", "78")
    data = f"FHS|^~\\&\rBHS|^~\\&\r{HEADER}\r{PID}\r{HEADER}\r{PID}\r{HEADER}\r{other}\rBTS|3\rFTS|1".encode()
    told = stated(data, "a.hl7")
    assert 3 == next(each.count for each in of(Tally, told) if each.sort == "messages")
    assert ["77", "78"] == [each.identifiers[0].code for each in of(Subject, told)]
    assert [] == of(Left, told)


@pytest.mark.parametrize(
    ("field", "quantity", "text"),
    [
        (
            "NM|718-7^Hb^LN||13.20|g/dL^^UCUM|12-15.5",
            Quantity(number="13.20", unit="g/dL", low="12", high="15.5"),
            None,
        ),
        ("NM|718-7^Hb^LN||13.2|g/dL|<15", Quantity(number="13.2", unit="g/dL", high="15"), None),
        ("NM|718-7^Hb^LN||13.2|g/dL|see note", Quantity(number="13.2", unit="g/dL"), "range see note"),
        ("NM|718-7^Hb^LN||13.2~14|g/dL", None, "13.2; 14 g/dL"),
        ("NM|718-7^Hb^LN||much|g/dL", None, "much g/dL"),
        ("SN|718-7^Hb^LN||<^5|mg", Quantity(number="5", unit="mg", comparator="<"), None),
        ("SN|718-7^Hb^LN||^1^:^128", None, "1:128"),
        ("CWE|718-7^Hb^LN||A^Alpha^L", None, "Alpha"),
        ("ST|718-7^Hb^LN||4.06", None, "4.06"),
        ("DT|718-7^Hb^LN||20240102", None, "2024-01-02"),
        ("TS|718-7^Hb^LN||202401021015-0500", None, "2024-01-02T10:15-05:00"),
    ],
)
def test_values(field: str, quantity: Quantity | None, text: str | None) -> None:
    """A number is a quantity only where it plainly is one; everything else is words."""
    (item,) = items(f"OBX|1|{field}")
    assert (quantity, text) == (item.quantity, item.text)
    assert (Coding(system="http://loinc.org", code="718-7", display="Hb"),) == item.codes


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (r"a\F\b", "a|b"),
        (r"\S\\T\\R\\E\ ", "^&~\\"),
        (r"\X4142\c", "ABc"),
        (r"\H\bold\N\ ", "bold"),
        (r"C:\temp", r"C:\temp"),
        (r"5 \mu\ g", r"5 \mu\ g"),
        (r"end\r", r"end\r"),
        (r"\XZZ\ ", r"\XZZ\ ".strip()),
    ],
)
def test_escapes(value: str, expected: str) -> None:
    """An escape stands for what it means; a backslash that begins none stays as it is."""
    (item,) = items(f"OBX|1|ST|1^Word^L||{value}")
    assert expected == item.text


def test_equal_separators_separate_nothing() -> None:
    """Where the subcomponent's separator is the escape's, fields with that character stay whole."""
    data = message("OBX|1|ST|1^Word^L||a\\b").replace(b"^~\\&", b"^~\\\\")
    assert "a\\b" == of(Item, stated(data, "a.hl7"))[-1].text


def test_own_separators() -> None:
    """A message may declare other separators altogether."""
    data = message("OBX|1|NM|718-7^Hb^LN||5").decode().translate(str.maketrans("|^", "*:")).encode()
    item = of(Item, stated(data, "a.hl7"))[-1]
    assert ("Hb", Quantity(number="5")) == (item.title, item.quantity)


def test_lines_of_a_text_are_one_item() -> None:
    """Lines with the same code are joined; another code begins another text."""
    found = items("OBR|1||9|R^Report^L|||20240101", "OBX|1|TX|A^Part^L||one", "OBX|2|TX|A^Part^L||two",
                  r"OBX|3|FT|B^Other^L||three\.br\four")  # fmt: skip
    assert ["Report", "Part", "Other"] == [each.title for each in found]
    assert [None, "one\ntwo", "three\nfour"] == [each.text for each in found]
    assert ["2024-01-01"] * 3 == [each.date for each in found]


def test_charsets() -> None:
    """The character set in MSH-18 is the one that is used."""
    line = "OBX|1|ST|1^Größe^L||ü"
    data = message(line).decode().replace("|2.5", "|2.5||||||8859/15").encode("iso8859-15")
    item = of(Item, stated(data, "a.hl7"))[-1]
    assert ("Größe", "ü") == (item.title, item.text)


def test_a_person_in_an_enclosed_document_takes_nobodys_number() -> None:
    """What is said of a patient after an enclosed document is hers, and not the one's in that document."""
    inner = base64.b64encode(message("AL1|1|DA|^Latex")).decode()
    other = PID.replace("77", "78")
    lines = (
        f"OBX|1|ED|1^Doc^L||^TEXT^PLAIN^Base64^{inner}",
        HEADER,
        other,
        "AL1|1|DA|^Penicillin",
        PID,
        "AL1|2|DA|^Nuts",
    )
    told = stated(message(*lines), "a.hl7")
    persons = [each.identifiers[0].code for each in of(Subject, told)]
    allergies = [each for each in of(Item, told) if each.type == "AllergyIntolerance"]
    found = [(each.title, each.subject, persons[each.subject or 0]) for each in allergies]
    assert [("Latex", 1, "77"), ("Penicillin", 2, "78"), ("Nuts", 0, "77")] == found


def test_an_enclosed_document_is_read() -> None:
    """A text in base64 is read as a document; a pointer to a file is named."""
    content = base64.b64encode(b"first\nsecond").decode()
    told = stated(message(f"OBX|1|ED|1^Doc^L||^TEXT^PLAIN^Base64^{content}", "OBX|2|RP|1^Doc^L||http://x^A",
                          "OBX|3|ED|1^Doc^L||^TEXT^PLAIN^Base64^***"), "a.hl7")  # fmt: skip
    assert ["first", "second"] == [each.words for each in of(Passage, told)]
    assert ["message[1]/OBX[2]", "message[1]/OBX[3]"] == [each.place for each in of(Left, told)]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (("AL1|1|DA|70618^Penicillin^RXNORM||Rash",), ("AllergyIntolerance", "Penicillin", None)),
        (("AL1|1|DA|NKA^No Known Allergies",), ("Observation", "No Known Allergies", None)),
        (("DG1|1||I10^Hypertension^I10C||20200101",), ("Condition", "Hypertension", None)),
        (("PR1|1||1^Biopsy^C4||20200101",), ("Procedure", "Biopsy", None)),
        (("PRB|DE|2020|1^Asthma^SCT",), ("Condition", "Asthma", "entered-in-error")),
        (("RXA|0|1|20200101||140^Flu^CVX|0.5|mL^^UCUM|||||||||||||CP",), ("Immunization", "Flu", "completed")),
        (("RXA|0|1|20200101||140^Flu^CVX|999||||||||||||||RE",), ("Immunization", "Not given: Flu", "not-done")),
        (("RXE||1^Aspirin^RXNORM|100||mg",), ("MedicationRequest", "Aspirin", None)),
        (("RXD|1|1^Aspirin^RXNORM|20200101|30",), ("MedicationDispense", "Aspirin", None)),
        (("PV1|1|E",), ("Encounter", "Emergency visit", None)),
        (("TXA|1|DI|||20200101||||||||D9",), ("DocumentReference", "DI", None)),
        (("OBR|1||9|R^Report^L|||20240101||||||||||||||||||F",), ("DiagnosticReport", "Report", "final")),
    ],
)  # fmt: skip
def test_segments(lines: tuple[str, ...], expected: tuple[str, str, str | None]) -> None:
    """Each segment is the thing that it tells of, and what was not done says so."""
    (item,) = items(*lines)
    assert expected == (item.type, item.title, item.status)


def test_an_order_is_no_report() -> None:
    """In an order message the request is told, with the status and time of its ORC."""
    data = message("ORC|NW|P1|F1||||||20240101", "OBR|1|P1|F1|R^Test^L").replace(b"ORU^R01", b"ORM^O01")
    item = of(Item, stated(data, "a.hl7"))[-1]
    assert ("ServiceRequest", "active", "2024-01-01", "ServiceRequest/F1") == (
        item.type, item.status, item.date, item.identity)  # fmt: skip


def test_everything_is_counted_or_left() -> None:
    """Segments that are not read, and lines that are none, are named and counted."""
    told = stated(message("ZZZ|1", "no segment at all", "AL1|1"), "a.hl7")
    assert ["message[1]/ZZZ[1]", "message[1]/line[1]", "message[1]/AL1[1]"] == [
        each.place for each in of(Left, told)
    ]
    assert 5 == sum(each.count for each in of(Tally, told) if each.sort.startswith("segment "))


def test_a_message_that_is_cut_off() -> None:
    """What is there is told; nothing fails."""
    whole = message("OBX|1|NM|718-7^Hb^LN||13.2|g/dL")
    for size in range(len(HEADER), len(whole)):
        assert "" == broken_off(whole[:size], "a.hl7")[1]


def test_absurd_repetition() -> None:
    """A field of a hundred thousand parts is cut, and does not take the reader down."""
    told, code = broken_off(message("AL1|1||" + "A^B~" * 100_000, "OBX|1|ST|" + "^" * 100_000), "a.hl7")
    assert "" == code
    assert all(len(each.codes) <= 2 for each in of(Item, told))
