# SPDX-License-Identifier: Apache-2.0
"""Second thoughts on the command line: amend, retract, grant, and sharing under a grant."""

import pytest
from people import Person


def test_a_newer_version(ana: Person) -> None:
    """`show` and `log` tell the story; the older version stays readable, and grants do not follow."""
    older = ana.ids()[1]
    grant = ana.hv("grant", older, "--to", "Dr Lee", "--yes", "--json").object
    (ana.home / "second.txt").write_text("second version\n")
    done = ana.hv("amend", older, "second.txt", "--title", "Note, corrected")
    assert grant["id"] in done.err
    newer = next(row for row in ana.hv("list", "--json").objects if row["title"] == "Note, corrected")
    shown = ana.hv("show", older, "--json").object
    assert ("superseded", newer["id"], None) == (shown["status"], shown["replaced_by"], shown["replaces"])
    told = ana.hv("show", newer["id"], "--json").object
    assert (older, f"replaces {older}") == (told["replaces"], told["history"][0]["detail"])
    assert "first line\nsecond line\n" == ana.hv("get", older).out
    assert "second version\n" == ana.hv("get", newer["id"]).out
    assert f"replaces {older}" == ana.hv("log", "-n", "1", "--json").object["detail"]
    assert "document_closed" == ana.hv("amend", older, "second.txt", "--json", exit=1).error["code"]


def test_a_correction(ana: Person) -> None:
    """Options change what is said; nothing to change is wrong usage."""
    document = ana.ids()[0]
    found = ana.hv("amend", document, "--title", "Iron", "--date", "2026-03", "--tag", "", "--json").object
    assert ("Iron", "2026-03", []) == (found["title"], found["date"], found["tags"])
    assert None is ana.hv("amend", document, "--date", "", "--json").object["date"]
    assert ["", "title, date, tags", "date"] == [
        one["detail"] for one in ana.hv("show", document, "--json").object["history"]
    ]
    ana.hv("amend", document, exit=2)
    ana.hv("amend", document, "--date", "soon", exit=2)
    assert "bad_tag" == ana.hv("amend", document, "--tag", "", "--tag", "x", "--json", exit=1).error["code"]


def test_a_retraction(ana: Person, lee: Person) -> None:
    """The document says so everywhere, and leaves only if the owner insists; its reader is told."""
    document = ana.ids()[0]
    assert "retracted" == ana.hv("retract", document, "--reason", "another patient", "--json").object["status"]
    assert "retracted" == ana.hv("retract", document, "--json").object["status"]
    assert "retracted: another patient" in ana.hv("show", document).out
    assert ["retracted", "current", "current"] == [
        row["status"] for row in reversed(ana.hv("list", "--json").objects)
    ]
    to_lee = ("--to", "Dr Lee", "--yes", "-o", "visit.hvb")
    assert "retracted" == ana.hv("share", document, *to_lee, "--json", exit=1).error["code"]
    ana.hv("share", document, *to_lee, "--accept", "retracted")
    told = lee.hv("verify", ana.home / "visit.hvb", "--json", exit=21).object
    assert ["retracted"] == [one["status"] for one in told["documents"]]


def test_sharing_under_a_grant(ana: Person, lee: Person) -> None:
    """A grant alone hands out nothing; bundles under it stand on it, until it is revoked."""
    ids = ana.ids()
    grant = ana.hv("grant", *ids[:2], "--to", "Dr Lee", "--until", "30d", "--yes", "--json").object
    assert (ids[:2], "Dr Lee", "active", []) == (
        grant["records"], grant["contact"], grant["status"], grant["bundles"],
    )  # fmt: skip
    whole = ana.hv("share", "--grant", grant["id"], "--yes", "-o", "whole.hvb", "--json").object
    part = ana.hv("share", ids[1], "--grant", grant["id"][:8], "--yes", "-o", "part.hvb", "--json").object
    assert (ids[:2], ids[1:2], {grant["id"]}) == (
        whole["documents"], part["documents"], {whole["grant"], part["grant"]},
    )  # fmt: skip
    lee.hv("contact", "add", "Ana", ana.home / "own.hvcard", "--yes")
    for name in ("whole.hvb", "part.hvb"):
        assert grant["id"] == lee.hv("verify", ana.home / name, "--json").object["grant"]["id"]
    outside = ("share", ids[2], "--grant", grant["id"], "--yes", "-o", "no.hvb")
    assert "out_of_scope" == ana.hv(*outside, "--json", exit=22).error["code"]
    assert 2 == len(ana.hv("revoke", grant["id"], "--json").object["bundles"])
    again = ("share", "--grant", grant["id"], "--yes", "-o", "no.hvb")
    assert "grant_revoked" == ana.hv(*again, "--json", exit=22).error["code"]
    assert not (ana.home / "no.hvb").exists()


@pytest.mark.parametrize("extra", [["--to", "Dr Lee"], ["--code"], ["--until", "1d"], ["--purpose", "family"]])
def test_terms_beside_a_grant(ana: Person, extra: list[str]) -> None:
    """The grant says them already: wrong usage, before anything is opened."""
    ana.hv("share", "--grant", "g_2345", *extra, "-o", "x.hvb", exit=2)


def test_a_grant_needs_a_yes(ana: Person) -> None:
    """Without a terminal and without `--yes` nothing is granted."""
    ana.hv("grant", ana.ids()[0], "--to", "Dr Lee", exit=4)
    ana.hv("grant", ana.ids()[0], "--to", "Dr Lee", "--code", "--yes", exit=2)
    ana.hv("grant", ana.ids()[0], "--yes", exit=2)
    assert [] == ana.hv("grants", "--json").objects


def test_the_forms_of_a_screen(ana: Person) -> None:
    """In a pipe a history is a line an entry."""
    document = ana.ids()[0]
    ana.hv("retract", document, "--reason", "mistyped")
    lines = ana.hv("show", document).out.splitlines()
    assert 2 == sum(line.startswith("history\t") for line in lines)
