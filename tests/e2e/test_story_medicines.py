# SPDX-License-Identifier: Apache-2.0
"""A prescription between a doctor, a patient and a pharmacist, each with a vault; and those who cheat."""

import json
import shutil
from pathlib import Path

import pytest
from people import Done, Person, known_person, new_person
from test_cli_json import check

PACK = "(01)09506000134352(21)SN4711"
SUPPLY = ("--quantity", "30 tablets", "--days", 30)


@pytest.fixture(scope="module")
def _three(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Dr Lee prescribed to Ana, who has it, may pass it on and has passed it on to Kim."""
    folder = tmp_path_factory.mktemp("three")
    names = {"ana": "Ana Silva", "lee": "Dr Lee", "kim": "Kim Pharmacy"}
    people = {who: new_person(folder / who, name) for who, name in names.items()}
    for who, person in people.items():
        for other in people.keys() - {who}:
            person.hv("contact", "add", names[other], folder / other / "own.hvcard", "--yes")
    prescribe(people["lee"], "Ramipril 5 mg", "--repeats", 1, *SUPPLY, "--valid-until", "2026-08-31")
    share(people["lee"], "Ana Silva", folder / "ana" / "rx.hvb", "--action", "forward")
    people["ana"].hv("import", "rx.hvb")
    share(people["ana"], "Kim Pharmacy", folder / "kim" / "rx.hvb")
    people["kim"].hv("import", "rx.hvb")
    return folder


@pytest.fixture
def three(_three: Path, tmp_path: Path) -> tuple[Person, Person, Person]:
    """Ana, Dr Lee and Kim."""
    ana, lee, kim = (
        known_person(Path(shutil.copytree(_three / who, tmp_path / who))) for who in ("ana", "lee", "kim")
    )
    return ana, lee, kim


def prescribe(person: Person, drug: str, *more: object) -> Done:
    """Write a prescription for Ana in the name of Dr Lee."""
    said = ("--patient", "Ana Silva", "--prescriber", "Dr Lee", "--dose", "1 a day", "--date", "2026-03-01")
    return person.hv("rx", "add", drug, *said, *more, "--json")


def share(person: Person, to: str, out: Path, *more: object) -> None:
    """Share the document that was added last."""
    terms = ("--purpose", "treatment", "--action", "view", "--action", "keep")
    person.hv("share", person.ids()[-1], "--to", to, *terms, *more, "-o", out, "--yes")


def only(person: Person) -> dict:
    """Return the only prescription that somebody has."""
    (found,) = person.hv("rx", "list", "--json").objects
    return found


def found(person: Person) -> set[str]:
    """Return the flags that are found."""
    rows = person.hv("rx", "check", "--json").objects
    return {row["code"] for row in rows if row["result"] == "found"}


def dispense(person: Person, rx: str, date: str, *more: object) -> dict:
    """Record a dispense of 30 tablets."""
    done = person.hv("rx", "dispense", rx, "--date", date, *SUPPLY, *more, "--json")
    check(done.objects, "dispense")
    return done.object


def test_who_signed_is_known_by_keys(three: tuple[Person, Person, Person]) -> None:
    """Ana has it in a bundle of Dr Lee's, Kim from his vault by way of hers; he himself has his own word."""
    ana, lee, kim = three
    check(ana.hv("rx", "list", "--json").objects, "prescription")
    assert (["Dr Lee: in a bundle of theirs"], True) == (only(ana)["signed_by"], only(ana)["prescriber_signed"])
    passed_on = ["Dr Lee: from their vault, passed on", "Ana Silva: in a bundle of theirs"]
    assert (passed_on, True) == (only(kim)["signed_by"], only(kim)["prescriber_signed"])
    assert ([], False) == (only(lee)["signed_by"], only(lee)["prescriber_signed"])


def test_a_dispense_comes_back_to_the_prescription(three: tuple[Person, Person, Person]) -> None:
    """Though the two vaults call it by different ids; and importing it twice makes no second supply."""
    ana, _, kim = three
    made = dispense(kim, only(kim)["id"], "2026-03-02", "--by", "Kim Pharmacy", "--pack", PACK)
    assert (PACK, []) == (made["pack"], made["flags"])
    share(kim, "Ana Silva", ana.home / "back.hvb")
    ana.hv("import", "back.hvb")
    ana.hv("import", "back.hvb")
    assert (1, 2) == (only(ana)["dispensed"], only(ana)["allowed"])
    assert only(ana)["id"] != only(kim)["id"]
    assert set() == found(ana)
    (line,) = ana.hv("meds", "--at", "2026-03-15", "--json").objects
    check([line], "medicine")
    assert ("active", None, "1 a day", True) == (
        line["status"], line["patient"], line["dose"], line["prescriber_signed"])  # fmt: skip
    assert [] == ana.hv("meds", "--at", "2026-02-28", "--json").objects
    assert "expired" == ana.hv("meds", "--at", "2026-09-01", "--json").object["status"]
    assert "Ana Silva" == kim.hv("meds", "--at", "2026-03-15", "--json").object["patient"]


def test_attack_a_second_supply_elsewhere(three: tuple[Person, Person, Person]) -> None:
    """Is recorded, and flagged with both documents."""
    ana, _, kim = three
    first = dispense(kim, only(kim)["id"], "2026-03-02", "--by", "Kim Pharmacy", "--pack", PACK)
    share(kim, "Ana Silva", ana.home / "back.hvb")
    ana.hv("import", "back.hvb")
    again = dispense(ana, only(ana)["id"], "2026-03-05", "--by", "Elsewhere", "--pack", PACK)
    assert {"double_dispense", "same_pack_twice"} == {each["code"] for each in again["flags"]} == found(ana)
    assert first["id"] not in ana.ids()
    (flag,) = [row for row in ana.hv("rx", "check", "--json").objects if row["code"] == "double_dispense"]
    check([flag], "medicine_finding")
    assert set(ana.ids()[-2:]) == set(flag["documents"])
    third = dispense(ana, only(ana)["id"], "2026-09-02", "--by", "Elsewhere")
    assert {"over_dispense", "expired"} <= {each["code"] for each in third["flags"]}


def test_attack_a_name_is_no_signature(three: tuple[Person, Person, Person]) -> None:
    """What Ana types in Dr Lee's name is signed by nobody, also where she shares it: then by her."""
    ana, _, kim = three
    typed = prescribe(ana, "Oxycodone 10 mg").object
    assert ([], False) == (typed["signed_by"], typed["prescriber_signed"])
    share(ana, "Kim Pharmacy", kim.home / "typed.hvb")
    kim.hv("import", "typed.hvb")
    got = next(row for row in kim.hv("rx", "list", "--json").objects if row["medicine"] == "Oxycodone 10 mg")
    assert (["Ana Silva: in a bundle of theirs"], False) == (got["signed_by"], got["prescriber_signed"])
    assert "Oxycodone 10 mg" in kim.hv("meds").out


def test_attack_the_received_one_is_amended(three: tuple[Person, Person, Person]) -> None:
    """A newer version of what Dr Lee signed is Ana's own word, and his is out of force."""
    ana, _, _ = three
    whole = json.loads(ana.hv("get", only(ana)["id"], "-o", "-").out)
    whole["dispenseRequest"]["numberOfRepeatsAllowed"] = 99
    (ana.home / "more.json").write_text(json.dumps(whole))
    ana.hv("amend", only(ana)["id"], "more.json", "--type", "prescription")
    assert (100, [], False) == (only(ana)["allowed"], only(ana)["signed_by"], only(ana)["prescriber_signed"])


def test_attack_altered_and_forwarded_bundles(three: tuple[Person, Person, Person]) -> None:
    """A byte on the way is 20; what was encrypted to Ana opens for nobody else."""
    ana, _, kim = three
    data = bytearray((kim.home / "rx.hvb").read_bytes())
    data[-40] ^= 1
    (kim.home / "altered.hvb").write_bytes(data)
    assert "tampered" in kim.hv("verify", "altered.hvb", "--json", exit=20).object["codes"]
    kim.hv("import", "altered.hvb", exit=20)
    shutil.copy(ana.home / "rx.hvb", kim.home / "stolen.hvb")
    kim.hv("import", "stolen.hvb", exit=24)


def test_attack_a_form_that_is_none(three: tuple[Person, Person, Person]) -> None:
    """Hostile bytes of the kind are named, escape nothing on the way, and cost nothing else."""
    ana, _, _ = three
    evil = {
        "resourceType": "MedicationRequest",
        "status": "active",
        "medicationCodeableConcept": {"text": "\x1b[31mX"},
    }
    for number, text in enumerate(
        (json.dumps(evil), "[" * 5000, json.dumps({**evil, "authoredOn": "2026-03-01"}))
    ):
        (ana.home / f"evil-{number}.json").write_text(text)
        ana.hv("add", f"evil-{number}.json", "--type", "prescription")
    done = ana.hv("meds")
    assert 2 == done.err.count("was not read to the end")
    assert "\x1b" not in done.out + done.err
    assert 2 == len(done.out.splitlines())


def test_stops_and_wrong_names(three: tuple[Person, Person, Person]) -> None:
    """A stop by id or by words; what is not there is 5, what is no quantity or code is 2."""
    ana, _, _ = three
    rx = only(ana)["id"]
    stop = ana.hv("rx", "stop", rx, "--on", "2026-04-01", "--reason", "cough", "--json")
    check(stop.objects, "medication_stop")
    assert ("stopped", "2026-04-01") == tuple(
        ana.hv("meds", "--at", "2026-04-02", "--json").object[name] for name in ("status", "until")
    )
    assert "dispensed_after_stop" in {each["code"] for each in dispense(ana, rx, "2026-04-20")["flags"]}
    check(ana.hv("rx", "stop", "Ramipril 5 mg", "--from", rx, "--json").objects, "medication_stop")
    count = len(ana.ids())
    ana.hv("rx", "dispense", "d_2222", exit=5)
    ana.hv("rx", "dispense", ana.ids()[-1], exit=5)
    ana.hv("rx", "stop", "d_2222", exit=5)
    ana.hv("rx", "add", "X", "--from", "d_2222", exit=5)
    ana.hv("rx", "add", "X", "--quantity", "a few", exit=2)
    ana.hv("rx", "add", "X", "--code", "1234", exit=2)
    ana.hv("rx", "add", " ", exit=1)
    assert count == len(ana.ids())


def test_an_attestation_is_a_signature_of_another_sort(three: tuple[Person, Person, Person]) -> None:
    """Dr Lee attests what Ana typed: the label says how, and what he signed."""
    ana, lee, _ = three
    prescribe(ana, "Metformin 500 mg")
    share(ana, "Dr Lee", lee.home / "typed.hvb")
    lee.hv("attest", "typed.hvb", "--statement", "I prescribed this", "-o", ana.home / "lee.hva")
    ana.hv("import", "lee.hva")
    got = next(row for row in ana.hv("rx", "list", "--json").objects if row["medicine"] == "Metformin 500 mg")
    assert (["Dr Lee: attested (I prescribed this)"], True) == (got["signed_by"], got["prescriber_signed"])


def test_the_demo_plays_it(tmp_path: Path) -> None:
    """With its attacks and their verdicts; those on the pack take the extra `gs1`."""
    person = Person(home=tmp_path)
    rows = [row["verdict"] for row in person.hv("demo", "--story", "medicines", "--json").objects]
    assert ["not signed by anybody you know", "tampered", "double_dispense", "dispensed_after_stop"] == rows[:4]
    assert ["recalled"] == rows[5:]
    assert "cannot prove this pack is genuine" in rows[4]
