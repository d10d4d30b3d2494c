# SPDX-License-Identifier: Apache-2.0
"""A pharmacist, a patient and a recall: what a code on a pack proves, what it cannot, and who tries to cheat."""

import json
from pathlib import Path

import pytest
from people import Person, new_person
from test_cli_json import check

PACK = "(01)00300010123455(17)290327(10)A123(21)11"
OTHER = "(01)07032069804988(17)290327(10)A123(21)11"
UDI = "(01)09506000117843(17)290101(10)A123(21)S-1"
LIST = "gtin,lot,reason,date,source\n{rows}"
ROW = "00300010123455,A123,particles,2026-11-01,Agency\n"
MISS = "00300010123455,A1234,particles,2026-10-01,Agency\n"
CLEAN = "well-formed, unrecalled, first seen here: cannot prove this pack is genuine"


class Pharmacy:
    """Ana, who has a pack and a hip; the pharmacist, who has the lists; Eve, who has a printer."""

    def __init__(self, folder: Path) -> None:
        self.ana = new_person(folder / "ana", "Ana Silva")
        self.pharmacist = new_person(folder / "ph", "City Pharmacy")
        self.eve = new_person(folder / "eve", "Eve")
        self.meet(self.ana, self.pharmacist)
        self.meet(self.ana, self.eve)

    def meet(self, one: Person, other: Person) -> None:
        """Let two pin each other's card."""
        for person, friend in ((one, other), (other, one)):
            person.hv("contact", "add", friend.home.name, friend.home / "own.hvcard", "--yes")

    def hand_over(self, sender: Person, receiver: Person, document: str) -> None:
        """Let somebody share a document with somebody, who imports it."""
        out = sender.home / f"{document[:10]}.hvb"
        to = ("--to", receiver.home.name, "--purpose", "treatment", "-o", out, "--yes")
        sender.hv("share", document, *to)
        receiver.hv("import", out)


@pytest.fixture
def pharmacy(tmp_path: Path) -> Pharmacy:
    """All three."""
    return Pharmacy(tmp_path)


def write(person: Person, name: str, text: str) -> str:
    """Write a file into somebody's home."""
    (person.home / name).write_text(text)
    return name


def scan(person: Person, code: str, *more: str, exit_code: int = 0) -> dict:
    """Scan a code."""
    done = person.hv("pack", "scan", code, *more, "--json", exit=exit_code)
    check(done.objects, "pack_scan")
    return done.object


def test_a_recall_reaches_the_patient_in_a_bundle(pharmacy: Pharmacy) -> None:
    """Before it nobody says unrecalled; after it the pack and the implant that it names are found, no others."""
    ana, pharmacist = pharmacy.ana, pharmacy.pharmacist
    first = "well-formed, no recall list here, first seen here: cannot prove this pack is genuine"
    assert first == scan(ana, PACK)["verdict"]
    assert first == scan(ana, OTHER)["verdict"]
    ana.hv("device", "add", "--udi", UDI, "--name", "Hip stem", "--implanted", "2026-03-01")
    ana.hv("device", "add", "--udi", UDI.replace("S-1", "S-2").replace("A123", "A1234"), "--name", "Hip cup")
    rows = ROW + "09506000117843,A123,loosening,2026-11-02,Agency\n"
    name = write(pharmacist, "recalls.csv", LIST.format(rows=rows))
    taken = pharmacist.hv("pack", "recall", name, "--json").objects
    check(taken, "recall_import")
    assert [] == taken[0]["hits"]
    pharmacy.hand_over(pharmacist, ana, taken[0]["id"])
    listed = ana.hv("pack", "list", "--json").objects
    check(listed, "pack", "pack")
    assert {"00300010123455": "recalled", "07032069804988": "unrecalled"} == {
        row["gtin"]: row["recall"] for row in listed
    }
    assert "received from somebody" in next(row["recall_detail"] for row in listed if row["recall"] == "recalled")
    verdicts = ana.hv("device", "check", "--json", exit=20).objects
    check(verdicts, *["device_verdict"] * len(verdicts))
    assert [("Hip stem", "recalled")] == [(row["name"], row["code"]) for row in verdicts if row["code"]]
    check(ana.hv("device", "list", "--json").objects, "device", "device")


def test_a_copied_genuine_code_is_never_called_genuine(pharmacy: Pharmacy) -> None:
    """Eve prints Ana's code: with her it passes all; where it was seen already that is told."""
    ana, eve = pharmacy.ana, pharmacy.eve
    for person in (ana, eve):
        person.hv("pack", "recall", write(person, "recalls.csv", LIST.format(rows=MISS)))
    genuine, copied = scan(ana, PACK), scan(eve, PACK)
    assert CLEAN == genuine["verdict"] == copied["verdict"]
    assert "genuine" in copied["does_not_prove"]
    again = scan(ana, PACK)
    assert (["seen_before"], 0) == (again["codes"], again["exit"])
    assert "well-formed, unrecalled, seen before here: cannot prove this pack is genuine" == again["verdict"]
    assert genuine["document"] in [one["document"] for one in again["seen"]]
    pharmacy.hand_over(eve, ana, copied["document"])
    assert ["received scan", "scan", "scan"] == sorted(one["role"] for one in scan(ana, PACK)["seen"])


def test_attacks(pharmacy: Pharmacy) -> None:
    """Each is named, and nothing is half done."""
    ana, eve = pharmacy.ana, pharmacy.eve
    scan(ana, PACK)
    # another expiry on the same serial number
    later = scan(ana, PACK.replace("290327", "310327"), exit_code=20)
    assert ["seen_before", "contradiction"] == later["codes"]
    assert {"2029-03-27", "2031-03-27"} == {one["value"] for one in later["known"] if one["field"] == "expiry"}
    # one digit of the product
    wrong = scan(ana, PACK.replace("00300010123455", "00300010123465"), exit_code=20)
    assert (["check_digit"], None) == (wrong["codes"], wrong["document"])
    # two serial numbers, a made-up identifier, an escape sequence
    for code, error in (
        (PACK + "(21)12", "duplicate_ai"),
        (PACK + "(05)12", "unknown_ai"),
        (PACK + "\x1b[2J", "not_gs1"),
        ("+A999BJC5D6E71G", "unsupported_code"),
    ):
        assert error == ana.hv("pack", "scan", code, "--json", exit=20).error["code"]
    # a list of which one line is wrong
    bad = write(ana, "bad.csv", LIST.format(rows=ROW + "00300010123456,A,,,\n"))
    refused = ana.hv("pack", "recall", bad, "--json", exit=20).error
    assert ("bad_recall_list", True) == (refused["code"], "line 3" in refused["message"])
    assert [] == ana.hv("list", "--type", "recall-list", "--json").objects
    # a list by Eve that is none, one of the future that names nothing of Ana's
    write(eve, "junk.csv", "gtin,lot\nnonsense")
    junk = eve.hv("add", "junk.csv", "--type", "recall-list", "--json").object["id"]
    pharmacy.hand_over(eve, ana, junk)
    seen = ana.hv("pack", "scan", OTHER, "--json", "--no-keep")
    assert "no recall list here" in seen.object["verdict"]
    assert "cannot be read as one" in seen.err
    future = write(eve, "future.csv", LIST.format(rows=MISS.replace("2026-10-01", "2099-01-01")))
    pharmacy.hand_over(eve, ana, eve.hv("pack", "recall", future, "--json").object["id"])
    detail = next(one["detail"] for one in scan(ana, OTHER, "--no-keep")["verdicts"] if one["name"] == "recall")
    assert "1 list (1 received from others), of unknown date" in detail
    # a card of Eve's with Ana's serial number
    ana.hv("device", "add", "--udi", UDI, "--name", "Hip stem")
    assert "already_there" == ana.hv("device", "add", "--udi", UDI, "--json", exit=1).error["code"]
    forged = eve.hv("device", "add", "--udi", UDI, "--name", "Hip stem", "--json").object
    check([forged], "document")
    pharmacy.hand_over(eve, ana, forged["id"])
    found = [row["code"] for row in ana.hv("device", "check", "--json", exit=20).objects if row["code"]]
    assert ["serial_twice"] == found


def test_lines_pictures_and_cards(pharmacy: Pharmacy) -> None:
    """Several codes at once; what the terminal and the files show."""
    ana = pharmacy.ana
    done = ana.hv("pack", "scan", "-", "--json", stdin=f"{PACK}\nrubbish\n\n{OTHER}\n".encode(), exit=20)
    assert ["line 1", "line 4"] == [one["place"] for one in done.objects]
    assert ("unknown_ai", "line 2") == (done.error["code"], done.error["file"])
    assert "not_gs1" == ana.hv("pack", "scan", write(ana, "a.txt", "a\nb\n"), "--json", exit=20).error["code"]
    assert "not_gs1" == ana.hv("pack", "scan", "", "--json", exit=20).error["code"]
    assert "unreadable" == ana.hv("pack", "scan", "none.png", "--json", exit=1).error["code"]
    plain = ana.hv("pack", "scan", PACK)
    assert "cannot prove this pack is genuine" in plain.out
    assert "It cannot show: that the pack is genuine" in plain.err
    card = ana.hv("device", "add", "--udi", "+A999BJC5D6E71G", "--as-text", "--name", "Pacemaker", "--json").object
    assert "unsupported_code" == ana.hv("device", "add", "--udi", "+A999", "--json", exit=20).error["code"]
    check(ana.hv("device", "card", card["id"], "--json").objects, "device_card")
    ana.hv("device", "card", card["id"], "-o", "card.txt")
    assert "Pacemaker" in (ana.home / "card.txt").read_text()
    assert (
        "unsafe_output" == ana.hv("device", "card", card["id"], "-o", "card.txt", "--json", exit=1).error["code"]
    )
    assert "Pacemaker" in ana.hv("emergency", "suggest").out
    assert (
        "bad_date" == ana.hv("device", "add", "--udi", UDI, "--implanted", "2999", "--json", exit=1).error["code"]
    )
    exported = ana.hv("get", card["id"]).out
    assert "Device" == json.loads(exported)["resourceType"]
