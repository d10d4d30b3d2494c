# SPDX-License-Identifier: Apache-2.0
"""The first hour of cli.md: cards, shares, verdicts, revocation; each story ends with its negative."""

import json

import pytest
from people import Person

VISIT = ("--to", "Dr Lee", "--purpose", "treatment", "--until", "30d", "--yes", "-o", "visit.hvb")


@pytest.fixture
def visit(ana: Person, lee: Person) -> Person:
    """Dr Lee, who got a bundle with two documents from Ana."""
    ana.hv("share", *ana.ids()[:2], *VISIT)
    (ana.home / "visit.hvb").rename(lee.home / "visit.hvb")
    return lee


def pin(reader: Person, owner: Person) -> None:
    """Let the reader pin the owner."""
    reader.hv("contact", "add", "Ana", owner.home / "own.hvcard", "--yes")


def test_a_share_is_an_object_and_a_grant(ana: Person) -> None:
    """What was handed out to whom is on record, with dates, purpose and actions."""
    ids = ana.ids()[:2]
    bundle = ana.hv("share", *ids, *VISIT, "--json").object
    assert ids == bundle["documents"]
    assert (ana.home / "visit.hvb").stat().st_size == bundle["size_bytes"]
    assert "code" not in bundle
    grant = ana.hv("grants", "--json").object
    assert (bundle["grant"], "Dr Lee", ids, [bundle["id"]]) == (
        grant["id"], grant["contact"], grant["records"], grant["bundles"],
    )  # fmt: skip
    assert (["treatment"], ["view", "keep"], "active") == (grant["purpose"], grant["actions"], grant["status"])


def test_a_signer_who_is_not_pinned_is_21_until_the_words_were_compared(visit: Person, ana: Person) -> None:
    """Nothing is wrong, but nothing says whose key it is; the pinned card turns it into 0."""
    first = visit.hv("verify", "visit.hvb", "--json", exit=21).object
    assert (False, 21, ["unknown_signer"]) == (first["ok"], first["exit"], first["codes"])
    assert {"name": None, "known": False} == {name: first["signer"][name] for name in ("name", "known")}
    words = ana.hv("id", "--json").object["words"]
    assert words == first["signer"]["words"]
    pin(visit, ana)
    second = visit.hv("verify", "visit.hvb", "--json").object
    assert (True, 0, [], "Ana") == (second["ok"], second["exit"], second["codes"], second["signer"]["name"])
    assert {"integrity", "authorship", "inclusion", "consistency", "audience", "grant", "time"} <= {
        verdict["name"] for verdict in second["verdicts"] if verdict["result"] == "pass"
    }
    assert 2 == len(second["documents"])


def test_what_a_file_cannot_say_is_printed(visit: Person) -> None:
    """No sum of verdicts; the limits and the words to compare instead."""
    shown = visit.hv("verify", "visit.hvb", exit=21).out
    assert "No revocation known as of 20" in shown
    assert "this file cannot know more" in shown
    assert "says nothing about medical correctness" in shown
    assert "a full rewrite by the owner is not detectable" in shown
    assert 12 == len(shown.split("by voice: ")[1].split("\n")[0].split())
    assert "OK" not in shown


def test_opening_writes_only_what_the_verdicts_allow(visit: Person, ana: Person) -> None:
    """On 21 nothing is written unless the code is accepted by name; on 0 the files appear."""
    refused = visit.hv("open", "visit.hvb", "-o", "ana", "--json", exit=21)
    assert ("", "unknown_signer") == (refused.out, refused.error["code"])
    assert "--accept unknown_signer" in refused.error["hint"]
    assert not list(visit.home.glob("ana/*"))
    visit.hv("open", "visit.hvb", "-o", "ana", "--accept", "stale", exit=21)
    assert not (visit.home / "ana").exists()
    written = visit.hv("open", "visit.hvb", "-o", "ana", "--accept", "unknown_signer", "--json").objects
    assert ["lab.json", "note.txt"] == sorted(path.name for path in (visit.home / "ana").iterdir())
    for row in written:
        assert (ana.home / row["name"]).read_bytes() == (visit.home / row["path"]).read_bytes()


def test_importing_keeps_documents_as_received(visit: Person, ana: Person) -> None:
    """They are in the own vault, marked with where they came from; a second time they are duplicates."""
    visit.hv("import", "visit.hvb", exit=21)
    pin(visit, ana)
    kept = visit.hv("import", "visit.hvb", "--json").objects
    assert {"received"} == {row["provenance"] for row in kept}
    assert {row["id"] for row in kept} == set(visit.ids())
    again = visit.hv("import", "visit.hvb", "--json").objects
    assert [row["id"] for row in kept] == [row["duplicate_of"] for row in again]
    assert 2 == len(visit.ids())


def test_a_changed_bundle_is_20_and_never_written(visit: Person) -> None:
    """One bit anywhere; no --accept helps."""
    whole = (visit.home / "visit.hvb").read_bytes()
    for place in (0, len(whole) // 2, len(whole) - 1):
        changed = bytearray(whole)
        changed[place] ^= 1
        (visit.home / "changed.hvb").write_bytes(changed)
        outcome = visit.hv("verify", "changed.hvb", "--json", exit=20)
        code = outcome.object["codes"][0]
        visit.hv("open", "changed.hvb", "-o", "out", "--accept", code, exit=outcome.exit)
    (visit.home / "short.hvb").write_bytes(whole[:-70_000])
    visit.hv("verify", "short.hvb", exit=20)
    assert not list(visit.home.glob("out/*"))


def test_a_bundle_for_somebody_else_is_24(visit: Person, ana: Person) -> None:
    """Not even its sender opens it."""
    assert ["no_key"] == ana.hv("verify", visit.home / "visit.hvb", "--json", exit=24).object["codes"]


def test_a_purpose_that_the_grant_does_not_cover_is_22(visit: Person, ana: Person) -> None:
    """Asked with --purpose, by plain word or HL7 code."""
    pin(visit, ana)
    for purpose in ("research", "HRESCH"):
        outcome = visit.hv("verify", "visit.hvb", "--purpose", purpose, "--json", exit=22).object
        assert ["purpose_not_covered"] == outcome["codes"]
    visit.hv("verify", "visit.hvb", "--purpose", "treatment", "--max-age", "1d")


def test_several_files_exit_with_the_worst(visit: Person, ana: Person) -> None:
    """A line each; a file that cannot be read is named, and counts only beside success."""
    (visit.home / "junk").write_text("junk")
    outcome = visit.hv("verify", "visit.hvb", "junk", "missing", "--json", exit=20)
    assert [21, 20] == [row["exit"] for row in outcome.objects]
    assert ("unreadable", "missing") == (outcome.error["code"], outcome.error["file"])
    pin(visit, ana)
    visit.hv("verify", "visit.hvb", "missing", exit=3)
    visit.hv("verify", "-", stdin=(visit.home / "visit.hvb").read_bytes())


def test_revoking_says_who_still_holds_what(visit: Person, ana: Person) -> None:
    """The copy stays readable; a later bundle knows of the revocation, the old one alone cannot."""
    grant = ana.hv("grants", "--json").object
    done = ana.hv("revoke", grant["id"][:8], "--reason", "moved")
    said = "1 bundle already delivered stays readable by its holder: " + grant["bundles"][0][:10]
    assert said in done.err
    assert "revoked" == ana.hv("revoke", grant["id"], "--json").object["status"]
    assert [] == ana.hv("grants", "--active", "--json").objects
    pin(visit, ana)
    visit.hv("verify", "visit.hvb")


def test_a_code_opens_a_bundle_without_a_vault(ana: Person, nobody: Person) -> None:
    """Seven words, typed in any form; another code is 24, no code and no vault is 4."""
    code = ana.hv("share", "--tag", "2026", "--code", "--yes", "-o", "visit.hvb", "--json").object["code"]
    bundle = ana.home / "visit.hvb"
    assert "code_needed" == nobody.hv("verify", bundle, "--json", exit=4).error["code"]
    assert "no_terminal" == nobody.hv("verify", bundle, "--code", "--json", exit=4).error["code"]
    (nobody.home / "code").write_text(code.replace("-", " ").upper() + "\n")
    assert ["unknown_signer"] == nobody.hv(
        "verify", bundle, "--code-file", "code", "--json", exit=21
    ).object["codes"]  # fmt: skip
    nobody.hv("open", bundle, "--code-file", "-", "-o", "out", "--accept", "unknown_signer", stdin=code.encode())
    assert 3 == len(list((nobody.home / "out").iterdir()))
    (nobody.home / "code").write_text("one-two-three-four-five-six-seven")
    nobody.hv("verify", bundle, "--code-file", "code", exit=24)


def test_a_share_needs_a_word_without_a_terminal(ana: Person) -> None:
    """Exit 4 names --yes, and nothing was logged."""
    done = ana.hv("share", "--tag", "2026", "--to", "Dr Lee", "-o", "x.hvb", exit=4)
    assert "hint: confirm with --yes\n" in done.err
    assert [] == ana.hv("grants", "--json").objects
    for options, code in (
        (("--to", "Nobody"), "not_found"),
        (("--to", "Dr Lee", "--type", "nothing"), "not_found"),
    ):
        found = ana.hv("share", ana.ids()[0], *options, "--yes", "-o", "x.hvb", "--json", exit=5)
        assert code == found.error["code"]
    ana.hv("share", "--code", "--yes", "-o", "x.hvb", exit=2)
    ana.hv("share", ana.ids()[0], "--code", "--until", "2020-01-01", "--yes", "-o", "x.hvb", exit=1)
    assert [] == ana.hv("grants", "--json").objects


def test_a_bundle_may_go_to_stdout(ana: Person, lee: Person) -> None:
    """`-o -` fills stdout with the bundle and nothing else."""
    bundle = ana.hv("share", "--tag", "2026", "--to", "Dr Lee", "--yes", "-o", "-").raw
    lee.hv("verify", "-", stdin=bundle, exit=21)


def test_terms_are_those_that_were_said(ana: Person) -> None:
    """Actions, dates and purposes of the options stand in the grant."""
    actions = ("--action", "view", "--action", "forward")
    purposes = ("--purpose", "research", "--purpose", "HPAYMT")
    dates = ("--from", "2026-01-01", "--until", "2099-12-31", "--recheck", "6m")
    target = ("--to", "Dr Lee", "--message", "hello", "--yes", "-o", "x.hvb")
    ana.hv("share", ana.ids()[0], *actions, *purposes, *dates, *target)
    grant = ana.hv("grants", "--json").object
    assert ("2026-01-01T00:00:00.000Z", "2099-12-31T23:59:59.999Z") == (grant["not_before"], grant["not_after"])
    assert ({"view", "forward"}, {"research", "payment"}) == (set(grant["actions"]), set(grant["purpose"]))


def test_contacts_are_pinned_shown_and_removed(ana: Person, lee: Person) -> None:
    """By name or id; the words shown are those that the contact sees."""
    words = lee.hv("id", "--json").object["words"]
    for name in ("Dr Lee", "dr lee", ana.hv("contact", "list", "--json").object["id"][:8]):
        assert words == ana.hv("contact", "show", name, "--json").object["words"]
    ana.hv("contact", "remove", "Dr Lee", exit=4)
    ana.hv("contact", "remove", "Dr Lee", "--yes")
    ana.hv("contact", "show", "Dr Lee", exit=5)
    refused = ana.hv("contact", "add", "Dr Lee", lee.home / "own.hvcard", exit=4)
    assert " ".join(words) in refused.err


def test_bad_cards_are_named_for_what_they_are(ana: Person, lee: Person) -> None:
    """Not a card, a changed card, the own card, a name twice."""
    card = (lee.home / "own.hvcard").read_text()
    cases = {
        "junk": ("junk", 20),
        "changed": (card.replace("A", "B", 1), 20),
        "own": ((ana.home / "own.hvcard").read_text(), 1),
    }
    for name, (text, exit_code) in cases.items():
        (ana.home / name).write_text(text)
        done = ana.hv("contact", "add", "X", name, "--yes", "--json", exit=exit_code)
        assert "" == done.out
        json.loads(done.err)
    ana.hv("contact", "add", "Lee again", "-", "--yes", stdin=card.encode())
    assert ["Lee again"] == [row["name"] for row in ana.hv("contact", "list", "--json").objects]
