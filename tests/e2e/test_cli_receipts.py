# SPDX-License-Identifier: Apache-2.0
"""Receipts, copies, attestations and witnesses over the installed program, and their JSON against the schemas."""

from pathlib import Path

import pytest
from people import Person
from test_cli_json import check


@pytest.fixture
def bundle(ana: Person, lee: Person) -> Path:
    """What Ana shared with Dr Lee, who has pinned her."""
    lee.hv("contact", "add", "Ana", ana.home / "own.hvcard", "--yes")
    path = ana.home / "visit.hvb"
    ana.hv("share", ana.ids()[0], "--to", "Dr Lee", "-o", path, "--yes")
    return path


def test_from_receipt_to_copies(ana: Person, lee: Person, bundle: Path) -> None:
    """Unknown, then what Dr Lee says; a second time it is refused by name; the log and the document know."""
    before = ana.hv("copies", "--json").objects
    check(before, "copy")
    assert ("unknown", []) == (before[0]["state"], before[0]["receipts"])
    check(lee.hv("verify", bundle, "--receipt", "one.hvr", "--json").objects, "verification")
    lee.hv("import", bundle, "--receipt", "two.hvr")
    for name, action in (("one.hvr", "verified"), ("two.hvr", "imported")):
        kept = ana.hv("import", lee.home / name, "--json").objects
        check(kept, "receipt")
        assert action == kept[0]["action"]
    assert "bad_receipt" == ana.hv("import", lee.home / "one.hvr", "--json", exit=20).error["code"]
    after = ana.hv("copies", "--json").objects
    check(after, "copy")
    assert "imported" == after[0]["state"]
    assert "receipt.in" == ana.hv("log", "-n", "1", "--json").object["kind"]
    shown = ana.hv("show", ana.ids()[0], "--json").objects
    check(shown, "document")
    assert "bounded by others" == shown[0]["clock"]
    assert shown[0]["not_after"] == after[0]["receipts"][0]["cosigned"]
    ana.hv("check", "--deep")


def test_deleted_and_attested(ana: Person, lee: Person, bundle: Path) -> None:
    """Refused while something is kept, and without a yes; then the file is gone and the owner has the promise."""
    lee.hv("import", bundle)
    out = lee.home / "deleted.hvr"
    attest = ("attest-deleted", bundle, "-o", out)
    refused = lee.hv(*attest, "--yes", "--json", exit=1)
    assert "still_held" == refused.error["code"]
    lee.hv("erase", *lee.ids(), "--yes")
    assert "no_terminal" == lee.hv(*attest, "--json", exit=4).error["code"]
    assert bundle.exists()
    assert not out.exists()
    lee.hv(*attest, "--yes")
    assert not bundle.exists()
    ana.hv("import", out)
    assert "attested_deleted" == ana.hv("copies", "--json").object["state"]


def test_no_receipt_where_there_is_nothing_to_sign(ana: Person, lee: Person, nobody: Person, bundle: Path) -> None:
    """A changed bundle, somebody without a vault, several bundles, stdout, a name that is taken."""
    broken = lee.home / "broken.hvb"
    broken.write_bytes(bundle.read_bytes()[:-1])
    done = lee.hv("verify", broken, "--receipt", "no.hvr", exit=20)
    assert "no receipt was written: tampered" in done.err
    assert not (lee.home / "no.hvr").exists()
    lee.hv("verify", bundle, bundle, "--receipt", "no.hvr", exit=2)
    lee.hv("verify", bundle, "--receipt", "-", exit=2)
    (lee.home / "taken").touch()
    assert "unsafe_output" == lee.hv("verify", bundle, "--receipt", "taken", "--json", exit=1).error["code"]
    made = ana.hv("share", ana.ids()[0], "--code", "-o", "code.hvb", "--yes", "--json").object
    (nobody.home / "code").write_text(made["code"])
    reading = ("verify", ana.home / "code.hvb", "--code-file", "code", "--receipt", "no.hvr", "--json")
    assert "no_vault" == nobody.hv(*reading, exit=10).error["code"]


def test_witnesses_are_marked_after_a_question(ana: Person, lee: Person, bundle: Path) -> None:
    """Not without a yes; then it shows in the list, and it can be ended."""
    assert bundle.exists()
    assert "no_terminal" == ana.hv("contact", "witness", "Dr Lee", "--json", exit=4).error["code"]
    check(ana.hv("contact", "witness", "Dr Lee", "--yes", "--json").objects, "contact")
    assert ana.hv("contact", "show", "Dr Lee", "--json").object["witness"]
    assert not ana.hv("contact", "witness", "Dr Lee", "--end", "--json").object["witness"]
    found = lee.hv("verify", bundle, "--witnesses", "1", "--json", exit=21).object
    assert ["not_witnessed"] == found["codes"]


def test_comparisons_are_as_their_schema_says(ana: Person, lee: Person, bundle: Path) -> None:
    """Extends and rollback, with exit and code."""
    newer = ana.home / "newer.hvb"
    ana.hv("share", *ana.ids(), "--to", "Dr Lee", "-o", newer, "--yes")
    check(lee.hv("compare", bundle, newer, "--json").objects, "comparison")
    back = lee.hv("compare", newer, bundle, "--json", exit=23).objects
    check(back, "comparison")
    assert ("rollback", "rollback", 23) == (back[0]["relation"], back[0]["code"], back[0]["exit"])
    assert "relation\textends" in lee.hv("compare", bundle, newer).out
