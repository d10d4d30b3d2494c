# SPDX-License-Identifier: Apache-2.0
"""hv can, grants --why, what-if, policy test, approve, and conditions on the command line."""

import json
from pathlib import Path

import pytest
from people import Person
from test_cli_json import check, errors

TO = ("--to", "Dr Lee", "--yes")


def test_decisions(ana: Person) -> None:
    """0 or 22, with the rule and the grant, and nothing is logged."""
    first, second, _ = ana.ids()
    grant = ana.hv("grant", first, *TO, "--json").object
    entries = ana.hv("status", "--json").object["entries"]
    yes = ana.hv("can", "dr lee", first[:10], "--purpose", "treatment", "--action", "keep", "--json")
    check(yes.objects, "decision")
    assert (True, "granted", grant["id"], first) == tuple(
        yes.object[key] for key in ("allowed", "rule", "grant", "document")
    )
    for asked, rule in (
        ((second,), "no_grant"),
        ((first, "--purpose", "research"), "purpose_not_covered"),
        ((first, "--action", "forward"), "action_not_granted"),
        ((first, "--at", "2y"), "grant_expired"),
        ((first, "--at", "2020-01-01"), "grant_not_yet"),
    ):
        no = ana.hv("can", "Dr Lee", *asked, "--json", exit=22)
        check(no.objects, "decision")
        assert (rule, "") == (no.object["rule"], no.err)
    assert "no_grant" in ana.hv("can", "code", first, exit=22).out
    ana.hv("can", "Nobody", first, exit=5)
    ana.hv("can", "Dr Lee", first, "--purpose", "fun", exit=2)
    assert entries == ana.hv("status", "--json").object["entries"]


def test_what_is_named_is_refused_and_what_is_described_is_left_out(ana: Person) -> None:
    """One sensitive document of a selection neither goes along nor disappears without a word."""
    first, second, _ = ana.ids()
    ana.hv("amend", first, "--sensitivity", "genetics")
    ana.hv("amend", second, "--tag", "2026", "--tag", "private")
    refused = ana.hv("share", first, second, *TO, "-o", "a.hvb", "--json", exit=22)
    assert ("sensitivity_not_named", True) == (refused.error["code"], first in refused.error["message"])
    assert not (ana.home / "a.hvb").exists()
    done = ana.hv("share", "--tag", "2026", "--deny", "tag:private", *TO, "-o", "a.hvb", "--json")
    assert ana.ids()[2:] == done.object["documents"]
    warned = errors(done.err)
    check(warned, "warning", "warning")
    assert [first, second] == sorted((one["message"].split()[0] for one in warned), key=ana.ids().index)
    assert "genetics" not in done.err
    assert "private" not in done.err
    none = ana.hv("share", "--tag", "private", "--deny", "tag:private", *TO, "-o", "b.hvb", "--json", exit=22)
    assert "denied_by_rule" == none.error["code"]
    named = ana.hv("share", first, "--sensitivity", "genetics", *TO, "-o", "b.hvb", "--json").object
    assert [first] == named["documents"]
    assert "deny tag:private" in ana.hv("grants").out
    for wrong in ("private", "category:dental", "sensitivity:all"):
        ana.hv("share", first, "--deny", wrong, *TO, "-o", "c.hvb", exit=2)
    ana.hv("share", "--grant", named["grant"], "--max-shares", "1", "-o", "c.hvb", exit=2)


def test_a_grant_is_used_up(ana: Person) -> None:
    """The first share goes out, the second is refused, and --why says so."""
    grant = ana.hv("grant", ana.ids()[0], *TO, "--max-shares", "1", "--json").object
    ana.hv("share", "--grant", grant["id"], "--yes", "-o", "a.hvb")
    assert (
        "shares_used_up"
        == ana.hv("share", "--grant", grant["id"], "--yes", "-o", "b.hvb", "--json", exit=22).error["code"]
    )
    explained = ana.hv("grants", "--why", "--json")
    check(explained.objects, "grant")
    assert ("shares_used_up", ["max-shares 1"]) == (explained.object["rule"], explained.object["conditions"])
    assert ["shares_used_up"] == [line.split("\t")[3] for line in ana.hv("grants", "--why").out.splitlines()]


def test_somebody_has_to_approve(ana: Person, lee: Person) -> None:
    """Dr Lee is asked about a grant for whoever has a code; her file opens it, once, in that vault only."""
    ask = ("--needs", "1", "--approver", "Dr Lee")
    grant = ana.hv("grant", ana.ids()[0], "--code", "--yes", *ask, "--request", "ask.hvb", "--json").object
    assert ["needs 1 of Dr Lee"] == grant["conditions"]
    assert [] == ana.hv("grants", "--json").object["bundles"]
    (ana.home / "ask.hvb").rename(lee.home / "ask.hvb")
    assert (
        "unknown_signer" == lee.hv("approve", "ask.hvb", "-o", "ok.hva", "--yes", "--json", exit=21).error["code"]
    )
    lee.hv("contact", "add", "Ana", ana.home / "own.hvcard", "--yes")
    lee.hv("approve", "ask.hvb", "-o", "ok.hva", exit=4)
    given = lee.hv("approve", "ask.hvb", "-o", "ok.hva", "--yes", "--json")
    check(given.objects, "approval")
    assert (grant["id"], "Ana") == (given.object["grant"], given.object["contact"])
    ana.hv("share", "--grant", grant["id"], "--yes", "-o", "a.hvb", exit=22)
    (lee.home / "ok.hva").rename(ana.home / "ok.hva")
    taken = ana.hv("import", "ok.hva", "--json")
    check(taken.objects, "approval")
    assert ("Dr Lee", ["Dr Lee"], 1) == tuple(taken.object[key] for key in ("contact", "approved", "needed"))
    assert "already_approved" == ana.hv("import", "ok.hva", "--json", exit=1).error["code"]
    ana.hv("share", "--grant", grant["id"], "--yes", "-o", "a.hvb")
    lee.hv("import", ana.home / "ok.hva", exit=24)
    for wrong in (ask[:2], ask[2:], ("--request", "x.hvb")):
        ana.hv("grant", ana.ids()[0], *TO, *wrong, exit=2)


def test_what_if(ana: Person) -> None:
    """It names the loss and the copies, and changes nothing."""
    made = ana.hv("share", ana.ids()[0], *TO, "-o", "a.hvb", "--json").object
    shown = ana.hv("what-if", "revoke", made["grant"], "--json")
    check(shown.objects, "what_if")
    assert [("Dr Lee", made["documents"][0], ["treatment: view", "treatment: keep"])] == [
        (one["contact"], one["document"], one["uses"]) for one in shown.object["lost"]
    ]
    assert [made["id"]] == shown.object["bundles"]
    assert "1 copy that is out stays readable" in ana.hv("what-if", "revoke", made["grant"]).err
    assert "active" == ana.hv("grants", "--json").object["status"]


@pytest.mark.parametrize("has_world", [True, False])
def test_table_tests(has_world: bool, ana: Person, nobody: Person) -> None:
    """Over the file's own world without any vault, or over the vault; exit 1 names the rows that fail."""
    first, second, _ = ana.ids()
    ana.hv("grant", first, *TO)
    world = {
        "at": "2026-11-20",
        "contacts": ["Dr Lee"],
        "documents": [{"id": first}, {"id": second}],
        "grants": [{"id": "g", "to": ["Dr Lee"], "records": [first]}],
    }
    rows = [
        {"who": "Dr Lee", "what": first, "expect": "allowed"},
        {"who": "Dr Lee", "what": second, "expect": "allowed"},
    ]
    person = nobody if has_world else ana
    path = Path(person.home, "policy.json")
    path.write_text(json.dumps({"type": "policy", "schema": 1, "tests": rows, **(world if has_world else {})}))
    failed = person.hv("policy", "test", path, "--json", exit=1)
    check(failed.objects, "policy_test", "policy_test")
    assert [(True, "allowed"), (False, "denied")] == [(one["passed"], one["got"]) for one in failed.objects]
    assert "policy_failed" == failed.error["code"]
    path.write_text(path.read_text().replace(f'{second}", "expect": "allowed"', f'{second}", "expect": "denied"'))
    assert 2 == len(person.hv("policy", "test", path).out.splitlines())
    path.write_text("{")
    assert "bad_policy" == person.hv("policy", "test", path, "--json", exit=1).error["code"]
