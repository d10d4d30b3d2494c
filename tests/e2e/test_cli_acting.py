# SPDX-License-Identifier: Apache-2.0
"""Roles, standing rules and proxies as people use them; each story ends with its negative."""

from pathlib import Path

import pytest
from people import Person, new_person


@pytest.fixture
def tom(tmp_path: Path, ana: Person) -> Person:
    """Ana's son, who knows her and whom she knows."""
    person = new_person(tmp_path / "tom", "Tom Silva")
    meet(ana, person, "Tom")
    meet(person, ana, "Ana")
    return person


def meet(owner: Person, other: Person, name: str) -> None:
    """Let somebody pin another's card."""
    owner.hv("contact", "add", name, other.home / "own.hvcard", "--yes")


def add(person: Person, name: str, *options: str) -> str:
    """Add a document of this name and content; return its id."""
    (person.home / name).write_text(f"{name}\n")
    return person.hv("add", name, *options, "--json").object["id"]


def test_a_role_says_the_terms(ana: Person, lee: Person) -> None:
    """One word instead of five options; a claim is outside, and nothing is left once he has the role no longer."""
    meet(lee, ana, "Ana")
    lab, claim = add(ana, "lab.txt", "--category", "lab"), add(ana, "claim.txt", "--category", "claim")
    ana.hv("share", lab, "--role", "gp", "--yes", "-o", "early.hvb", exit=22)
    assert ["Dr Lee"] == ana.hv("role", "bind", "Dr Lee", "gp", "--json").object["contacts"]
    made = ana.hv("share", lab, "--role", "gp", "--yes", "-o", "visit.hvb", "--json").object
    grant = ana.hv("grants", "--json").objects[0]
    assert ("Dr Lee", ["care-management", "treatment"]) == (grant["contact"], sorted(grant["purpose"]))
    assert 0 == lee.hv("verify", ana.home / "visit.hvb", "--json").object["exit"]
    refused = ana.hv("share", claim, "--role", "gp", "--yes", "-o", "claim.hvb", "--json", exit=22)
    assert "outside_role" == refused.error["code"]
    assert not (ana.home / "claim.hvb").exists()
    ana.hv("role", "unbind", "Dr Lee", "gp")
    late = ana.hv("share", "--grant", made["grant"], "--yes", "-o", "late.hvb", "--json", exit=22)
    assert "role_unbound" == late.error["code"]


def test_what_a_role_keeps_out_of_a_description_is_left_out(ana: Person) -> None:
    """With --tag only what the role allows is shared; the rest is named."""
    lab = add(ana, "lab.txt", "--category", "lab", "--tag", "trip")
    claim = add(ana, "claim.txt", "--category", "claim", "--tag", "trip")
    ana.hv("role", "bind", "Dr Lee", "specialist", "--until", "30d")
    done = ana.hv("share", "--tag", "trip", "--role", "specialist", "--yes", "-o", "trip.hvb", "--json")
    assert [lab] == done.object["documents"]
    assert claim in done.err


def test_a_role_of_ones_own(ana: Person) -> None:
    """Defined, listed, and wrong ones refused."""
    defined = ana.hv("role", "define", "physio", "--category", "imaging", "--longest", "60d", "--json").object
    assert (["imaging"], 60, []) == (defined["categories"], defined["longest_days"], defined["sensitivity"])
    names = [role["name"] for role in ana.hv("role", "list", "--json").objects]
    assert 8 == len(names)
    assert "physio" in names
    assert "usage" == ana.hv("role", "define", "physio", "--json", exit=2).error["code"]
    assert "not_found" == ana.hv("role", "bind", "Dr Lee", "wizard", "--json", exit=5).error["code"]


def test_a_standing_rule_in_cron(ana: Person, lee: Person) -> None:
    """Silent when nothing is new; a bundle for each new match; ended, it stays silent."""
    meet(lee, ana, "Ana")
    rule = ana.hv(
        "standing", "add", "--to", "Dr Lee", "--category", "lab", "--until", "30d", "--yes", "--json"
    ).object
    silent = ana.hv("standing", "run", "-o", "outbox")
    assert ("", "") == (silent.out, silent.err)
    lab = add(ana, "lab.txt", "--category", "lab")
    secret = add(ana, "gene.txt", "--category", "lab", "--sensitivity", "genetics")
    made = {row["document"]: row for row in ana.hv("standing", "run", "-o", "outbox", "--json").objects}
    assert ("sensitivity_not_named", None) == (made[secret]["code"], made[secret]["grant"])
    assert rule["id"] == made[lab]["rule"]
    assert 0 == lee.hv("verify", ana.home / made[lab]["path"], "--json").object["exit"]
    assert "" == ana.hv("standing", "run", "-o", "outbox").out
    ended = ana.hv("standing", "end", rule["id"][:8], "--json").object
    assert ("ended", [made[lab]["grant"]]) == (ended["status"], ended["grants"])
    add(ana, "later.txt", "--category", "lab")
    assert "" == ana.hv("standing", "run").out
    assert ["ended"] == [row["status"] for row in ana.hv("standing", "list", "--json").objects]


def test_a_proxy_acts_and_cannot_exceed(ana: Person, tom: Person, lee: Person) -> None:
    """Tom shares for Ana within her terms, both are named; beyond them and after the end it is refused."""
    meet(tom, lee, "Dr Lee")
    meet(lee, tom, "Tom")
    meet(lee, ana, "Ana")
    lab = add(ana, "lab.txt", "--category", "lab")
    proxy = ana.hv("proxy", "add", "Tom", lab, "--power", "share", "--power", "add", "--yes", "--json").object
    ana.hv("share", "--grant", proxy["grant"], "--yes", "-o", "tom.hvb")
    (held,) = tom.hv("import", ana.home / "tom.hvb", "--json").objects
    tom.hv("share", held["id"], "--to", "Dr Lee", "--yes", "-o", "onward.hvb")
    seen = lee.hv("verify", tom.home / "onward.hvb", "--json").object
    assert [{"owner": ana.hv("id", "--json").object["vault"], "grant": proxy["grant"]}] == seen["delegations"]
    assert [held["size_bytes"]] == [row["size_bytes"] for row in seen["documents"]]
    said = next(verdict["detail"] for verdict in seen["verdicts"] if verdict["name"] == "grant")
    assert f"signed by Tom as proxy of Ana under {proxy['grant']}" in said
    for wrong in (("--purpose", "research"), ("--action", "forward"), ("--until", "2y")):
        refused = tom.hv("share", held["id"], "--to", "Dr Lee", *wrong, "--yes", "-o", "no.hvb", "--json", exit=22)
        assert "outside_delegation" == refused.error["code"]
    note = add(tom, "blood pressure.txt")
    tom.hv("share", note, "--to", "Ana", "--yes", "-o", "ana.hvb")
    (added,) = ana.hv("import", tom.home / "ana.hvb", "--json").objects
    assert (proxy["grant"], "received") == (added["proxy"], added["provenance"])
    removed = ana.hv("proxy", "remove", "Tom", "--yes", "--json").object
    assert ([proxy["grant"]], [lab], 1) == (removed["revoked"], removed["holds"], len(removed["bundles"]))
    assert ["revoked"] == [row["status"] for row in ana.hv("proxy", "list", "--json").objects]
    other = add(tom, "later.txt")
    tom.hv("share", other, "--to", "Ana", "--yes", "-o", "ana2.hvb")
    done = ana.hv("import", tom.home / "ana2.hvb", "--json")
    assert "proxy" not in done.object
    assert "kept as received" in done.err


def test_the_end_of_a_proxy_is_not_known_to_who_has_no_newer_file(ana: Person, tom: Person, lee: Person) -> None:
    """Ana shares nothing more with Tom; Dr Lee, whom nobody told, sees what was so when Tom got it."""
    meet(tom, lee, "Dr Lee")
    meet(lee, tom, "Tom")
    meet(lee, ana, "Ana")
    lab = add(ana, "lab.txt", "--category", "lab")
    grant = ana.hv("proxy", "add", "Tom", lab, "--power", "share", "--yes", "--json").object["grant"]
    ana.hv("share", "--grant", grant, "--yes", "-o", "tom.hvb")
    (held,) = tom.hv("import", ana.home / "tom.hvb", "--json").objects
    ana.hv("proxy", "remove", "Tom", "--yes")
    assert (
        "grant_revoked"
        == ana.hv("share", "--grant", grant, "--yes", "-o", "x.hvb", "--json", exit=22).error["code"]
    )
    tom.hv("share", held["id"], "--to", "Dr Lee", "--yes", "-o", "late.hvb")
    assert 0 == lee.hv("verify", tom.home / "late.hvb", "--json").object["exit"]


def test_wishes_that_cannot_be_kept(ana: Person, tom: Person) -> None:
    """A power over nothing, a rule for nobody, a proxy whom nobody knows."""
    wrong = ana.hv("proxy", "add", "Tom", "--power", "share", "--yes", "--json", exit=1)
    assert "nothing_to_share" == wrong.error["code"]
    assert "usage" == ana.hv("standing", "add", "--category", "lab", "--yes", "--json", exit=2).error["code"]
    assert "not_found" == ana.hv("proxy", "remove", "Eve", "--yes", "--json", exit=5).error["code"]
    assert "no_terminal" == ana.hv("proxy", "add", "Tom", "--power", "add", "--json", exit=4).error["code"]
    assert tom.ids() == []
