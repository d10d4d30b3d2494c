# SPDX-License-Identifier: Apache-2.0
"""The story of a wish: said, changed, taken back, witnessed; and that nobody is given an old one."""

import json
from pathlib import Path

import pytest
from people import Done, Person
from test_cli_json import check

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "pdf" / "advance-directive-mcbee.pdf"


def add(person: Person, topic: str, words: str, day: str) -> str:
    """Add a directive in words and return its id."""
    done = person.hv("directive", "add", topic, "--words", words, "--date", day, "--json")
    check(done.objects, "directive")
    return done.object["id"]


def states(person: Person, *options: str) -> dict[str, str]:
    """Return the state of each record that is listed."""
    rows = person.hv("directive", "list", *options, "--json").objects
    check(rows, *["directive"] * len(rows))
    return {row["words"] or row["title"]: row["state"] for row in rows}


def exported(person: Person) -> list[dict]:
    """Return the directives that leave as FHIR."""
    rows = person.hv("export", "--format", "fhir").objects
    return [row for row in rows if row["resourceType"] == "Consent" and row["scope"]["coding"][0]["code"] == "adr"]


def test_the_newest_holds_in_whatever_order_it_was_added(ana: Person) -> None:
    """Late additions are history; a topic does not touch another; a day in the past is answered."""
    add(ana, "dnr", "from 2022", "2022-01-01")
    newest = add(ana, "dnr", "from 2024", "2024-01-01")
    late = ana.hv("directive", "add", "dnr", "--words", "from 2020", "--date", "2020-01-01")
    assert "a newer one about dnr is here already" in late.err
    add(ana, "organ-donation", "corneas", "2021-01-01")
    assert {"from 2024": "in-force", "corneas": "in-force"} == states(ana)
    everything = states(ana, "--history")
    assert ["in-force", "superseded", "superseded"] == [everything[f"from {year}"] for year in (2024, 2022, 2020)]
    assert "in-force" == states(ana, "--at", "2022-06-01")["from 2022"]
    shown = ana.hv("directive", "show", "dnr", "-o", "dnr.json")
    assert "Not legal advice" in shown.err
    assert "2024-01-01" == json.loads((ana.home / "dnr.json").read_text())["dateTime"]
    assert newest == ana.hv("directive", "show", "dnr", "--json").object["id"]


def test_what_is_superseded_is_never_exported_as_current(ana: Person) -> None:
    """Neither as FHIR, nor as a summary, a suggestion, a feed, or by the command that writes it."""
    for year in (2022, 2024, 2020):
        add(ana, "dnr", f"wish of {year}", f"{year}-01-01")
    assert [("2020-01-01", "inactive"), ("2024-01-01", "active")] == sorted(
        (row["dateTime"], row["status"]) for row in exported(ana)
    )
    sections = {one["name"]: one for one in ana.hv("summary", "--json").object["sections"]}
    told = {word["date"]: word["status"] for thing in sections["directives"]["things"] for word in thing["words"]}
    assert {"2024-01-01": "active", "2020-01-01": "inactive"} == told
    suggested = [row["detail"] for row in ana.hv("emergency", "suggest", "--json").objects]
    assert ["of 2024-01-01"] == suggested
    grant = ana.hv("grant", "--category", "directive", "--to", "Dr Lee", "--yes", "--json").object["id"]
    assert b"wish of 2022" not in ana.hv("export", "context", "--grant", grant).raw


def test_a_revocation_is_for_good(ana: Person) -> None:
    """Nothing is in force, nothing is written, and nothing comes back by adding something older."""
    add(ana, "dnr", "first", "2022-01-01")
    ana.hv("directive", "revoke", "organ-donation", exit=5)
    check(ana.hv("directive", "revoke", "dnr", "--date", "2023-01-01", "--json").objects, "directive")
    refused = ana.hv("directive", "show", "dnr", "-o", "dnr.json", "--json", exit=5)
    assert "not_found" == refused.error["code"]
    assert not (ana.home / "dnr.json").exists()
    add(ana, "dnr", "older still", "2021-01-01")
    assert ["revoked"] == list(states(ana).values())
    assert {"inactive"} == {row["status"] for row in exported(ana)}
    assert [] == ana.hv("emergency", "suggest", "--json").objects
    add(ana, "dnr", "a new mind", "2024-01-01")
    assert {"a new mind": "in-force"} == states(ana)


def test_a_scan_is_no_longer_current_when_its_directive_is_not(ana: Person) -> None:
    """Its title says so; one that another topic stands on keeps its title."""
    scan = next(row["id"] for row in ana.hv("list", "--json").objects if row["name"] == "scan.pdf")
    for topic in ("dnr", "treatment-preference"):
        ana.hv("directive", "add", topic, "--document", scan, "--date", "2022-01-01")
    add(ana, "dnr", "in my words now", "2023-01-01")
    assert "scan" == ana.hv("show", scan, "--json").object["title"]
    ana.hv("directive", "revoke", "treatment-preference")
    assert "No longer in force: scan" == ana.hv("show", scan, "--json").object["title"]


def test_a_witness_attests_what_she_was_given(ana: Person, lee: Person) -> None:
    """It is shown with the directive, by whose signature it holds."""
    lee.hv("contact", "add", "Ana", ana.home / "own.hvcard", "--yes")
    id_text = add(ana, "healthcare-proxy", "Rui decides", "2026-01-01")
    ana.hv("share", id_text, "--to", "Dr Lee", "-o", "wish.hvb", "--yes")
    attest = ("attest", ana.home / "wish.hvb", "--statement", "signed before me", "-o", ana.home / "w.hva")
    lee.hv(*attest)
    ana.hv("import", "w.hva")
    shown = ana.hv("directive", "show", "healthcare-proxy", "--json")
    check(shown.objects, "directive")
    assert [("signed before me", True)] == [
        (row["statement"], row["verified"]) for row in shown.object["attestations"]
    ]


def refused(done: Done) -> str:
    """Return the code of an error."""
    return done.error["code"]


def test_attacks(ana: Person, lee: Person) -> None:
    """Somebody else's directive decides nothing; a false one is named; forms by hand, days to come, erasure."""
    lee.hv("contact", "add", "Ana", ana.home / "own.hvcard", "--yes")
    ana.hv("contact", "remove", "Dr Lee", "--yes")
    ana.hv("contact", "add", "Dr Lee", lee.home / "own.hvcard", "--yes")
    mine = add(ana, "dnr", "resuscitate me", "2024-01-01")
    theirs = add(lee, "dnr", "do not resuscitate", "2025-01-01")
    lee.hv("share", theirs, "--to", "Ana", "-o", "false.hvb", "--yes")
    ana.hv("import", lee.home / "false.hvb")
    rows = {row["state"]: row for row in ana.hv("directive", "list", "--json").objects}
    assert (mine, True) == (rows["in-force"]["id"], rows["not-weighed"]["received"])
    assert [rows["not-weighed"]["id"]] == rows["in-force"]["conflicts"]
    assert "is not older" in ana.hv("directive", "list").err
    assert ["2024-01-01"] == [row["dateTime"] for row in exported(ana)]
    assert "2025-01-01" not in ana.hv("summary").out + ana.hv("timeline").out
    (ana.home / "bad.json").write_text('{"resourceType":"Consent","status":"active"}')
    ana.hv("add", "bad.json", "--type", "directive")
    assert "cannot be read as one" in ana.hv("directive", "list").err
    assert mine == ana.hv("directive", "show", "dnr", "--json").object["id"]
    ana.hv("directive", "add", "dnr", "--words", "x", "--date", "2999-01-01", exit=2)
    assert "bad_text" == refused(ana.hv("directive", "add", "dnr", "--json", exit=1))
    assert "bad_text" == refused(ana.hv("directive", "add", "dnr", "--words", "x" * 9000, "--json", exit=1))
    ana.hv("directive", "add", "dnr", "--document", "d_2222", exit=5)
    assert "bad_text" == refused(ana.hv("directive", "add", "dnr", "--words", "a\x1b[31m", "--json", exit=1))
    ana.hv("amend", mine, "bad.json", exit=1)
    (ana.home / "other.json").write_text('{"resourceType":"Consent","status":"inactive"}')
    ana.hv("amend", mine, "other.json")
    assert "unsettled" == {row["id"]: row["state"] for row in ana.hv("directive", "list", "--json").objects}[mine]
    ana.hv("directive", "show", "dnr", exit=5)
    gone = add(ana, "organ-donation", "SECRET-WORD", "2024-01-01")
    ana.hv("erase", gone, "--yes")
    (ana.home / "words.txt").write_text("signed before a notary")
    words = ana.hv("add", "words.txt", "--json").object["id"]
    ana.hv("directive", "add", "advance-directive", "--document", words)
    ana.hv("erase", words, "--yes")
    assert f"the document with its words, {words}, is erased" in ana.hv("directive", "list").err
    assert b"SECRET-WORD" not in ana.hv("directive", "list", "--history").raw


@pytest.mark.skipif(not DATA.is_file(), reason="shared vectors are not here")
def test_a_real_form_is_a_source(ana: Person) -> None:
    """A scan of the kind that people have."""
    id_text = ana.hv("add", DATA, "--json").object["id"]
    made = ana.hv("directive", "add", "advance-directive", "--document", id_text, "--date", "2024-05-05", "--json")
    assert (id_text, "current") == (made.object["source"], made.object["source_status"])
    assert [] == [row for row in ana.hv("directive", "list", "--json").objects if row["state"] == "not-weighed"]
