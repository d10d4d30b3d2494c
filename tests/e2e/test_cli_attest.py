# SPDX-License-Identifier: Apache-2.0
"""Dr Lee attests what Ana shared, Ana keeps it, Kim is given it: over the installed program, with attacks."""

from dataclasses import dataclass
from pathlib import Path

import pytest
from people import Done, Person, new_person
from test_cli_json import check

SAYING = "I reported this result"


@dataclass(frozen=True, kw_only=True)
class Story:
    """Three people, and the document that Ana shared with Dr Lee."""

    ana: Person
    lee: Person
    kim: Person
    document: str
    bundle: Path


@pytest.fixture
def story(ana: Person, lee: Person, tmp_path: Path) -> Story:
    """Dr Lee and Kim know Ana, and Ana both; Dr Lee has imported a document."""
    kim = new_person(tmp_path / "kim", "Kim")
    ana.hv("contact", "add", "Kim", kim.home / "own.hvcard", "--yes")
    for one in (lee, kim):
        one.hv("contact", "add", "Ana", ana.home / "own.hvcard", "--yes")
    bundle, document = ana.home / "visit.hvb", ana.ids()[0]
    ana.hv("share", document, "--to", "Dr Lee", "-o", bundle, "--yes")
    lee.hv("import", bundle)
    return Story(ana=ana, lee=lee, kim=kim, document=document, bundle=bundle)


def verified(reader: Person, file: Path, exit: int = 0) -> tuple[dict, dict]:  # noqa: A002
    """Return the only document of a bundle and the issuer's verdict."""
    done: Done = reader.hv("verify", file, "--json", exit=exit)
    check(done.objects, "verification")
    issuer = next(one for one in done.object["verdicts"] if one["name"] == "issuer")
    return done.object["documents"][0], issuer


def test_three_people(story: Story) -> None:
    """From the statement to the third reader, who believes it once she has the attester's card."""
    ana, lee, kim = story.ana, story.lee, story.kim
    given = lee.hv("attest", lee.ids()[0], "--statement", SAYING, "-o", "review.hva", "--json")
    check(given.objects, "attestation")
    assert (story.document, SAYING) == (given.object["document"], given.object["statement"])
    review = lee.home / "review.hva"
    check(ana.hv("verify", review, "--json").objects, "verification")
    kept = ana.hv("import", review, "--json")
    check(kept.objects, "attestation")
    assert ("Dr Lee", True, False) == tuple(kept.object[name] for name in ("name", "verified", "duplicate"))
    assert ana.hv("import", review, "--json").object["duplicate"]
    shown = ana.hv("show", story.document, "--json")
    check(shown.objects, "document")
    assert [SAYING] == [one["statement"] for one in shown.object["attestations"]]
    event = ana.hv("audit", "--doc", story.document, "-n", "1", "--json").objects[-1]
    check([event], "event")
    assert ("attest", ["Dr Lee"]) == (event["action"], [one["name"] for one in event["parties"]])
    assert "attest-out" == lee.hv("audit", "-n", "1", "--json").objects[-1]["action"]

    out = ana.home / "kim.hvb"
    ana.hv("share", story.document, "--to", "Kim", "-o", out, "--yes")
    document, issuer = verified(kim, out)
    assert ["unknown_signer"] == [one["code"] for one in document["attestations"]]
    assert "unknown" == issuer["result"]
    kim.hv("contact", "add", "Lee", lee.home / "own.hvcard", "--yes")
    document, issuer = verified(kim, out)
    assert [("Lee", SAYING, "pass")] == [
        (one["name"], one["statement"], one["result"]) for one in document["attestations"]
    ]
    assert ("pass", "attested by Lee") == (issuer["result"], issuer["detail"])
    assert SAYING in kim.hv("verify", out).out
    (copy,) = kim.hv("import", out, "--json").objects
    assert [True] == [one["verified"] for one in kim.hv("show", copy["id"], "--json").object["attestations"]]
    for person in (ana, lee, kim):
        person.hv("check", "--deep")


def test_from_the_bundle_itself(story: Story) -> None:
    """Without importing it, to stdout, and as JSON; nothing is overwritten."""
    text = story.lee.hv("attest", story.bundle, "--statement", SAYING).out
    assert text.startswith("-----BEGIN HEALTHVAULT ATTESTATION-----\n")
    made = story.lee.hv("attest", story.bundle, "--document", story.document[:8], "--statement", SAYING, "--json")
    check(made.objects, "attestation")
    assert (
        story.document
        == story.ana.hv("import", "-", "--json", stdin=made.object["text"].encode()).object["document"]
    )
    story.lee.hv("attest", story.bundle, "--statement", SAYING, "-o", "a.hva")
    wish = ("attest", story.bundle, "--statement", SAYING, "-o", "a.hva", "--json")
    assert "unsafe_output" == story.lee.hv(*wish, exit=1).error["code"]


def test_attacks(story: Story) -> None:
    """Changed, for another vault, of a stranger, after an erasure; nothing is written."""
    ana, lee, kim = story.ana, story.lee, story.kim
    lee.hv("attest", lee.ids()[0], "--statement", SAYING, "-o", "review.hva")
    review = lee.home / "review.hva"
    changed = ana.home / "changed.hva"
    lines = review.read_text().splitlines()
    lines[2] = ("B" if lines[2][0] == "A" else "A") + lines[2][1:]
    changed.write_text("\n".join(lines) + "\n")
    size = ana.hv("status", "--json").object["entries"]
    assert ana.hv("import", changed, "--json", exit=20).error["code"] in {
        "bad_signature",
        "bad_encoding",
        "bad_text",
    }
    ana.hv("verify", changed, exit=20)
    assert "unknown_signer" == kim.hv("import", review, "--json", exit=21).error["code"]
    kim.hv("verify", review, exit=21)
    kim.hv("import", review, "--accept", "unknown_signer", exit=5)
    assert "not_received" == ana.hv("attest", story.document, "--statement", "x", "--json", exit=1).error["code"]
    assert "bad_text" == lee.hv("attest", lee.ids()[0], "--statement", "a\nb", "--json", exit=1).error["code"]
    assert size == ana.hv("status", "--json").object["entries"]
    ana.hv("import", review)
    ana.hv("erase", story.document, "--yes")
    assert "erased" == ana.hv("import", review, "--json", exit=1).error["code"]
    ana.hv("check", "--deep")


def test_left_out(story: Story) -> None:
    """Ana need not tell who her doctors are."""
    story.lee.hv("attest", story.bundle, "--statement", SAYING, "-o", "review.hva")
    story.ana.hv("import", story.lee.home / "review.hva")
    out = story.ana.home / "kim.hvb"
    story.ana.hv("share", story.document, "--to", "Kim", "--no-attestations", "-o", out, "--yes")
    document, _ = verified(story.kim, out)
    assert [] == document["attestations"]
