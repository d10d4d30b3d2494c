# SPDX-License-Identifier: Apache-2.0
"""The audit trail of two people over the installed `hv`, compared with what they did."""

import json
import time
from pathlib import Path

import pytest
from people import PASSPHRASE, Person
from test_cli_json import check

from tests.fhir_rules import check_stream

DAYS = 86_400


def wrong(person: Person, *arguments: object) -> None:
    """Run a command with a wrong passphrase."""
    bad = person.home / "bad"
    bad.write_text("not the passphrase\n")
    bad.chmod(0o600)
    person.hv(*arguments, exit=12, HV_PASSPHRASE_FILE=str(bad), HV_KEY_FILE="")


def events(person: Person, *options: object) -> list[dict]:
    """Return the events that `hv audit` shows, oldest first."""
    told, *found = person.hv("audit", *options, "--json").objects
    assert "failed_unlocks" == told["type"]
    return found[::-1]


def shown(found: list[dict]) -> list[tuple]:
    """Return what an event says in the terms of those who did it."""
    return [
        (
            event["action"],
            tuple(event["documents"]),
            tuple(one["name"] for one in event["parties"]),
            *event["purpose"],
        )
        for event in found
    ]


def test_the_story_of_two_people(ana: Person) -> None:
    """Which document, which party, for what, in what order: each is told as it was done."""
    lab, note, scan = ana.ids()
    done: list[tuple] = [
        ("init", (), ()),
        *(("add", (document,), ()) for document in (lab, note, scan)),
        ("pin", (), ("Dr Lee",)),
    ]
    ana.hv(
        "share", lab, note, "--to", "Dr Lee", "--purpose", "treatment", "--until", "30d", "-o", "a.hvb", "--yes"
    )
    done += [(what, (lab, note), ("Dr Lee",), "treatment") for what in ("grant", "share")]
    ana.hv("share", scan, "--code", "--purpose", "research", "--until", "9d", "-o", "b.hvb", "--yes")
    done += [(what, (scan,), ("whoever has the code",), "research") for what in ("grant", "share")]
    ana.hv("amend", lab, "--title", "Ferritin, repeated")
    done.append(("amend", (lab,), ()))
    newest, oldest = (grant["id"] for grant in ana.hv("grants", "--json").objects)
    ana.hv("revoke", oldest, "--reason", "moved")
    done.append(("revoke", (lab, note), ("Dr Lee",), "treatment"))
    ana.hv("share", "--grant", newest, "-o", "c.hvb", "--yes")
    done.append(("share", (scan,), ("whoever has the code",), "research"))
    ana.hv("retract", note)
    done.append(("retract", (note,), ()))
    found = events(ana)
    assert done == shown(found)
    assert list(range(len(done))) == [event["index"] for event in found]
    assert {oldest} == {grant for event in found for grant in event["grants"] if "Dr Lee" in shown([event])[0][2]}
    for document in (lab, note, scan):
        assert [one for one in done if document in one[1]] == shown(events(ana, "--doc", document))
    for person in ("Dr Lee", "code"):
        name = "whoever has the code" if person == "code" else person
        assert [one for one in done if name in one[2]] == shown(events(ana, "--party", person))
    assert [one for one in done if lab in one[1] and "Dr Lee" in one[2]] == shown(
        events(ana, "--doc", lab, "--party", "dr lee")
    )


def test_an_import_names_whom_it_came_from(ana: Person, lee: Person) -> None:
    """The other side of a share."""
    ana.hv(
        "share", ana.ids()[0], "--to", "Dr Lee", "--purpose", "treatment", "--until", "30d", "-o", "a.hvb", "--yes"
    )
    lee.hv("contact", "add", "Ana", ana.home / "own.hvcard", "--yes")
    lee.hv("import", ana.home / "a.hvb")
    assert [("pin", (), ("Ana",)), ("import", (lee.ids()[0],), ("Ana",))] == shown(events(lee, "--party", "ana"))


def test_days(ana: Person) -> None:
    """Whole days by the clock on the wall, both ends included; a span counts back."""
    today = time.strftime("%Y-%m-%d", time.gmtime())
    assert 5 == len(events(ana, "--since", today, "--until", today))
    assert 5 == len(events(ana, "--since", "1d"))
    assert [] == events(ana, "--until", time.strftime("%Y-%m-%d", time.gmtime(time.time() - 3 * DAYS)))
    assert ["pin"] == [event["action"] for event in events(ana, "-n", "1")]
    assert 2 == ana.run("audit", "--since", "yesterday").exit
    ana.hv("audit", "--party", "Dr Who", exit=5)
    ana.hv("audit", "--doc", "d_zzzz", exit=5)


def test_every_object_is_as_its_schema_says(ana: Person) -> None:
    """Events of every action, and the failed attempts, known and not."""
    ana.hv("share", "--tag", "2026", "--code", "--until", "9d", "-o", "b.hvb", "--yes")
    ana.hv("erase", ana.ids()[0], "--yes")
    found = ana.hv("audit", "--json").objects
    check(found, "failed_unlocks", *["event"] * (len(found) - 1))
    for path in next(ana.home.rglob("attempts")).iterdir():
        path.unlink()
    check(ana.hv("audit", "-n", "1", "--json").objects, "failed_unlocks", "event")


def test_rows_in_a_pipe(ana: Person) -> None:
    """People by name; every column that the reference lists."""
    newest = ana.hv("audit", "--party", "Dr Lee").out.splitlines()[0].split("\t")
    contact = ana.hv("contact", "list").out.split("\t")[0]
    assert ["4", "pin", "Dr Lee", "", "", "", contact, "", "contact.pin"] == [newest[0], *newest[2:]]


def test_failed_attempts_are_told_once(ana: Person) -> None:
    """Passphrase, key file and words; whoever unlocks it next is told how many, and then they are over."""
    ana.hv("list")
    wrong(ana, "list")
    (ana.home / "other").write_bytes(b"no key")
    (ana.home / "other").chmod(0o600)
    ana.hv("list", exit=12, HV_KEY_FILE=str(ana.home / "other"))
    words = ana.home / "others-words"
    words.write_text("abandon " * 23 + "art\n")
    words.chmod(0o600)
    ana.hv("key", "drill", "--words-file", words, exit=12)
    locked = ana.hv("status", "--json", HV_KEY_FILE="").object
    assert 3 == locked["failed_unlocks"]["count"]
    check([locked], "vault")
    assert "3 failed attempts to unlock since" in ana.hv("status", HV_KEY_FILE="").out
    assert "" == ana.hv("-q", "list").err
    warned = ana.hv("list", "--json").err
    assert "3 failed attempts to unlock since" in json.loads(warned)["message"]
    assert "failed attempts" not in ana.hv("list").err
    assert 0 == ana.hv("status", "--json").object["failed_unlocks"]["count"]


def test_an_audit_tells_what_it_ends(ana: Person) -> None:
    """The count that its opening showed, once."""
    ana.hv("list")
    wrong(ana, "audit")
    assert [1, 0] == [ana.hv("audit", "--json").objects[0]["count"] for _ in range(2)]


@pytest.mark.parametrize("damage", ["missing", "damaged"])
def test_a_count_that_is_gone_is_unknown(ana: Person, damage: str) -> None:
    """Never zero; and nothing waits for it."""
    ana.hv("list")
    wrong(ana, "list")
    (count,) = (path for path in next(ana.home.rglob("attempts")).iterdir() if path.name != "lock")
    if damage == "missing":
        count.unlink()
    else:
        count.write_bytes(b"0")
    assert ana.hv("status", "--json", HV_KEY_FILE="").object["failed_unlocks"] is None
    assert "not known" in ana.hv("status", HV_KEY_FILE="").out
    assert "not known" in ana.hv("audit").err
    assert "no failed attempts" in ana.hv("audit").err


def test_the_right_secret_opens_after_any_number_of_failures(ana: Person) -> None:
    """Nothing is ever blocked."""
    for _ in range(3):
        wrong(ana, "status")
    (ana.home / "passphrase").write_text(PASSPHRASE + "\n")
    ana.hv("list", HV_KEY_FILE="", HV_PASSPHRASE_FILE=str(ana.home / "passphrase"))


def test_fhir_of_a_real_story(ana: Person, lee: Person, tmp_path: Path) -> None:
    """What the installed program writes is valid as a whole, on both sides."""
    lab, note, _ = ana.ids()
    ana.hv(
        "share", lab, note, "--to", "Dr Lee", "--purpose", "treatment", "--until", "30d", "-o", "a.hvb", "--yes"
    )
    lee.hv("contact", "add", "Ana", ana.home / "own.hvcard", "--yes")
    lee.hv("import", ana.home / "a.hvb")
    ana.hv("revoke", ana.hv("grants", "--json").object["id"])
    ana.hv("export", "--format", "fhir", "-o", "all.ndjson")
    own = [json.loads(line) for line in (ana.home / "all.ndjson").read_text().splitlines()]
    for stream in (own, lee.hv("export", "--format", "fhir", "--content").objects):
        check_stream(stream, with_words=True)
    (consent,) = (one for one in own if one["resourceType"] == "Consent")
    assert "inactive" == consent["status"]
    said = [one["subtype"][0]["code"] for one in own if one["resourceType"] == "AuditEvent"]
    assert ["revoke", "share"] == said
