# SPDX-License-Identifier: Apache-2.0
"""hv share --complete and what hv verify says of it, for people and for scripts."""

import pytest
from people import Person

FOR_LEE = ("--to", "Dr Lee", "--yes", "-o")


@pytest.fixture
def ids(ana: Person) -> list[str]:
    """Seven allergies of Ana, besides what she has."""
    for number in range(7):
        (ana.home / f"a{number}.txt").write_text(f"allergy {number}", encoding="utf-8")
    files = [f"a{number}.txt" for number in range(7)]
    added = ana.hv("add", *files, "--category", "allergy", "--json").objects
    return [one["id"] for one in added if one["type"] == "document"]


def handed(ana: Person, lee: Person, *arguments: object) -> None:
    """Let Ana share with Dr Lee, who has pinned her."""
    ana.hv("share", *arguments, *FOR_LEE, "visit.hvb")
    (ana.home / "visit.hvb").rename(lee.home / "visit.hvb")
    lee.hv("contact", "add", "Ana", ana.home / "own.hvcard", "--yes")


def test_six_of_seven(ana: Person, lee: Person, ids: list[str]) -> None:
    """One withheld shows, in words and as numbers; the exit stays 0, since nothing in the file is wrong."""
    handed(ana, lee, *ids[:6], "--complete", "allergy")
    assert [
        {
            "category": "allergy", "disclosed": 6, "total": 7,
            "moved": 0, "superseded": 0, "retracted": 0, "erased": 0, "complete": False,
        }
    ] == lee.hv("verify", "visit.hvb", "--json").object["completeness"]  # fmt: skip
    shown = lee.hv("verify", "visit.hvb").out
    assert "completeness\tallergy: 6 of 7 disclosed\n" in shown
    assert 1 == shown.count("Complete means in this vault")


def test_relabelled_and_erased(ana: Person, lee: Person, ids: list[str]) -> None:
    """All that are left are all, and what went out before is said too."""
    ana.hv("amend", ids[0], "--category", "lab")
    ana.hv("erase", ids[1], "--yes")
    handed(ana, lee, *ids[2:], "--complete", "allergy")
    shown = lee.hv("verify", "visit.hvb").out
    assert "allergy: all 5 of this vault; before: 1 put into another category, 1 erased\n" in shown
    assert ana.hv("check", "--json").object["ok"]


def test_a_bundle_that_does_not_say(ana: Person, lee: Person, ids: list[str]) -> None:
    """It is said once, plainly, that nothing is known of further documents."""
    handed(ana, lee, *ids)
    assert [] == lee.hv("verify", "visit.hvb", "--json").object["completeness"]
    shown = lee.hv("verify", "visit.hvb").out
    assert 1 == shown.count("completeness\t")
    assert "Whether these are all documents of their kind is not said" in shown


def test_an_older_grant_names_what_may_be_told(ana: Person, ids: list[str]) -> None:
    """Under it the number of another category stays untold, with a hint; nothing is written."""
    ana.hv("share", *ids[:2], *FOR_LEE, "first.hvb")
    grant = ana.hv("grants", "--json").objects[0]["id"]
    refused = ana.hv("share", "--grant", grant, "--complete", "vitals", "--yes", "-o", "n.hvb", "--json", exit=22)
    assert ("out_of_scope", "share under a new grant") == (refused.error["code"], refused.error["hint"][:23])
    assert not (ana.home / "n.hvb").exists()
    ana.hv("share", "--grant", grant, "--complete", "allergy", "--yes", "-o", "again.hvb")


def test_no_such_category(ana: Person, ids: list[str]) -> None:
    """A word that is none is wrong usage."""
    assert (
        "usage" == ana.hv("share", *ids, "--complete", "moods", *FOR_LEE, "n.hvb", "--json", exit=2).error["code"]
    )
