# SPDX-License-Identifier: Apache-2.0
"""Ana, her insurer and her doctor: claims looked through, one disputed, and what each of them can show."""

import json
import os
import shutil
from pathlib import Path

import pytest
from people import Person, known_person, new_person
from test_cli_json import check

from tests.claims_set import make_set

CLINIC, INSURER = "Lakeside Family Practice", "Sun Insurance"
ME = {"resourceType": "Patient", "id": "ana", "name": [{"family": "Silva", "given": ["Ana"]}],
      "birthDate": "1980-02-01", "gender": "female",
      "identifier": [{"system": "urn:sun:member", "value": "77120453"}]}  # fmt: skip
FLOOR = 0.95


def visit(day: str) -> dict:
    """Return the record of a visit."""
    return {"resourceType": "Encounter", "id": f"v{day}", "status": "finished", "class": {"code": "AMB"},
            "period": {"start": day}, "serviceProvider": {"display": CLINIC}}  # fmt: skip


def explanation(number: str, day: str, *, billed: str = "120.00", paid: str = "90.00", **more: object) -> str:
    """Return an explanation of benefits as JSON, numbers as they are written here."""

    def money(amount: str) -> dict:
        return {"value": f"@{amount}@", "currency": "EUR"}

    totals = [{"category": {"coding": [{"code": code}]}, "amount": money(amount)}
              for code, amount in (("submitted", billed), ("benefit", paid))]  # fmt: skip
    item = {"sequence": 1, "servicedDate": day, "productOrService": {"coding": [{"code": "99213"}]},
            "net": money(billed)}  # fmt: skip
    whole = {"resourceType": "ExplanationOfBenefit", "id": number, "status": "active", "use": "claim",
             "created": day, "insurer": {"display": INSURER}, "provider": {"display": CLINIC}, "item": [item],
             "total": totals, **more}  # fmt: skip
    return json.dumps(whole).replace('"@', "").replace('@"', "")


@pytest.fixture(scope="module")
def _scene(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ana with visits and explanations; Sun Insurance and Dr Lee, who know her and whom she knows."""
    folder = tmp_path_factory.mktemp("claims")
    names = {"ana": "Ana Silva", "sun": INSURER, "lee": "Dr Lee"}
    people = {key: new_person(folder / key, name) for key, name in names.items()}
    ana = people["ana"]
    for key in ("sun", "lee"):
        ana.hv("contact", "add", names[key], people[key].home / "own.hvcard", "--yes")
        people[key].hv("contact", "add", "Ana", ana.home / "own.hvcard", "--yes")
    files = {f"visit-{day}.json": json.dumps(visit(day)) for day in ("2026-02-03", "2026-03-10", "2026-04-21")}
    for number, day in (("4701", "2026-02-03"), ("4711", "2026-03-10"), ("4712", "2026-03-10"),
                        ("4720", "2026-04-02")):  # fmt: skip
        files[f"eob-{number}.json"] = explanation(number, day)
    for name, text in files.items():
        (ana.home / name).write_text(text)
    ana.hv("add", *files)
    return folder


@pytest.fixture
def people(_scene: Path, tmp_path: Path) -> dict[str, Person]:
    """Each in a home of their own."""
    home = Path(shutil.copytree(_scene, tmp_path / "people"))
    return {path.name: known_person(path) for path in home.iterdir()}


def found(person: Person) -> set[tuple[str, str, str]]:
    """Return rule, claim and confidence of what `hv claims check` finds."""
    return {
        (one["rule"], one["claim"], one["confidence"]) for one in person.hv("claims", "check", "--json").objects
    }


def document(person: Person, name: str) -> str:
    """Return the id of the newest document of a file name."""
    return next(row["id"] for row in person.hv("list", "--json").objects if row["name"] == name)


def test_what_ana_sees(people: dict[str, Person]) -> None:
    """Claims, totals, findings and suspects, each as its schema says, with what it cannot show."""
    ana = people["ana"]
    listed = ana.hv("claims", "list", "--json").objects
    check(listed, *["claim"] * 4)
    assert {("120.00 EUR", 12000, "90.00 EUR")} == {
        (one["billed"], one["billed_minor"], one["paid"]) for one in listed
    }
    totals = ana.hv("claims", "totals", "--year", "2026", "--json").objects
    check(totals, "claim_total", "claim_total")
    assert (48000, 36000, None) == (totals[0]["billed_minor"], totals[0]["paid_minor"], totals[1]["currency"])
    check(ana.hv("claims", "totals", "--year", "2020", "--json").objects, "claim_total")
    assert {("duplicate", "4712", "stated"), ("phantom", "4720", "absent")} == found(ana)
    check(ana.hv("claims", "check", "--unknown", "--json").objects, "claim_finding", "claim_finding")
    suspects = ana.hv("id", "suspects", "--json").objects
    check(suspects, "suspect")
    assert ("phantom_claim", "4720") == (suspects[0]["suspicion"], suspects[0]["about"])
    assert "hv is no ID" in ana.hv("id", "suspects").err
    assert "It cannot show" in ana.hv("claims", "list").err


def test_the_dispute_holds_what_it_needs_and_nothing_else(people: dict[str, Person]) -> None:
    """The explanation, the one that it repeats, the statement; for payment, to view."""
    ana, sun = people["ana"], people["sun"]
    sent = ana.hv("claims", "dispute", "4712", "--to", INSURER, "-o", sun.home / "d.hvb", "--yes", "--json")
    check(sent.objects, "claim_dispute")
    verified = sun.hv("verify", "d.hvb", "--json").object
    assert (["HPAYMT"], ["view"]) == (verified["grant"]["purpose"], verified["grant"]["actions"]) or (
        "payment" in json.dumps(verified["grant"])
    )
    sun.hv("open", "d.hvb", "-o", "opened")
    opened = sorted((sun.home / "opened").iterdir())
    assert ["claim-dispute.json", "eob-4711.json", "eob-4712.json"] == [path.name for path in opened]
    for path in opened[1:]:
        assert (ana.home / path.name).read_bytes() == path.read_bytes()
    said = json.loads(opened[0].read_text())
    assert ("4712", "the patient", 0) == (said["claim"], said["said_by"], said["withheld"])
    (ground,) = said["grounds"]
    assert ("duplicate", "stated") == (ground["rule"], ground["confidence"])
    assert "is billed under claim 4711 too; the records say that it was done once" in ground["reason"]
    assert {document(ana, "eob-4711.json"), document(ana, "eob-4712.json")} == set(ground["documents"])
    listed = {one["claim"]: one["disputed"] for one in ana.hv("claims", "list", "--json").objects}
    assert [None, None, said["day"], None] == [listed[each] for each in ("4701", "4711", "4712", "4720")]
    everything = "".join(str(path.read_bytes()) for path in opened)
    assert "visit-" not in everything
    assert "4701" not in everything


def test_a_dispute_says_nothing_of_other_records(people: dict[str, Person]) -> None:
    """Ana sees that she was at a clinic of another sort that day; the insurer does not."""
    ana, sun = people["ana"], people["sun"]
    other = {**visit("2026-04-02"), "id": "x", "serviceProvider": {"display": "Quiet Waters Psychiatry"}}
    (ana.home / "other.json").write_text(json.dumps(other))
    ana.hv("add", "other.json")
    assert "Quiet Waters" in ana.hv("claims", "check").out
    ana.hv("claims", "dispute", "4720", "--to", INSURER, "-o", sun.home / "d.hvb", "--yes")
    sun.hv("open", "d.hvb", "-o", "opened")
    told = "".join(path.read_text() for path in (sun.home / "opened").iterdir())
    assert "absent" in told
    assert "doubtful" not in told
    assert "Quiet" not in told


def test_a_document_that_holds_more_is_named_before_it_goes(people: dict[str, Person]) -> None:
    """A Bundle of everything: warned of, without it with --without, and nothing is written without an answer."""
    ana, sun = people["ana"], people["sun"]
    entries = [{"resource": json.loads(explanation("4790", "2026-04-03"))}, {"resource": visit("2026-01-02")},
               {"resource": {"resourceType": "Condition", "code": {"text": "secret"}}}]  # fmt: skip
    whole = {"resourceType": "Bundle", "type": "collection", "entry": entries}
    (ana.home / "all.json").write_text(json.dumps(whole))
    ana.hv("add", "all.json")
    id_text, count = document(ana, "all.json"), len(ana.ids())
    asked = ana.hv("claims", "dispute", "4790", "--to", INSURER, "-o", "d.hvb", exit=4)
    told = "holds 2 more things than the claim: Condition, Encounter; --without leaves it out"
    assert f"{id_text} {told}" in asked.err
    assert count == len(ana.ids())
    assert not (ana.home / "d.hvb").exists()
    done = ana.hv("claims", "dispute", "4790", "--to", INSURER, "--without", id_text, "--reason", "not me",
                  "-o", sun.home / "d.hvb", "--yes")  # fmt: skip
    assert "is left out" in done.err
    sun.hv("open", "d.hvb", "-o", "opened")
    (only,) = (sun.home / "opened").iterdir()
    said = json.loads(only.read_text())
    assert (1, [], "not me") == (said["withheld"], said["documents"], said["reason"])


def test_what_is_refused(people: dict[str, Person]) -> None:
    """No such claim or contact, nothing to dispute, a file that is there: each with its code, nothing written."""
    ana = people["ana"]
    count = len(ana.ids())
    line = ("--to", INSURER, "-o", "d.hvb", "--yes", "--json")
    assert "not_found" == ana.hv("claims", "dispute", "9999", *line, exit=5).error["code"]
    assert "nothing_to_dispute" == ana.hv("claims", "dispute", "4701", *line, exit=1).error["code"]
    assert "not_found" == ana.hv("claims", "dispute", "4720", "--to", "Nobody", *line[2:], exit=5).error["code"]
    (ana.home / "d.hvb").write_text("mine")
    assert "unsafe_output" == ana.hv("claims", "dispute", "4720", *line, exit=1).error["code"]
    assert "mine" == (ana.home / "d.hvb").read_text()
    ana.hv("claims", "dispute", "4720", "--to", INSURER, "-o", "-", "--yes", exit=2)
    assert count == len(ana.ids())


def test_a_note_of_the_doctor_proves_a_service(people: dict[str, Person]) -> None:
    """Once her note of that day is in the vault, the claim is no phantom."""
    ana, lee = people["ana"], people["lee"]
    (lee.home / "note.txt").write_text("Seen on 2 April, sore throat\n")
    lee.hv("add", "note.txt", "--title", "Visit note", "--date", "2026-04-02", "--author", CLINIC)
    lee.hv("share", document(lee, "note.txt"), "--to", "Ana", "--with-metadata", "-o", ana.home / "n.hvb", "--yes")
    ana.hv("import", "n.hvb")
    assert {("duplicate", "4712", "stated")} == found(ana)
    assert [] == ana.hv("id", "suspects", "--json").objects


def test_claims_of_somebody_else(people: dict[str, Person]) -> None:
    """Her number with another's birth date is found, and counts in no total; her own stays hers."""
    ana = people["ana"]
    (ana.home / "me.json").write_text(json.dumps(ME))
    ana.hv("add", "me.json")
    ana.hv("id", "take", document(ana, "me.json"), "--yes")
    thief = {**ME, "birthDate": "1991-07-07", "gender": "male", "name": [{"family": "Thief", "given": ["Tom"]}]}
    claim = json.loads(explanation("6666", "2026-03-10", patient={"reference": "Patient/ana"}))
    whole = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": thief}, {"resource": claim}]}
    (ana.home / "thief.json").write_text(json.dumps(whole))
    ana.hv("add", "thief.json", "--accept", "identity_conflict", "--accept", "other_person")
    assert ("not_covered_person", "6666", "stated") in found(ana)
    assert 48000 == ana.hv("claims", "totals", "--json").objects[0]["billed_minor"]
    suspects = ana.hv("id", "suspects", "--json").objects
    assert "mixed_person" in {one["suspicion"] for one in suspects}


def test_tables_and_what_cannot_be_read(people: dict[str, Person]) -> None:
    """An insurer's table is read beside FHIR; what is ambiguous is unknown, counted and named."""
    ana = people["ana"]
    (ana.home / "claims.csv").write_text(
        "Claim ID;Service date;Provider;Code;Billed;Paid;Currency\n"
        "4701;2026-02-03;LAKESIDE FAMILY PRACTICE;99213;120,00;90,00;EUR\n"  # the explanation says it too
        "T1;13/04/2026;Lakeside;99213;1.234;5;EUR\n"
        "T2;03/04/2026;Lakeside;99213;10,00;5,00;\n"
    )
    ana.hv("add", "claims.csv")
    listed = {one["claim"]: one for one in ana.hv("claims", "list", "--json").objects}
    assert {"4701", "4711", "4712", "4720", "T1", "T2"} == listed.keys()
    assert ["eob", "table"] == [paper["role"] for paper in listed["4701"]["papers"]]
    assert ("unknown (ambiguous number)", None) == (listed["T1"]["billed"], listed["T1"]["billed_minor"])
    totals = ana.hv("claims", "totals", "--json").objects
    assert {"ambiguous number": 1, "no currency": 1} == totals[-1]["unknown"]["billed"]
    assert (48000, 36500) == (totals[0]["billed_minor"], totals[0]["paid_minor"])
    assert "row 4: the day of service can be read in two ways" in ana.hv("claims", "list").err


def test_the_labelled_set_through_the_program(people: dict[str, Person]) -> None:
    """200 claims and their records as files, added and checked by the real commands."""
    ana, made = people["lee"], make_set(int(os.environ.get("HV_TEST_CLAIM_SEED", "11")))
    for name, data in (("a.json", made.bundle()), ("b.json", made.record_bundle()), ("c.csv", made.table())):
        (ana.home / name).write_bytes(data)
    ana.hv("add", "a.json", "b.json", "c.csv")
    rows = ana.hv("claims", "check", "--json").objects
    pairs = {frozenset({one["claim"], *one["claims"]}) for one in rows if one["rule"] == "duplicate"}
    for got, truth in (
        (pairs, made.duplicates),
        ({one["claim"] for one in rows if one["rule"] == "phantom"}, made.phantoms),
        ({one["claim"] for one in rows if one["rule"] == "amount_differs"}, made.wrong),
    ):
        assert len(got & truth) >= FLOOR * max(len(got), len(truth))
    totals = ana.hv("claims", "totals", "--json").objects
    for total in totals[:-1]:
        own = [said for said in made.said.values() if said.currency == total["currency"]]
        assert sum(said.billed for said in own).scaleb(total["decimals"]) == total["billed_minor"]
        assert sum(said.paid for said in own).scaleb(total["decimals"]) == total["paid_minor"]


def test_attack_an_explanation_is_changed_in_the_bundle(people: dict[str, Person]) -> None:
    """One byte anywhere: 20, and nothing is opened."""
    ana, sun = people["ana"], people["sun"]
    ana.hv("claims", "dispute", "4720", "--to", INSURER, "-o", "d.hvb", "--yes")
    data = (ana.home / "d.hvb").read_bytes()
    for place in (len(data) // 3, len(data) // 2, len(data) - 20):
        changed = bytearray(data)
        changed[place] ^= 1
        (sun.home / "d.hvb").write_bytes(changed)
        assert 20 == sun.hv("verify", "d.hvb", "--json", exit=20).object["exit"]
        sun.hv("open", "d.hvb", "-o", "opened", exit=20)
        assert not (sun.home / "opened").exists()


def test_attack_an_explanation_that_she_typed(people: dict[str, Person]) -> None:
    """The bundle is hers and verifies; nothing in it is shown as issued, attested or said by the insurer."""
    ana, sun = people["ana"], people["sun"]
    text = explanation("4799", "2026-03-10", billed="999.00", paid="0.00", signed="Sun Insurance, verified")
    (ana.home / "eob-4799.json").write_text(text)
    ana.hv("add", "eob-4799.json", "--author", INSURER, "--source", INSURER)
    ana.hv("claims", "dispute", "4799", "--to", INSURER, "--reason", "Pay me", "-o", sun.home / "f.hvb", "--yes")
    verified = sun.hv("verify", "f.hvb", "--json").object
    assert {None} == {one["issuer"] for one in verified["documents"]}
    results = {one["name"]: one["result"] for one in verified["verdicts"]}
    assert ("pass", "unknown") == (results["authorship"], results["issuer"])
    assert "Ana" == verified["signer"]["name"]
    assert "Does not prove who is holding this file" in sun.hv("verify", "f.hvb").out


def test_attack_words_that_act_on_a_terminal(people: dict[str, Person]) -> None:
    """Claim ids, names and reasons of strangers are shown, never sent."""
    ana = people["ana"]
    evil = json.loads(explanation("\x1b[2Jcleared", "2026-03-10", billed="1.00", paid="2.00"))
    evil["provider"] = {"display": "Dr \x1b]0;owned\x07\u202egnp"}
    (ana.home / "evil.json").write_text(json.dumps(evil))
    ana.hv("add", "evil.json")
    for command in (("claims", "list"), ("claims", "check"), ("id", "suspects")):
        done = ana.hv(*command)
        assert "\x1b" not in done.out + done.err
        assert "\u202e" not in done.out + done.err
    assert "\\x1b[2Jcleared" in ana.hv("claims", "list").out


def test_attack_a_file_that_is_hostile(people: dict[str, Person]) -> None:
    """Numbers, depths and references that break parsers are named or unknown; the rest is still told."""
    ana = people["ana"]
    hostile = {
        "deep.json": '{"resourceType":"Claim","id":"d","item":' + "[" * 5000 + "]" * 5000 + "}",
        "big.json": '{"resourceType":"Claim","id":"b","total":{"value":1e999999,"currency":"EUR"}}',
        "self.json": explanation("S", "2026-03-10", claim={"reference": "ExplanationOfBenefit/S"}),
        "nan.json": '{"resourceType":"Claim","id":"n","total":{"value":NaN,"currency":"EUR"}}',
        "wrong.json": '{"resourceType":"ExplanationOfBenefit","id":7,"item":{"a":1},"total":"x","payment":[]}',
        "claims.csv": 'claim,date of service,billed\n"' + "x" * 200_000 + "\n",
    }
    for name, text in hostile.items():
        (ana.home / name).write_text(text)
    ana.run("add", *hostile)
    for command in (("claims", "list"), ("claims", "check"), ("claims", "totals"), ("id", "suspects")):
        done = ana.hv(*command)
        assert "4711" in ana.hv("claims", "list").out
        assert "unexpected" not in done.err


def test_the_demo(nobody: Person) -> None:
    """`hv demo --story claims` plays it for real, with its two attacks."""
    rows = nobody.hv("demo", "--story", "claims", "--json").objects
    check(rows, "attack", "attack")
    assert [("tampered", 20), ("issuer: none", 0)] == [(row["verdict"], row["exit"]) for row in rows]
