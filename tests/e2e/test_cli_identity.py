# SPDX-License-Identifier: Apache-2.0
"""Whose record it is, as the owner meets it: refused before it is stored, accepted, decided, undone."""

import json
from pathlib import Path

import pytest
from people import Person
from test_cli_screen import Session

from healthvault.records.reading import has_reader

needs_fhir = pytest.mark.skipif(not has_reader("fhir"), reason="nobody reads fhir yet")


def export(birth: str, sex: str = "Female") -> str:
    """Return an export of Apple Health, which says a birth date and a sex."""
    kind = "HKCharacteristicTypeIdentifier"
    me = f'<Me {kind}DateOfBirth="{birth}" {kind}BiologicalSex="HKBiologicalSex{sex}"/>'
    record = (
        '<Record type="HKQuantityTypeIdentifierBodyMass" sourceName="Scale" unit="kg" value="70"'
        ' startDate="2026-03-01 08:00:00 +0000" endDate="2026-03-01 08:00:00 +0000"/>'
    )
    date = '<ExportDate value="2026-04-01 08:00:00 +0000"/>'
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<HealthData locale="en_GB">{date}{me}{record}</HealthData>\n'


def patient(family: str, given: str, birth: str, ssn: str) -> str:
    """Return a FHIR Patient."""
    number = {"system": "http://hl7.org/fhir/sid/us-ssn", "value": ssn}
    name = [{"family": family, "given": [given]}]
    return json.dumps({"resourceType": "Patient", "name": name, "birthDate": birth, "identifier": [number]})


@pytest.fixture
def eve(ana: Person) -> Person:
    """Ana, who said when she was born, with files of hers, of somebody else, and of nobody."""
    ana.hv("id", "add", "birth-date", "1975-05-01")
    for name, birth in (("own", "1975-05-01"), ("other", "1960-02-03"), ("third", "1961-02-03")):
        (ana.home / f"{name}.xml").write_text(export(birth))
    (ana.home / "memo.txt").write_text("a memo\n")
    return ana


def files(home: Path) -> dict[str, bytes]:
    """Return every file of a vault but the caches, which are derived, and the lock, which says who had it last."""
    passed = {"cache", "lock"}
    found = sorted(path for path in home.rglob("*") if path.is_file() and not passed & set(path.parts))
    return {str(path.relative_to(home)): path.read_bytes() for path in found}


def test_somebody_elses_file_is_refused_before_it_is_stored(eve: Person) -> None:
    """No byte of the vault changes; the file is named with reasons and no values."""
    before = files(eve.vault)
    done = eve.hv("add", "other.xml", exit=3)
    assert before == files(eve.vault)
    assert ("", True) == (done.out, "other.xml: not stored, it is about somebody else" in done.err)
    assert "birth date differs" in done.err
    assert "1960" not in done.err
    error = json.loads(eve.hv("add", "other.xml", "--json", exit=3).err.splitlines()[0])
    assert ("other_person", "other.xml") == (error["code"], error["file"])


def test_the_batch_goes_on(eve: Person) -> None:
    """What is hers, and what is nobody's, is stored; each line says whose it is."""
    done = eve.hv("add", "other.xml", "own.xml", "memo.txt", "third.xml", "--json", exit=3)
    own, memo = done.objects
    assert ["own.xml", "memo.txt"] == [own["name"], memo["name"]]
    assert {"result": "unsure", "reasons": ["same birth date: 1975-05-01"], "subjects": 1} == own["identity"]
    assert memo["identity"] is None
    codes = [json.loads(line)["code"] for line in done.err.splitlines() if '"error"' in line]
    assert ["other_person", "other_person", "partly_done"] == codes
    assert "not known whose it is (same birth date)" in eve.hv("add", "own.xml").err


def test_accepted_it_is_stored_and_stays_left_out(eve: Person) -> None:
    """Until the owner says that it is hers; then back again."""
    added = eve.hv("add", "other.xml", "--accept", "other_person", "--json").object
    assert "other" == added["identity"]["result"]
    again = eve.hv("add", "other.xml", "--json").object
    assert added["id"] == again["duplicate_of"]
    assert "other" == eve.hv("show", added["id"], "--json").object["whose"]["result"]
    before = eve.hv("id", "check", "--json").out, eve.hv("list", "--json").out
    assert "linked" == eve.hv("id", "link", added["id"], "--json").object["result"]
    assert before[0] != eve.hv("id", "check", "--json").out
    eve.hv("id", "unlink", added["id"])
    assert before == (eve.hv("id", "check", "--json").out, eve.hv("list", "--json").out)
    eve.hv("add", "third.xml", "--accept", "identity_conflict", exit=3)


def test_what_is_in_doubt_comes_first(eve: Person) -> None:
    """And what names nobody last; one document can be asked about."""
    eve.hv("add", "own.xml", "other.xml", "memo.txt", "--accept", "other_person")
    rows = eve.hv("id", "check", "--json").objects
    assert ["unsure", "other", "unsaid"] == list(dict.fromkeys(row["result"] for row in rows))
    assert [rows[0]] == eve.hv("id", "check", rows[0]["id"], "--json").objects
    assert "unsure" in eve.hv("id", "check").out.splitlines()[0]


def test_without_facts_nothing_is_looked_at(ana: Person) -> None:
    """Everything is stored, and nobody says whose it is."""
    (ana.home / "other.xml").write_text(export("1960-02-03"))
    added = ana.hv("add", "other.xml", "--json").object
    assert added["identity"] is None
    assert "unchecked" == ana.hv("show", added["id"], "--json").object["whose"]["result"]


def test_who_the_owner_is_comes_from_a_document(ana: Person) -> None:
    """After a question; then others are told from her, until she takes it back."""
    for name, birth in (("own", "1975-05-01"), ("other", "1960-02-03")):
        (ana.home / f"{name}.xml").write_text(export(birth))
    own = ana.hv("add", "own.xml", "--json").object["id"]
    assert "no_terminal" == ana.hv("id", "take", own, "--json", exit=4).error["code"]
    facts = ana.hv("id", "take", own, "--yes", "--json").objects
    assert [("birth-date", "1975-05-01", own), ("sex", "female", own)] == [
        (fact["fact"], fact["value"], fact["source"]) for fact in facts
    ]
    ana.hv("add", "other.xml", exit=3)
    ana.hv("id", "remove", facts[0]["entry"])
    ana.hv("add", "other.xml")
    assert "no_subject" == ana.hv("id", "take", ana.ids()[0], "--json", exit=1).error["code"]


def test_what_is_wrong_with_a_request(eve: Person) -> None:
    """Each has a code and a way on."""
    assert "fact_differs" == eve.hv("id", "add", "birth-date", "1975-05-02", "--json", exit=1).error["code"]
    assert "bad_fact" == eve.hv("id", "add", "identifier", "ssn", "111-00-2330", "--json", exit=1).error["code"]
    assert "usage" == eve.hv("id", "add", "identifier", "444-22-2222", "--json", exit=2).error["code"]
    for command in (
        ("link", "d_2222"),
        ("unlink", eve.ids()[0]),
        ("remove", "0"),
        ("link", eve.ids()[0], "--subject", "1"),
    ):
        assert "not_found" == eve.hv("id", *command, "--json", exit=5).error["code"]


def test_the_card_is_as_it_was(ana: Person) -> None:
    """`hv id` alone, and with -o, does what it did before it had commands."""
    shown = ana.hv("id", "--json").object
    assert "identity" == shown["type"]
    ana.hv("id", "-o", "again.hvcard")
    assert shown["card"] == (ana.home / "again.hvcard").read_text()


def test_the_trail_tells_it(eve: Person) -> None:
    """What the owner said and decided stands in it, with the documents, and without values."""
    document = eve.hv("add", "own.xml", "--json").object["id"]
    eve.hv("id", "take", document, "--yes")
    eve.hv("id", "refuse", document)
    eve.hv("id", "unlink", document)
    rows = [row for row in eve.hv("audit", "--doc", document, "--json").objects if row["type"] == "event"]
    assert ["unlink", "link", "describe", "add"] == [row["action"] for row in rows]
    assert ["", "refuse", "sex", ""] == [row["detail"] for row in rows]
    eve.hv("check", "--deep")


def test_a_document_that_is_erased_leaves_what_the_owner_took_over(eve: Person) -> None:
    """Its decisions hold nothing of it; her own word stays, until she removes it."""
    document = eve.hv("add", "own.xml", "--json").object["id"]
    eve.hv("id", "take", document, "--yes")
    eve.hv("id", "link", document)
    eve.hv("erase", document, "--yes", "-o", "certificate")
    assert ["birth-date", "sex"] == [fact["fact"] for fact in eve.hv("id", "list", "--json").objects]
    assert document not in eve.hv("id", "check").out
    eve.hv("check", "--deep")


def test_at_a_terminal_the_owner_is_asked(eve: Person) -> None:
    """With the values, which stay on the terminal; no means no, yes means stored."""
    for answer, count in (("n", 3), ("y", 4)):
        session = Session(eve, "add", "other.xml")
        session.read_until("[y/N]")
        assert "1975-05-01 / 1960-02-03" in session.shown
        session.type(answer)
        session.read_until(None)
        assert count == len(eve.ids())


@needs_fhir
def test_a_shared_number_and_a_namesake(eve: Person) -> None:
    """The same number with another birth date is a conflict; the same person in other words is known."""
    eve.hv("id", "add", "identifier", "ssn", "444-22-2222")
    eve.hv("id", "add", "name", "Everywoman, Eve")
    people = {
        "conflict": patient("Everywoman", "Eve", "1973-05-31", "444222222"),
        "same": patient("EVERYWOMAN", "EVE", "1975-05-01", "444222222"),
        "twin": patient("Everywoman", "Ann", "1975-05-01", "555334444"),
        "swapped": patient("Everywoman", "Eve", "1975-01-05", ""),
    }
    for name, text in people.items():
        (eve.home / f"{name}.json").write_text(text)
    done = eve.hv("add", *(f"{name}.json" for name in people), "--json", exit=3)
    assert ["same", "unsure"] == [row["identity"]["result"] for row in done.objects]
    codes = [json.loads(line)["code"] for line in done.err.splitlines() if '"error"' in line]
    assert ["identity_conflict", "other_person", "partly_done"] == codes
    accepted = eve.hv("add", "conflict.json", "--accept", "identity_conflict", "--json").object
    assert "conflict" == accepted["identity"]["result"]
